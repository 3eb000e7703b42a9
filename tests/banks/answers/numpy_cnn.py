"""Answers to lesson 12's exercises, right and wrong, as students write them."""

# ruff: noqa: E501

LESSON = "12_numpy_cnn"

ERRORS = """
    if stride < 1 or padding < 0:
        raise ValueError("stride or padding")
    if x.shape[3] != w.shape[2]:
        raise ValueError("channels")
    if w.shape[0] > x.shape[1] + 2 * padding or w.shape[1] > x.shape[2] + 2 * padding:
        raise ValueError("does not fit")
"""
FORWARD = """
def conv_forward(x, w, b, stride=1, padding=0):
    {errors}
    {floats}
    kh, kw, channels, filters = w.shape
    padded = {padded}
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kh, kw), axis=(1, 2))
    windows = {windows}
    rows = windows{order}.reshape(-1, kh * kw * channels)
    return {result}
"""


def forward(
    errors=ERRORS,
    floats="x, w = x.astype(float), w.astype(float)",
    padded="np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))",
    windows="windows[:, ::stride, ::stride]",
    order=".transpose(0, 1, 2, 4, 5, 3)",
    result="(rows @ w.reshape(-1, filters) + b).reshape(windows.shape[:3] + (filters,))",
):
    return FORWARD.format(
        errors=errors, floats=floats, padded=padded, windows=windows, order=order, result=result
    )


LOOPS = """
def conv_forward(x, w, b, stride=1, padding=0):
    {errors}
    N, H, W, C = x.shape
    kh, kw, _, F = w.shape
    Ho = {tall}
    Wo = {wide}
    out = np.zeros((N, Ho, Wo, F){dtype})
    for n in range(N):
        for i in range(Ho):
            for j in range(Wo):
                for f in range(F):
                    total = float(b[f])
                    for a in range(kh):
                        for c in range(kw):
                            r, s = {row}, {column}
                            if 0 <= r < H and 0 <= s < W:
                                for d in range(C):
                                    total {assign} float(x[n, r, s, d]) * float(w[a, c, d, f])
                    out[n, i, j, f] = total
    return out
"""


def loops(
    errors=ERRORS,
    tall="(H + 2 * padding - kh) // stride + 1",
    wide="(W + 2 * padding - kw) // stride + 1",
    dtype="",
    row="i * stride + a - padding",
    column="j * stride + c - padding",
    assign="+=",
):
    return LOOPS.format(
        errors=errors, tall=tall, wide=wide, dtype=dtype, row=row, column=column, assign=assign
    )


BACKWARD = """
def conv_backward(upstream, x, w, stride=1, padding=0):
    upstream, x, w = np.array(upstream, float), np.array(x, float), np.array(w, float)
    padded = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    dpadded, dw = np.zeros({padded_shape}), np.zeros(w.shape)
    for i in range(upstream.shape[1]):
        for j in range(upstream.shape[2]):
            top, left = {top}, {left}
            rows, columns = slice(top, top + w.shape[0]), slice(left, left + w.shape[1])
            {dw}
            {dx}
    {after}
    return {result}
"""
DW = "dw += np.einsum('nabc,nf->abcf', padded[:, rows, columns], upstream[:, i, j])"
DX = "dpadded[:, rows, columns] += np.einsum('nf,abcf->nabc', upstream[:, i, j], w)"
CUT = "dx = dpadded[:, padding:padding + x.shape[1], padding:padding + x.shape[2]]"


def backward(
    padded_shape="padded.shape",
    top="i * stride",
    left="j * stride",
    dw=DW,
    dx=DX,
    after=CUT,
    result="dx, dw, upstream.sum(axis=(0, 1, 2))",
):
    return BACKWARD.format(
        padded_shape=padded_shape, top=top, left=left, dw=dw, dx=dx, after=after, result=result
    )


POOL = """
def max_pool_backward(upstream, x, size=2):
    gradient = {zeros}
    for n, i, j, c in np.ndindex(upstream.shape):
        window = x[n, i * size:(i + 1) * size, j * size:(j + 1) * size, c]
        row, column = {winner}
        gradient[n, {row}, {column}, c] {assign} {share}
    return gradient
"""


def pool(
    zeros="np.zeros(x.shape)",
    winner="divmod(window.argmax(), size)",
    row="i * size + row",
    column="j * size + column",
    assign="=",
    share="upstream[n, i, j, c]",
):
    return POOL.format(
        zeros=zeros, winner=winner, row=row, column=column, assign=assign, share=share
    )


