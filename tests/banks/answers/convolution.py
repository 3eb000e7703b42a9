"""Answers to lesson 02's exercises, right and wrong, as students write them."""

# ruff: noqa: E501

LESSON = "02_convolution"


LOOPS = """
def correlate2d(image, kernel):
    {first}
    image = np.array(image, dtype=float)
    kh, kw = kernel.shape
    if kh > image.shape[0] or kw > image.shape[1]:
        raise ValueError("too large")
    out = np.zeros((image.shape[0] - kh + 1, image.shape[1] - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            window = image[i:i + kh, j:j + kw]
            out[i, j] = {sum}
    return {result}
"""


def loops(sum="(window * kernel).sum()", first="pass", result="out"):
    return LOOPS.format(first=first, sum=sum, result=result)


CORRELATE2D = loops()
RIGHT = {
    "correlate2d": {
        "loops": loops(),
        "four loops of python numbers": """
def correlate2d(image, kernel):
    rows, columns = len(image), len(image[0])
    kh, kw = len(kernel), len(kernel[0])
    if kh > rows or kw > columns:
        raise ValueError
    result = []
    for i in range(rows - kh + 1):
        line = []
        for j in range(columns - kw + 1):
            total = 0
            for a in range(kh):
                for b in range(kw):
                    total += float(image[i][j + b] * 0 + image[i + a][j + b]) * float(kernel[a][b])
            line.append(total)
        result.append(line)
    return np.array(result)
""",
        "sliding windows and einsum": """
def correlate2d(image, kernel):
    if kernel.shape[0] > image.shape[0] or kernel.shape[1] > image.shape[1]:
        raise ValueError("no")
    windows = np.lib.stride_tricks.sliding_window_view(image.astype(float), kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel.astype(float))
""",
        "one slice for each weight": """
def correlate2d(image, kernel):
    image = image.astype(np.float64)
    h, w = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    if h < 1 or w < 1:
        raise ValueError("kernel too large")
    out = np.zeros((h, w))
    for (a, b), weight in np.ndenumerate(kernel):
        out += weight * image[a:a + h, b:b + w]
    return out
""",
        "recursion over the kernel's rows": """
def correlate2d(image, kernel):
    image, kernel = image * 1.0, kernel * 1.0
    if kernel.shape[0] > image.shape[0] or kernel.shape[1] > image.shape[1]:
        raise ValueError("kernel too large")
    def row(line, weights):
        return np.array([np.dot(line[j:j + len(weights)], weights)
                         for j in range(len(line) - len(weights) + 1)])
    if len(kernel) == 1:
        return np.array([row(line, kernel[0]) for line in image])
    rest = correlate2d(image[1:], kernel[1:])
    return correlate2d(image[:len(rest)], kernel[:1]) + rest
""",
        "matrix product of flattened windows": """
def correlate2d(image, kernel):
    kh, kw = kernel.shape
    h, w = np.subtract(image.shape, kernel.shape) + 1
    if min(h, w) <= 0:
        raise ValueError("kernel larger than image")
    columns = np.array([image[i:i+kh, j:j+kw].ravel() for i in range(h) for j in range(w)], float)
    return (columns @ kernel.ravel().astype(float)).reshape(h, w)
""",
        "by Fourier transform": """
def correlate2d(image, kernel):
    h, w = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    if h < 1 or w < 1:
        raise ValueError
    spectrum = np.fft.fft2(image.astype(float)) * np.conj(np.fft.fft2(kernel.astype(float), image.shape))
    return np.real(np.fft.ifft2(spectrum))[:h, :w]
""",
        "scipy in a comment and an unused import": '''
import scipy.signal
def correlate2d(image, kernel):
    """Like scipy.signal.correlate2d."""
    # scipy.signal.correlate2d(image, kernel, "valid") would do it
    kh, kw = kernel.shape
    if kh > image.shape[0] or kw > image.shape[1]:
        raise ValueError("too large")
    return np.array([[np.sum(image[i:i + kh, j:j + kw].astype(float) * kernel)
                      for j in range(image.shape[1] - kw + 1)]
                     for i in range(image.shape[0] - kh + 1)])
''',
    },
    "convolve2d": {
        "the student's correlate2d": CORRELATE2D
        + """
def convolve2d(image, kernel):
    return correlate2d(image, np.flip(kernel))
""",
        "turned twice by 90 degrees": CORRELATE2D
        + """
def convolve2d(image, kernel):
    return correlate2d(image, np.rot90(kernel, 2))
""",
        "by itself": """
def convolve2d(image, kernel):
    image, kernel = image.astype(float), kernel[::-1, ::-1].astype(float)
    if kernel.shape[0] > image.shape[0] or kernel.shape[1] > image.shape[1]:
        raise ValueError("too large")
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return (windows * kernel).sum(axis=(2, 3))
""",
        "both flipped, then flipped back": CORRELATE2D
        + """
def convolve2d(image, kernel):
    return correlate2d(image[::-1, ::-1], kernel)[::-1, ::-1]
""",
        "the formula with its minus signs": """
def convolve2d(image, kernel):
    (h, w), (kh, kw) = image.shape, kernel.shape
    if kh > h or kw > w:
        raise ValueError("too large")
    out = np.zeros((h - kh + 1, w - kw + 1))
    for i in range(kh - 1, h):
        for j in range(kw - 1, w):
            for a in range(kh):
                for b in range(kw):
                    out[i - kh + 1, j - kw + 1] += float(image[i - a, j - b]) * float(kernel[a, b])
    return out
""",
        "with a wrong correlate2d": loops(result="out + 1")
        + """
def convolve2d(image, kernel):
    return correlate2d(image, kernel[::-1, ::-1])
""",
    },
    "relu": {
        "maximum": "def relu(x):\n    return np.maximum(x, 0)",
        "where": "def relu(x):\n    return np.where(x > 0, x, 0)",
        "mask": "def relu(x):\n    return x * (x > 0)",
        "clip": "def relu(x):\n    return np.clip(x, 0, None)",
        "copy": "def relu(x):\n    y = x.copy()\n    y[y < 0] = 0\n    return y",
        "loop": "def relu(x):\n    return np.array([max(v, 0) for v in x.ravel()]).reshape(x.shape)",
        "average": "def relu(x):\n    x = x.astype(float)\n    return (x + abs(x)) / 2",
    },
    "correlate_channels": {
        "loops over channels and filters": CORRELATE2D
        + """
def correlate_channels(volume, kernels, bias=None):
    if volume.shape[2] != kernels.shape[2]:
        raise ValueError("channels")
    kh, kw, C, F = kernels.shape
    if kh > volume.shape[0] or kw > volume.shape[1]:
        raise ValueError("size")
    out = np.zeros((volume.shape[0] - kh + 1, volume.shape[1] - kw + 1, F))
    for f in range(F):
        for c in range(C):
            out[:, :, f] += correlate2d(volume[:, :, c], kernels[:, :, c, f])
        if bias is not None:
            out[:, :, f] += bias[f]
    return out
""",
        "tensordot": """
def correlate_channels(volume, kernels, bias=None):
    kh, kw, C, F = kernels.shape
    H, W, D = volume.shape
    if C != D or kh > H or kw > W:
        raise ValueError("shapes")
    volume = volume.astype(float)
    out = np.array([[np.tensordot(volume[i:i+kh, j:j+kw], kernels.astype(float), 3)
                     for j in range(W - kw + 1)] for i in range(H - kh + 1)])
    return out + (0 if bias is None else bias)
""",
        "einsum": """
def correlate_channels(volume, kernels, bias=None):
    if volume.shape[-1] != kernels.shape[2]:
        raise ValueError("channels differ")
    if any(k > n for k, n in zip(kernels.shape, volume.shape[:2])):
        raise ValueError("kernel too large")
    windows = np.lib.stride_tricks.sliding_window_view(volume * 1.0, kernels.shape[:3])[:, :, 0]
    out = np.einsum("ijabc,abcf->ijf", windows, kernels)
    if bias is None:
        bias = np.zeros(kernels.shape[3])
    return out + bias
""",
        "shifted slices and a matrix product": """
def correlate_channels(volume, kernels, bias=None):
    kh, kw, C, F = kernels.shape
    h, w = volume.shape[0] - kh + 1, volume.shape[1] - kw + 1
    if h < 1 or w < 1 or volume.shape[2] != C:
        raise ValueError("no")
    out = np.zeros((h, w, F))
    for a in range(kh):
        for b in range(kw):
            out = out + volume[a:a+h, b:b+w].astype(float) @ kernels[a, b].astype(float)
    return out if bias is None else out + np.asarray(bias).reshape(1, 1, F)
""",
        "with a wrong correlate2d": loops(result="2 * out")
        + """
def correlate_channels(volume, kernels, bias=None):
    if volume.shape[2] != kernels.shape[2]:
        raise ValueError("channels")
    maps = []
    for f in range(kernels.shape[3]):
        m = sum(correlate2d(volume[:, :, c], kernels[:, :, c, f]) for c in range(volume.shape[2]))
        maps.append(m if bias is None else m + bias[f])
    return np.stack(maps, axis=2)
""",
    },
}

