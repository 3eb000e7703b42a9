"""Answers to lesson 09's exercises, right and wrong, as students write them."""

# ruff: noqa: E501

from tests.banks.answers import changed

LESSON = "09_augmentation"

SHIFT = """
from utils import pooling

def random_shift(image, max_fraction, rng):
    if not 0 <= max_fraction < 1:
        raise ValueError("outside [0, 1)")
    h, w = image.shape
    mx, my = int(np.floor(max_fraction * w)), int(np.floor(max_fraction * h))
    dx = int(rng.integers(-mx, mx + 1))
    dy = int(rng.integers(-my, my + 1))
    return pooling.shift(image, dx, dy)
"""
AUGMENT = """
def augment(images, labels, copies, rng, max_fraction=0.2):
    if len(images) != len(labels):
        raise ValueError("lengths differ")
    out, names = [image for image in images], [label for label in labels]
    for image, label in zip(images, labels):
        for _ in range(copies):
            out.append(random_shift(image, max_fraction, rng))
            names.append(label)
    return np.array(out, dtype=images.dtype), np.array(names)
"""
BUILD = """
import keras

def build_augmenter(max_fraction=0.2):
    return keras.Sequential([
        keras.Input((28, 28, 1)),
        keras.layers.RandomTranslation(
            height_factor=max_fraction, width_factor=max_fraction,
            fill_mode="constant", fill_value=0.0),
    ])
"""
RANGE = """
def robust_range(accuracies, shifts, floor):
    reach = -1
    for d in sorted(set(abs(s) for s in shifts)):
        if all(a >= floor for a, s in zip(accuracies, shifts) if abs(s) == d):
            reach = d
        else:
            return reach
    return reach
"""
SHIFT_INSIDE = (
    AUGMENT
    + """
def random_shift(image, max_fraction, rng):
    h, w = image.shape[:2]
    dx = rng.integers(-int(max_fraction * w), int(max_fraction * w) + 1)
    dy = rng.integers(-int(max_fraction * h), int(max_fraction * h) + 1)
    return move(image, dx, dy)

def move(image, dx, dy):
    out = np.zeros_like(image)
    h, w = image.shape[:2]
    for i in range(h):
        for j in range(w):
            if 0 <= i - dy < h and 0 <= j - dx < w:
                out[i, j] = image[i - dy, j - dx]
    return out
"""
)


def with_shift(augment):
    """Return an answer to `augment` together with a right `random_shift`."""
    return SHIFT.replace("h, w = image.shape\n", "h, w = image.shape[:2]\n") + augment


def translation(*arguments, before="", after=""):
    """Return a `build_augmenter` of one layer with these arguments."""
    inside = ", ".join(arguments)
    return f"""
import keras
L = keras.layers
def build_augmenter(max_fraction=0.2):
    return keras.Sequential([keras.Input((28, 28, 1)), {before}
        L.RandomTranslation({inside}), {after}])
"""


F, BLACK = "max_fraction, max_fraction", 'fill_mode="constant", fill_value=0.0'
DX, DY = "rng.integers(-mx, mx + 1)", "rng.integers(-my, my + 1)"

