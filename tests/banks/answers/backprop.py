"""Answers to lesson 10's exercises, right and wrong, as students write them."""

# ruff: noqa: E501

LESSON = "10_backprop"

NUMERICAL = """
def numerical_gradient(f, w, eps=1e-5):
    {start}
    gradient = np.zeros(w.shape)
    for position in np.ndindex(w.shape):
        above, below = w.copy(), w.copy()
        above[position] += eps
        below[position] -= eps
        gradient[position] = {quotient}
    return {result}
"""


def numerical(
    quotient="(f(above) - f(below)) / (2 * eps)", start="w = np.array(w, float)", result="gradient"
):
    return NUMERICAL.format(quotient=quotient, start=start, result=result)


IN_PLACE = """
def numerical_gradient(f, w, eps=1e-5):
    {start}
    gradient = np.zeros(w.shape)
    for position in np.ndindex(w.shape):
        before = w[position]
        w[position] = before + eps
        above = f(w)
        w[position] = before - eps
        gradient[position] = (above - f(w)) / (2 * eps)
        {restore}
    return gradient
"""
KERNEL = """
def kernel_gradient(image, upstream):
    {first}
    h, w = upstream.shape
    gradient = np.zeros((image.shape[0] - h + 1, image.shape[1] - w + 1))
    for a in range(gradient.shape[0]):
        for b in range(gradient.shape[1]):
            window = image[a:a + h, b:b + w]
            gradient[a, b] = {sum}
    return {result}
"""
FLOATS = "image, upstream = image.astype(float), upstream.astype(float)"


def kernel(sum="(window * upstream).sum()", first=FLOATS, result="gradient"):
    return KERNEL.format(sum=sum, first=first, result=result)


SHARES = """
def image_gradient(kernel, upstream):
    {first}
    (kh, kw), (h, w) = kernel.shape, upstream.shape
    gradient = np.zeros((h + kh - 1, w + kw - 1))
    for i in range(h):
        for j in range(w):
            gradient[i:i + kh, j:j + kw] {assign} {share}
    return {result}
"""
BOTH = "kernel, upstream = kernel.astype(float), upstream.astype(float)"


def shares(share="upstream[i, j] * kernel", first=BOTH, assign="+=", result="gradient"):
    return SHARES.format(share=share, first=first, assign=assign, result=result)


SLIDING = """
def image_gradient(kernel, upstream):
    kernel, upstream = np.array(kernel, float), np.array(upstream, float)
    kh, kw = kernel.shape
    padded = np.pad(upstream, (({rows}, {rows}), ({columns}, {columns})))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    return np.einsum("ijab,ab->ij", windows, {kernel})
"""


def sliding(kernel="kernel[::-1, ::-1]", rows="kh - 1", columns="kw - 1"):
    return SLIDING.format(kernel=kernel, rows=rows, columns=columns)


LEARN = """
def learn_kernel(image, target, kernel_shape, steps, rate):
    image = np.array(image, float)
    kernel = {start}
    {before}
    for _ in range(steps):
        windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
        output = np.einsum("ijab,ab->ij", windows, {used})
        error = {error}
        gradient = {factor} * np.einsum("ijab,ij->ab", windows, error)
        {step}
    return {result}
"""


def learn(
    start="np.zeros(kernel_shape)",
    used="kernel",
    error="output - target",
    factor="2 / error.size",
    step="kernel = kernel - rate * gradient",
    result="kernel",
    before="pass",
):
    return LEARN.format(
        start=start,
        used=used,
        error=error,
        factor=factor,
        step=step,
        result=result,
        before=before,
    )


