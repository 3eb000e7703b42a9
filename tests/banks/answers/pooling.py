"""Answers to lesson 05's exercises, right and wrong, as students write them."""

# ruff: noqa: E501

from tests.banks.answers import changed

LESSON = "05_pooling"

POOL_HEAD = """
def pool2d(image, size=2, stride=None, mode="max"):
    image = np.asarray(image, dtype=float)
    height, width = image.shape
    if mode not in ("max", "average", "sum"):
        raise ValueError("unknown mode")
    if size > height or size > width:
        raise ValueError("too large")
    stride = stride or size
    rows = (height - size) // stride + 1
    columns = (width - size) // stride + 1
    function = {"max": np.max, "average": np.mean, "sum": np.sum}[mode]
"""
POOL_BODY = """
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = image[i * stride : i * stride + size, j * stride : j * stride + size]
            out[i, j] = function(window)
    return out
"""
POOL = POOL_HEAD + POOL_BODY
WINDOW = "image[i * stride : i * stride + size, j * stride : j * stride + size]"

SAME_HEAD = """
def max_pool_same(image, size=2, stride=2):
    image = np.asarray(image, dtype=float)
    (height, width) = image.shape
    rows, columns = -(-height // stride), -(-width // stride)
    tall = max((rows - 1) * stride + size - height, 0)
    wide = max((columns - 1) * stride + size - width, 0)
    top, left = tall // 2, wide // 2
"""
SAME_BODY = """
    padded = np.pad(image, ((top, tall - top), (left, wide - left)), constant_values=-np.inf)
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            out[i, j] = padded[i * stride : i * stride + size, j * stride : j * stride + size].max()
    return out
"""
SAME = SAME_HEAD + SAME_BODY

SHIFT = """
def shift(image, dx, dy=0):
    height, width = image.shape[:2]
    out = np.zeros_like(image)
    for i in range(height):
        for j in range(width):
            if 0 <= i - dy < height and 0 <= j - dx < width:
                out[i, j] = image[i - dy, j - dx]
    return out
"""
GLOBAL = """
def global_pool(volume, mode="max"):
    volume = np.asarray(volume, dtype=float)
    return volume.max(axis=(0, 1)) if mode == "max" else volume.mean(axis=(0, 1))
"""