RIGHT = {
    "random_shift": {
        "integers": SHIFT,
        "dy first, endpoint": changed(
            SHIFT,
            ("dx = int(rng.integers(-mx, mx + 1))", "dy = rng.integers(-my, my, endpoint=True)"),
            ("dy = int(rng.integers(-my, my + 1))", "dx = rng.integers(-mx, mx, endpoint=True)"),
        ),
        "uniform and floor": changed(
            SHIFT,
            (DX, "np.floor(rng.uniform(-mx, mx + 1))"),
            (DY, "np.floor(rng.random() * (2 * my + 1)) - my"),
        ),
        "choice": changed(
            SHIFT,
            (DX, "rng.choice(np.arange(-mx, mx + 1))"),
            (DY, "rng.permutation(range(-my, my + 1))[0]"),
        ),
        "a generator from a draw": changed(
            SHIFT, ("h, w =", "rng = np.random.default_rng(rng.integers(1 << 40)); h, w =")
        ),
        "both at once": changed(
            SHIFT,
            (
                "dx = int(rng.integers(-mx, mx + 1))",
                "dx, dy = rng.integers([-mx, -my], [mx + 1, my + 1])",
            ),
            ("    dy = int(rng.integers(-my, my + 1))\n", ""),
        ),
        "padded and cut": changed(
            SHIFT,
            (
                "return pooling.shift(image, dx, dy)",
                "padded = np.pad(image, ((my, my), (mx, mx)))\n"
                "    return padded[my - dy:my - dy + h, mx - dx:mx - dx + w]",
            ),
        ),
        "rolled and wiped": changed(
            SHIFT,
            (
                "return pooling.shift(image, dx, dy)",
                "out = np.roll(image, (dy, dx), (0, 1))\n"
                "    out[:max(dy, 0)] = 0; out[h + min(dy, 0):] = 0\n"
                "    out[:, :max(dx, 0)] = 0; out[:, w + min(dx, 0):] = 0\n"
                "    return out",
            ),
        ),
    },
    "augment": {
        "image by image": with_shift(AUGMENT),
        "round by round": with_shift("""
def augment(images, labels, copies, rng, max_fraction=0.2):
    if len(images) != len(labels):
        raise ValueError("lengths differ")
    parts = [images]
    for _ in range(copies):
        parts.append(np.stack([random_shift(image, max_fraction, rng) for image in images]))
    return np.concatenate(parts), np.tile(labels, copies + 1)
"""),
        "repeat": with_shift("""
def augment(images, labels, copies, rng, max_fraction=0.2):
    if images.shape[0] != labels.shape[0]:
        raise ValueError
    more = np.repeat(images, copies, axis=0)
    for i in range(len(more)):
        more[i] = random_shift(more[i], max_fraction, rng)
    return np.concatenate([images, more]), np.concatenate([labels, np.repeat(labels, copies)])
"""),
        "shuffled copies": with_shift("""
def augment(images, labels, copies, rng, max_fraction=0.2):
    if len(images) != len(labels):
        raise ValueError("lengths differ")
    n = len(images)
    order = rng.permutation(np.repeat(np.arange(n), copies)).astype(int)
    out = np.empty((n * (copies + 1),) + images.shape[1:], images.dtype)
    out[:n] = images
    for k, i in enumerate(order):
        out[n + k] = random_shift(images[i], max_fraction, rng)
    return [out, np.append(labels, labels[order])]
"""),
        "a shift of its own": SHIFT_INSIDE,
        "a wrong random_shift": SHIFT_INSIDE.replace("return move(", "return 7 * move("),
    },
    "build_augmenter": {
        "Sequential": BUILD,
        "a layer": """
import keras
def build_augmenter(max_fraction=0.2):
    return keras.layers.RandomTranslation(max_fraction, max_fraction, "constant", fill_value=0)
""",
        "functional": """
import keras
def build_augmenter(max_fraction=0.2):
    x = keras.Input((28, 28, 1))
    layer = keras.layers.RandomTranslation(max_fraction, max_fraction, fill_mode="constant")
    return keras.Model(x, layer(x))
""",
        "whole pixels": translation(F, BLACK, 'interpolation="nearest"'),
        "pairs, seeded": translation(
            "(-max_fraction, max_fraction), (-max_fraction, max_fraction)", BLACK, "seed=3"
        ),
        "two layers": """
import keras
def build_augmenter(max_fraction=0.2):
    move = keras.layers.RandomTranslation
    return keras.Sequential([
        move(max_fraction, 0.0, fill_mode="constant", fill_value=0.0),
        move(0.0, max_fraction, fill_mode="constant", fill_value=0.0)])
""",
        "any size": BUILD.replace("(28, 28, 1)", "(None, None, 1)"),
    },
    "robust_range": {
        "by distance": RANGE,
        "limit": """
def robust_range(accuracies, shifts, floor):
    a, s = np.asarray(accuracies), np.abs(shifts)
    if not (a[s == 0] >= floor).all():
        return -1
    bad = s[a < floor]
    return s[s < bad.min()].max() if bad.size else s.max()
""",
        "sorted": """
def robust_range(accuracies, shifts, floor):
    pairs = sorted((abs(s), a) for s, a in zip(shifts, accuracies))
    reach = -1
    for d, group in __import__("itertools").groupby(pairs, key=lambda p: p[0]):
        if min(a for _, a in group) < floor:
            break
        reach = d
    return reach
""",
        "brute force": """
def robust_range(accuracies, shifts, floor):
    fine = [-1]
    for d in {abs(s) for s in shifts}:
        if all(a >= floor for a, s in zip(accuracies, shifts) if abs(s) <= d):
            fine.append(d)
    return max(fine)
""",
        "recursion": """
def robust_range(accuracies, shifts, floor):
    if not len(shifts):
        return -1
    far = max(map(abs, shifts))
    if min(accuracies) >= floor:
        return far
    rest = [(a, s) for a, s in zip(accuracies, shifts) if abs(s) < far]
    return robust_range([a for a, _ in rest], [s for _, s in rest], floor)
""",
    },
}