RIGHT = {
    "numerical_gradient": {
        "copies": numerical(),
        "in place, on a copy, put back": IN_PLACE.format(
            start="w = w.astype(np.float64)", restore="w[position] = before"
        ),
        "in place and put back, floats alone copied when needed": IN_PLACE.format(
            start="w = w if w.dtype == np.float64 else w.astype(np.float64)",
            restore="w[position] = before",
        ),
        "up, down, up again on a copy": """
def numerical_gradient(f, w, eps=1e-5):
    x = np.asarray(w, dtype=float).copy()
    g = np.zeros_like(x)
    for i in np.ndindex(*x.shape):
        x[i] += eps
        up = f(x)
        x[i] -= 2 * eps
        down = f(x)
        x[i] += eps
        g[i] = (up - down) / eps / 2
    return g
""",
        "flat positions": """
def numerical_gradient(f, w, eps=1e-5):
    slopes = []
    for i in range(w.size):
        change = np.zeros(w.size)
        change[i] = eps
        change = change.reshape(w.shape)
        slopes.append((f(w.astype(float) + change) - f(w.astype(float) - change)) / (2 * eps))
    return np.array(slopes, dtype=float).reshape(w.shape)
""",
        "rows of the unit matrix": """
def numerical_gradient(f, w, eps=1e-5):
    w = np.array(w, dtype="float64")
    units = np.eye(w.size).reshape(w.size, *w.shape) * eps
    return np.array([float(f(w + u)) - float(f(w - u)) for u in units]).reshape(w.shape) / (2 * eps)
""",
        "larger eps first, in pieces": """
def numerical_gradient(f, w, eps=1e-5):
    w = np.array(w, float)
    gradient = np.zeros(w.shape)
    for position in np.ndindex(w.shape):
        halves = []
        for sign in (-1, 1):
            x = w.copy()
            x[position] = x[position] - 3 * eps + (3 + sign) * eps
            halves.append(sign * f(x) / 2 / eps)
        gradient[position] = sum(halves)
    return gradient
""",
        "nditer": """
def numerical_gradient(f, w, eps=1e-5):
    w = w * 1.0 if w.dtype.kind != "f" else w.astype(np.float64)
    grad = np.empty(w.shape)
    it = np.nditer(w, flags=["multi_index"])
    while not it.finished:
        p, m = np.copy(w), np.copy(w)
        p[it.multi_index] += eps
        m[it.multi_index] -= eps
        grad[it.multi_index] = (f(p) - f(m)) / (2.0 * eps)
        it.iternext()
    return grad
""",
        "recursion over the axes": """
def numerical_gradient(f, w, eps=1e-5):
    w = np.array(w, float)
    def slopes(position):
        if len(position) == w.ndim:
            moved = []
            for sign in (1, -1):
                x = w.copy()
                x[position] += sign * eps
                moved.append(f(x))
            return (moved[0] - moved[1]) / (2 * eps)
        return [slopes(position + (i,)) for i in range(w.shape[len(position)])]
    return np.array(slopes(()))
""",
    },
    "kernel_gradient": {
        "loops": kernel(),
        "four loops of python numbers": """
def kernel_gradient(image, upstream):
    H, W, h, w = len(image), len(image[0]), len(upstream), len(upstream[0])
    rows = []
    for a in range(H - h + 1):
        row = []
        for b in range(W - w + 1):
            total = 0.0
            for i in range(h):
                for j in range(w):
                    total += float(image[i + a][j + b]) * float(upstream[i][j])
            row.append(total)
        rows.append(row)
    return np.array(rows)
""",
        "sliding windows and einsum": """
def kernel_gradient(image, upstream):
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(image, float), upstream.shape)
    return np.einsum("abij,ij->ab", windows, np.asarray(upstream, float))
""",
        "one slice for each output": """
def kernel_gradient(image, upstream):
    kh, kw = image.shape[0] - upstream.shape[0] + 1, image.shape[1] - upstream.shape[1] + 1
    out = np.zeros((kh, kw))
    for (i, j), u in np.ndenumerate(upstream):
        out = out + float(u) * image[i:i + kh, j:j + kw].astype(float)
    return out
""",
        "tensordot": """
def kernel_gradient(image, upstream):
    v = np.lib.stride_tricks.sliding_window_view(image.astype(float), upstream.shape)
    return np.tensordot(v, upstream.astype(float), axes=([2, 3], [0, 1]))
""",
        "by small changes, with its own numerical_gradient": numerical()
        + """
def kernel_gradient(image, upstream):
    image, upstream = image.astype(float), upstream.astype(float)
    shape = tuple(np.subtract(image.shape, upstream.shape) + 1)
    windows = np.lib.stride_tricks.sliding_window_view(image, shape)
    return numerical_gradient(
        lambda k: np.sum(upstream * np.einsum("ijab,ab->ij", windows, k)), np.zeros(shape), 1.0
    )
""",
        "by small changes, with a wrong numerical_gradient": numerical("0.0")
        + """
def kernel_gradient(image, upstream):
    image, upstream = image.astype(float), upstream.astype(float)
    shape = tuple(np.subtract(image.shape, upstream.shape) + 1)
    windows = np.lib.stride_tricks.sliding_window_view(image, shape)
    return numerical_gradient(
        lambda k: np.sum(upstream * np.einsum("ijab,ab->ij", windows, k)), np.zeros(shape), 1.0
    )
""",
    },
    "image_gradient": {
        "shares": shares(),
        "sliding": sliding(),
        "for each weight": """
def image_gradient(kernel, upstream):
    h, w = upstream.shape
    out = np.zeros((h + kernel.shape[0] - 1, w + kernel.shape[1] - 1))
    for a in range(kernel.shape[0]):
        for b in range(kernel.shape[1]):
            out[a:a + h, b:b + w] += float(kernel[a, b]) * upstream.astype(float)
    return out
""",
        "for each pixel": """
def image_gradient(kernel, upstream):
    kh, kw = kernel.shape
    h, w = upstream.shape
    rows = []
    for r in range(h + kh - 1):
        rows.append([])
        for c in range(w + kw - 1):
            rows[-1].append(sum(
                float(upstream[i, j]) * float(kernel[r - i, c - j])
                for i in range(h) for j in range(w) if 0 <= r - i < kh and 0 <= c - j < kw
            ))
    return np.array(rows)
""",
        "rows by np.convolve": """
def image_gradient(kernel, upstream):
    kernel, upstream = kernel.astype(float), upstream.astype(float)
    out = np.zeros((len(kernel) + len(upstream) - 1, kernel.shape[1] + upstream.shape[1] - 1))
    for a, row in enumerate(kernel):
        for i, other in enumerate(upstream):
            out[a + i] += np.convolve(row, other)
    return out
""",
        "by fft": """
def image_gradient(kernel, upstream):
    shape = [k + n - 1 for k, n in zip(kernel.shape, upstream.shape)]
    product = np.fft.rfft2(kernel.astype(float), shape) * np.fft.rfft2(upstream.astype(float), shape)
    return np.fft.irfft2(product, shape)
""",
        "with its own kernel_gradient": kernel()
        + """
def image_gradient(kernel, upstream):
    kh, kw = kernel.shape
    return kernel_gradient(np.pad(upstream, ((kh - 1,) * 2, (kw - 1,) * 2)), kernel[::-1, ::-1])
""",
        "with a wrong kernel_gradient": kernel("window.sum()")
        + """
def image_gradient(kernel, upstream):
    kh, kw = kernel.shape
    return kernel_gradient(np.pad(upstream, ((kh - 1,) * 2, (kw - 1,) * 2)), kernel[::-1, ::-1])
""",
    },
    "learn_kernel": {
        "einsum": learn(),
        "without the 2": learn(factor="1 / error.size"),
        "target minus output": learn(
            error="target - output", step="kernel = kernel + rate * gradient"
        ),
        "in place": learn(step="kernel -= rate * gradient"),
        "with utils and its own kernel_gradient": kernel()
        + """
from utils.convolution import correlate2d
def learn_kernel(image, target, kernel_shape, steps, rate):
    kernel = np.zeros(kernel_shape)
    for _ in range(steps):
        error = correlate2d(image, kernel) - target
        kernel = kernel - rate * kernel_gradient(image, 2 * error / error.size)
    return kernel
""",
        "with a wrong kernel_gradient": kernel("0.0")
        + """
from utils import convolution
def learn_kernel(image, target, kernel_shape, steps, rate):
    kernel = np.zeros(kernel_shape)
    for _ in range(steps):
        error = convolution.correlate2d(image, kernel) - target
        kernel = kernel - rate * kernel_gradient(image, 2 * error / error.size)
    return kernel
""",
        "recursion": """
def learn_kernel(image, target, kernel_shape, steps, rate, kernel=None):
    kernel = np.zeros(kernel_shape) if kernel is None else kernel
    if steps == 0:
        return kernel
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(float), kernel.shape)
    error = np.sum(windows * kernel, axis=(2, 3)) - target
    gradient = 2 * np.mean(windows * error[:, :, None, None], axis=(0, 1))
    return learn_kernel(image, target, kernel_shape, steps - 1, rate, kernel - rate * gradient)
""",
        "by small changes of its own": numerical()
        + """
def learn_kernel(image, target, kernel_shape, steps, rate):
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(float), kernel_shape)
    def loss(kernel):
        return np.mean((np.einsum("ijab,ab->ij", windows, kernel) - target) ** 2)
    kernel = np.zeros(kernel_shape)
    for _ in range(steps):
        kernel = kernel - rate * numerical_gradient(loss, kernel, 1e-3)
    return kernel
""",
    },
}