RIGHT = {
    "pool2d": {
        "two loops": POOL,
        "no conversion, means of integers": changed(
            POOL, ("np.asarray(image, dtype=float)", "image")
        ),
        "all windows at once": POOL_HEAD
        + """
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size))
    return function(windows[::stride, ::stride], axis=(2, 3))
""",
        "lists of lists": POOL_HEAD
        + """
    return np.array([[function(image[i:i + size, j:j + size]) for j in range(0, width - size + 1, stride)]
                     for i in range(0, height - size + 1, stride)])
""",
        "accumulated from shifted slices": POOL_HEAD
        + """
    parts = [image[a:a + (rows - 1) * stride + 1:stride, b:b + (columns - 1) * stride + 1:stride]
             for a in range(size) for b in range(size)]
    if mode == "max":
        return np.maximum.reduce(parts)
    total = sum(parts)
    return total / size ** 2 if mode == "average" else total
""",
        "numbers of Python's alone": """
def pool2d(image, size=2, stride=None, mode="max"):
    if mode not in {"max", "average", "sum"}: raise ValueError
    pixels = [[float(v) for v in row] for row in image]
    if len(pixels) < size or len(pixels[0]) < size: raise ValueError
    if stride is None: stride = size
    out, i = [], 0
    while i + size <= len(pixels):
        line, j = [], 0
        while j + size <= len(pixels[0]):
            values = [pixels[i + a][j + b] for a in range(size) for b in range(size)]
            line.append(max(values) if mode == "max" else sum(values) / (len(values) if mode == "average" else 1))
            j += stride
        out.append(line)
        i += stride
    return np.array(out)
""",
        "the size from lesson 04": changed(
            POOL,
            ("rows = (height - size) // stride + 1", "rows = output_size(height, size, 0, stride)"),
            ("\ndef pool2d", "\nfrom utils.output_size import output_size\ndef pool2d"),
        ),
        "max in the image's dtype": """
def pool2d(image, size=2, stride=None, mode="max"):
    stride = size if stride is None else stride
    functions = dict(max=np.max, average=np.mean, sum=np.sum)
    if mode not in functions or size > min(image.shape):
        raise ValueError("no")
    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size))[::stride, ::stride]
    return functions[mode](windows, axis=(-1, -2))
""",
    },
    "max_pool_same": {
        "padded with minus infinity": SAME,
        "windows cut off": SAME_HEAD
        + """
    out = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            a, b = i * stride - top, j * stride - left
            out[i, j] = image[max(a, 0) : a + size, max(b, 0) : b + size].max()
    return out
""",
        "padded with the smallest pixel": changed(SAME, ("-np.inf", "image.min()")),
        "border repeated": changed(SAME, ("constant_values=-np.inf", 'mode="edge"')),
        "nan and nanmax": changed(
            SAME,
            ("=-np.inf", "=np.nan"),
            ("out[i, j] = padded[", "out[i, j] = np.nanmax(padded["),
            ("].max()", "])"),
        ),
        "calls pool2d": POOL
        + SAME_HEAD
        + """
    return pool2d(np.pad(image, ((top, tall - top), (left, wide - left)), constant_values=-np.inf), size, stride)
""",
        "calls a wrong pool2d": changed(
            POOL, ("out[i, j] = function(window)", "out[i, j] = window.min()")
        )
        + SAME_HEAD
        + """
    return pool2d(np.pad(image, ((top, tall - top), (left, wide - left)), constant_values=-np.inf), size, stride)
""",
        "the smallest of its dtype": """
def max_pool_same(image, size=2, stride=2):
    def border(n):
        p = max((int(np.ceil(n / stride)) - 1) * stride + size - n, 0)
        return p // 2, p - p // 2
    lowest = np.iinfo(image.dtype).min if image.dtype.kind in "iu" else -np.inf
    padded = np.pad(image, [border(n) for n in image.shape], constant_values=lowest)
    return np.lib.stride_tricks.sliding_window_view(padded, (size, size))[::stride, ::stride].max((2, 3))
""",
        "padding from lesson 04": """
from utils.output_size import same_padding
def max_pool_same(image, size=2, stride=2):
    padding = [same_padding(n, size, stride) for n in image.shape]
    padded = np.pad(np.asarray(image, float), padding, constant_values=-np.inf)
    return np.lib.stride_tricks.sliding_window_view(padded, (size, size))[::stride, ::stride].max((2, 3))
""",
    },
    "global_pool": {
        "both axes": GLOBAL,
        "no conversion": changed(GLOBAL, ("np.asarray(volume, dtype=float)", "volume")),
        "one channel after another": """
def global_pool(volume, mode="max"):
    function = {"max": np.max, "average": np.mean}[mode]
    return np.array([function(volume[:, :, c]) for c in range(volume.shape[2])])
""",
        "flattened": """
def global_pool(volume, mode="max"):
    flat = volume.reshape(-1, volume.shape[-1]).astype(float)
    return flat.max(0) if mode == "max" else flat.sum(0) / len(flat)
""",
        "twice along an axis": """
def global_pool(volume, mode="max"):
    return volume.max(0).max(0) if mode == "max" else volume.mean(0).mean(0)
""",
        "einsum": """
def global_pool(volume, mode="max"):
    if mode == "max":
        return np.max(np.max(volume, axis=1), axis=0)
    return np.einsum("hwc->c", volume.astype(float)) / (volume.shape[0] * volume.shape[1])
""",
    },
    "shift": {
        "pixel by pixel": SHIFT,
        "padded and cut": """
def shift(image, dx, dy=0):
    h, w = image.shape[:2]
    a, b = abs(dy), abs(dx)
    padded = np.pad(image, [(a, a), (b, b)] + [(0, 0)] * (image.ndim - 2))
    return padded[a - dy : a - dy + h, b - dx : b - dx + w]
""",
        "rolled and wiped": """
def shift(image, dx, dy=0):
    h, w = image.shape[:2]
    if abs(dx) >= w or abs(dy) >= h:
        return np.zeros(image.shape)
    out = np.roll(image, (dy, dx), (0, 1))
    if dy > 0: out[:dy] = 0
    if dy < 0: out[dy:] = 0
    if dx > 0: out[:, :dx] = 0
    if dx < 0: out[:, dx:] = 0
    return out
""",
        "matrices with a displaced diagonal": """
def shift(image, dx, dy=0):
    h, w = image.shape[:2]
    down, right = np.eye(h, k=-dy), np.eye(w, k=-dx)
    return np.einsum("ai,ij...,bj->ab...", down, image.astype(float), right)
""",
        "where and fancy indices": """
def shift(image, dx, dy=0):
    h, w = image.shape[:2]
    i, j = np.arange(h) - dy, np.arange(w) - dx
    ok = ((i >= 0) & (i < h))[:, None] & ((j >= 0) & (j < w))[None]
    picked = image[i.clip(0, h - 1)][:, j.clip(0, w - 1)]
    ok = ok.reshape(ok.shape + (1,) * (image.ndim - 2))
    return np.where(ok, picked, 0)
""",
        "one step at a time": """
def shift(image, dx, dy=0):
    out = np.array(image)
    for _ in range(abs(dy)):
        row = np.zeros_like(out[:1])
        out = np.concatenate([row, out[:-1]] if dy > 0 else [out[1:], row])
    for _ in range(abs(dx)):
        column = np.zeros_like(out[:, :1])
        parts = [column, out[:, :-1]] if dx > 0 else [out[:, 1:], column]
        out = np.concatenate(parts, axis=1)
    return out
""",
    },
}

