"""Answers to lesson 03's exercises, right and wrong, as students write them."""

# ruff: noqa: E501

LESSON = "03_sobel"

SOBEL = """
def sobel(image):
    image = np.array(image, dtype=float)
    kx = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    ky = np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]])
    height, width = image.shape
    gx = np.zeros((height - 2, width - 2))
    gy = np.zeros((height - 2, width - 2))
    for i in range(height - 2):
        for j in range(width - 2):
            window = image[i:i + 3, j:j + 3]
            gx[i, j] = (window * kx).sum()
            gy[i, j] = (window * ky).sum()
    return gx, gy
"""
MAGNITUDE = """
def gradient_magnitude(gx, gy):
    gx, gy = gx.astype(float), gy.astype(float)
    return np.sqrt(gx ** 2 + gy ** 2)
"""
DIRECTION = """
def gradient_direction(gx, gy):
    gx, gy = gx.astype(float), gy.astype(float)
    return np.degrees(np.arctan2(gy, gx))
"""
EDGES = """
def edge_map(image, threshold):
    if threshold < 0 or threshold > 1:
        raise ValueError("no share")
    image = image.astype(float)
    gx, gy = sobel(image)
    magnitude = gradient_magnitude(gx, gy)
    if magnitude.max() <= 1e-9 * np.abs(image).max():
        return np.zeros(magnitude.shape, dtype=bool)
    return magnitude >= threshold * magnitude.max()
"""
EDGE_MAP = SOBEL + MAGNITUDE + EDGES

