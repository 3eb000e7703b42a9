"""Answers to lesson 01's exercises, right and wrong, as students write them."""

LESSON = "01_pixels"

RIGHT = {
    "count_values": {
        "product": "def count_values(height, width, channels=1): return height * width * channels",
        "numpy": """
def count_values(height, width, channels=1):
    return np.prod([height, width, channels])
""",
        "array": """
def count_values(height, width, channels=1):
    return np.zeros((height, width, channels)).size
""",
        "loops": """
def count_values(height, width, channels=1):
    count = 0
    for row in range(height):
        for column in range(width):
            count += channels
    return count
""",
        "recursion": """
def count_values(height, width, channels=1):
    return 0 if height == 0 else width * channels + count_values(height - 1, width, channels)
""",
    },
    "hex_to_rgb": {
        "regular expression": '''
import re
def hex_to_rgb(code):
    """matplotlib.colors and PIL can do this, too."""
    match = re.fullmatch("#?([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})", code)
    if not match:
        raise ValueError("not a colour")
    return tuple(int(pair, 16) for pair in match.groups())
''',
        "list": """
def hex_to_rgb(code):
    digits = code.upper().removeprefix("#")
    if len(digits) != 6 or digits.strip("0123456789ABCDEF"):
        raise ValueError
    if not all(d in "0123456789ABCDEF" for d in digits):
        raise ValueError
    return [int(digits[i:i+2], 16) for i in range(0, 6, 2)]
""",
        "arithmetic": """
def hex_to_rgb(code):
    if code[:1] == "#":
        code = code[1:]
    if len(code) != 6:
        raise ValueError("six digits, please")
    values = ["0123456789abcdef".index(digit) for digit in code.lower()]
    return tuple(16 * a + b for a, b in zip(values[::2], values[1::2]))
""",
        "one number": """
import string
def hex_to_rgb(code):
    code = code[1:] if code.startswith("#") else code
    if len(code) != 6 or set(code) - set(string.hexdigits):
        raise ValueError(code)
    number = int(code, 16)
    return number >> 16, number >> 8 & 255, number & 255
""",
        "bytes": """
def hex_to_rgb(code):
    code = code.removeprefix("#")
    if len(code) != 6 or not code.isalnum() or not code.isascii():
        raise ValueError
    return tuple(bytes.fromhex(code))
""",
        "numpy": """
def hex_to_rgb(code):
    code = code.removeprefix("#")
    if len(code) != 6 or not code.isalnum() or not code.isascii():
        raise ValueError
    return tuple(np.array([int(code[i:i+2].upper().replace("X", "?"), 16) for i in (0, 2, 4)]))
""",
    },
    "to_grayscale": {
        "slices": """
def to_grayscale(image):
    return 0.299 * image[:, :, 0] + 0.587 * image[:, :, 1] + 0.114 * image[..., 2]
""",
        "matrix product": "def to_grayscale(image): return image @ [0.299, 0.587, 0.114]",
        "einsum": """
def to_grayscale(image):
    return np.einsum("ijc,c->ij", image, np.array([0.299, 0.587, 0.114]))
""",
        "loops": """
def to_grayscale(image):
    grey = np.zeros(image.shape[:2])
    for i in range(image.shape[0]):
        for j in range(image.shape[1]):
            r, g, b = image[i, j]
            grey[i, j] = 0.299 * r + 0.587 * g + 0.114 * b
    return grey
""",
        "lists": """
def to_grayscale(image):
    return np.array(
        [[0.299 * r + 0.587 * g + 0.114 * b for r, g, b in row] for row in image.tolist()]
    )
""",
        "average": """
def to_grayscale(image):
    return np.average(image, axis=-1, weights=(0.299, 0.587, 0.114))
""",
        "thousandths": """
def to_grayscale(image):
    r, g, b = np.moveaxis(image.astype(np.float64), 2, 0)
    return (299 * r + 587 * g + 114 * b) / 1000
""",
    },
    "dense_parameters": {
        "loop": """
def dense_parameters(image_shape, units):
    n = 1
    for length in image_shape:
        n *= length
    return (n + 1) * units
""",
        "numpy": """
def dense_parameters(image_shape, units):
    return np.prod(image_shape) * units + units
""",
        "math": """
import math
def dense_parameters(image_shape, units): return units + units * math.prod(image_shape)
""",
        "reduce": """
from functools import reduce
def dense_parameters(image_shape, units):
    return reduce(lambda a, b: a * b, image_shape, 1) * units + units
""",
        "recursion": """
def dense_parameters(image_shape, units):
    if len(image_shape) == 0:
        return 2 * units
    return image_shape[0] * (dense_parameters(image_shape[1:], units) - units) + units
""",
        "array": """
def dense_parameters(image_shape, units):
    return np.empty(image_shape).size * units + units
""",
    },
    "mean_image": {
        "mask": """
def mean_image(images, labels, digit):
    chosen = images[labels == digit]
    if chosen.size == 0:
        raise ValueError("none")
    return chosen.mean(axis=0)
""",
        "loop": """
def mean_image(images, labels, digit):
    total, count = np.zeros(images.shape[1:]), 0
    for image, label in zip(images, labels):
        if label == digit:
            total += image
            count += 1
    if not count:
        raise ValueError(f"no {digit} here")
    return total / count
""",
        "lists": """
def mean_image(images, labels, digit):
    chosen = [image.tolist() for image, label in zip(images, labels) if label == digit]
    if not chosen:
        raise ValueError
    return np.array(
        [[sum(values) / len(values) for values in zip(*rows)] for rows in zip(*chosen)]
    )
""",
        "einsum": """
def mean_image(images, labels, digit):
    weights = (labels == digit).astype(float)
    if weights.sum() == 0:
        raise ValueError("empty")
    return np.einsum("n,nij->ij", weights, images) / weights.sum()
""",
        "tensordot": """
def mean_image(images, labels, digit):
    where, = np.nonzero(labels == digit)
    if len(where) == 0:
        raise ValueError("empty")
    return np.tensordot(np.full(len(where), 1 / len(where)), images[where].astype(float), 1)
""",
        "pixel by pixel": """
def mean_image(images, labels, digit):
    if digit not in labels:
        raise ValueError
    height, width = images[0].shape
    out = np.empty((height, width))
    for i in range(height):
        for j in range(width):
            out[i, j] = np.mean(images[labels == digit, i, j])
    return out
""",
    },
}