CHANNELS = """
def correlate_channels(volume, kernels, bias=None):
    {check}
    volume, kernels = volume.astype(float), kernels.astype(float)
    kh, kw, C, F = kernels.shape
    H, W = volume.shape[:2]
    out = np.zeros((H - kh + 1, W - kw + 1, F))
    for f in range(F):
        for i in range(H - kh + 1):
            for j in range(W - kw + 1):
                out[i, j, f] = {sum}
    {bias}
    return {result}
"""
CHECK = (
    "if volume.shape[2] != kernels.shape[2] or kernels.shape[0] > volume.shape[0] "
    "or kernels.shape[1] > volume.shape[1]: raise ValueError('shapes')"
)
SUM = "(volume[i:i+kh, j:j+kw] * kernels[:, :, :, f]).sum()"
BIAS = "out = out if bias is None else out + bias"


def channels(check=CHECK, sum=SUM, bias=BIAS, result="out"):
    return CHANNELS.format(check=check, sum=sum, bias=bias, result=result)


def flipping(how):
    return CORRELATE2D + f"\ndef convolve2d(image, kernel):\n    return correlate2d({how})\n"


# Wrong answers, and words that their message must contain ("" where the mistake has no name).
WRONG = {
    "correlate2d": {
        "kernel flipped": (loops("(window * kernel[::-1, ::-1]).sum()"), "flipped"),
        "kernel transposed": (
            loops("(window * kernel.T).sum()"),
            "transposed",
        ),
        "mean": (loops("(window * kernel).mean()"), "averaged"),
        "maximum": (loops("(window * kernel).max()"), "largest"),
        "matrix product": (loops("(window @ kernel).sum() if kh == kw else 0"), "as matrices"),
        "kernel ignored": (loops("window.sum()"), "without the kernel"),
        "last row and column forgotten": (loops(result="out[:-1, :-1]"), "last row"),
        "stride of the kernel": (loops(result="out[::kh, ::kw]"), "by its own size"),
        "stride 2": (loops(result="out[::2, ::2]"), "The stride is 2"),
        "loops one short": (
            loops()
            .replace("(out.shape[0])", "(out.shape[0] - 1)")
            .replace("(out.shape[1])", "(out.shape[1] - 1)"),
            "last row and the last column of the output stay 0",
        ),
        "last column forgotten": (loops(result="out[:, :-1]"), "The last column of positions"),
        "sum never reset": (
            """
def correlate2d(image, kernel):
    kh, kw = kernel.shape
    out = np.zeros((image.shape[0] - kh + 1, image.shape[1] - kw + 1))
    if kh > image.shape[0] or kw > image.shape[1]:
        raise ValueError("too large")
    total = 0.0
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for a in range(kh):
                for b in range(kw):
                    total += float(image[i + a, j + b]) * float(kernel[a, b])
            out[i, j] = total
    return out
""",
            "added to the sum of all the values before it",
        ),
        "square window": (loops().replace("j:j + kw", "j:j + kh"), "The window is square"),
        "square window of the width": (
            loops().replace("i:i + kh", "i:i + kw"),
            "The window is square",
        ),
        "as large as the image": (
            loops()
            .replace("range(out.shape[0])", "range(image.shape[0] - kh + 1)")
            .replace("range(out.shape[1])", "range(image.shape[1] - kw + 1)")
            .replace(
                "np.zeros((image.shape[0] - kh + 1, image.shape[1] - kw + 1))",
                "np.zeros(image.shape)",
            ),
            "as large as the image, and its last rows or columns stay 0",
        ),
        "full": (
            loops().replace(
                "kh, kw = kernel.shape",
                "kh, kw = kernel.shape\n    image = np.pad(image, ((kh - 1, kh - 1), (kw - 1, kw - 1)))",
            ),
            "larger than the image",
        ),
        "divided by the kernel": (
            loops(result="out / kernel.sum()"),
            "divided by the sum of the kernel",
        ),
        "kept in the image's dtype": (
            loops(first="dtype = image.dtype", result="out.astype(dtype)"),
            "kept in a dtype that cannot hold them",
        ),
        "uint8 products": (
            loops("(window.astype(dtype) * kernel).sum()", "dtype = image.dtype"),
            "wrap around",
        ),
        "zero padding": (
            loops().replace(
                "kh, kw = kernel.shape",
                "kh, kw = kernel.shape\n    a, b = kh - 1, kw - 1\n"
                "    image = np.pad(image, ((a//2, a - a//2), (b//2, b - b//2)))",
            ),
            "padded",
        ),
        "shape for square inputs": (
            loops().replace("image.shape[1] - kw + 1", "image.shape[0] - kh + 1"),
            "",
        ),
        "no error for a large kernel": (
            loops().replace("if kh > image.shape[0] or kw > image.shape[1]", "if False"),
            "should raise ValueError",
        ),
        "error for too tall alone": (
            loops().replace("kh > image.shape[0] or kw > image.shape[1]", "kh > image.shape[0]"),
            "should raise ValueError",
        ),
        "error only if both are too large": (
            loops().replace("] or kw", "] and kw"),
            "should raise ValueError",
        ),
        "the wrong error": (loops().replace("ValueError", "IndexError"), "raised IndexError"),
        "always an error": (
            "def correlate2d(image, kernel):\n    raise ValueError('no')",
            "raised ValueError",
        ),
        "zeros": (loops(result="0 * out"), "Every value is 0"),
        "negated": (loops(result="-out"), "Every sum has the wrong sign"),
        "transposed result": (loops(result="out.T"), ""),
        "a list": (loops(result="out.tolist()"), "np.array"),
        "nothing": (loops(result="None"), "None"),
        "rounded": (loops(result="np.round(out)"), "rounded to whole numbers"),
        "whole numbers": (loops(result="out.astype(int)"), "fractions of the sums are gone"),
        "last product": (loops("(window * kernel)[-1, -1]"), "keeps the last product"),
        "added": (loops("(window + kernel).sum()"), "added, not multiplied"),
        "loops from 1": (
            loops().replace("range(out", "range(1, out"),
            "first row and the first column of the output stay 0",
        ),
        "rows one short": (
            loops().replace("(out.shape[0])", "(out.shape[0] - 1)"),
            "The last row of the output stays 0",
        ),
        "absolute": (loops(result="abs(out)"), "Negative sums lose their sign"),
        "relu included": (loops(result="np.maximum(out, 0)"), "Negative sums are cut off"),
        "bytes": (loops(result="out.clip(0, 255)"), "cut off at 0 and 255"),
        "changes the image": (
            loops(first="image[0, 0] = image[0, 0] + 1; image[0, 0] = 0"),
            "changes its argument `image`",
        ),
        "changes the kernel": (
            loops(first="kernel[:] = kernel[::-1, ::-1].copy()", result="out"),
            "changes its argument `kernel`",
        ),
        "starts at 1": (
            loops("(image[i+1:i+1+kh, j:j+kw] * kernel[:image.shape[0]-i-1]).sum()"),
            "",
        ),
        "scipy": (
            "from scipy import signal\ndef correlate2d(image, kernel):\n"
            "    return signal.correlate2d(image, kernel, 'valid')",
            "scipy",
        ),
        "scipy under another name": (
            "def correlate2d(image, kernel):\n    import scipy.ndimage as np2\n"
            "    kh, kw = kernel.shape\n"
            "    out = np2.correlate(image.astype(float), kernel.astype(float), origin=(-(kh//2), -(kw//2)))\n"
            "    return out[:image.shape[0]-kh+1, :image.shape[1]-kw+1]",
            "scipy",
        ),
        "scipy itself": (
            "import functools\nfrom scipy import signal\n"
            "correlate2d = functools.partial(signal.correlate2d, mode='valid')",
            "scipy",
        ),
        "utils": (
            "def correlate2d(image, kernel):\n    from utils import convolution\n"
            "    return convolution.correlate2d(image, kernel)",
            "utils",
        ),
        "utils by importlib": (
            "def correlate2d(image, kernel):\n    import importlib\n"
            "    return importlib.import_module('utils.' + 'convolution').correlate2d(image, kernel)",
            "utils",
        ),
        "not a function": ("correlate2d = 5", "should be a function"),
    },
    "convolve2d": {
        "not flipped": (flipping("image, kernel"), "not flipped"),
        "rows alone": (flipping("image, kernel[::-1]"), "one axis"),
        "columns alone": (flipping("image, kernel[:, ::-1]"), "one axis"),
        "transposed": (
            flipping("image, kernel.T if kernel.shape[0]==kernel.shape[1] else kernel"),
            "",
        ),
        "turned by 90": (
            flipping("image, np.rot90(kernel) if kernel.shape[0]==kernel.shape[1] else kernel"),
            "90",
        ),
        "image flipped": (flipping("image[::-1, ::-1], kernel"), "image is flipped"),
        "result flipped": (
            flipping("image, kernel").replace(
                "return correlate2d(image, kernel)", "return correlate2d(image, kernel)[::-1, ::-1]"
            ),
            "output is flipped",
        ),
        "negated": (flipping("image, -kernel"), "negated, not flipped"),
        "averaged": (flipping("image, kernel[::-1, ::-1] / kernel.size"), "averaged"),
        "in place": (
            CORRELATE2D
            + "\ndef convolve2d(image, kernel):\n    kernel[:] = kernel[::-1, ::-1].copy()\n"
            "    return correlate2d(image, kernel)\n",
            "changes its argument `kernel`",
        ),
        "full": (
            "def convolve2d(image, kernel):\n    return np.array([np.convolve(r, kernel[0]) for r in image])",
            "",
        ),
        "scipy": (
            "from scipy.signal import convolve2d as c\ndef convolve2d(image, kernel):\n"
            "    return c(image, kernel, 'valid')",
            "scipy",
        ),
        "utils": (
            "from utils import convolution\ndef convolve2d(image, kernel):\n"
            "    return convolution.correlate2d(image, kernel[::-1, ::-1])",
            "utils",
        ),
        "no error": (
            flipping("image, kernel[::-1, ::-1]")
            .replace("if kh > image.shape[0] or kw > image.shape[1]", "if False")
            .replace("correlate2d(image, kernel):", "my_own(image, kernel):", 1)
            .replace("return correlate2d(", "return my_own("),
            "should raise ValueError",
        ),
    },
    "relu": {
        "abs": ("def relu(x):\n    return np.abs(x)", "abs"),
        "leaky": ("def relu(x):\n    return np.where(x < 0, 0.01 * x, x)", "leaky"),
        "minimum": ("def relu(x):\n    return np.minimum(x, 0)", "keeps the negative numbers"),
        "step": ("def relu(x):\n    return (x > 0) * 1.0", "Positive numbers become 1"),
        "identity": ("def relu(x):\n    return x", "Nothing changes"),
        "one number": ("def relu(x):\n    return max(x.max(), 0)", "a single number"),
        "along an axis": ("def relu(x):\n    return np.max(x, 0)", "along the first axis"),
        "removed, but not 0": (
            "def relu(x):\n    return x[x >= 0]",
            "The negative numbers are removed",
        ),
        "removed": ("def relu(x):\n    return x[x > 0]", "The negative numbers are removed"),
        "sign": (
            "def relu(x):\n    return np.maximum(-1.0 * x, 0)",
            "Positive numbers become 0, and",
        ),
        "bytes": ("def relu(x):\n    return np.clip(x, 0, 255)", "above 255"),
        "threshold at 1": (
            "def relu(x):\n    return np.where(x >= 1, x, 0)",
            "between 0 and 1 become 0",
        ),
        "clipped": ("def relu(x):\n    return np.clip(x, 0, 1)", "above 1"),
        "in place": ("def relu(x):\n    x[x < 0] = 0\n    return x", "changes its argument `x`"),
        "2-D alone": (
            "def relu(x):\n    return np.array([[max(v, 0) for v in row] for row in x])",
            "",
        ),
        "whole numbers alone": (
            "def relu(x):\n    return np.maximum(x, 0).astype(int)",
            "The fractions are gone",
        ),
        "flattened": (
            "def relu(x):\n    return np.maximum(x, 0).ravel()",
            "The result is flattened",
        ),
        "zeros": ("def relu(x):\n    return 0 * x", "0"),
        "first row": (
            "def relu(x):\n    y = x * 1\n    y[0] = np.maximum(y[0], 0)\n    return y",
            "",
        ),
        "sigmoid": ("def relu(x):\n    return 1 / (1 + np.exp(-x))", "sigmoid"),
        "softplus": ("def relu(x):\n    return np.log1p(np.exp(x.astype(float)))", ""),
        "keras": (
            "def relu(x):\n    from utils import convolution\n    return convolution.relu(x)",
            "utils",
        ),
        "tuple": ("def relu(x):\n    return (np.maximum(x, 0),)", "NumPy array"),
    },
    "correlate_channels": {
        "bias forgotten": (channels(bias="pass"), "bias is forgotten"),
        "bias for each channel": (
            channels(bias="out = out if bias is None else out + bias * C"),
            "once for each channel",
        ),
        "bias subtracted": (
            channels(bias="out = out if bias is None else out - bias"),
            "subtracted",
        ),
        "first bias": (channels(bias="out = out if bias is None else out + bias[0]"), "same bias"),
        "bias along the rows": (
            channels(
                bias="out = out if bias is None else out + "
                "(bias.reshape(-1, 1, 1) if out.shape[0] == F else bias)"
            ),
            "from row to row",
        ),
        "bias inside the sum": (
            channels(
                sum=SUM.replace(").sum", " + (0 if bias is None else bias[f])).sum"), bias="pass"
            ),
            "once for each product",
        ),
        "bias needed": (channels(bias="out = out + bias"), "raised TypeError"),
        "channels averaged": (channels(sum=SUM + " / C"), "averaged"),
        "first channel": (
            channels(sum="(volume[i:i+kh, j:j+kw, 0] * kernels[:, :, 0, f]).sum()"),
            "first channel",
        ),
        "last channel": (
            channels(sum="(volume[i:i+kh, j:j+kw, -1] * kernels[:, :, -1, f]).sum()"),
            "last channel",
        ),
        "channels stacked": (
            CORRELATE2D
            + """
def correlate_channels(volume, kernels, bias=None):
    if volume.shape[2] != kernels.shape[2]:
        raise ValueError("channels")
    maps = [correlate2d(volume[:, :, c], kernels[:, :, c, 0]) for c in range(volume.shape[2])]
    out = np.stack(maps, axis=-1)
    return out if bias is None else out + bias
""",
            "a map for each channel",
        ),
        "first filter": (channels(sum=SUM.replace(", f]", ", 0]")), "first filter"),
        "last filter": (channels(sum=SUM.replace(", f]", ", -1]")), "last filter"),
        "sum never reset": (
            CORRELATE2D
            + """
def correlate_channels(volume, kernels, bias=None):
    if volume.shape[2] != kernels.shape[2]:
        raise ValueError("channels")
    maps, total = [], 0
    for f in range(kernels.shape[3]):
        for c in range(volume.shape[2]):
            total = total + correlate2d(volume[:, :, c], kernels[:, :, c, f])
        maps.append(total)
    out = np.stack(maps, axis=-1)
    return out if bias is None else out + bias
""",
            "holds the maps of the filters before it",
        ),
        "rows for channels": (
            CORRELATE2D
            + """
def correlate_channels(volume, kernels, bias=None):
    if volume.shape[2] != kernels.shape[2]:
        raise ValueError("channels")
    maps = [
        sum(correlate2d(volume[c], kernels[:, :, c, f]) for c in range(volume.shape[2]))
        for f in range(kernels.shape[3])
    ]
    out = np.stack(maps, axis=-1)
    return out if bias is None else out + bias
""",
            "Rows of pixels are taken for channels",
        ),
        "filters second": (channels(result="np.moveaxis(out, 2, 1)"), "second axis"),
        "axes swapped": (
            channels(sum=SUM.replace("[:, :, :, f]", "[:, :, f]")),
            "filters are taken for its channels",
        ),
        "padded": (
            channels().replace(
                "H, W = volume.shape[:2]",
                "volume = np.pad(volume, (((kh-1)//2, kh//2), ((kw-1)//2, kw//2), (0, 0)))\n    H, W = volume.shape[:2]",
            ),
            "padded with zeros",
        ),
        "one map": (channels(result="out.sum(axis=2)"), "all filters are added up"),
        "one map, kept as a channel": (
            channels(result="out.sum(axis=2, keepdims=True)"),
            "all filters are added up",
        ),
        "flipped": (channels(sum=SUM.replace("[:, :, :, f]", "[::-1, ::-1, :, f]")), "flipped"),
        "slices backwards": (
            channels(sum=SUM.replace("[:, :, :, f]", "[:, :, ::-1, f]")),
            "opposite order",
        ),
        "relu": (channels(result="np.maximum(out, 0)"), "ReLU"),
        "filters first": (channels(result="np.moveaxis(out, 2, 0)"), "first axis"),
        "no check of channels": (
            channels(check=CHECK.replace("volume.shape[2] != kernels.shape[2] or ", "")),
            "ValueError",
        ),
        "no check of height": (
            channels(check=CHECK.replace("kernels.shape[0] > volume.shape[0] or ", "")),
            "ValueError",
        ),
        "no check of width": (
            channels(check=CHECK.replace(" or kernels.shape[1] > volume.shape[1]", "")),
            "ValueError",
        ),
        "changes the volume": (
            channels(check=CHECK + "\n    volume[0, 0, 0] = 77"),
            "changes its argument `volume`",
        ),
        "changes the bias": (
            channels(
                bias="if bias is not None:\n        bias *= 1; bias += 1; out = out + bias - 1"
            ),
            "changes its argument `bias`",
        ),
        "byte products": (
            channels().replace("volume.astype(float), kernels.astype(float)", "volume, kernels"),
            "wrap around",
        ),
        "utils": (
            "def correlate_channels(volume, kernels, bias=None):\n    import utils.convolution as c\n"
            "    return c.correlate_channels(volume, kernels, bias)",
            "utils",
        ),
    },
}