RIGHT = {
    "sobel": {
        "two loops": SOBEL,
        "a list for a tuple": SOBEL.replace("return gx, gy", "return [gx, gy]"),
        "a namedtuple": "from collections import namedtuple\n"
        'Gradient = namedtuple("Gradient", ["gx", "gy"])\n'
        + SOBEL.replace("return gx, gy", "return Gradient(gx, gy)"),
        "python numbers": """
def sobel(image):
    rows = [[float(pixel) for pixel in row] for row in image]
    gx, gy = [], []
    for above, here, below in zip(rows, rows[1:], rows[2:]):
        line_x, line_y = [], []
        for j in range(1, len(here) - 1):
            line_x.append((above[j + 1] - above[j - 1]) + 2 * (here[j + 1] - here[j - 1])
                          + (below[j + 1] - below[j - 1]))
            line_y.append((above[j - 1] + 2 * above[j] + above[j + 1])
                          - (below[j - 1] + 2 * below[j] + below[j + 1]))
        gx.append(line_x)
        gy.append(line_y)
    return np.array(gx), np.array(gy)
""",
        "sliding windows": """
from numpy.lib.stride_tricks import sliding_window_view
KX = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
def sobel(image):
    windows = sliding_window_view(image.astype(np.float64), (3, 3))
    return tuple(np.einsum("ijab,ab->ij", windows, k) for k in (KX, np.rot90(KX)))
""",
        "mean, then difference": """
def sobel(image):
    image = np.asarray(image) * 1.0
    down = image[:-2] + 2 * image[1:-1] + image[2:]
    along = image[:, :-2] + 2 * image[:, 1:-1] + image[:, 2:]
    return down[:, 2:] - down[:, :-2], along[:-2] - along[2:]
""",
        "own correlate2d, turned and flipped": """
def correlate2d(image, kernel):
    out = 0
    for (a, b), weight in np.ndenumerate(kernel):
        rows, columns = image.shape[0] - 2, image.shape[1] - 2
        out = out + weight * image[a:a + rows, b:b + columns].astype(float)
    return out
def sobel(image):
    kernel = np.outer([1, 2, 1], [-1, 0, 1])
    return correlate2d(image, kernel), correlate2d(image, -kernel.T)
""",
        "np.apply_along_axis": """
def sobel(image):
    def along(axis, weights, picture):
        return np.apply_along_axis(lambda v: np.correlate(v, weights, "valid"), axis, picture)
    image = np.asarray(image, np.float64)
    smooth, slope = np.array([1.0, 2.0, 1.0]), np.array([-1.0, 0.0, 1.0])
    return along(1, slope, along(0, smooth, image)), along(0, -slope, along(1, smooth, image))
""",
    },
    "gradient_magnitude": {
        "root of squares": MAGNITUDE,
        "hypot": """
def gradient_magnitude(gx, gy):
    return np.hypot(np.asarray(gx, float), np.asarray(gy, float))
""",
        "loops": """
import math
def gradient_magnitude(gx, gy):
    out = np.empty(gx.shape)
    for i in range(gx.shape[0]):
        for j in range(gx.shape[1]):
            out[i, j] = math.sqrt(float(gx[i, j]) ** 2 + float(gy[i, j]) ** 2)
    return out
""",
        "complex numbers": """
def gradient_magnitude(gx, gy):
    return np.abs(np.asarray(gx, float) + 1j * np.asarray(gy, float))
""",
        "norm of a stack": """
def gradient_magnitude(gx, gy):
    return np.linalg.norm(np.stack([gx, gy]).astype(float), axis=0)
""",
        "power of a half": """
def gradient_magnitude(gx, gy):
    return (np.float64(1) * gx * gx + np.float64(1) * gy * gy) ** 0.5
""",
    },
    "gradient_direction": {
        "degrees of arctan2": DIRECTION,
        "by 180 over pi": """
def gradient_direction(gx, gy):
    return np.arctan2(gy * 1.0, gx * 1.0) * 180 / np.pi
""",
        "loops": """
import math
def gradient_direction(gx, gy):
    return np.array([[math.degrees(math.atan2(y, x)) for x, y in zip(row_x, row_y)]
                     for row_x, row_y in zip(gx.tolist(), gy.tolist())])
""",
        "angle of complex numbers": """
def gradient_direction(gx, gy):
    return np.angle(gx.astype(float) + 1j * gy.astype(float), deg=True)
""",
        "quadrant by quadrant": """
def gradient_direction(gx, gy):
    out = np.zeros(gx.shape)
    for i, j in np.ndindex(*gx.shape):
        x, y = float(gx[i, j]), float(gy[i, j])
        if x == 0:
            out[i, j] = 90 * np.sign(y)
        else:
            out[i, j] = np.degrees(np.arctan(y / x))
            if x < 0:
                out[i, j] += 180 if y >= 0 else -180
    return out
""",
        "rad2deg": """
def gradient_direction(gx, gy):
    return np.rad2deg(np.arctan2(np.array(gy, dtype="float64"), np.array(gx, dtype="float64")))
""",
    },
    "edge_map": {
        "as the contract says": EDGE_MAP,
        "share of the maximum": EDGE_MAP.replace(
            "magnitude >= threshold * magnitude.max()", "magnitude / magnitude.max() >= threshold"
        ),
        "squares": EDGE_MAP.replace(
            "magnitude >= threshold * magnitude.max()",
            "magnitude ** 2 >= threshold ** 2 * (magnitude ** 2).max()",
        ).replace(
            "return magnitude **",
            "magnitude = magnitude / magnitude.max()\n    return magnitude **",
        ),
        "nearly equal counts": EDGE_MAP.replace(
            "threshold * magnitude.max()", "threshold * magnitude.max() * (1 - 1e-9)"
        ),
        "in one go": """
def edge_map(image, threshold):
    if not (0 <= threshold <= 1):
        raise ValueError
    a = np.asarray(image, float)
    x = a[:, 2:] - a[:, :-2]
    y = a[:-2] - a[2:]
    m = np.hypot(x[:-2] + 2 * x[1:-1] + x[2:], y[:, :-2] + 2 * y[:, 1:-1] + y[:, 2:])
    return (m >= threshold * m.max()) & (m.max() > 1e-9 * abs(a).max())
""",
        "loops": SOBEL
        + MAGNITUDE
        + """
def edge_map(image, threshold):
    if threshold < 0:
        raise ValueError("below 0")
    if threshold > 1:
        raise ValueError("above 1")
    gx, gy = sobel(image)
    magnitude = gradient_magnitude(gx, gy)
    largest = max(abs(float(pixel)) for row in image for pixel in row)
    top = max(value for row in magnitude for value in row)
    edges = np.full(magnitude.shape, False)
    if top > 1e-9 * largest:
        for i in range(edges.shape[0]):
            for j in range(edges.shape[1]):
                edges[i, j] = magnitude[i, j] >= threshold * top
    return edges
""",
        "own helpers wrong, in this cell": SOBEL.replace("2", "3", 1).replace(
            "gx, gy\n", "gx, gy * 7\n"
        )
        + MAGNITUDE.replace("np.sqrt", "")
        + EDGES,
        "own helpers raise": "def sobel(image):\n    raise NotImplementedError\n"
        + "def gradient_magnitude(gx, gy):\n    raise TypeError('later')\n"
        + EDGES,
    },
}


