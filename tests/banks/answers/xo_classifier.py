"""Answers to lesson 06's exercises, right and wrong, as students write them."""

# ruff: noqa: E501

LESSON = "06_xo_classifier"

MATCH = """
def match_feature(image, feature):
    {first}
    image = np.array(image, dtype=float)
    fh, fw = feature.shape
    if fh > image.shape[0] or fw > image.shape[1]:
        raise ValueError("too large")
    out = np.zeros((image.shape[0] - fh + 1, image.shape[1] - fw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            window = image[i:i + fh, j:j + fw]
            out[i, j] = {value}
    return {result}
"""


def match(value="(window * feature).mean()", first="pass", result="out"):
    return MATCH.format(first=first, value=value, result=result)


VECTOR = """
from utils import convolution, pooling

{match}

def feature_vector(image, features):
    {first}
    parts = []
    for feature in features:
        x = match_feature(image, feature)
        x = {steps}
        parts.append({part})
    return {result}
"""
POOLED = "pooling.max_pool_same(pooling.max_pool_same(np.maximum(x, 0)))"


def vector(
    steps=POOLED,
    part="x.ravel()",
    result="np.concatenate(parts)",
    first="pass",
    right_match=True,
):
    text = match() if right_match else match(value="(window * feature).sum()")
    return VECTOR.format(match=text, steps=steps, part=part, result=result, first=first)


SCORE = """
def template_score(vector, template):
    {first}
    if len(vector) != len(template):
        raise ValueError("lengths")
    vector = np.array(vector, dtype=float)
    return {result}
"""


def scoring(result="vector[template == template.max()].mean()", first="pass"):
    return SCORE.format(first=first, result=result)


CLASSIFY = """
{score}

def classify(vector, templates):
    {first}
    if not templates:
        raise ValueError("none")
    scores = {{label: template_score(vector, template) for label, template in templates.items()}}
    {best}
    return {result}
"""


def classifying(
    best="best = max(scores, key=scores.get)",
    result="best, scores",
    first="pass",
    score="",
):
    return CLASSIFY.format(score=score or scoring(), first=first, best=best, result=result)


