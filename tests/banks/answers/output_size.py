"""Answers to lesson 04's exercises, right and wrong, as students write them."""

from tests.support.lessons import model_answer

LESSON = "04_output_size"

RIGHT = {
    "output_size": {
        "counting the starts": """
def output_size(n, k, padding=0, stride=1):
    if n < 1 or k < 1 or stride < 1 or padding < 0:
        raise ValueError
    total = n + 2 * padding
    if k > total:
        raise ValueError
    return len(range(0, total - k + 1, stride))
""",
        "math.floor": """
import math
def output_size(n, k, padding=0, stride=1):
    if k > n + 2 * padding or k < 1 or n < 1 or stride < 1 or padding < 0:
        raise ValueError("no")
    return math.floor((n - k + 2 * padding) / stride) + 1
""",
        "int of np.floor": """
def output_size(n, k, padding=0, stride=1):
    if not (n >= 1 and k >= 1 and stride >= 1 and padding >= 0):
        raise ValueError("too small")
    size = int(np.floor((n - k + 2 * padding) / stride)) + 1
    if k > n + 2 * padding:
        raise ValueError("too large")
    return size
""",
        "a NumPy integer": """
def output_size(n, k, padding=0, stride=1):
    if min(n, k, stride) < 1 or padding < 0 or k > n + 2 * padding:
        raise ValueError("bad")
    return np.int64((n - k + 2 * padding) // stride + 1)
""",
        "walking along": """
def output_size(n, k, padding=0, stride=1):
    for value, least in [(n, 1), (k, 1), (stride, 1), (padding, 0)]:
        if value < least:
            raise ValueError(f"{value} is below {least}")
    count, start = 0, -padding
    while start + k <= n + padding:
        count += 1
        start += stride
    if count == 0:
        raise ValueError("does not fit")
    return count
""",
        "sliding windows": """
def output_size(n, k, padding=0, stride=1):
    if n < 1 or k < 1 or stride < 1 or padding < 0:
        raise ValueError("bad")
    padded = np.zeros(n + 2 * padding)
    return len(np.lib.stride_tricks.sliding_window_view(padded, k)[::stride])
""",
    },
    "same_padding": {
        "a namedtuple": """
from typing import NamedTuple
class Padding(NamedTuple):
    before: int
    after: int
def same_padding(n, k, stride=1):
    total = max((-(-n // stride) - 1) * stride + k - n, 0)
    return Padding(before=total // 2, after=total - total // 2)
""",
        "the remainder": """
def same_padding(n, k, stride=1):
    rest = n % stride
    total = max(k - (rest if rest else stride), 0)
    return total // 2, total - total // 2
""",
        "math.ceil and divmod": """
import math
def same_padding(n, k, stride=1):
    need = (math.ceil(n / stride) - 1) * stride + k
    half, odd = divmod(max(need - n, 0), 2)
    return (half, half + odd)
""",
        "a list": """
def same_padding(n, k, stride=1):
    out = (n + stride - 1) // stride
    total = (out - 1) * stride + k - n
    if total < 0:
        total = 0
    return [total // 2, (total + 1) // 2]
""",
        "one pixel after another": """
def same_padding(n, k, stride=1):
    wanted = int(np.ceil(n / stride))
    before = after = 0
    while n + before + after < (wanted - 1) * stride + k:
        if before < after:
            before += 1
        else:
            after += 1
    return before, after
""",
        "NumPy integers": """
def same_padding(n, k, stride=1):
    total = np.maximum((np.ceil(n / stride).astype(int) - 1) * stride + k - n, 0)
    return np.int32(total // 2), np.int64(total - total // 2)
""",
    },
    "conv_parameters": {
        "one line": """
def conv_parameters(kernel_size, in_channels, filters, use_bias=True):
    kh, kw = (kernel_size,) * 2 if isinstance(kernel_size, int) else kernel_size
    return (kh * kw * in_channels + use_bias) * filters
""",
        "np.prod": """
def conv_parameters(kernel_size, in_channels, filters, use_bias=True):
    weights = np.prod(np.broadcast_to(kernel_size, 2)) * in_channels * filters
    return weights + filters * int(use_bias)
""",
        "try": """
def conv_parameters(kernel_size, in_channels, filters, use_bias=True):
    try:
        height, width = kernel_size
    except TypeError:
        height = width = kernel_size
    total = 0
    for _ in range(filters):
        total += height * width * in_channels
        if use_bias:
            total += 1
    return total
""",
        "an array of weights": """
def conv_parameters(kernel_size, in_channels, filters, use_bias=True):
    pair = kernel_size if np.ndim(kernel_size) else (kernel_size, kernel_size)
    return np.empty((*pair, in_channels, filters)).size + (filters if use_bias else 0)
""",
        "tuple or not": """
def conv_parameters(kernel_size, in_channels, filters, use_bias=True):
    if type(kernel_size) is tuple:
        area = kernel_size[0] * kernel_size[1]
    else:
        area = kernel_size ** 2
    if not use_bias:
        return area * in_channels * filters
    return area * in_channels * filters + filters
""",
    },
    "trace_shapes": {
        "with the other exercises": (
            model_answer(LESSON, "output_size")
            + "\n\n"
            + model_answer(LESSON, "same_padding")
            + """

def trace_shapes(input_shape, layers):
    shapes = []
    for i, layer in enumerate(layers):
        try:
            input_shape = after(input_shape, **layer)
        except ValueError as error:
            raise ValueError("in layer %d (%s)" % (i, error))
        shapes.append(input_shape)
    return shapes

def after(shape, type, **about):
    if type == "flatten":
        return (int(np.prod(shape)),)
    if type == "dense":
        (_,) = shape
        return (about["units"],)
    height, width, channels = shape
    if type == "pool":
        size = about["size"]
        stride = about.get("stride", size)
        return output_size(height, size, 0, stride), output_size(width, size, 0, stride), channels
    if type != "conv":
        raise ValueError("unknown")
    kernel, stride = about["kernel"], about.get("stride", 1)
    kernel = (kernel, kernel) if isinstance(kernel, int) else kernel
    sides = []
    for n, k in zip((height, width), kernel):
        padding = about.get("padding", "valid")
        if padding == "same":
            n += sum(same_padding(n, k, stride))
        elif padding != "valid":
            raise ValueError("unknown padding")
        sides.append(output_size(n, k, 0, stride))
    return (*sides, about["filters"])
"""
        ),
        "lists of lists, alone": """
def trace_shapes(input_shape, layers):
    current = list(input_shape)
    result = []
    for number, layer in enumerate(layers):
        kind = layer.get("type")
        if kind not in ("conv", "pool", "flatten", "dense"):
            raise ValueError(f"layers[{number}] has an unknown type")
        if kind == "flatten":
            total = 1
            for side in current:
                total = total * side
            current = [total]
        elif kind == "dense":
            if len(current) > 1:
                raise ValueError(f"layers[{number}]: flatten first")
            current = [layer["units"]]
        else:
            if len(current) < 3:
                raise ValueError(f"layers[{number}]: input is flat")
            k = layer["kernel"] if kind == "conv" else layer["size"]
            if not isinstance(k, (tuple, list)):
                k = [k, k]
            s = layer.get("stride", layer["size"] if kind == "pool" else 1)
            p = "valid" if kind == "pool" else layer.get("padding", "valid")
            new = []
            for axis in (0, 1):
                if p == "same":
                    new.append((current[axis] + s - 1) // s)
                elif p == "valid":
                    if k[axis] > current[axis]:
                        raise ValueError(f"layers[{number}]: the window does not fit")
                    new.append((current[axis] - k[axis]) // s + 1)
                else:
                    raise ValueError(f"layers[{number}]: padding {p}")
            new.append(layer["filters"] if kind == "conv" else current[2])
            current = new
        result.append(current)
    return result
""",
        "recursion": """
import math
def trace_shapes(input_shape, layers, index=0):
    if not layers:
        return []
    layer, *rest = layers
    def fail(why):
        raise ValueError(f"Layer #{index}: {why}")
    match layer:
        case {"type": "flatten"}:
            shape = (math.prod(input_shape),)
        case {"type": "dense", "units": units}:
            shape = (units,) if len(input_shape) == 1 else fail("needs a flat input")
        case {"type": "pool" | "conv"} if len(input_shape) != 3:
            fail("needs a volume")
        case {"type": "pool", "size": size}:
            h, w, c = input_shape
            s = layer.get("stride", size)
            if size > min(h, w):
                fail("too large")
            shape = ((h - size) // s + 1, (w - size) // s + 1, c)
        case {"type": "conv", "kernel": kernel, "filters": filters}:
            kh, kw = kernel if isinstance(kernel, tuple) else (kernel, kernel)
            h, w, _ = input_shape
            s = layer.get("stride", 1)
            match layer.get("padding", "valid"):
                case "same":
                    shape = (math.ceil(h / s), math.ceil(w / s), filters)
                case "valid":
                    if kh > h or kw > w:
                        fail("too large")
                    shape = (math.floor((h - kh) / s) + 1, math.floor((w - kw) / s) + 1, filters)
                case _:
                    fail("padding?")
        case _:
            fail("type?")
    return [shape, *trace_shapes(shape, rest, index + 1)]
""",
        "real arrays, and NumPy integers": """
def trace_shapes(input_shape, layers):
    shapes = []
    shape = input_shape
    for index in range(len(layers)):
        layer = dict(layers[index])
        where = "layer " + str(index)
        kind = layer.pop("type")
        if kind == "flatten":
            shape = (np.prod(shape),)
        elif kind == "dense":
            if len(shape) != 1:
                raise ValueError(where)
            shape = (np.int64(layer["units"]),)
        elif kind in {"conv", "pool"}:
            if len(shape) != 3:
                raise ValueError(where)
            if kind == "pool":
                layer = {"kernel": layer["size"], "stride": layer.get("stride", layer["size"]),
                         "filters": shape[2]}
            kernel = np.broadcast_to(layer["kernel"], (2,))
            stride = layer.get("stride", 1)
            padding = layer.get("padding", "valid")
            if padding == "same":
                sides = np.zeros(shape[:2])[::stride, ::stride].shape
            elif padding == "valid":
                starts = [range(0, n - k + 1, stride) for n, k in zip(shape[:2], kernel)]
                sides = tuple(len(each) for each in starts)
                if 0 in sides:
                    raise ValueError(where)
            else:
                raise ValueError(where)
            shape = sides + (layer["filters"],)
        else:
            raise ValueError(where)
        shapes.append(shape)
    return shapes
""",
    },
}
RIGHT["trace_shapes"]["one error for all"] = RIGHT["trace_shapes"][
    "with the other exercises"
].replace('"in layer %d (%s)" % (i, error)', 'f"Layer no. {i} of {len(layers)} cannot work"')