def sobel_with(old, new):
    assert old in SOBEL
    return SOBEL.replace(old, new)


def magnitude_with(line):
    return f"def gradient_magnitude(gx, gy):\n    {line}"


def direction_with(line):
    return f"def gradient_direction(gx, gy):\n    {line}"


def edges_with(old, new):
    assert old in EDGES
    return SOBEL + MAGNITUDE + EDGES.replace(old, new)


AS_FLOAT = "gx, gy = gx.astype(float), gy.astype(float)\n    "
AS_FLOAT32 = "gx, gy = gx.astype(np.float32), gy.astype(np.float32); "
# Each wrong answer, and words that the student reads.
WRONG = {
    "sobel": {
        "swapped": (sobel_with("return gx, gy", "return gy, gx"), "swapped"),
        "transposed": (
            sobel_with("[[1, 2, 1], [0, 0, 0], [-1, -2, -1]]", "kx.T"),
            "sign of gy is wrong",
        ),
        "left minus right": (
            sobel_with("[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]", "[[1, 0, -1], [2, 0, -2], [1, 0, -1]]"),
            "sign of gx is wrong",
        ),
        "convolution": (
            sobel_with("window = image[i:i + 3, j:j + 3]", "window = image[i:i + 3, j:j + 3][::-1, ::-1]"),
            "convolution",
        ),
        "prewitt": (
            sobel_with("-2, 0, 2", "-1, 0, 1").replace("[1, 2, 1]", "[1, 1, 1]").replace("-1, -2, -1", "-1, -1, -1"),
            "count once",
        ),
        "one kernel mistyped": (sobel_with("[-2, 0, 2]", "[-2, 0, 1]"), "sobel"),
        "same size": (
            sobel_with("image = np.array(image, dtype=float)", "image = np.pad(np.array(image, dtype=float), 1)"),
            "padded with zeros",
        ),
        "as large as the image": (
            SOBEL.replace("np.zeros((height - 2, width - 2))", "np.zeros((height, width))"),
            "last two rows and columns stay 0",
        ),
        "framed": (sobel_with("return gx, gy", "return np.pad(gx, 1), np.pad(gy, 1)"), "a border of 0 around them"),
        "gy without its twos": (
            sobel_with("[[1, 2, 1], [0, 0, 0], [-1, -2, -1]]", "[[1, 1, 1], [0, 0, 0], [-1, -1, -1]]"),
            "The middle column of Gy counts once",
        ),
        "border repeated": (
            sobel_with(
                "image = np.array(image, dtype=float)",
                "image = np.pad(np.array(image, dtype=float), 1, mode='edge')",
            ),
            "repeating its border",
        ),
        "one position short": (
            SOBEL.replace("height - 2", "height - 3").replace("width - 2", "width - 3"),
            "One position is missing along every axis",
        ),
        "loops one short": (
            SOBEL.replace("in range(height - 2)", "in range(height - 3)").replace("in range(width - 2)", "in range(width - 3)"),
            "of both results stay 0",
        ),
        "matrix products": (
            sobel_with("window * kx", "window @ kx").replace("window * ky", "window @ ky"),
            "multiplied as matrices",
        ),
        "differences": (
            """
def sobel(image):
    image = image.astype(float)
    return image[:, 2:] - image[:, :-2], image[:-2] - image[2:]
""",
            "plain differences",
        ),
        "one part missing": (
            """
def sobel(image):
    image = image.astype(float)
    across = image[:, 2:] - image[:, :-2]
    up = image[:-2] - image[2:]
    return across[:-2] + 2 * across[1:-1], up[:, :-2] + 2 * up[:, 1:-1]
""",
            "last row of Gx and the last column of Gy are left out",
        ),
        "rows for columns": (
            """
def sobel(image):
    image = image.astype(float)
    across = image[2:] - image[:-2]
    up = image[:, :-2] - image[:, 2:]
    return across[:, :-2] + 2 * across[:, 1:-1] + across[:, 2:], up[:-2] + 2 * up[1:-1] + up[2:]
""",
            "Rows and columns have changed places",
        ),
        "gy twice": (sobel_with("window * kx", "window * ky"), "same kernel, Gy"),
        "sizes swapped": (sobel_with("height, width = image.shape", "width, height = image.shape"), ""),
        "bytes wrap": (
            """
def sobel(image):
    across = image[:, 2:] - image[:, :-2]
    up = image[:-2] - image[2:]
    return (across[:-2] + 2 * across[1:-1] + across[2:],
            up[:, :-2] + 2 * up[:, 1:-1] + up[:, 2:])
""",
            "wrap around",
        ),
        "kept in integers": (sobel_with("width - 2))\n    for", "width - 2), int)\n    for"), "rounded to whole numbers"),
        "in the image's dtype": (
            sobel_with("    image = np.array(image, dtype=float)\n", "").replace(
                "width - 2))", "width - 2), image.dtype)"
            ),
            "kept in a dtype that cannot hold them",
        ),
        "divided by 8": (sobel_with("return gx, gy", "return gx / 8, gy / 8"), "divided by 8"),
        "divided by 4": (sobel_with("return gx, gy", "return gx / 4, gy / 4"), "divided by 4"),
        "absolute": (sobel_with("return gx, gy", "return abs(gx), abs(gy)"), "signs are gone"),
        "clipped": (sobel_with("return gx, gy", "return gx.clip(0, 255), gy.clip(0, 255)"), "0 and 255"),
        "relu": (sobel_with("return gx, gy", "return gx.clip(0), gy.clip(0)"), "cut off at 0"),
        "gx twice": (sobel_with("window * ky", "window * kx"), "same kernel, Gx"),
        "magnitude": (sobel_with("return gx, gy", "return np.hypot(gx, gy)"), "the magnitude already"),
        "gx alone": (sobel_with("return gx, gy", "return gx"), "two values"),
        "lists": (sobel_with("return gx, gy", "return gx.tolist(), gy.tolist()"), "NumPy array"),
        "zeros": (sobel_with("return gx, gy", "return 0 * gx, 0 * gy"), ""),
        "nothing": (sobel_with("    return gx, gy\n", ""), "return"),
        "changes the image": (
            sobel_with("image = np.array(image, dtype=float)", "image[0, 0] = 77"),
            "changes its argument `image`",
        ),
        "scipy": (
            "from scipy import ndimage\ndef sobel(image):\n    a = image.astype(float)\n"
            "    return ndimage.sobel(a, 1)[1:-1, 1:-1], -ndimage.sobel(a, 0)[1:-1, 1:-1]",
            "scipy",
        ),
        "skimage": (
            "def sobel(image):\n    import skimage.filters as f\n    a = image.astype(float)\n"
            "    return 4 * f.sobel_v(a)[1:-1, 1:-1], -4 * f.sobel_h(a)[1:-1, 1:-1]",
            "skimage",
        ),
        "utils": (
            "def sobel(image):\n    from utils.sobel import sobel as done\n    return done(image)",
            "utils",
        ),
        "the one step from utils": (
            "from utils.convolution import correlate2d\ndef sobel(image):\n"
            "    k = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])\n"
            "    return correlate2d(image, k), correlate2d(image, np.rot90(k))",
            "utils",
        ),
    },
    "gradient_magnitude": {
        "wraps": (magnitude_with("return np.sqrt(gx ** 2 + gy ** 2)"), "wrap around"),
        "wraps, then float": (
            magnitude_with("return np.sqrt((gx ** 2 + gy ** 2).astype(float))"),
            "wrap around",
        ),
        "half precision": (magnitude_with("return np.hypot(gx, gy)"), "half precision"),
        "single precision": (
            magnitude_with(AS_FLOAT32 + "return np.sqrt(gx ** 2 + gy ** 2)"),
            "single precision",
        ),
        "single precision, then float": (
            magnitude_with(AS_FLOAT32 + "return np.hypot(gx, gy).astype(float)"),
            "single precision",
        ),
        "sizes added": (magnitude_with(AS_FLOAT + "return abs(gx) + abs(gy)"), "adds the two sizes"),
        "added": (magnitude_with(AS_FLOAT + "return gx + gy"), "cancel"),
        "squares": (magnitude_with(AS_FLOAT + "return gx ** 2 + gy ** 2"), "root is missing"),
        "root too early": (magnitude_with(AS_FLOAT + "return np.sqrt(gx ** 2) + gy ** 2"), "after the root"),
        "square of the sum": (magnitude_with(AS_FLOAT + "return np.sqrt((gx + gy) ** 2)"), "sum of gx and gy is squared"),
        "squares subtracted": (
            magnitude_with(AS_FLOAT + "return np.sqrt(abs(gx ** 2 - gy ** 2))"),
            "subtracted",
        ),
        "larger": (magnitude_with(AS_FLOAT + "return np.maximum(abs(gx), abs(gy))"), "larger of the two"),
        "mean": (
            magnitude_with(AS_FLOAT + "return np.sqrt((gx ** 2 + gy ** 2) / 2)"),
            "divided by 2",
        ),
        "root of each": (magnitude_with(AS_FLOAT + "return np.sqrt(gx) + np.sqrt(gy)"), ""),
        "of absolute int8": (magnitude_with("gx = abs(gx); return np.sqrt(gx.astype(float) ** 2 + gy.astype(float) ** 2 * (gx > -1))"), ""),
        "scaled": (
            magnitude_with(AS_FLOAT + "m = np.hypot(gx, gy); return m / (m.max() or 1)"),
            "divided by its maximum",
        ),
        "bytes": (
            magnitude_with(AS_FLOAT + "m = np.hypot(gx, gy); return 255 * m / (m.max() or 1)"),
            "stretched",
        ),
        "rounded": (magnitude_with(AS_FLOAT + "return np.hypot(gx, gy).astype(int)"), "fractions of the magnitude are gone"),
        "one number": (
            magnitude_with(AS_FLOAT + "return np.linalg.norm([gx, gy])"),
            "a single length for all pixels",
        ),
        "matrix product": (magnitude_with(AS_FLOAT + "return np.sqrt(abs(gx @ gx.T + gy @ gy.T))"), ""),
        "nothing": (magnitude_with("np.hypot(gx, gy)"), "return"),
        "changes gx": (
            magnitude_with("gx *= gx; gx += gy * gy; return np.sqrt(gx.astype(float))"),
            "changes its argument `gx`",
        ),
        "utils": (
            "def gradient_magnitude(gx, gy):\n    import utils.sobel\n"
            "    return utils.sobel.gradient_magnitude(gx, gy)",
            "utils",
        ),
    },
    "gradient_direction": {
        "half precision": (direction_with("return np.degrees(np.arctan2(gy, gx))"), "half precision"),
        "single precision": (
            direction_with(AS_FLOAT32 + "return np.degrees(np.arctan2(gy, gx))"),
            "single precision",
        ),
        "single precision, then float": (
            direction_with(AS_FLOAT32 + "return np.arctan2(gy, gx).astype(float) * 180 / np.pi"),
            "single precision",
        ),
        "half precision, then float": (
            direction_with("return np.arctan2(gy, gx).astype(float) * 180 / np.pi"),
            "",
        ),
        "arctan, no degrees": (
            direction_with(AS_FLOAT + "return np.arctan(gy / gx)"),
            "in radians, and half of the directions are missing",
        ),
        "arctan, swapped": (
            direction_with(AS_FLOAT + "return np.degrees(np.arctan(gx / gy))"),
            "changed places, and half of the directions are missing",
        ),
        "radians": (direction_with(AS_FLOAT + "return np.arctan2(gy, gx)"), "in radians"),
        "np.radians": (direction_with(AS_FLOAT + "return np.radians(np.arctan2(gy, gx))"), "converted the wrong way"),
        "swapped": (direction_with(AS_FLOAT + "return np.degrees(np.arctan2(gx, gy))"), "changed places"),
        "arctan": (direction_with(AS_FLOAT + "return np.degrees(np.arctan(gy / gx))"), "between -90 and 90"),
        "arctan, guarded": (
            direction_with(AS_FLOAT + "return np.degrees(np.arctan(gy / (gx + 1e-12)))"),
            "between -90 and 90",
        ),
        "arctan, zeros set": (
            direction_with(
                AS_FLOAT + "return np.where(gx == 0, 90 * np.sign(gy), np.degrees(np.arctan(gy / np.where(gx == 0, 1, gx))))"
            ),
            "between -90 and 90",
        ),
        "90 wherever gx is 0": (
            direction_with(
                AS_FLOAT + "return np.where(gx == 0, 90, np.degrees(np.arctan2(gy, gx)))"
            ),
            "Wherever gx is 0 the angle is 90",
        ),
        "nan where both are 0": (
            direction_with(
                AS_FLOAT + "return np.degrees(np.sign(gy) * np.arccos(gx / np.hypot(gx, gy)))"
            ),
            "",
        ),
        "0 to 360": (direction_with(AS_FLOAT + "return np.degrees(np.arctan2(gy, gx)) % 360"), "0 to 360"),
        "modulo 180": (direction_with(AS_FLOAT + "return np.degrees(np.arctan2(gy, gx)) % 180"), "modulo 180"),
        "y down": (direction_with(AS_FLOAT + "return np.degrees(np.arctan2(-gy, gx))"), "clockwise"),
        "x left": (direction_with(AS_FLOAT + "return np.degrees(np.arctan2(gy, -gx))"), "Left and right"),
        "to the dark": (direction_with(AS_FLOAT + "return np.degrees(np.arctan2(-gy, -gx))"), "opposite"),
        "along the edge": (direction_with(AS_FLOAT + "return np.degrees(np.arctan2(gx, -gy))"), "quarter of a turn"),
        "from the top": (direction_with(AS_FLOAT + "return 90 - np.degrees(np.arctan2(gy, gx))"), "counted from the top"),
        "absolute": (direction_with(AS_FLOAT + "return abs(np.degrees(np.arctan2(gy, gx)))"), "minus signs"),
        "rounded": (direction_with(AS_FLOAT + "return np.round(np.degrees(np.arctan2(gy, gx)))"), ""),
        "second quadrant off": (
            direction_with(
                AS_FLOAT + "a = np.degrees(np.arctan(gy / gx)); return np.where(gx < 0, a + 180, a)"
            ),
            "from -90 to 270",
        ),
        "nothing": (direction_with("np.arctan2(gy, gx)"), "return"),
        "changes gy": (direction_with("gy += 1; gy -= 2; return np.degrees(np.arctan2(gy + 1.0, gx * 1.0))"), "changes its argument `gy`"),
        "utils": (
            "def gradient_direction(gx, gy):\n    from utils import sobel\n"
            "    return sobel.gradient_direction(gx, gy)",
            "utils",
        ),
    },
    "edge_map": {
        "strictly": (edges_with(">= threshold *", "> threshold *"), "equal to the limit"),
        "swapped": (edges_with("return magnitude >=", "return magnitude <"), "True and False are swapped"),
        "not a share": (edges_with("threshold * magnitude.max()\n", "threshold\n"), "compared with the threshold itself"),
        "of the image": (
            edges_with("threshold * magnitude.max()\n", "threshold * image.max()\n"),
            "share of the brightest pixel",
        ),
        "of 255": (edges_with("threshold * magnitude.max()\n", "threshold * 255\n"), "255"),
        "of the mean": (edges_with("threshold * magnitude.max()\n", "threshold * magnitude.mean()\n"), "mean magnitude"),
        "of the range": (
            edges_with(
                "threshold * magnitude.max()\n",
                "magnitude.min() + threshold * np.ptp(magnitude)\n",
            ),
            "smallest magnitude",
        ),
        "quantile": (
            edges_with("threshold * magnitude.max()\n", "np.quantile(magnitude, threshold)\n"),
            "quantile",
        ),
        "flat forgotten": (edges_with("if magnitude.max() <= 1e-9 * np.abs(image).max()", "if False"), "flat image"),
        "exactly flat only": (
            edges_with("magnitude.max() <= 1e-9 * np.abs(image).max()", "magnitude.max() == 0"),
            "Rounding",
        ),
        "absolute tolerance": (
            edges_with("magnitude.max() <= 1e-9 * np.abs(image).max()", "magnitude.max() <= 1e-9"),
            "A faint image",
        ),
        "largest pixel without abs": (edges_with("np.abs(image).max()", "image.max()"), "flat image of negative pixels"),
        "equal pixels only": (
            edges_with("magnitude.max() <= 1e-9 * np.abs(image).max()", "image.min() == image.max()"),
            "",
        ),
        "pixels nearly equal": (
            edges_with("magnitude.max() <= 1e-9 * np.abs(image).max()", "np.allclose(image, image[0, 0])"),
            "",
        ),
        "flat is all edge": (edges_with("np.zeros", "np.ones"), "A flat image comes out with edges"),
        "flat loses its shape": (edges_with("np.zeros(magnitude.shape, dtype=bool)", "np.zeros(image.shape, dtype=bool)"), ""),
        "flat in floats": (edges_with("np.zeros(magnitude.shape, dtype=bool)", "np.zeros(magnitude.shape)"), "bool"),
        "wraps -128": (
            edges_with("    image = image.astype(float)\n", "").replace("np.array(image, dtype=float)", "image.astype(float)"),
            "",
        ),
        "gx alone": (edges_with("gradient_magnitude(gx, gy)", "abs(gx)"), "Only gx"),
        "gy alone": (edges_with("gradient_magnitude(gx, gy)", "abs(gy)"), "Only gy"),
        "sizes added": (edges_with("gradient_magnitude(gx, gy)", "abs(gx) + abs(gy)"), "|gx| + |gy|"),
        "signed": (edges_with("gradient_magnitude(gx, gy)", "gx"), "gx is positive and large"),
        "added": (edges_with("gradient_magnitude(gx, gy)", "gx + gy"), "magnitude is gx + gy"),
        "pixels": (edges_with("return magnitude >= threshold * magnitude.max()", "return image >= threshold * image.max()"), "pixels are compared"),
        "framed": (edges_with("return magnitude >= threshold * magnitude.max()", "return np.pad(magnitude >= threshold * magnitude.max(), 1)"), "as large as the image"),
        "squares": (edges_with("gradient_magnitude(gx, gy)", "gx ** 2 + gy ** 2"), "squares of the magnitudes"),
        "numbers": (edges_with("magnitude >= threshold * magnitude.max()", "(magnitude >= threshold * magnitude.max()) * 1"), "0 and 1, not True and False"),
        "black and white": (
            edges_with("return magnitude >= threshold * magnitude.max()", "return np.where(magnitude >= threshold * magnitude.max(), 255, 0)"),
            "0 and 255, not True and False",
        ),
        "no error": (edges_with('    if threshold < 0 or threshold > 1:\n        raise ValueError("no share")\n', ""), "ValueError"),
        "no error below": (edges_with("threshold < 0 or threshold > 1", "threshold > 1"), "ValueError"),
        "no error above": (edges_with("threshold < 0 or threshold > 1", "threshold < 0"), "ValueError"),
        "refuses 0 and 1": (edges_with("threshold < 0 or threshold > 1", "threshold <= 0 or threshold >= 1"), "ValueError"),
        "flat before bad thresholds": (
            SOBEL
            + MAGNITUDE
            + """
def edge_map(image, threshold):
    magnitude = gradient_magnitude(*sobel(image))
    if magnitude.max() <= 1e-9 * np.abs(image.astype(float)).max():
        return np.zeros(magnitude.shape, bool)
    if threshold < 0 or threshold > 1:
        raise ValueError("no share")
    return magnitude >= threshold * magnitude.max()
""",
            "ValueError",
        ),
        "another error": (edges_with("raise ValueError", "raise TypeError"), "TypeError"),
        "all false": (edges_with("return magnitude >=", "return magnitude < 0 *"), ""),
        "nothing": (edges_with("return magnitude >=", "magnitude >="), "return"),
        "changes the image": (
            edges_with("image = image.astype(float)", "image -= image.min(); image = image.astype(float)"),
            "changes its argument `image`",
        ),
        "skimage": (
            edges_with(
                "gx, gy = sobel(image)\n    magnitude = gradient_magnitude(gx, gy)",
                "import skimage.filters\n    magnitude = skimage.filters.sobel(image)[1:-1, 1:-1]",
            ),
            "skimage",
        ),
        "utils": (
            "from utils import sobel as done\ndef edge_map(image, threshold):\n"
            "    return done.edge_map(image, threshold)",
            "utils",
        ),
        "utils for the gradient": (
            EDGES.replace("sobel(image)", "done.sobel(image)").replace(
                "gradient_magnitude(gx", "done.gradient_magnitude(gx"
            )
            + "\nfrom utils import sobel as done",
            "utils",
        ),
    },
}  # fmt: skip