OWN = "return pooling.shift(image, dx, dy)"
STUB = "raise ValueError('no')"
WRONG = {
    "random_shift": {
        "never moves": (changed(SHIFT, (OWN, "return image.copy()")), "never moves"),
        "same number": (
            changed(SHIFT, (OWN, "return pooling.shift(image, dx, dx)")),
            "same number",
        ),
        "dy is dx": (changed(SHIFT, (DY, "dx")), "same number"),
        "upper end missing": (changed(SHIFT, ("mx + 1", "mx"), ("my + 1", "my")), ""),
        "upper end of dy missing": (changed(SHIFT, ("my + 1", "my if my else 1")), "dy is never"),
        "right and down alone": (
            changed(SHIFT, ("integers(-mx", "integers(0"), ("integers(-my", "integers(0")),
            "never negative",
        ),
        "sideways alone": (changed(SHIFT, (DY, "0")), "dy is always 0"),
        "limits swapped": (
            changed(
                SHIFT,
                ("max_fraction * w", "max_fraction * W"),
                ("max_fraction * h", "max_fraction * w"),
                ("max_fraction * W", "max_fraction * h"),
            ),
            "swapped",
        ),
        "width for both": (
            changed(SHIFT, ("max_fraction * h", "max_fraction * w")),
            "dy should lie",
        ),
        "rounded up": (changed(SHIFT, ("np.floor", "np.ceil")), "should lie"),
        "rounded draws": (
            changed(
                SHIFT, (DX, "round(rng.uniform(-mx, mx))"), (DY, "round(rng.uniform(-my, my))")
            ),
            "not uniform",
        ),
        "truncated draws": (
            changed(
                SHIFT, (DX, "rng.uniform(-mx - 1, mx + 1)"), (DY, "rng.uniform(-my - 1, my + 1)")
            ),
            "not uniform",
        ),
        "normal": (
            changed(
                SHIFT,
                (DX, "np.clip(rng.normal() * mx, -mx, mx)"),
                (DY, "np.clip(rng.normal() * my, -my, my)"),
            ),
            "not uniform",
        ),
        "far ends only": (
            changed(SHIFT, (DX, "rng.choice([-mx, mx])"), (DY, "rng.choice([-my, my])")),
            "is never",
        ),
        "wraps": (
            changed(SHIFT, (OWN, "return np.roll(image, (dy, dx), (0, 1))")),
            "What leaves the frame",
        ),
        "shuffled": (
            changed(SHIFT, (OWN, "return rng.permutation(image.ravel()).reshape(h, w)")),
            "in other places",
        ),
        "own generator": (changed(SHIFT, (DX, "np.random.randint(-mx, mx + 1)")), "two different"),
        "own seed": (changed(SHIFT, ("h, w =", "rng = np.random.default_rng(0); h, w =")), ""),
        "a copy of the generator": (
            changed(SHIFT, ("h, w =", "import copy; rng = copy.deepcopy(rng); h, w =")),
            "state of `rng` stays",
        ),
        "a generator from the state": (
            changed(
                SHIFT,
                (
                    "h, w =",
                    "import zlib; seed = zlib.crc32(str(rng.bit_generator.state).encode()); "
                    "rng = np.random.default_rng(seed); h, w =",
                ),
            ),
            "state of `rng` stays",
        ),
        "edge repeated": (
            changed(
                SHIFT,
                (
                    OWN,
                    "return np.pad(image, ((my, my), (mx, mx)), 'edge')[my-dy:my-dy+h, mx-dx:mx-dx+w]",
                ),
            ),
            "",
        ),
        "floats": (
            changed(SHIFT, (OWN, "return pooling.shift(image, dx, dy).astype(float)")),
            "dtype",
        ),
        "in place": (
            changed(SHIFT, (OWN, "image[:] = pooling.shift(image, dx, dy); return image")),
            "changes its argument",
        ),
        "one axis at a time": (
            changed(
                SHIFT,
                (
                    OWN,
                    "return pooling.shift(image, dx, 0) if rng.random() < .5 else pooling.shift(image, 0, dy)",
                ),
            ),
            "",
        ),
        "one not refused": (changed(SHIFT, ("< 1:", "<= 1:")), "should raise ValueError"),
        "nothing refused": (
            changed(SHIFT, ("if not 0 <= max_fraction < 1", "if False")),
            "should raise ValueError",
        ),
        "always refused": ("def random_shift(image, max_fraction, rng):\n    " + STUB, "raised"),
        "library": (
            "from scipy import ndimage\n"
            + changed(SHIFT, (OWN, "return ndimage.shift(image, (dy, dx), order=0)")),
            "scipy",
        ),
        "the reference": (
            "from utils import augmentation\ndef random_shift(image, max_fraction, rng):\n"
            "    return augmentation.random_shift(image, max_fraction, rng)",
            "utils",
        ),
        "pixels halved": (changed(SHIFT, (OWN, "return pooling.shift(image, dx, dy) // 2")), ""),
        "nothing": ("def random_shift(image, max_fraction, rng):\n    return None", "None"),
    },
    "augment": {
        "copies first": (
            with_shift(
                changed(
                    AUGMENT,
                    ("np.array(out, dtype=images.dtype)", "np.array(out[::-1])"),
                    ("np.array(names)", "np.array(names[::-1])"),
                )
            ),
            "originals should come first",
        ),
        "labels in another order": (
            with_shift(changed(AUGMENT, ("np.array(names)", "np.tile(labels, copies + 1)"))),
            "another image's label",
        ),
        "labels not repeated": (
            with_shift(changed(AUGMENT, ("np.array(names)", "labels"))),
            "labels",
        ),
        "no originals": (
            with_shift(changed(AUGMENT, ("[image for image in images]", "[]"))),
            "shape",
        ),
        "originals moved too": (
            with_shift(
                changed(
                    AUGMENT,
                    (
                        "[image for image in images]",
                        "[random_shift(i, max_fraction, rng) for i in images]",
                    ),
                )
            ),
            "originals",
        ),
        "copies not moved": (
            with_shift(changed(AUGMENT, ("random_shift(image, max_fraction, rng)", "image"))),
            "not moved",
        ),
        "one shift an image": (
            with_shift(
                changed(
                    AUGMENT,
                    (
                        "        for _ in range(copies):",
                        "        moved = random_shift(image, max_fraction, rng)\n        for _ in range(copies):",
                    ),
                    ("append(random_shift(image, max_fraction, rng))", "append(moved)"),
                )
            ),
            "alike",
        ),
        "one shift a round": (
            with_shift("""
def augment(images, labels, copies, rng, max_fraction=0.2):
    import copy
    if len(images) != len(labels):
        raise ValueError("lengths differ")
    parts = [images]
    for _ in range(copies):
        seed = int(rng.integers(1 << 30))
        parts.append(np.stack([random_shift(i, max_fraction, np.random.default_rng(seed)) for i in images]))
    return np.concatenate(parts), np.tile(labels, copies + 1)
"""),
            "alike",
        ),
        "one copy alone": (with_shift(changed(AUGMENT, ("range(copies)", "range(1)"))), "shape"),
        "one copy too many": (
            with_shift(changed(AUGMENT, ("range(copies)", "range(copies + 1)"))),
            "shape",
        ),
        "fraction ignored": (
            with_shift(changed(AUGMENT, ("image, max_fraction, rng", "image, 0.2, rng"))),
            "max_fraction",
        ),
        "own generator": (
            with_shift(
                changed(
                    AUGMENT,
                    ("image, max_fraction, rng", "image, max_fraction, np.random.default_rng()"),
                )
            ),
            "two different",
        ),
        "shifts of shifts": (
            with_shift(
                changed(
                    AUGMENT,
                    (
                        "out.append(random_shift(image, max_fraction, rng))",
                        "image = random_shift(image, max_fraction, rng); out.append(image)",
                    ),
                )
            ),
            "",
        ),
        "floats": (with_shift(changed(AUGMENT, ("dtype=images.dtype", "dtype=float"))), "dtype"),
        "lists": (
            with_shift(changed(AUGMENT, ("np.array(out, dtype=images.dtype)", "out"))),
            "array",
        ),
        "images alone": (
            with_shift(changed(AUGMENT, ("images.dtype), np.array(names)", "images.dtype)"))),
            "images and labels",
        ),
        "no error": (
            with_shift(changed(AUGMENT, ("if len(images) != len(labels)", "if False"))),
            "should raise",
        ),
        "always an error": (
            "def augment(images, labels, copies, rng, max_fraction=0.2):\n    " + STUB,
            "raised",
        ),
        "flattened": (
            with_shift(
                changed(
                    AUGMENT,
                    ("np.array(out, dtype=images.dtype)", "np.array(out).reshape(len(out), -1)"),
                )
            ),
            "shape",
        ),
    },
    "build_augmenter": {
        "reflect": (translation(F), "black"),
        "nearest": (translation(F, 'fill_mode="nearest"'), "black"),
        "wrap": (translation(F, 'fill_mode="wrap"'), "black"),
        "white": (translation(F, 'fill_mode="constant", fill_value=1.0'), "black"),
        "grey": (translation(F, 'fill_mode="constant", fill_value=0.5'), "black"),
        "sideways alone": (translation("0.0, max_fraction", BLACK), "up or down"),
        "up and down alone": (translation("max_fraction, 0.0", BLACK), "right or left"),
        "fraction ignored": (translation("0.2, 0.2", BLACK), ("the most", "never moves")),
        "one direction": (
            translation("(0, max_fraction), (0, max_fraction)", BLACK),
            "both directions",
        ),
        "half as far": (translation("max_fraction / 2, max_fraction / 2", BLACK), "never moves"),
        "twice as far": (
            translation("2 * max_fraction, 2 * max_fraction", BLACK),
            ("the most", "ink"),
        ),
        "turned": (translation(F, BLACK, after="L.RandomRotation(0.25)"), ("shape", "ink")),
        "flipped": (translation(F, BLACK, after="L.RandomFlip()"), ("shape", "directions")),
        "zoomed": (translation(F, BLACK, after="L.RandomZoom(0.4)"), ("shape", "ink")),
        "brighter": (translation(F, BLACK, after="L.Rescaling(2.0)"), ("stay", "ink", "black")),
        "another layer": (
            "import keras\ndef build_augmenter(max_fraction=0.2):\n"
            "    return keras.layers.RandomRotation(max_fraction)",
            "",
        ),
        "nothing moves": (
            "import keras\ndef build_augmenter(max_fraction=0.2):\n"
            "    x = keras.Input((28, 28, 1))\n    return keras.Model(x, keras.layers.Identity()(x))",
            "nothing moves",
        ),
        "a fixed shift": (
            "import keras\ndef build_augmenter(max_fraction=0.2):\n"
            "    return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.ZeroPadding2D(((5, 0), (5, 0))),"
            " keras.layers.Cropping2D(((0, 5), (0, 5)))])",
            "",
        ),
        "the class": (
            "import keras\ndef build_augmenter(max_fraction=0.2):\n"
            "    return keras.layers.RandomTranslation",
            "should return",
        ),
        "a function": (
            "def build_augmenter(max_fraction=0.2):\n    return lambda images, training: images",
            "should return",
        ),
        "None": ("def build_augmenter(max_fraction=0.2):\n    pass", "None"),
    },
    "robust_range": {
        "signed": (
            changed(RANGE, ("abs(s) for s", "s for s"), ("abs(s) == d", "s == d")),
            "sign of a shift",
        ),
        "the furthest": (
            "def robust_range(accuracies, shifts, floor):\n"
            "    return max((abs(s) for a, s in zip(accuracies, shifts) if a >= floor), default=-1)",
            "though a smaller distance falls short",
        ),
        "None for none": (changed(RANGE, ("reach = -1", "reach = None")), ""),
        "a float": (changed(RANGE, ("reach = d", "reach = float(d)")), "whole number"),
        "always 2": ("def robust_range(accuracies, shifts, floor):\n    return 2", ""),
    },
}