RIGHT_PARTS = {name: model_answer(LESSON, name) for name in RIGHT}


def broken(exercise, old, new):
    """Return the lesson's own answer with one thing changed."""
    answer = model_answer(LESSON, exercise)
    assert old in answer, old
    return RIGHT_PARTS["output_size"] + "\n\n" + answer.replace(old, new)


# Wrong answers that are not among the named mistakes.
_UNNAMED = {
    "output_size": {
        "nothing": "def output_size(n, k, padding=0, stride=1):\n    return None",
        "always an error": (
            "def output_size(n, k, padding=0, stride=1):\n    raise ValueError('no')"
        ),
        "no errors": (
            "def output_size(n, k, padding=0, stride=1):\n"
            "    return (n - k + 2 * padding) // stride + 1"
        ),
        "the fit without padding": broken("output_size", "if k > n + 2 * padding", "if k > n"),
        "a full window refused": broken(
            "output_size", "if k > n + 2 * padding", "if k >= n + 2 * padding"
        ),
        "the fit with one end": broken("output_size", "k > n + 2 * padding", "k > n + padding"),
        "an assertion for an error": broken("output_size", "raise ValueError", "raise TypeError"),
        "negative padding": broken("output_size", " or padding < 0", ""),
        "a stride of zero": broken("output_size", "min(n, k, stride)", "min(n, k)"),
        "a window of zero": broken("output_size", "min(n, k, stride)", "min(n, stride)"),
        "an image of zero": broken("output_size", "min(n, k, stride)", "min(k, stride)"),
        "no padding allowed": broken("output_size", "padding < 0", "padding < 1"),
        "cut towards zero": broken("output_size", "// stride + 1", "/ stride + 1"),
        "minus one": "def output_size(n, k, padding=0, stride=1):\n    return -1",
    },
    "same_padding": {
        "nothing": "def same_padding(n, k, stride=1):\n    pass",
        "the total": (
            "def same_padding(n, k, stride=1):\n"
            "    return max((-(-n // stride) - 1) * stride + k - n, 0)"
        ),
        "no padding": "def same_padding(n, k, stride=1):\n    return 0, 0",
        "rounded": broken("same_padding", "total // 2, total", "round(total / 2), total"),
    },
    "conv_parameters": {
        "nothing": "def conv_parameters(kernel_size, in_channels, filters, use_bias=True): pass",
        "ints alone": (
            "def conv_parameters(kernel_size, in_channels, filters, use_bias=True):\n"
            "    return kernel_size**2 * in_channels * filters + use_bias * filters"
        ),
        "a float": (
            "def conv_parameters(kernel_size, in_channels, filters, use_bias=True):\n"
            "    k = np.broadcast_to(kernel_size, 2).astype(float)\n"
            "    return k.prod() * in_channels * filters + use_bias * filters"
        ),
    },
    "trace_shapes": {
        "nothing": "def trace_shapes(input_shape, layers):\n    pass",
        "an empty list": "def trace_shapes(input_shape, layers):\n    return []",
        "always an error": (
            "def trace_shapes(input_shape, layers):\n    raise ValueError('layer 0 1 2 3 4')"
        ),
        "no index": broken("trace_shapes", "layer {index}", "a layer"),
        "counted from one": broken(
            "trace_shapes", "enumerate(layers)", "enumerate(layers, start=1)"
        ),
        "output_size's error as it is": broken(
            "trace_shapes", 'raise ValueError(f"layer {index}: {error}") from error', "raise"
        ),
        "an unknown padding is valid": broken(
            "trace_shapes", 'elif padding == "valid"', "elif padding"
        ),
        "a type is a conv or a pool": broken(
            "trace_shapes", 'kind in ("conv", "pool") and len(shape) == 3', "len(shape) == 3"
        ),
        "dense on a volume": broken("trace_shapes", " and len(shape) == 1", ""),
        "conv on a flat input": broken(
            "trace_shapes", "shape = (int(np.prod(shape)),)", "shape = (1, 1, int(np.prod(shape)))"
        ),
        "a flat input is a row": broken(
            "trace_shapes",
            '            kind = layer["type"]',
            '            kind = layer["type"]\n'
            '            if kind != "dense" and len(shape) == 1:\n'
            "                shape = (1, *shape, 1)",
        ),
        "same needs a fitting window": broken(
            "trace_shapes",
            'if padding == "same":',
            "if max(sides) > min(shape[:2]):\n"
            '                    raise ValueError(f"layer {index}")\n'
            '                if padding == "same":',
        ),
        "ints alone": broken(
            "trace_shapes",
            "window if isinstance(window, (tuple, list)) else (window, window)",
            "(window, window)",
        ),
        "layers changed": broken(
            "trace_shapes",
            '            kind = layer["type"]',
            '            kind = layer["type"]\n            layer.setdefault("stride", 1)',
        ),
        "layers emptied": broken(
            "trace_shapes", '        kind = layer["type"]', '        kind = layer.pop("type")'
        ),
        "with utils": (
            "def trace_shapes(input_shape, layers):\n"
            "    from utils import output_size\n"
            "    return output_size.trace_shapes(input_shape, layers)"
        ),
    },
}
WRONG = {
    exercise: {name: (answer, "") for name, answer in answers.items()}
    for exercise, answers in _UNNAMED.items()
}