# Wrong answers, and words that their message must contain ("" where the mistake has no name).
WRONG = {
    "numerical_gradient": {
        "one-sided": (numerical("(f(above) - f(w)) / eps"), "one-sided"),
        "one-sided below": (numerical("(f(w) - f(below)) / eps"), "one-sided"),
        "divided by eps": (numerical("(f(above) - f(below)) / eps"), "twice as large"),
        "halved alone": (numerical("(f(above) - f(below)) / 2"), "but not by eps"),
        "no brackets around the difference": (
            numerical("f(above) - f(below) / (2 * eps)"),
            "not the whole difference",
        ),
        "the same array twice": (
            numerical().replace("w.copy(), w.copy()", "[w.copy()] * 2"),
            "Every value is 0",
        ),
        "brackets forgotten": (numerical("(f(above) - f(below)) / 2 * eps"), "multiplied by eps"),
        "not divided": (numerical("f(above) - f(below)"), "not divided"),
        "sign reversed": (numerical("(f(below) - f(above)) / (2 * eps)"), "sign"),
        "eps ignored": (numerical(start="w = np.array(w, float); eps = 1e-5"), "`eps` is ignored"),
        "half the change": (
            numerical()
            .replace("+= eps", "+= eps / 2")
            .replace("-= eps", "-= eps / 2")
            .replace("(2 * eps)", "eps"),
            "half as large",
        ),
        "all at once": (
            numerical("(f(w + eps) - f(w - eps)) / (2 * eps)"),
            "changed at once",
        ),
        "never put back": (
            IN_PLACE.format(start="w = np.array(w, float)", restore="pass"),
            "stay changed",
        ),
        "changes w": (
            IN_PLACE.format(start="pass", restore="pass"),
            "changes its argument `w`",
        ),
        "put back, but not exactly": (
            IN_PLACE.format(start="pass", restore="w[position] += eps"),
            "changes its argument `w`",
        ),
        "in its own dtype": (numerical(start="pass"), "own dtype"),
        "in place, whatever the dtype": (
            IN_PLACE.format(start="pass", restore="w[position] = before"),
            "own dtype",
        ),
        "result in its own dtype": (
            numerical(
                result="gradient.astype(dtype)", start="dtype = w.dtype; w = w.astype(float)"
            ),
            "own dtype",
        ),
        "like w": (
            numerical()
            .replace("np.zeros(w.shape)", "np.zeros_like(given)")
            .replace("w = np.array", "given = w; w = np.array"),
            "own dtype",
        ),
        "two axes alone": (
            numerical().replace(
                "np.ndindex(w.shape)",
                "[(i, j) for i in range(w.shape[0]) for j in range(w.shape[1])]",
            ),
            "raised",
        ),
        "one axis alone": (
            numerical().replace("np.ndindex(w.shape)", "range(len(w))"),
            "a whole row at once",
        ),
        "flattened for f": (
            numerical("(f(above.ravel()) - f(below.ravel())) / (2 * eps)"),
            "",
        ),
        "flattened result": (numerical(result="gradient.ravel()"), "shape"),
        "a list": (numerical(result="gradient.tolist()"), "NumPy array"),
        "one number": (numerical(result="gradient.sum()"), "NumPy array"),
        "its length": (numerical(result="np.linalg.norm(gradient)"), "NumPy array"),
        "squares alone": ("def numerical_gradient(f, w, eps=1e-5):\n    return 2.0 * w", ""),
        "zeros": (numerical("0.0"), "Every value is 0"),
        "nothing": (numerical(result="None"), "None"),
        "scipy": (
            "from scipy.optimize import approx_fprime\n"
            "def numerical_gradient(f, w, eps=1e-5):\n"
            "    g = lambda x: f(x.reshape(w.shape))\n"
            "    up = approx_fprime(w.astype(float).ravel(), g, eps)\n"
            "    down = approx_fprime(w.astype(float).ravel(), g, -eps)\n"
            "    return ((up + down) / 2).reshape(w.shape)",
            "scipy",
        ),
        "utils": (
            "from utils import backprop\ndef numerical_gradient(f, w, eps=1e-5):\n"
            "    return backprop.numerical_gradient(f, w, eps)",
            "utils",
        ),
    },
    "kernel_gradient": {
        "flipped": (kernel("(window * upstream[::-1, ::-1]).sum()"), "is flipped"),
        "rows flipped": (kernel("(window * upstream[::-1]).sum()"), "upside down"),
        "columns flipped": (kernel("(window * upstream[:, ::-1]).sum()"), "mirrored"),
        "result turned": (kernel(result="gradient[::-1, ::-1]"), "180"),
        "result transposed": (kernel(result="gradient.T"), "transposed"),
        "upstream transposed": (
            kernel("(window * upstream.T).sum() if h == w else 0.0"),
            "",
        ),
        "averaged": (kernel("(window * upstream).mean()"), "averaged"),
        "doubled": (kernel("2 * (window * upstream).sum()"), "twice as large"),
        "negated": (kernel(result="-gradient"), "sign"),
        "upstream ignored": (kernel("window.sum()"), "upstream gradient is ignored"),
        "image ignored": (kernel("upstream.sum()"), "image is ignored"),
        "the mean squared error once more": (
            kernel("2 * (window * upstream).mean()"),
            "multiplied by 2 and divided",
        ),
        "a loop too short": (
            kernel()
            .replace("range(gradient.shape[0])", "range(gradient.shape[0] - 1)")
            .replace("range(gradient.shape[1])", "range(gradient.shape[1] - 1)"),
            "last column of weights are 0",
        ),
        "windows too small": (
            kernel("(window * upstream[:-1, :-1]).sum()")
            .replace("a + h]", "a + h - 1]")
            .replace("a + h,", "a + h - 1,")
            .replace("b + w]", "b + w - 1]"),
            "last column of outputs",
        ),
        "one window for all": (
            kernel("(image[:h, :w] * upstream).sum()"),
            "belongs to weight [0, 0]",
        ),
        "upstream squared": (kernel("(window * upstream ** 2).sum()"), "squared"),
        "largest product": (kernel("(window * upstream).max()"), ""),
        "matrix product": (
            kernel("(window @ upstream).sum() if h == w else 0.0"),
            "as matrices",
        ),
        "bytes": (kernel(first="pass"), "wrap around"),
        "kept in the image's dtype": (
            kernel(first="dtype = image.dtype; " + FLOATS, result="gradient.astype(dtype)"),
            "own dtype",
        ),
        "zeros of whole numbers": (
            kernel(first=FLOATS).replace("w + 1))", "w + 1), int)"),
            "cut to whole numbers",
        ),
        "last row and column missing": (kernel(result="gradient[:-1, :-1]"), "last row"),
        "shape for square inputs": (
            kernel().replace("image.shape[1] - w + 1", "image.shape[0] - h + 1"),
            "",
        ),
        "always 2x2": (
            kernel().replace("(image.shape[0] - h + 1, image.shape[1] - w + 1)", "(2, 2)"),
            "",
        ),
        "full": (
            kernel(
                first=FLOATS + "; h, w = upstream.shape; image = np.pad(image, "
                "((h - 1, h - 1), (w - 1, w - 1)))"
            ),
            "padded",
        ),
        "last output alone": (
            "def kernel_gradient(image, upstream):\n"
            "    kh, kw = np.subtract(image.shape, upstream.shape) + 1\n"
            "    for (i, j), u in np.ndenumerate(upstream):\n"
            "        out = float(u) * image[i:i + kh, j:j + kw].astype(float)\n"
            "    return out",
            "Only the last output counts",
        ),
        "changes the image": (
            kernel(first="image[0] = 0; " + FLOATS),
            "changes its argument `image`",
        ),
        "changes upstream": (
            kernel(first="upstream[:] = upstream[::-1].copy(); " + FLOATS),
            "changes its argument `upstream`",
        ),
        "scipy": (
            "from scipy import signal\ndef kernel_gradient(image, upstream):\n"
            "    return signal.correlate2d(image.astype(float), upstream.astype(float), 'valid')",
            "scipy",
        ),
        "utils": (
            "from utils import convolution\ndef kernel_gradient(image, upstream):\n"
            "    return convolution.correlate2d(image, upstream)",
            "utils",
        ),
        "a list": (kernel(result="gradient.tolist()"), "np.array"),
        "zeros": (kernel("0.0"), "0"),
    },
    "image_gradient": {
        "not flipped": (sliding("kernel"), "wrong way round"),
        "rows alone": (sliding("kernel[::-1]"), "kernel's columns come in reverse"),
        "columns alone": (sliding("kernel[:, ::-1]"), "kernel's rows come in reverse"),
        "valid": (sliding(rows="0", columns="0"), ""),
        "padded by the kernel": (sliding(rows="kh", columns="kw"), "border of zeros"),
        "padded by 1": (sliding(rows="1", columns="1"), "padded by 1"),
        "kh and kw swapped": (
            sliding(rows="kw - 1", columns="kh - 1"),
            "swapped in the padding",
        ),
        "overwritten": (shares(assign="="), "overwrites"),
        "zeros of whole numbers": (
            shares(assign="= gradient[i:i + kh, j:j + kw] +").replace(
                "w + kw - 1))", "w + kw - 1), int)"
            ),
            "cut to whole numbers",
        ),
        "loops too short": (
            shares().replace("range(h)", "range(h - 1)").replace("range(w)", "range(w - 1)"),
            "hand nothing back",
        ),
        "kernel flipped in the shares": (
            shares("upstream[i, j] * kernel[::-1, ::-1]"),
            "wrong way round",
        ),
        "kernel ignored": (shares("upstream[i, j]"), "kernel is ignored"),
        "sum of weights": (shares("upstream[i, j] * kernel.sum()"), "sum of all weights"),
        "one pixel for each output": (
            shares()
            .replace("gradient[i:i + kh, j:j + kw]", "gradient[i, j]")
            .replace("upstream[i, j] * kernel", "(upstream[i, j] * kernel).sum()"),
            "the first of its window",
        ),
        "upstream ignored": (shares("kernel"), "upstream gradient is ignored"),
        "upstream flipped": (shares(first=BOTH + "; upstream = upstream[::-1, ::-1]"), "flipped"),
        "result turned": (shares(result="gradient[::-1, ::-1]"), "180"),
        "result transposed": (shares(result="gradient.T"), "transposed"),
        "averaged": (shares(result="gradient / kernel.size"), "averaged"),
        "negated": (shares(result="-gradient"), "sign"),
        "same size": (shares(result="gradient[:h, :w]"), "as large as the upstream"),
        "bytes": (shares(first="pass"), "wrap around"),
        "changes the kernel": (
            shares(first="kernel[:] = kernel[::-1, ::-1].copy(); " + BOTH),
            "changes its argument `kernel`",
        ),
        "scipy": (
            "from scipy import signal\ndef image_gradient(kernel, upstream):\n"
            "    return signal.convolve2d(upstream.astype(float), kernel.astype(float))",
            "scipy",
        ),
        "scipy's fft": (
            "from scipy import fft\ndef image_gradient(kernel, upstream):\n"
            "    shape = [k + n - 1 for k, n in zip(kernel.shape, upstream.shape)]\n"
            "    return fft.irfft2(fft.rfft2(kernel, shape) * fft.rfft2(upstream, shape), shape)",
            "scipy",
        ),
        "utils": (
            "from utils import convolution\ndef image_gradient(kernel, upstream):\n"
            "    kh, kw = kernel.shape\n"
            "    padded = np.pad(upstream, ((kh - 1, kh - 1), (kw - 1, kw - 1)))\n"
            "    return convolution.convolve2d(padded, kernel)",
            "utils",
        ),
        "nothing": (shares(result="None"), "None"),
    },
    "learn_kernel": {
        "uphill": (learn(step="kernel = kernel + rate * gradient"), "uphill"),
        "summed": (learn(factor="2"), "summed, not averaged"),
        "summed, without the 2": (learn(factor="1"), "summed, not averaged"),
        "divided by len": (learn(factor="2 / len(error)"), "number of rows"),
        "error reversed": (learn(error="target - output"), "uphill"),
        "never moves": (learn(step="pass"), "zero everywhere"),
        "never moves: minus forgotten in whole numbers": (
            learn(
                start="np.zeros(kernel_shape, int)",
                step="kernel = (kernel - rate * gradient).astype(int)",
            ),
            "",
        ),
        "one step": (learn(before="steps = 1"), "after the first step"),
        "returns in the loop": (
            learn(step="return kernel - rate * gradient"),
            "after the first step",
        ),
        "error ignored": (
            learn(
                start="np.zeros(kernel_shape)",
                step="kernel = kernel - rate * gradient",
                used="np.zeros(kernel_shape)",
            ),
            "repeats the first gradient",
        ),
        "flipped": (learn(result="kernel[::-1, ::-1]"), "180"),
        "transposed": (learn(result="kernel.T"), "transposed"),
        "shape swapped": (
            learn(result="kernel.reshape(kernel_shape[::-1])"),
            "swapped",
        ),
        "always 3x3": (learn(start="np.zeros((3, 3))"), ""),
        "its own rate": (learn(before="rate = 0.1"), ""),
        "the gradient": (learn(result="gradient"), "zero everywhere"),
        "the loss": (learn(result="np.mean(error ** 2)"), "NumPy array"),
        "absolute": (learn(result="abs(kernel)"), ""),
        "the sign of the error alone": (learn(error="np.sign(output - target)"), ""),
        "a list of kernels": (learn(result="[kernel]"), "NumPy array"),
        "rounded": (learn(result="np.round(kernel)"), ""),
        "changes the target": (
            learn(before="target -= 1; target += 1; target[0] = 0"),
            "changes its argument `target`",
        ),
        "utils": (
            "from utils import backprop\n"
            "def learn_kernel(image, target, kernel_shape, steps, rate):\n"
            "    return backprop.learn_kernel(image, target, kernel_shape, steps, rate)",
            "utils",
        ),
        "utils for the gradient": (
            "from utils import backprop, convolution\n"
            "def learn_kernel(image, target, kernel_shape, steps, rate):\n"
            "    kernel = np.zeros(kernel_shape)\n"
            "    for _ in range(steps):\n"
            "        error = convolution.correlate2d(image, kernel) - target\n"
            "        kernel -= rate * backprop.kernel_gradient(image, 2 * error / error.size)\n"
            "    return kernel",
            "utils",
        ),
        "scipy": (
            "from scipy import optimize\n"
            "def learn_kernel(image, target, kernel_shape, steps, rate):\n"
            "    w = np.lib.stride_tricks.sliding_window_view(image.astype(float), kernel_shape)\n"
            "    rows = w.reshape(target.size, -1)\n"
            "    x = optimize.lsq_linear(rows, target.ravel()).x\n"
            "    return x.reshape(kernel_shape)",
            "scipy",
        ),
    },
}