# Each wrong answer with a part of the message that a student reads, or "" where any will do.
WRONG = {
    "pool2d": {
        "stride 1 by default": (
            changed(POOL, ("stride or size", "stride or 1")),
            "no stride is given, the window moves by 1",
        ),
        "stride ignored": (changed(POOL, ("stride or size", "size")), "stride is ignored"),
        "stride always 2": (changed(POOL, ("stride or size", "2")), "always moves by 2"),
        "stride forgotten in the slice": (
            changed(POOL, (WINDOW, "image[i : i + size, j : j + size]")),
            "Window [i, j] is taken at pixel [i, j]",
        ),
        "stride forgotten, average for sum": (
            changed(
                POOL,
                (WINDOW, "image[i : i + size, j : j + size]"),
                ('"sum": np.sum', '"sum": np.mean'),
            ),
            "Window [i, j] is taken at pixel [i, j]",
        ),
        "stride forgotten across": (
            changed(POOL, ("j * stride : j * stride + size", "j : j + size")),
            "but by 1 across the columns",
        ),
        "window ends after the stride": (
            changed(
                POOL,
                (WINDOW, "image[i * stride : (i + 1) * stride, j * stride : (j + 1) * stride]"),
            ),
            "as large as the stride",
        ),
        "average in every mode": (changed(POOL, ("[mode]", '["average"]')), "in every mode"),
        "loops end early": (
            changed(
                POOL,
                ("in range(rows)", "in range(rows - 1)"),
                ("in range(columns)", "in range(columns - 1)"),
            ),
            "last column of the result are 0",
        ),
        "output of whole numbers": (
            changed(POOL, ("np.zeros((rows, columns))", "np.zeros((rows, columns), int)")),
            "the fractions are cut off",
        ),
        "stride down the rows alone": (
            changed(POOL, ("j * stride : j * stride + size", "j * size : j * size + size")),
            "",
        ),
        "ceil": (
            changed(
                POOL,
                ("(height - size) // stride + 1", "-(-height // stride)"),
                ("(width - size) // stride + 1", "-(-width // stride)"),
            ),
            "stick out at the end",
        ),
        "last position missing": (
            changed(POOL, ("// stride + 1", "// stride")),
            "last row and the last column of windows are missing",
        ),
        "size swapped": (
            changed(
                POOL, ("rows = (height", "rows = (width"), ("columns = (width", "columns = (height")
            ),
            "",
        ),
        "max in every mode": (changed(POOL, ("[mode]", '["max"]')), "maximum in every mode"),
        "average not divided": (
            changed(POOL, ("np.mean", "np.sum")),
            "not divided by the number of pixels",
        ),
        "sum divided": (
            changed(POOL, ('"sum": np.sum', '"sum": np.mean')),
            "where the sum itself is asked for",
        ),
        "divided by the side": (
            changed(POOL, ("np.mean", "lambda w: w.sum() / size")),
            "divides by the window's side",
        ),
        "divided by 4": (
            changed(POOL, ("np.mean", "lambda w: w.sum() / 4")),
            "always divides by 4",
        ),
        "min": (changed(POOL, ("np.max", "np.min")), "smallest number"),
        "starts at 0": (
            changed(POOL, ("np.max", "lambda w: max(0, w.max())")),
            "negative, the maximum is 0",
        ),
        "starts at -999": (
            changed(POOL, ("np.max", "lambda w: max(-999, w.max())")),
            "",
        ),
        "absolute values": (
            changed(POOL, ("np.max", "lambda w: np.abs(w).max()")),
            "without regard to its sign",
        ),
        "first pixel": (changed(POOL, ("function(window)", "window[0, 0]")), "top left pixel"),
        "last pixel": (changed(POOL, ("function(window)", "window[-1, -1]")), "bottom right pixel"),
        "divided by the stride": (
            changed(POOL, ("np.mean", "lambda w: w.sum() / stride**2")),
            "the square of the stride",
        ),
        "median": (changed(POOL, ("np.mean", "np.median")), ""),
        "output in bytes": (
            changed(
                POOL,
                ("np.asarray(image, dtype=float)", "image"),
                ("(rows, columns)", "(rows, columns), image.dtype"),
            ),
            "in the image's dtype",
        ),
        "sums of bytes": (
            changed(
                POOL,
                ("np.asarray(image, dtype=float)", "image"),
                ("np.mean", "lambda w: w.sum(dtype=w.dtype) / w.size"),
                ("np.sum", "lambda w: w.sum(dtype=w.dtype)"),
            ),
            "wrap around",
        ),
        "whole numbers": (
            changed(POOL, ("np.mean", "lambda w: w.sum() // w.size")),
            "whole number",
        ),
        "transposed": (changed(POOL, ("return out", "return out.T")), ""),
        "one number": (changed(POOL, ("return out", "return out.max()")), ""),
        "nothing": (changed(POOL, ("return out", "")), "Is a `return` missing?"),
        "a list": (changed(POOL, ("return out", "return out.tolist()")), "NumPy array"),
        "no error for the window": (
            changed(POOL, ("size > height or size > width", "False")),
            "should raise ValueError",
        ),
        "width not looked at": (changed(POOL, (" or size > width", "")), "should raise ValueError"),
        "height not looked at": (
            changed(POOL, ("size > height or ", "")),
            "should raise ValueError",
        ),
        "area compared": (
            changed(POOL, ("size > height or size > width", "size ** 2 > image.size")),
            "should raise ValueError",
        ),
        "any other mode averages": (
            changed(
                POOL,
                ('mode not in ("max", "average", "sum")', "False"),
                ("[mode]", ".get(mode, np.mean)"),
            ),
            "should raise ValueError",
        ),
        "KeyError": (changed(POOL, ('mode not in ("max", "average", "sum")', "False")), "KeyError"),
        "always an error": (
            'def pool2d(image, size=2, stride=None, mode="max"):\n    raise ValueError("no")',
            "",
        ),
        "zeros": (changed(POOL, ("out[i, j] = function(window)", "pass")), ""),
        "changes the image": (
            changed(
                POOL,
                ("np.asarray(image, dtype=float)", "image"),
                ("return out", "image[0, 0] = 0\n    return out"),
            ),
            "changes its argument `image`",
        ),
        "skimage": (
            'from skimage.measure import block_reduce\ndef pool2d(image, size=2, stride=None, mode="max"):\n'
            "    return block_reduce(image, size, {'max': np.max, 'average': np.mean, 'sum': np.sum}[mode])",
            "hands the work to skimage",
        ),
        "utils": (
            "from utils import pooling\ndef pool2d(image, size=2, stride=None, mode='max'):\n"
            "    return pooling.pool2d(image, size, stride, mode)",
            "hands the work to utils",
        ),
    },
    "max_pool_same": {
        "zeros win": (changed(SAME, ("-np.inf", "0")), "padding counts as 0"),
        "-1 wins": (changed(SAME, ("-np.inf", "-1")), ""),
        "-999 wins": (changed(SAME, ("-np.inf", "-999")), ""),
        "-1e9 wins": (changed(SAME, ("-np.inf", "-1e9")), ""),
        "-1 as a byte": (
            changed(
                SAME,
                ("np.asarray(image, dtype=float)", "image"),
                ("-np.inf", "np.array(-1).astype(image.dtype)"),
            ),
            "",
        ),
        "smallest normal float": (changed(SAME, ("-np.inf", "np.finfo(float).tiny")), ""),
        "mean of the image": (changed(SAME, ("-np.inf", "image.mean()")), ""),
        "reflected": (changed(SAME, ("constant_values=-np.inf", 'mode="reflect"')), ""),
        "wrapped": (changed(SAME, ("constant_values=-np.inf", 'mode="wrap"')), ""),
        "leftovers dropped": (
            "def max_pool_same(image, size=2, stride=2):\n"
            "    windows = np.lib.stride_tricks.sliding_window_view(image, (size, size))\n"
            "    return windows[::stride, ::stride].max((2, 3))",
            "left over at the end are dropped",
        ),
        "all padding after": (
            changed(SAME, ("tall // 2, wide // 2", "0, 0")),
            "all padding is at the end",
        ),
        "all padding before": (changed(SAME, ("tall // 2, wide // 2", "tall, wide")), ""),
        "odd one before": (
            changed(SAME, ("tall // 2, wide // 2", "(tall + 1) // 2, (wide + 1) // 2")),
            "",
        ),
        "stride ignored": (
            changed(SAME, ("dtype=float)\n", "dtype=float)\n    stride = size\n")),
            "stride is ignored",
        ),
        "stride 1": (
            changed(SAME, ("dtype=float)\n", "dtype=float)\n    stride = 1\n")),
            "as large as the image",
        ),
        "size ignored": (
            changed(SAME, ("dtype=float)\n", "dtype=float)\n    size = 2\n")),
            "always 2 by 2",
        ),
        "no max with 0": (
            changed(
                SAME,
                (
                    "max((rows - 1) * stride + size - height, 0)",
                    "(rows - 1) * stride + size - height",
                ),
                (
                    "max((columns - 1) * stride + size - width, 0)",
                    "(columns - 1) * stride + size - width",
                ),
            ),
            "",
        ),
        "padding of size - 1": (
            changed(
                SAME,
                ("max((rows - 1) * stride + size - height, 0)", "size - 1"),
                ("max((columns - 1) * stride + size - width, 0)", "size - 1"),
            ),
            "size - 1 pixels, whatever the stride",
        ),
        "padding of the rows for both": (
            changed(SAME, ("wide = max((columns - 1) * stride + size - width, 0)", "wide = tall")),
            "",
        ),
        "average": (
            changed(
                SAME,
                ("=-np.inf", "=np.nan"),
                ("out[i, j] = padded[", "out[i, j] = np.nanmean(padded["),
                ("].max()", "])"),
            ),
            "averages",
        ),
        "ReLU on top": (changed(SAME, ("return out", "return np.maximum(out, 0)")), ""),
        "output of bytes": (
            changed(SAME, ("np.zeros((rows, columns))", "np.zeros((rows, columns), np.uint8)")),
            "",
        ),
        "in integers": (
            changed(SAME, ("np.zeros((rows, columns))", "np.zeros((rows, columns), int)")),
            "",
        ),
        "transposed": (changed(SAME, ("return out", "return out.T")), ""),
        "refuses what is smaller than the window": (
            changed(
                SAME,
                (
                    "dtype=float)\n",
                    "dtype=float)\n    if size > min(image.shape): raise ValueError\n",
                ),
            ),
            "ValueError",
        ),
        "scipy": (
            "from scipy import ndimage\ndef max_pool_same(image, size=2, stride=2):\n"
            "    return ndimage.maximum_filter(image, size)[::stride, ::stride]",
            "hands the work to scipy",
        ),
        "utils": (
            "from utils.pooling import max_pool_same as right\ndef max_pool_same(image, size=2, stride=2):\n"
            "    return right(image, size, stride)",
            "hands the work to utils",
        ),
        "utils' pool2d": (
            "from utils.pooling import pool2d\n"
            + SAME_HEAD
            + "    return pool2d(np.pad(image, ((top, tall - top), (left, wide - left)), constant_values=-np.inf), size, stride)",
            "hands the work to utils",
        ),
    },
    "global_pool": {
        "swapped": (changed(GLOBAL, ('mode == "max"', 'mode != "max"')), "modes are swapped"),
        "always max": (changed(GLOBAL, ("volume.mean", "volume.max")), "maximum in both"),
        "always average": (changed(GLOBAL, ("volume.max", "volume.mean")), "averages in both"),
        "last axis": (changed(GLOBAL, ("axis=(0, 1)", "axis=-1")), "across the channels"),
        "first two of the other order": (
            changed(GLOBAL, ("axis=(0, 1)", "axis=(1, 2)")),
            "Each row is taken for a channel",
        ),
        "one number": (changed(GLOBAL, ("axis=(0, 1)", "")), "one number for all channels"),
        "rows alone": (changed(GLOBAL, ("axis=(0, 1)", "axis=0")), "down the rows only"),
        "axes kept": (changed(GLOBAL, ("axis=(0, 1)", "axis=(0, 1), keepdims=True")), "three axes"),
        "sum": (changed(GLOBAL, ("volume.mean", "volume.sum")), "sum is not divided"),
        "divided by the height alone": (
            changed(
                GLOBAL, ("volume.mean(axis=(0, 1))", "volume.sum(axis=(0, 1)) / volume.shape[0]")
            ),
            "divides by the height only",
        ),
        "channels mixed": (
            "def global_pool(volume, mode='max'):\n    flat = volume.reshape(volume.shape[-1], -1)\n"
            "    return flat.max(1) if mode == 'max' else flat.mean(1)",
            "different channels are mixed",
        ),
        "starts at 0": (
            changed(GLOBAL, ("volume.max(axis=(0, 1))", "np.maximum(volume.max(axis=(0, 1)), 0)")),
            "negative, the maximum is 0",
        ),
        "min": (changed(GLOBAL, ("volume.max", "volume.min")), ""),
        "sums of bytes": (
            changed(
                GLOBAL,
                ("np.asarray(volume, dtype=float)", "volume"),
                (
                    "volume.mean(axis=(0, 1))",
                    "volume.sum((0, 1), volume.dtype) / volume[..., 0].size",
                ),
            ),
            "",
        ),
        "whole numbers": (
            changed(GLOBAL, ("volume.mean(axis=(0, 1))", "volume.mean(axis=(0, 1)) // 1")),
            "whole number",
        ),
        "utils": (
            "from utils import pooling\ndef global_pool(volume, mode='max'):\n    return pooling.global_pool(volume, mode)",
            "hands the work to utils",
        ),
        "skimage": (
            "from skimage.measure import block_reduce\ndef global_pool(volume, mode='max'):\n"
            "    function = np.max if mode == 'max' else np.mean\n"
            "    return block_reduce(volume, (*volume.shape[:2], 1), function)[0, 0]",
            "hands the work to skimage",
        ),
    },
    "shift": {
        "roll": (
            "def shift(image, dx, dy=0):\n    return np.roll(image, (dy, dx), (0, 1))",
            "comes back at the other",
        ),
        "left for right": (
            changed(SHIFT, ("j - dx", "j + dx")),
            "moves left where it should move right",
        ),
        "up for down": (changed(SHIFT, ("i - dy", "i + dy")), "moves up where it should move down"),
        "both backwards": (changed(SHIFT, ("j - dx", "j + dx"), ("i - dy", "i + dy")), "wrong way"),
        "swapped": (changed(SHIFT, ("dx, dy=0", "dy, dx=0")), "swapped"),
        "dy ignored": (changed(SHIFT, ("i - dy", "i")), "dy is ignored"),
        "dx ignored": (changed(SHIFT, ("j - dx", "j")), "dx is ignored"),
        "border repeated": (
            "def shift(image, dx, dy=0):\n    h, w = image.shape[:2]\n"
            "    return image[(np.arange(h) - dy).clip(0, h - 1)][:, (np.arange(w) - dx).clip(0, w - 1)]",
            "border are repeated",
        ),
        "old picture kept": (
            changed(SHIFT, ("np.zeros_like(image)", "image.copy()")),
            "old picture is still there",
        ),
        "negative ignored": (
            changed(SHIFT, ("[:2]\n", "[:2]\n    dx, dy = max(dx, 0), max(dy, 0)\n")),
            "Negative shifts do nothing",
        ),
        "sign lost": (
            changed(SHIFT, ("[:2]\n", "[:2]\n    dx, dy = abs(dx), abs(dy)\n")),
            "as positive ones do",
        ),
        "negative indices wrap": (
            changed(
                SHIFT,
                (
                    "0 <= i - dy < height and 0 <= j - dx < width",
                    "i - dy < height and j - dx < width",
                ),
            ),
            "With a positive shift, what leaves",
        ),
        "grey alone": (changed(SHIFT, ("[:2]\n", "\n")), ""),
        "colour alone": (
            changed(SHIFT, ("height, width = image.shape[:2]", "height, width, _ = image.shape")),
            "",
        ),
        "first channel alone": (
            changed(
                SHIFT,
                (
                    "out[i, j] = ",
                    "out[i, j, ...] = 0 * image[0, 0] if image.ndim == 3 and j == 0 else ",
                ),
            ),
            "",
        ),
        "last two axes": (
            "def shift(image, dx, dy=0):\n    h, w = image.shape[-2:]\n    out = np.zeros_like(image)\n"
            "    for i in range(h):\n        for j in range(w):\n"
            "            if 0 <= i - dy < h and 0 <= j - dx < w:\n                out[..., i, j] = image[..., i - dy, j - dx]\n    return out",
            "",
        ),
        "far shifts start over": (
            changed(
                SHIFT,
                (
                    "[:2]\n",
                    "[:2]\n    dx, dy = int(np.fmod(dx, width)), int(np.fmod(dy, height))\n",
                ),
            ),
            "starts over",
        ),
        "far shifts do nothing": (
            changed(
                SHIFT,
                (
                    "[:2]\n",
                    "[:2]\n    if abs(dx) > width or abs(dy) > height: return image.copy()\n",
                ),
            ),
            "",
        ),
        "slices that fail when far": (
            "def shift(image, dx, dy=0):\n    h, w = image.shape[:2]\n    out = np.zeros_like(image)\n"
            "    out[max(dy, 0) : h + min(dy, 0), max(dx, 0) : w + min(dx, 0)] = "
            "image[max(-dy, 0) : h + min(-dy, 0), max(-dx, 0) : w + min(-dx, 0)]\n    return out",
            "",
        ),
        "a larger frame": (
            "def shift(image, dx, dy=0):\n"
            "    return np.pad(image, [(max(dy, 0), 0), (max(dx, 0), 0)] + [(0, 0)] * (image.ndim - 2))",
            "",
        ),
        "a smaller frame": (
            "def shift(image, dx, dy=0):\n    h, w = image.shape[:2]\n"
            "    return image[max(-dy, 0) : h + min(-dy, 0), max(-dx, 0) : w + min(-dx, 0)]",
            "",
        ),
        "ones come in": (changed(SHIFT, ("np.zeros_like", "np.ones_like")), ""),
        "in place": (
            changed(SHIFT, ("return out", "image[:] = out\n    return image")),
            "changes its argument `image`",
        ),
        "numbers become bytes": (
            changed(SHIFT, ("np.zeros_like(image)", "np.zeros(image.shape, np.uint8)")),
            "",
        ),
        "nothing moves": ("def shift(image, dx, dy=0):\n    return image.copy()", ""),
        "all zeros": ("def shift(image, dx, dy=0):\n    return np.zeros_like(image)", ""),
        "scipy": (
            "from scipy import ndimage\ndef shift(image, dx, dy=0):\n    return ndimage.shift(image, (dy, dx) + (0,) * (image.ndim - 2), order=0)",
            "hands the work to scipy",
        ),
    },
}