RIGHT = {
    "match_feature": {
        "loops": match(),
        "sum over size": match("np.sum(window * feature) / feature.size"),
        "sliding windows and einsum": """
def match_feature(image, feature):
    if feature.shape[0] > image.shape[0] or feature.shape[1] > image.shape[1]:
        raise ValueError
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(float), feature.shape)
    return np.einsum("ijkl,kl->ij", windows, feature.astype(float)) / feature.size
""",
        "one slice for each pixel of the feature": """
def match_feature(image, feature):
    image = image.astype(np.float64)
    h, w = image.shape[0] - feature.shape[0] + 1, image.shape[1] - feature.shape[1] + 1
    if min(h, w) < 1:
        raise ValueError("does not fit")
    out = np.zeros((h, w))
    for (a, b), weight in np.ndenumerate(feature):
        out += float(weight) * image[a:a + h, b:b + w]
    return out / feature.size
""",
        "python numbers alone": """
def match_feature(image, feature):
    image, feature = image.tolist(), feature.tolist()
    fh, fw = len(feature), len(feature[0])
    if fh > len(image) or fw > len(image[0]):
        raise ValueError("no")
    return np.array([
        [
            sum(image[i + a][j + b] * feature[a][b] for a in range(fh) for b in range(fw)) / (fh * fw)
            for j in range(len(image[0]) - fw + 1)
        ]
        for i in range(len(image) - fh + 1)
    ])
""",
        "dot products of flat windows": match(
            "np.dot(window.ravel(), feature.ravel()) / (fh * fw)"
        ),
    },
    "feature_vector": {
        "the lesson's tools": vector(),
        "relu after pooling": vector(
            "np.maximum(pooling.max_pool_same(pooling.max_pool_same(x)), 0)"
        ),
        "relu of lesson 02": vector(
            "pooling.max_pool_same(pooling.max_pool_same(convolution.relu(x), 2, 2), size=2, stride=2)"
        ),
        "lists joined": vector(part="x.flatten().tolist()", result="np.array(sum(parts, []))"),
        "hstack": vector(part="x.reshape(-1)", result="np.hstack(parts)"),
        "a pooling of its own": vector(
            steps="own(own(np.maximum(x, 0)))",
            first="""def own(x):
        rows, columns = x.shape
        return np.array([
            [x[i:i + 2, j:j + 2].max() for j in range(0, columns, 2)]
            for i in range(0, rows, 2)
        ])""",
        ),
        "pooled at once in windows of four": vector(
            part="np.array([x[i:i+4, j:j+4].max() for i in range(0, x.shape[0], 4) "
            "for j in range(0, x.shape[1], 4)])",
            steps="np.maximum(x, 0)",
        ),
        "correlate2d of lesson 02": """
from utils import convolution, pooling

def feature_vector(image, features):
    result = []
    for feature in features:
        found = convolution.relu(convolution.correlate2d(image, feature) / feature.size)
        result.extend(pooling.max_pool_same(pooling.max_pool_same(found)).flatten())
    return np.array(result)
""",
        "a wrong match_feature is not counted twice": vector(right_match=False),
    },
    "template_score": {
        "mask and mean": scoring(),
        "float": scoring("float(np.mean(vector[np.asarray(template) == np.max(template)]))"),
        "python loop": """
def template_score(vector, template):
    if len(vector) != len(template):
        raise ValueError("lengths differ")
    highest = max(template)
    chosen = [float(v) for v, t in zip(vector, template) if t == highest]
    return sum(chosen) / len(chosen)
""",
        "where": scoring("np.mean(vector[np.where(template == template.max())])"),
        "weights of zero and one": scoring(
            "np.average(vector, weights=template == template.max())"
        ),
        "dot product with a mask": scoring(
            "(vector @ (template == template.max())) / (template == template.max()).sum()"
        ),
        "argwhere": scoring(
            "vector[np.argwhere(template == template.max()).ravel()].sum() "
            "/ np.count_nonzero(template == np.amax(template))"
        ),
    },
    "classify": {
        "max with a key": classifying(),
        "loop from the first": classifying(
            """best = None
    for label in scores:
        if best is None or scores[label] > scores[best]:
            best = label"""
        ),
        "from minus infinity": classifying(
            """best, high = None, -np.inf
    for label, value in scores.items():
        if value > high:
            best, high = label, value"""
        ),
        "argmax": classifying("best = list(scores)[int(np.argmax(list(scores.values())))]"),
        "stable sort": classifying("best = sorted(scores, key=lambda name: -scores[name])[0]"),
        "a list for a tuple": classifying(result="[best, scores]"),
        "max raises by itself": """
def classify(vector, templates):
    def one(template):
        return vector[template == template.max()].mean()
    scores = {label: one(template) for label, template in templates.items()}
    return max(scores, key=scores.get), scores
""",
        "a wrong template_score is not counted twice": classifying(score=scoring("vector.mean()")),
    },
}