MASK = """
def max_pool_backward(upstream, x, size=2):
    gradient = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(upstream.shape):
        window = x[n, i * size:(i + 1) * size, j * size:(j + 1) * size, c]
        place = n, slice(i * size, (i + 1) * size), slice(j * size, (j + 1) * size), c
        gradient[place] {assign} {mask} * float(upstream[n, i, j, c])
    return gradient
"""

ENTROPY = """
def cross_entropy_gradient(logits, labels):
    logits = np.array(logits, float)
    powers = np.exp({shifted})
    gradient = {softmax}
    {subtract}
    return {result}
"""


def entropy(
    shifted="logits - logits.max(axis=1, keepdims=True)",
    softmax="powers / powers.sum(axis=1, keepdims=True)",
    subtract="gradient[np.arange(len(labels)), labels] -= 1",
    result="gradient / len(labels)",
):
    return ENTROPY.format(shifted=shifted, softmax=softmax, subtract=subtract, result=result)


RIGHT = {
    "conv_forward": {
        "im2col": forward(),
        "seven loops, no padded copy": loops(),
        "loops over the output, einsum": """
def conv_forward(x, w, b, stride=1, padding=0):
    if stride < 1 or padding < 0 or x.shape[-1] != w.shape[2]:
        raise ValueError
    p = np.zeros((x.shape[0], x.shape[1] + 2 * padding, x.shape[2] + 2 * padding, x.shape[3]))
    p[:, padding:padding + x.shape[1], padding:padding + x.shape[2]] = x
    if w.shape[0] > p.shape[1] or w.shape[1] > p.shape[2]:
        raise ValueError
    rows = range(0, p.shape[1] - w.shape[0] + 1, stride)
    columns = range(0, p.shape[2] - w.shape[1] + 1, stride)
    return np.array([[
        np.einsum("nabc,abcf->nf", p[:, r:r + w.shape[0], c:c + w.shape[1]], w.astype(float)) + b
        for c in columns] for r in rows]).transpose(2, 0, 1, 3)
""",
        "loops over the kernel": """
def conv_forward(x, w, b, stride=1, padding=0):
    if stride < 1 or padding < 0:
        raise ValueError("stride, padding")
    if x.shape[3] != w.shape[2]:
        raise ValueError("channels")
    x = np.pad(x.astype(float), [(0, 0), (padding, padding), (padding, padding), (0, 0)])
    H = (x.shape[1] - w.shape[0]) // stride + 1
    W = (x.shape[2] - w.shape[1]) // stride + 1
    if H < 1 or W < 1:
        raise ValueError("fit")
    out = np.zeros((len(x), H, W, w.shape[3])) + b
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            out += x[:, i:i + stride * H:stride, j:j + stride * W:stride] @ w[i, j].astype(float)
    return out
""",
        "tensordot on windows": forward(
            order="",
            result="np.tensordot(windows, w, axes=([3, 4, 5], [2, 0, 1])) + b",
        ).replace(".reshape(-1, kh * kw * channels)", ""),
        "image by image, recursion over the batch": """
def conv_forward(x, w, b, stride=1, padding=0):
    if stride < 1 or padding < 0 or x.shape[3] != w.shape[2]:
        raise ValueError("bad")
    if len(x) > 1:
        parts = [conv_forward(x[i:i + 1], w, b, stride, padding) for i in range(len(x))]
        return np.concatenate(parts)
    image = np.pad(np.asarray(x[0], float), ((padding,) * 2, (padding,) * 2, (0, 0)))
    kh, kw = w.shape[:2]
    if kh > image.shape[0] or kw > image.shape[1]:
        raise ValueError("too large")
    v = np.lib.stride_tricks.sliding_window_view(image, (kh, kw), axis=(0, 1))
    return (np.einsum("ijcab,abcf->ijf", v, np.asarray(w, float)) + b)[None, ::stride, ::stride]
""",
    },
    "conv_backward": {
        "windows": backward(),
        "kernel places": """
def conv_backward(upstream, x, w, stride=1, padding=0):
    upstream, x, w = upstream.astype(float), x.astype(float), w.astype(float)
    p = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    dp, dw = np.zeros_like(p), np.zeros_like(w)
    for a in range(w.shape[0]):
        for b in range(w.shape[1]):
            r = slice(a, a + stride * upstream.shape[1], stride)
            c = slice(b, b + stride * upstream.shape[2], stride)
            dw[a, b] = np.einsum("nijc,nijf->cf", p[:, r, c], upstream)
            dp[:, r, c] += upstream @ w[a, b].T
    dx = dp[:, padding:dp.shape[1] - padding, padding:dp.shape[2] - padding]
    return dx, dw, np.einsum("nijf->f", upstream)
""",
        "loops over every number": """
def conv_backward(upstream, x, w, stride=1, padding=0):
    (N, H, W, C), (kh, kw, _, F) = x.shape, w.shape
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(F)
    for (n, i, j, f), u in np.ndenumerate(upstream):
        u = float(u)
        db[f] += u
        for a in range(kh):
            for b in range(kw):
                r, s = i * stride + a - padding, j * stride + b - padding
                if 0 <= r < H and 0 <= s < W:
                    for c in range(C):
                        dx[n, r, s, c] += u * float(w[a, b, c, f])
                        dw[a, b, c, f] += u * float(x[n, r, s, c])
    return dx, dw, db
""",
        "zeros between, flipped kernel; a list": """
def conv_backward(upstream, x, w, stride=1, padding=0):
    upstream, x, w = (np.asarray(a, float) for a in (upstream, x, w))
    view = np.lib.stride_tricks.sliding_window_view
    p = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    kh, kw = w.shape[:2]
    full = np.zeros((len(x), p.shape[1] - kh + 1, p.shape[2] - kw + 1, w.shape[3]))
    full[:, ::stride, ::stride][:, :upstream.shape[1], :upstream.shape[2]] = upstream
    around = np.pad(full, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)))
    dp = np.einsum("nijfab,abcf->nijc", view(around, (kh, kw), axis=(1, 2)), w[::-1, ::-1])
    dw = np.einsum("nabcij,nijf->abcf", view(p, full.shape[1:3], axis=(1, 2)), full)
    return [dp[:, padding:padding + x.shape[1], padding:padding + x.shape[2]], dw, full.sum((0, 1, 2))]
""",
        "by small changes, with its own conv_forward": forward()
        + """
def conv_backward(upstream, x, w, stride=1, padding=0):
    upstream = np.asarray(upstream, float)
    b = np.zeros(w.shape[3])
    def slopes(f, array):
        result = np.zeros(array.shape)
        for at in np.ndindex(array.shape):
            unit = np.zeros(array.shape)
            unit[at] = 1
            result[at] = np.sum(upstream * f(unit))
        return result
    dx = slopes(lambda unit: conv_forward(unit, w, b, stride, padding), x)
    dw = slopes(lambda unit: conv_forward(x, unit, b, stride, padding), w)
    return dx, dw, slopes(lambda unit: np.ones(upstream.shape) * unit, b)
""",
        "by small changes, with a wrong conv_forward": """
def conv_forward(x, w, b, stride=1, padding=0):
    return np.zeros((1, 1, 1, 1))

def conv_backward(upstream, x, w, stride=1, padding=0):
    upstream = np.asarray(upstream, float)
    b = np.zeros(w.shape[3])
    def slopes(f, array):
        result = np.zeros(array.shape)
        for at in np.ndindex(array.shape):
            unit = np.zeros(array.shape)
            unit[at] = 1
            result[at] = np.sum(upstream * f(unit))
        return result
    dx = slopes(lambda unit: conv_forward(unit, w, b, stride, padding), x)
    dw = slopes(lambda unit: conv_forward(x, unit, b, stride, padding), w)
    return dx, dw, upstream.sum(axis=(0, 1, 2))
""",
    },
    "max_pool_backward": {
        "argmax": pool(),
        "unravel_index": pool(winner="np.unravel_index(np.argmax(window), window.shape)"),
        "places in order": """
def max_pool_backward(upstream, x, size=2):
    n, h, w, c = upstream.shape
    gradient, waiting = np.zeros(x.shape), np.ones(upstream.shape, bool)
    cut = x[:, :h * size, :w * size].reshape(n, h, size, w, size, c)
    top = cut.max(axis=(2, 4))
    for a in range(size):
        for b in range(size):
            wins = waiting & (cut[:, :, a, :, b] == top)
            gradient[:, a:h * size:size, b:w * size:size] = wins * upstream
            waiting &= ~wins
    return gradient
""",
        "loops and a comparison": """
def max_pool_backward(upstream, x, size=2):
    gradient = np.zeros(x.shape, dtype=np.float64)
    for n in range(upstream.shape[0]):
        for c in range(upstream.shape[3]):
            for i in range(upstream.shape[1]):
                for j in range(upstream.shape[2]):
                    best = None
                    for r in range(i * size, i * size + size):
                        for s in range(j * size, j * size + size):
                            if best is None or x[n, r, s, c] > x[n, best[0], best[1], c]:
                                best = r, s
                    gradient[n, best[0], best[1], c] = upstream[n, i, j, c]
    return gradient
""",
        "put_along_axis": """
def max_pool_backward(upstream, x, size=2):
    n, h, w, c = upstream.shape
    v = x[:, :h * size, :w * size].reshape(n, h, size, w, size, c).transpose(0, 1, 3, 5, 2, 4)
    v = v.reshape(n, h, w, c, size * size)
    shares = np.zeros(v.shape)
    np.put_along_axis(shares, v.argmax(-1)[..., None], np.asarray(upstream, float)[..., None], -1)
    shares = shares.reshape(n, h, w, c, size, size).transpose(0, 1, 4, 2, 5, 3)
    return np.pad(shares.reshape(n, h * size, w * size, c),
                  ((0, 0), (0, x.shape[1] - h * size), (0, x.shape[2] - w * size), (0, 0)))
""",
        "first of the argwhere": """
def max_pool_backward(upstream, x, size=2):
    out = np.zeros(x.shape)
    for (n, i, j, c), u in np.ndenumerate(upstream):
        window = x[n, i * size:i * size + size, j * size:j * size + size, c]
        r, s = np.argwhere(window == window.max())[0]
        out[n, i * size + r, j * size + s, c] += u
    return out
""",
    },
    "cross_entropy_gradient": {
        "fancy index": entropy(),
        "one-hot by eye": entropy(
            subtract="gradient -= np.eye(logits.shape[1])[labels]", result="gradient / len(logits)"
        ),
        "row by row": """
def cross_entropy_gradient(logits, labels):
    rows = []
    for row, label in zip(logits, labels):
        row = np.array([float(value) for value in row])
        powers = np.exp(row - max(row))
        p = powers / sum(powers)
        p[label] -= 1
        rows.append(p / len(logits))
    return np.array(rows)
""",
        "log-sum-exp": """
def cross_entropy_gradient(logits, labels):
    z = np.asarray(logits).astype(np.float64)
    top = np.max(z, axis=1)[:, None]
    log_p = z - top - np.log(np.sum(np.exp(z - top), axis=1))[:, None]
    hot = (np.arange(z.shape[1])[None] == np.asarray(labels)[:, None]).astype(float)
    return (np.exp(log_p) - hot) / z.shape[0]
""",
        "differences of logits": """
def cross_entropy_gradient(logits, labels):
    z = np.array(logits, dtype=float)
    with np.errstate(over="ignore"):
        p = 1 / np.exp(z[:, None, :] - z[:, :, None]).sum(axis=2)
    for i, label in enumerate(labels):
        p[i, label] -= 1
    return p / len(p)
""",
        "a list of lists": entropy(result="(gradient / len(labels)).tolist()").replace(
            "return (gradient / len(labels)).tolist()",
            "return np.array((gradient / len(labels)).tolist())",
        ),
    },
}