# name: (the body of the answer, what the message says)
_BODIES = {
    "count_values": {
        "pixels alone": ("return height * width", "channels are left out"),
        "always colour": ("return height * width * 3", "always counts three channels"),
        "sum": ("return height + width + channels", "Height, width and channels are added up"),
        "channels added": ("return height * width + channels", "number of channels is added"),
        "half the perimeter": (
            "return (height + width) * channels",
            "Height and width are added up",
        ),
        "power": ("return (height * width) ** channels", "to the power of"),
        "square": ("return height ** 2 * channels", "height is used twice"),
        "width squared": ("return width * width * channels", "width is used twice"),
        "perimeter": ("return 2 * (height + width) * channels", "around the edge"),
        "levels": ("return height * width * channels * 256", "256 times too large"),
        "float": ("return float(height * width * channels)", "whole number"),
        "string": ("return str(height * width * channels)", "string"),
        "none": ("print(height * width * channels)", "return"),
        "bits": ("return height * width * channels * 8", "8 times too large"),
        "looked up": ("return {24: 576, 28: 2352, 64: 12288, 200: 120000}[height]", "KeyError"),
        "library": (
            "from utils import pixels; return pixels.count_values(height, width, channels)",
            "hands the work to utils",
        ),
    },
    "hex_to_rgb": {
        "backwards": (
            "c = code.lstrip('#'); return int(c[4:], 16), int(c[2:4], 16), int(c[:2], 16)",
            "changed places",
        ),
        "trusting int": (
            "c = code[1:] if code[0] == '#' else code\n"
            "    if len(c) != 6: raise ValueError\n"
            "    return tuple(int(c[i:i+2], 16) for i in (0, 2, 4))",
            "should raise ValueError",
        ),
        "no check": (
            "c = code.replace('#', ''); return tuple(int(c[i:i+2], 16) for i in (0, 2, 4))",
            "should raise ValueError",
        ),
        "lstrip": (
            "c = code.lstrip('#')\n"
            "    if len(c) != 6 or set(c.lower()) - set('0123456789abcdef'): raise ValueError\n"
            "    return tuple(int(c[i:i+2], 16) for i in (0, 2, 4))",
            "should raise ValueError",
        ),
        "short form": (
            "c = code.removeprefix('#')\n"
            "    if len(c) == 3: c = ''.join(2 * d for d in c)\n"
            "    if len(c) != 6 or set(c.lower()) - set('0123456789abcdef'): raise ValueError\n"
            "    return tuple(int(c[i:i+2], 16) for i in (0, 2, 4))",
            "should raise ValueError",
        ),
        "stripped spaces": (
            "c = code.strip().removeprefix('#')\n"
            "    if len(c) != 6 or set(c.lower()) - set('0123456789abcdef'): raise ValueError\n"
            "    return tuple(int(c[i:i+2], 16) for i in (0, 2, 4))",
            "should raise ValueError",
        ),
        "any digit": (
            "c = code.removeprefix('#')\n"
            "    if len(c) != 6 or not all(d.isdigit() or d.lower() in 'abcdef' for d in c):\n"
            "        raise ValueError\n"
            "    return tuple(int(c[i:i+2], 16) for i in (0, 2, 4))",
            "should raise ValueError",
        ),
        "dollar": (
            "import re\n"
            "    if not re.match('#?[0-9a-fA-F]{6}$', code): raise ValueError\n"
            "    c = code.strip('#')\n"
            "    return tuple(int(c[i:i+2], 16) for i in (0, 2, 4))",
            "should raise ValueError",
        ),
        "another error": (
            "c = code.removeprefix('#')\n"
            "    assert len(c) == 6 and not set(c.lower()) - set('0123456789abcdef')\n"
            "    return tuple(int(c[i:i+2], 16) for i in (0, 2, 4))",
            "but raised AssertionError",
        ),
        "none for an error": (
            "c = code.removeprefix('#')\n"
            "    if len(c) != 6 or set(c.lower()) - set('0123456789abcdef'): return None\n"
            "    return tuple(int(c[i:i+2], 16) for i in (0, 2, 4))",
            "returned None",
        ),
        "capitals alone": (
            "c = code.removeprefix('#')\n"
            "    if len(c) != 6 or set(c) - set('0123456789ABCDEF'): raise ValueError('no')\n"
            "    return tuple(int(c[i:i+2], 16) for i in (0, 2, 4))",
            "ValueError: no",
        ),
        "sharp needed": (
            "if code[:1] != '#' or len(code) != 7: raise ValueError('no')\n"
            "    return tuple(int(code[i:i+2], 16) for i in (1, 3, 5))",
            "ValueError: no",
        ),
        "tens": (
            "c = code.strip('#'); v = [int(d, 16) for d in c]\n"
            "    return 10 * v[0] + v[1], 10 * v[2] + v[3], 10 * v[4] + v[5]",
            "counted as tens",
        ),
        "overlap": (
            "c = code.strip('#'); return tuple(int(c[i:i+2], 16) for i in range(3))",
            "overlap",
        ),
        "strings": (
            "c = code.strip('#'); return c[:2], c[2:4], c[4:]",
            "still strings",
        ),
        "always a sharp": (
            "return int(code[1:3], 16), int(code[3:5], 16), int(code[5:7], 16)",
            "always dropped",
        ),
        "slices too short": (
            "c = code.strip('#'); return int(c[0:1], 16), int(c[2:3], 16), int(c[4:5], 16)",
            "first digit of each pair",
        ),
        "slices too long": (
            "c = code.strip('#'); return int(c[0:3], 16), int(c[2:5], 16), int(c[4:7], 16)",
            "three digits each",
        ),
        "fractions": (
            "c = code.strip('#'); return tuple(int(c[i:i+2], 16) / 255 for i in (0, 2, 4))",
            "divided by 255",
        ),
        "array": (
            "c = code.strip('#'); return np.array([int(c[i:i+2], 16) for i in (0, 2, 4)])",
            "three values in a tuple",
        ),
        "pillow": (
            "from PIL import ImageColor\n"
            "    return ImageColor.getrgb('#' + code.removeprefix('#'))",
            "hands the work to PIL",
        ),
    },
    "to_grayscale": {
        "mean": ("return image.mean(axis=2)", "count the same"),
        "wrapped": (
            "return (image[:, :, 0] + image[:, :, 1] + image[:, :, 2]) / 3",
            "count the same",
        ),
        "blue first": ("return image @ [0.114, 0.587, 0.299]", "wrong order"),
        "newer": ("return image @ [0.2126, 0.7152, 0.0722]", "BT.709"),
        "back to bytes": (
            "return (image @ [0.299, 0.587, 0.114]).astype(image.dtype)",
            "kept in the dtype of the image",
        ),
        "back to uint8": (
            "return (image @ [0.299, 0.587, 0.114]).astype(np.uint8)",
            "fractions are gone",
        ),
        "rounded": ("return np.round(image @ [0.299, 0.587, 0.114])", "fractions are gone"),
        "scaled": ("return image @ [0.299, 0.587, 0.114] / 255", "divided by 255"),
        "not summed": ("return image * [0.299, 0.587, 0.114]", "not yet added up"),
        "axis kept": (
            "return (image * [0.299, 0.587, 0.114]).sum(axis=2, keepdims=True)",
            "axes",
        ),
        "transposed": ("return (image @ [0.299, 0.587, 0.114]).T", "swapped"),
        "red": ("return image[:, :, 0].astype(float)", "red channel"),
        "extremes": (
            "image = image.astype(float); return (image.max(2) + image.min(2)) / 2",
            "lightness",
        ),
        "truncated weights": ("return image @ [0.3, 0.59, 0.11]", "rounded to two places"),
        "byte sums": (
            "w = (image * np.array([0.299, 0.587, 0.114])).astype(np.uint8); return w.sum(axis=2)",
            "cut to whole numbers before they are added up",
        ),
        "changes its input": (
            "image[:, :, 0] = image[:, :, 0] * 0.299\n"
            "    return image[:, :, 0] + 0.587 * image[:, :, 1] + 0.114 * image[:, :, 2]",
            "changes its argument `image`",
        ),
        "loops one short": (
            "grey = np.zeros(image.shape[:2])\n"
            "    for i in range(image.shape[0] - 1):\n"
            "        for j in range(image.shape[1] - 1):\n"
            "            grey[i, j] = image[i, j] @ [0.299, 0.587, 0.114]\n"
            "    return grey",
            "last row and the last column of the result stay 0",
        ),
        "list": ("return (image @ [0.299, 0.587, 0.114]).tolist()", "NumPy array"),
        "first axis": (
            "return 0.299 * image[0] + 0.587 * image[1] + 0.114 * image[2]",
            "first three rows",
        ),
        "second axis": (
            "return 0.299 * image[:, 0] + 0.587 * image[:, 1] + 0.114 * image[:, 2]",
            "first three columns",
        ),
        "rows added": (
            "return (image * [0.299, 0.587, 0.114]).sum(axis=0)",
            "the rows are added up",
        ),
        "weighted mean": ("return (image * [0.299, 0.587, 0.114]).mean(axis=2)", "too dark"),
        "two terms": ("return 0.299 * image[:, :, 0] + 0.587 * image[..., 1]", "blue is left out"),
        "library": (
            "from skimage.color import rgb2gray; return rgb2gray(image)",
            "hands the work to skimage",
        ),
    },
    "dense_parameters": {
        "no biases": ("return int(np.prod(image_shape)) * units", "biases are forgotten"),
        "one bias": ("return int(np.prod(image_shape)) * units + 1", "only one bias"),
        "bias of inputs": (
            "n = int(np.prod(image_shape)); return n * units + n",
            "bias for each input",
        ),
        "the slides'": ("return int(np.prod(image_shape))", "numbers go in"),
        "one unit": ("return int(np.prod(image_shape)) + 1", "of a single unit"),
        "colours lost": (
            "return (image_shape[0] * image_shape[1] + 1) * units",
            "Only the first two axes",
        ),
        "product from zero": (
            "n = 0\n    for length in image_shape: n *= length\n    return (n + 1) * units",
            "not a single weight",
        ),
        "not flattened": ("return (image_shape[-1] + 1) * units", "Only the last axis"),
        "last left out": (
            "return (int(np.prod(image_shape[:-1])) + 1) * units",
            "last axis of the shape is left out",
        ),
        "first left out": (
            "return (int(np.prod(image_shape[1:])) + 1) * units",
            "first axis of the shape is left out",
        ),
        "sum": ("return (sum(image_shape) + 1) * units", "lengths of the axes are added"),
        "inputs plus units": ("return int(np.prod(image_shape)) + units", "Inputs and units"),
        "three axes": (
            "h, w, c = image_shape; return (h * w * c + 1) * units",
            "raised ValueError",
        ),
        "float": ("return float(np.prod(image_shape) * units + units)", "whole number"),
        "biases twice": ("return (int(np.prod(image_shape)) + 2) * units", "2354"),
        "no empty shape": (
            "from functools import reduce\n"
            "    return (reduce(lambda a, b: a * b, image_shape) + 1) * units",
            "TypeError",
        ),
    },
    "mean_image": {
        "all": ("return images.mean(axis=0)", "whatever their label"),
        "sum": ("return images[labels == digit].astype(float).sum(axis=0)", "not divided"),
        "divided by all": (
            "return images[labels == digit].astype(float).sum(axis=0) / len(images)",
            "number of all images",
        ),
        "wrapped": (
            "if digit not in labels: raise ValueError\n"
            "    return sum(images[labels == digit]) / (labels == digit).sum()",
            "wraps around",
        ),
        "one number": (
            "return images[labels == digit].mean()",
            "a single number, the mean of all pixels",
        ),
        "rows": ("return images[labels == digit].mean(axis=1)", "rows of each image"),
        "columns": ("return images[labels == digit].mean(axis=2)", "columns of each image"),
        "each image": (
            "return images[labels == digit].mean(axis=(1, 2))",
            "a single number for each image",
        ),
        "first": ("return images[labels == digit][0].astype(float)", "first image"),
        "two by two": (
            "mean = None\n"
            "    for image, label in zip(images.astype(float), labels):\n"
            "        if label == digit: mean = image if mean is None else (mean + image) / 2\n"
            "    if mean is None: raise ValueError\n"
            "    return mean",
            "averaged with the mean so far",
        ),
        "counts from one": (
            "if digit not in labels: raise ValueError\n"
            "    total, count = np.zeros(images.shape[1:]), 1\n"
            "    for image, label in zip(images, labels):\n"
            "        if label == digit: total += image; count += 1\n"
            "    return total / count",
            "one more than the number of images",
        ),
        "overwritten": (
            "if digit not in labels: raise ValueError\n"
            "    count = 0\n"
            "    for image, label in zip(images, labels):\n"
            "        if label == digit: total = image; count += 1\n"
            "    return total / count",
            "Only the last image with the label counts",
        ),
        "indices": (
            "if digit not in labels: raise ValueError\n    return images[labels].mean(axis=0)",
            "labels are used as indices",
        ),
        "starts at 1": (
            "return mean_image_of(images[1:], labels[1:], digit)\n"
            "def mean_image_of(images, labels, digit):\n"
            "    if digit not in labels: raise ValueError\n"
            "    return images[labels == digit].mean(axis=0)",
            "first of all images is never looked at",
        ),
        "one image short": (
            "if digit not in labels: raise ValueError\n"
            "    chosen = [images[n] for n in range(len(images) - 1) if labels[n] == digit]\n"
            "    return np.mean(chosen, axis=0)",
            "last of all images is never looked at",
        ),
        "index": ("return images[digit].astype(float)", "at index `digit`"),
        "others": ("return images[labels != digit].mean(axis=0)", "do not have the label"),
        "whole": (
            "return images[labels == digit].mean(axis=0).astype(np.uint8)",
            "fractions are gone",
        ),
        "median": ("return np.median(images[labels == digit], axis=0)", "median"),
        "scaled": ("return images[labels == digit].mean(axis=0) / 255", "divided by 255"),
        "nan for nobody": (
            "return images[labels == digit].mean(axis=0)",
            "should raise ValueError",
        ),
        "zeros for nobody": (
            "if digit not in labels: return np.zeros(images.shape[1:])\n"
            "    return images[labels == digit].mean(axis=0)",
            "should raise ValueError",
        ),
        "stops at digit 0": (
            "if not digit or digit not in labels: raise ValueError('none')\n"
            "    return images[labels == digit].mean(axis=0)",
            "ValueError: none",
        ),
        "transposed": (
            "if digit not in labels: raise ValueError\n"
            "    return images[labels == digit].mean(axis=0).T",
            "swapped",
        ),
        "changes its input": (
            "if digit not in labels: raise ValueError\n"
            "    images[labels != digit] = 0\n"
            "    return images.sum(axis=0) / (labels == digit).sum()",
            "changes its argument `images`",
        ),
        "library": (
            "from utils import pixels; return pixels.mean_image(images, labels, digit)",
            "hands the work to utils",
        ),
    },
}
SIGNATURES = {
    "count_values": "height, width, channels=1",
    "hex_to_rgb": "code",
    "to_grayscale": "image",
    "dense_parameters": "image_shape, units",
    "mean_image": "images, labels, digit",
}


def write_answer(exercise, body):
    return f"def {exercise}({SIGNATURES[exercise]}):\n    {body}\n"


WRONG = {
    exercise: {name: (write_answer(exercise, body), says) for name, (body, says) in bodies.items()}
    for exercise, bodies in _BODIES.items()
}