WRONG = {
    "match_feature": {
        "not divided": (match("(window * feature).sum()"), "not divided by the number"),
        "divided by rows": (match("(window * feature).sum() / len(feature)"), "rows"),
        "divided by the image": (match("(window * feature).sum() / image.size"), "in the image"),
        "divided by nine": (match("(window * feature).sum() / 9"), "always divided by 9"),
        "equal pixels counted": (match("(window == feature).mean()"), "counts the pixels"),
        "flipped": (match("(window * feature[::-1, ::-1]).mean()"), "flipped"),
        "mirrored": (match("(window * feature[:, ::-1]).mean()"), "mirrored"),
        "upside down": (match("(window * feature[::-1]).mean()"), "upside down"),
        "relu included": (match(result="np.maximum(out, 0)"), "ReLU has been applied"),
        "absolute": (match(result="np.abs(out)"), "lost their sign"),
        "feature ignored": (match("window.mean()"), "without the feature"),
        "one position short": (match(result="out[:-1, :-1]"), "last row and the last column"),
        "padded": (match(result="np.pad(out, 1)"), ""),
        "rounded": (match(result="np.round(out, 2)"), "rounded to two decimals"),
        "cut": (match(result="np.trunc(out * 100) / 100"), "cut after two decimals"),
        "kept in integers": (match(result="out.astype(int)"), "fractions are cut off"),
        "products wrap around": (
            match("(raw[i:i + fh, j:j + fw] * feature).mean()", first="raw = image"),
            "wrap around",
        ),
        "divided by //": (match("(window * feature).sum() // feature.size"), "rounded down"),
        "loops end early": (
            match()
            .replace("range(out.shape[0])", "range(out.shape[0] - 1)")
            .replace("range(out.shape[1])", "range(out.shape[1] - 1)"),
            "last column of the map are 0",
        ),
        "matrix product": (match("(window @ feature.T).mean()"), ""),
        "square features alone": (match("(window * feature).mean() if fh == fw else 0"), ""),
        "no error": (
            match().replace('raise ValueError("too large")', "return np.zeros((0, 0))"),
            "should raise ValueError",
        ),
        "always an error": (match(first='raise ValueError("x")'), "ValueError"),
        "another error": (match().replace("raise ValueError", "raise IndexError"), "IndexError"),
        "image changed": (match(first="image *= 1; image[0, 0] += 1"), "changes its argument"),
        "a list": (match(result="out.tolist()"), "NumPy array"),
        "by scipy": (
            """
from scipy import signal
def match_feature(image, feature):
    if feature.shape[0] > image.shape[0] or feature.shape[1] > image.shape[1]:
        raise ValueError
    return signal.correlate2d(image.astype(float), feature.astype(float), "valid") / feature.size
""",
            "by hand",
        ),
        "by utils": (
            """
from utils import convolution
def match_feature(image, feature):
    return convolution.correlate2d(image, feature) / feature.size
""",
            "by hand",
        ),
    },
    "feature_vector": {
        "no relu": (vector(POOLED.replace("np.maximum(x, 0)", "x")), "ReLU is forgotten"),
        "pooled once": (vector("pooling.max_pool_same(np.maximum(x, 0))"), "pooled once"),
        "not pooled": (vector("np.maximum(x, 0)"), "not pooled at all"),
        "pooled three times": (vector(f"pooling.max_pool_same({POOLED})"), ""),
        "three operations twice": (
            vector(
                "own(match_feature(own(x), feature))",
                first="own = lambda x: pooling.max_pool_same(np.maximum(x, 0))",
            ),
            "matches and rectifies again",
        ),
        "leftovers dropped": (
            vector(
                steps="own(own(np.maximum(x, 0)))",
                first="own = lambda x: np.array([[x[i:i+2, j:j+2].max() "
                "for j in range(0, x.shape[1] - 1, 2)] for i in range(0, x.shape[0] - 1, 2)])",
            ),
            "",
        ),
        "averaged": (
            vector(
                steps="own(own(np.maximum(x, 0)))",
                first="own = lambda x: np.array([[x[i:i+2, j:j+2].mean() "
                "for j in range(0, x.shape[1], 2)] for i in range(0, x.shape[0], 2)])",
            ),
            "averaged",
        ),
        "column by column": (vector(part="x.ravel(order='F')"), "column by column"),
        "interleaved": (vector(result="np.stack(parts, axis=-1).ravel()"), ""),
        "features backwards": (vector(first="features = features[::-1]"), "opposite order"),
        "first feature only": (vector(result="parts[0]"), "Only the first feature"),
        "last feature only": (vector(result="parts[-1]"), "Only the last feature"),
        "added up": (vector(result="sum(parts)"), ""),
        "stacked": (vector(result="np.array(parts, dtype=float)"), ""),
        "a list": (vector(result="list(np.concatenate(parts))"), "NumPy array"),
        "rounded": (vector(result="np.concatenate(parts).round(2)"), "rounded to two decimals"),
        "three features alone": (vector(first="features = features[:3]"), ""),
        "for 9x9 alone": (vector(part="x.ravel()[:4]"), ""),
        "window of three": (
            vector("pooling.max_pool_same(pooling.max_pool_same(np.maximum(x, 0), 3, 2), 3, 2)"),
            "",
        ),
        "stride of one": (
            vector("pooling.max_pool_same(pooling.max_pool_same(np.maximum(x, 0), 2, 1), 2, 1)"),
            "",
        ),
        "features changed": (vector(first="features.append(features[0])"), "changes its argument"),
        "by utils": (
            """
from utils import xo_classifier
def feature_vector(image, features):
    return xo_classifier.feature_vector(image, features)
""",
            "by hand",
        ),
    },
    "template_score": {
        "mean of all": (scoring("vector.mean()"), "averages the whole vector"),
        "sum": (scoring("vector[template == template.max()].sum()"), "not divided by how many"),
        "over the length": (
            scoring("vector[template == template.max()].sum() / len(vector)"),
            "length of the vector",
        ),
        "over the template's sum": (
            scoring(
                "vector[template == template.max()].sum() / template[template == template.max()].sum()"
            ),
            "sum of the template's numbers",
        ),
        "first highest only": (scoring("vector[np.argmax(template)]"), "Only the first place"),
        "where it is 1": (
            scoring("vector[template == 1].mean() if (template == 1).any() else 0.0"),
            "looks for 1",
        ),
        "above one half": (
            scoring("vector[template > 0.9].mean() if (template > 0.9).any() else 0.0"),
            "",
        ),
        "above average": (
            scoring("vector[template > template.mean()].mean() if np.ptp(template) else 0.0"),
            "above its average",
        ),
        "vector's own highest": (scoring("vector.max()"), "the highest number of the vector"),
        "template where the vector is highest": (
            scoring("template[vector == vector.max()].mean()"),
            "where the vector is highest",
        ),
        "lowest": (scoring("vector[template == template.min()].mean()"), "lowest"),
        "mean of products": (scoring("(vector * template).mean()"), "multiplies"),
        "weighted by the template": (
            scoring("(vector * template).sum() / template.sum()"),
            "every place counts",
        ),
        "rounded": (scoring("round(vector[template == template.max()].mean(), 2)"), "two decimals"),
        "five highest": (scoring("vector[np.argsort(template)[-5:]].mean()"), ""),
        "no error": (
            scoring(
                "vector[:len(template)][(template == template.max())[:len(vector)]].mean()"
            ).replace('raise ValueError("lengths")', "pass"),
            "should raise ValueError",
        ),
        "always an error": (scoring(first='raise ValueError("x")'), "ValueError"),
        "small integers overflow": (
            scoring(
                "raw[template == template.max()].sum(dtype=raw.dtype) "
                "/ (template == template.max()).sum()",
                first="raw = vector",
            ),
            "",
        ),
        "vector changed": (scoring(first="vector[0] = 0"), "changes its argument"),
        "nothing returned": (scoring("None"), "None"),
    },
    "classify": {
        "lowest": (classifying("best = min(scores, key=scores.get)"), "lowest score"),
        "last of equals": (
            classifying(
                """best = None
    for label in scores:
        if best is None or scores[label] >= scores[best]:
            best = label"""
            ),
            "last wins",
        ),
        "pairs compared": (
            classifying("best = max((value, label) for label, value in scores.items())[1]"),
            "last in the alphabet",
        ),
        "sorted names": (
            classifying("best = max(sorted(scores), key=scores.get)"),
            "first in the alphabet",
        ),
        "first always": (classifying("best = next(iter(scores))"), "first label"),
        "last always": (classifying("best = list(scores)[-1]"), "last label"),
        "largest label": (classifying("best = max(scores)"), "last in the alphabet is returned"),
        "score for label": (
            classifying("best = max(scores.values())"),
            "in place of its label",
        ),
        "place for label": (
            classifying("best = int(np.argmax(list(scores.values())))"),
            "The place of the best label",
        ),
        "arguments swapped": (
            classifying(
                "scores = {k: template_score(t, vector) for k, t in templates.items()}; "
                "best = max(scores, key=scores.get)"
            ),
            "means of the templates",
        ),
        "X always": (classifying("best = 'X'"), ""),
        "label alone": (classifying(result="best"), "Only the label"),
        "scores alone": (classifying(result="scores"), "Only the scores"),
        "swapped": (classifying(result="(scores, best)"), "scores come first"),
        "one score": (classifying(result="(best, scores[best])"), "comes only its score"),
        "winner alone": (classifying(result="(best, {best: scores[best]})"), "only the winner"),
        "list of scores": (classifying(result="(best, list(scores.values()))"), "are a list"),
        "from zero": (
            classifying(
                """best, high = None, 0
    for label, value in scores.items():
        if value > high:
            best, high = label, value"""
            ),
            "0 or below never wins",
        ),
        "rounded": (
            classifying(
                "scores = {k: round(v, 2) for k, v in scores.items()}; "
                "best = max(scores, key=scores.get)"
            ),
            "rounded",
        ),
        "dot products": (
            classifying(
                "scores = {k: float(vector @ t) for k, t in templates.items()}; "
                "best = max(scores, key=scores.get)"
            ),
            "vector times template",
        ),
        "no error": (
            classifying().replace('raise ValueError("none")', "return None, {}"),
            "should raise ValueError",
        ),
        "key error": (classifying().replace("raise ValueError", "raise KeyError"), "KeyError"),
        "always an error": (classifying(first='raise ValueError("x")'), "ValueError"),
        "templates changed": (
            classifying(first="templates['new'] = vector"),
            "changes its argument",
        ),
    },
}