# Wrong answers, and words that their message must contain ("" where the mistake has no name).
WRONG = {
    "conv_forward": {
        "flipped": (forward().replace("w.reshape(-1", "w[::-1, ::-1].reshape(-1"), "flipped"),
        "no bias": (
            forward(
                result="(rows @ w.reshape(-1, filters)).reshape(windows.shape[:3] + (filters,))"
            ),
            "biases are not added",
        ),
        "one bias": (forward().replace("+ b)", "+ b[0])"), "bias of the first one"),
        "stride ignored": (forward(windows="windows"), "stride is ignored"),
        "stride for rows only": (forward(windows="windows[:, ::stride]"), "down the rows"),
        "stride for columns only": (
            forward(windows="windows[:, :, ::stride]"),
            "along the columns",
        ),
        "stride in the size only": (
            loops(row="i + a - padding", column="j + c - padding"),
            "one pixel apart",
        ),
        "padding ignored": (forward(padded="x"), "padding is ignored"),
        "padding before only": (
            forward(padded="np.pad(x, ((0, 0), (padding, 0), (padding, 0), (0, 0)))"),
            "above and to the left",
        ),
        "padding of rows only": (
            forward(padded="np.pad(x, ((0, 0), (padding, padding), (0, 0), (0, 0)))"),
            "above and below",
        ),
        "all axes padded": (forward(padded="np.pad(x, padding)"), ""),
        "padding once in the size": (
            loops(tall="(H + padding - kh) // stride + 1", wide="(W + padding - kw) // stride + 1"),
            "padding counts once",
        ),
        "edge padding": (
            forward(
                padded="np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)), mode='edge')"
            ),
            "repeats the outermost pixels",
        ),
        "window axes last": (forward(order=""), "different orders"),
        "kernel height for both": (loops(wide="(W + 2 * padding - kh) // stride + 1"), ""),
        "stride forgotten in the columns' start": (loops(column="j + c - padding"), ""),
        "rounded up": (
            loops(
                tall="-(-(H + 2 * padding - kh) // stride) + 1",
                wide="-(-(W + 2 * padding - kw) // stride) + 1",
            ),
            "",
        ),
        "one too few": (
            loops(tall="(H + 2 * padding - kh) // stride", wide="(W + 2 * padding - kw) // stride"),
            "last row and the last column",
        ),
        "in the images' dtype": (
            forward(floats="").replace("+ b)", "+ b.astype(x.dtype))"),
            "",
        ),
        "whole numbers": (loops(dtype=", int"), "whole numbers"),
        "last product only": (loops(assign="="), ""),
        "first image only": (
            forward().replace("(rows @", "(rows[:len(rows) // len(x)].repeat(1) @"),
            "",
        ),
        "mean of channels": (
            forward(
                result="(rows @ w.reshape(-1, filters) / channels + b).reshape(windows.shape[:3] + (filters,))"
            ),
            "channels are averaged",
        ),
        "with a ReLU": (
            forward(
                result="np.maximum(rows @ w.reshape(-1, filters) + b, 0).reshape(windows.shape[:3] + (filters,))"
            ),
            "ReLU",
        ),
        "no errors": (loops(errors=""), ""),
        "NumPy's errors, none for a stride below 0": (forward(errors=""), ""),
        "no error for the channels": (
            loops(errors=ERRORS.replace("x.shape[3] != w.shape[2]", "False")).replace(
                "range(C)", "range(min(C, w.shape[2]))"
            ),
            "",
        ),
        "no error for the stride": (loops(errors=ERRORS.replace("stride < 1 or ", "")), ""),
        "no error for the padding": (loops(errors=ERRORS.replace(" or padding < 0", "")), ""),
        "fit without padding": (forward(errors=ERRORS.replace(" + 2 * padding", "")), ""),
        "only the height must fit": (
            loops(errors=ERRORS.replace(" or w.shape[1] > x.shape[2] + 2 * padding", "")),
            "",
        ),
        "changes x": (
            forward(errors=ERRORS + "    copy = x.copy(); x += 1; x = copy\n"),
            "changes its argument `x`",
        ),
        "through scipy": (
            """
from scipy import signal

def conv_forward(x, w, b, stride=1, padding=0):
    p = np.pad(x.astype(float), ((0, 0), (padding,) * 2, (padding,) * 2, (0, 0)))
    maps = [[sum(signal.correlate2d(image[..., c], w[..., c, f].astype(float), "valid")
             for c in range(w.shape[2])) + b[f] for f in range(w.shape[3])] for image in p]
    return np.array(maps).transpose(0, 2, 3, 1)[:, ::stride, ::stride]
""",
            "scipy",
        ),
    },
    "conv_backward": {
        "kernel flipped in dx": (
            backward(dx=DX.replace(", w)", ", w[::-1, ::-1])")),
            "wrong way round",
        ),
        "border not cut": (backward(after="dx = dpadded"), "border of the padding"),
        "cut at the end only": (
            backward(after="dx = dpadded[:, :x.shape[1], :x.shape[2]]"),
            "only its end was cut off",
        ),
        "minus padding": (
            backward(after="dx = dpadded[:, padding:-padding, padding:-padding]"),
            "",
        ),
        "overwritten": (backward(dx=DX.replace("+=", "=")), "overwrites the shares"),
        "dw overwritten": (backward(dw=DW.replace("+=", "=")), ""),
        "stride ignored": (backward(top="i", left="j"), "stride is ignored"),
        "stride for rows only": (backward(left="j"), ""),
        "dw from the image": (
            backward(
                dw=DW.replace(
                    "padded[", "np.pad(x, ((0, 0), (0, 2 * padding), (0, 2 * padding), (0, 0)))["
                )
            ),
            "padded",
        ),
        "mean over the batch": (
            backward(result="dx, dw / len(x), upstream.mean(axis=0).sum(axis=(0, 1))"),
            "Both dw and db are averaged",
        ),
        "db averaged": (
            backward(result="dx, dw, upstream.mean(axis=(0, 1, 2))"),
            "mean of upstream",
        ),
        "db for each image": (
            backward(result="dx, dw, upstream.sum(axis=(1, 2))"),
            "not added up over the images",
        ),
        "db one number": (backward(result="dx, dw, upstream.sum()"), "one number"),
        "db keepdims": (
            backward(result="dx, dw, upstream.sum(axis=(0, 1, 2), keepdims=True)"),
            "more axes",
        ),
        "dw, dx, db": (
            backward(result="dw, dx, upstream.sum(axis=(0, 1, 2))"),
            "order dw, dx, db",
        ),
        "only dx and dw": (backward(result="dx, dw"), ""),
        "upstream ignored": (
            backward(after=CUT + "; upstream = upstream").replace(
                "np.array(upstream, float)", "np.ones(upstream.shape)"
            ),
            "upstream gradient is ignored",
        ),
        "weights ignored in dx": (
            backward(dx=DX.replace(", w)", ", w ** 0)")),
            "weights are ignored",
        ),
        "unseen pixels cut off": (
            backward(
                padded_shape="(len(x), (upstream.shape[1] - 1) * stride + w.shape[0], (upstream.shape[2] - 1) * stride + w.shape[1], x.shape[3])"
            ),
            "pixels that no window contains",
        ),
        "first image only in dw": (
            backward(
                dw="dw += np.einsum('nabc,nf->abcf', padded[:1, rows, columns], upstream[:1, i, j])"
            ),
            "only the first image",
        ),
        "in the dtype of w": (
            backward(
                result="dx.astype(kind), dw.astype(kind), upstream.sum(axis=(0, 1, 2))"
            ).replace("    upstream, x, w =", "    kind = w.dtype\n    upstream, x, w =", 1),
            "",
        ),
        "zeros": (backward(dx="pass"), "dx is 0 everywhere"),
        "height and width swapped": (backward(top="j * stride", left="i * stride"), ""),
        "changes upstream": (
            backward(after=CUT + "; original *= 1; original += 1").replace(
                "    upstream, x, w =", "    original = upstream\n    upstream, x, w =", 1
            ),
            "",
        ),
    },
    "max_pool_backward": {
        "mask of all equals": (
            MASK.format(assign="=", mask="(window == window.max())"),
            "All of several equally large",
        ),
        "equals share": (
            MASK.format(
                assign="=", mask="(window == window.max()) / (window == window.max()).sum()"
            ),
            "share the gradient",
        ),
        "last of equals": (
            pool(winner="divmod(size * size - 1 - window[::-1, ::-1].argmax(), size)"),
            "the last one",
        ),
        "column first": (pool(winner="divmod(window.T.argmax(), size)[::-1]"), "column by column"),
        "row and column swapped": (pool(winner="divmod(window.argmax(), size)[::-1]"), "swapped"),
        "average": (MASK.format(assign="=", mask="np.full(window.shape, size ** -2.0)"), "average"),
        "every pixel": (
            MASK.format(assign="=", mask="np.ones(window.shape)"),
            "Every pixel of a window gets the gradient",
        ),
        "always the first": (pool(winner="0, 0"), "first pixel of each window"),
        "smallest": (pool(winner="divmod(window.argmin(), size)"), "smallest"),
        "absolute value": (
            pool(winner="divmod(abs(window.astype(float)).argmax(), size)"),
            "absolute value",
        ),
        "ones": (pool(share="1"), "get 1"),
        "times the pixel": (
            pool(share="upstream[n, i, j, c] * float(window.max())"),
            "multiplied by the pixel",
        ),
        "in the images' dtype": (pool(zeros="np.zeros_like(x)"), ""),
        "whole numbers": (pool(zeros="np.zeros(x.shape, int)"), "whole numbers"),
        "size ignored": (pool().replace("gradient = np", "size = 2\n    gradient = np"), ""),
        "window begins at i": (pool(row="i + row", column="j + column", assign="+="), ""),
        "leftovers cut off": (
            pool(
                zeros="np.zeros((len(x), upstream.shape[1] * size, upstream.shape[2] * size, x.shape[3]))"
            ),
            "in no window are missing",
        ),
        "zero wins": (
            pool(winner="divmod(window.argmax(), size)").replace(
                "        row, column", "        if window.max() < 0: continue\n        row, column"
            ),
            "all pixels are negative",
        ),
        "first channel decides": (
            pool().replace("(j + 1) * size, c]", "(j + 1) * size, 0]"),
            "first channel",
        ),
        "first image decides": (pool().replace("window = x[n", "window = x[0"), "first image"),
        "changes x": (
            pool().replace("    gradient =", "    x -= 1\n    x += 0\n    gradient =", 1),
            "",
        ),
    },
    "cross_entropy_gradient": {
        "not divided": (entropy(result="gradient"), "not divided by the number of images"),
        "mean over everything": (
            entropy(result="gradient / gradient.size"),
            "number of all logits",
        ),
        "divided by the classes": (
            entropy(result="gradient / gradient.shape[1]"),
            "number of classes",
        ),
        "sign": (entropy(result="-gradient / len(labels)"), "sign is reversed"),
        "no labels": (entropy(subtract="pass"), "labels are ignored"),
        "one added": (
            entropy(subtract="gradient[np.arange(len(labels)), labels] += 1"),
            "1 is added",
        ),
        "whole columns": (entropy(subtract="gradient[:, labels] -= 1"), "whole columns"),
        "everywhere": (entropy(subtract="gradient -= 1"), "every number of a row"),
        "brackets": (
            entropy(
                subtract="gradient[np.arange(len(labels)), labels] -= 1 / len(labels)",
                result="gradient",
            ),
            "Only the 1 at the right class",
        ),
        "probabilities averaged": (
            entropy(
                subtract="gradient /= len(labels); gradient[np.arange(len(labels)), labels] -= 1",
                result="gradient",
            ),
            "Only the probabilities are divided",
        ),
        "overflow": (entropy(shifted="logits"), "not a finite number"),
        "one maximum": (entropy(shifted="logits - logits.max()"), "not a finite number"),
        "mean of each row": (
            entropy(shifted="logits - logits.mean(axis=1, keepdims=True)"),
            "not a finite number",
        ),
        "softmax over everything": (
            entropy(softmax="powers / powers.sum()", shifted="logits - logits.max()"),
            "over the whole batch",
        ),
        "softmax down the columns": (
            entropy(
                shifted="logits - logits.max(axis=0, keepdims=True)",
                softmax="powers / powers.sum(axis=0, keepdims=True)",
            ),
            "down the columns",
        ),
        "clipped": (entropy(shifted="np.clip(logits, -20, 20)"), ""),
        "no softmax": (entropy(softmax="logits"), "no softmax"),
        "right class only": (
            entropy(result="gradient * np.eye(logits.shape[1])[labels] / len(labels)"),
            "Only the right classes",
        ),
        "labels from one": (
            entropy(subtract="gradient[np.arange(len(labels)), labels.astype(int) - 1] -= 1"),
            "begin at 1",
        ),
        "gradient of the probabilities": (
            entropy(
                result="-np.eye(logits.shape[1])[labels] / powers * powers.sum(axis=1, keepdims=True) / len(labels)",
                subtract="pass",
            ),
            "with respect to the probabilities",
        ),
        "maximum in bytes": (
            entropy().replace("logits = np.array(logits, float)", "pass"),
            "",
        ),
        "small number added": (
            entropy(softmax="powers / (powers.sum(axis=1, keepdims=True) + 0.001)"),
            "",
        ),
        "through scipy": (
            """
from scipy.special import softmax

def cross_entropy_gradient(logits, labels):
    p = softmax(logits.astype(float), axis=1)
    p[np.arange(len(labels)), labels] -= 1
    return p / len(labels)
""",
            "scipy",
        ),
    },
}
