"""Lesson 03: kernels made by hand, the Sobel gradient, edge maps and Gabor filters.

The first part holds the reference answers. Directions are counted as in mathematics: 0 degrees
points right, 90 degrees points up, although row numbers grow downwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Arc

from utils import convolution
from utils.plots import BLACK, ORANGE, SKY, signed

GX = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
GY = np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]])

# A magnitude below this share of the largest pixel is rounding, not an edge.
ROUNDING = 1e-9

KERNELS = {
    "pass through": np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    "blur": np.full((3, 3), 1 / 9),
    "sharpen": np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    "all edges": np.array([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
    "left − right": np.array([[1, 0, -1]] * 3),
    "Sobel Gx": GX,
    "Sobel Gy": GY,
}


def sobel(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how much brighter it gets to the right and upwards, at every pixel but the border.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        Any real dtype; at least 3x3.

    Returns
    -------
    gx, gy : ndarray of float64, shape (H - 2, W - 2)
        The valid cross-correlations with `GX` (right minus left) and `GY` (top minus bottom), the
        source's kernels. In grey levels; eight times the slope per pixel.
    """
    return convolution.correlate2d(image, GX), convolution.correlate2d(image, GY)


def gradient_magnitude(gx: np.ndarray, gy: np.ndarray) -> np.ndarray:
    """Return how strong the gradient is: ``sqrt(gx**2 + gy**2)``, element by element.

    Parameters
    ----------
    gx, gy : ndarray, of the same shape
        Any real dtype.

    Returns
    -------
    ndarray of float64, of that shape
    """
    return np.hypot(np.asarray(gx, float), np.asarray(gy, float))


def gradient_direction(gx: np.ndarray, gy: np.ndarray) -> np.ndarray:
    """Return where it gets brighter: ``arctan2(gy, gx)`` in degrees, element by element.

    Parameters
    ----------
    gx, gy : ndarray, of the same shape
        Any real dtype.

    Returns
    -------
    ndarray of float64, of that shape
        From -180 to 180, counter-clockwise: 0 is right, 90 up. Where both are 0, it is 0.
    """
    return np.degrees(np.arctan2(np.asarray(gy, float), np.asarray(gx, float)))


def edge_map(image: np.ndarray, threshold: float) -> np.ndarray:
    """Mark the pixels whose gradient is strong, compared with the strongest.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        Any real dtype; at least 3x3.
    threshold : float
        From 0 to 1: which share of the largest magnitude makes an edge.

    Returns
    -------
    ndarray of bool, shape (H - 2, W - 2)
        True where the magnitude is at least ``threshold`` times its maximum. Nowhere if the image
        is flat: if no magnitude is above 1e-9 times the largest absolute pixel.

    Raises
    ------
    ValueError
        If ``threshold`` is not between 0 and 1.
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold should lie between 0 and 1, but is {threshold}")
    image = np.asarray(image, float)
    magnitude = gradient_magnitude(*sobel(image))
    if magnitude.max() <= ROUNDING * np.abs(image).max():
        return np.zeros(magnitude.shape, bool)
    return magnitude >= threshold * magnitude.max()


def drawn_shapes(height: int = 42, width: int = 70) -> np.ndarray:
    """Draw a bright disc and a bright square on dark ground, with soft outlines.

    Parameters
    ----------
    height, width : int
        The picture's size in pixels.

    Returns
    -------
    ndarray of float64, shape (height, width)
        20 on the ground, 220 on the shapes.
    """
    y, x = np.mgrid[:height, :width]
    radius = 0.35 * height
    middle, left, right = round(0.5 * height), round(0.27 * width), round(0.74 * width)
    from_disc = np.hypot(x - left, y - middle) - radius
    from_square = np.maximum(np.abs(x - right), np.abs(y - middle)) - 0.85 * radius
    inside = np.clip(0.5 - np.minimum(from_disc, from_square), 0, 1)
    return 20 + 200 * inside


def direction_colours(direction: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """Colour directions on a wheel that closes: -180 and 180 look the same.

    Parameters
    ----------
    direction : ndarray, shape (H, W)
        In degrees.
    shown : ndarray of bool, shape (H, W)
        Where to show a colour; the rest is grey.

    Returns
    -------
    ndarray of float64, shape (H, W, 3)
        Colours of the map *twilight*, which differ in lightness too, so that readers with any kind
        of colour blindness can distinguish them.
    """
    colours = mpl.colormaps["twilight_shifted"](np.asarray(direction) % 360 / 360)[..., :3]
    return np.where(np.asarray(shown)[..., np.newaxis], colours, 0.55)


def draw_wheel(ax: Axes, size: int = 201) -> None:
    """Draw the legend of `direction_colours`: a ring that has each direction's colour there."""
    y, x = np.mgrid[1 : -1 : size * 1j, -1 : 1 : size * 1j]
    radius = np.hypot(x, y)
    ring = direction_colours(gradient_direction(x, y), np.ones(x.shape, bool))
    ring[(radius > 1) | (radius < 0.5)] = 1
    ax.imshow(ring, extent=(-1, 1, -1, 1), interpolation="bilinear")
    for angle, where in {0: "left", 90: "bottom", 180: "right", -90: "top"}.items():
        across, up = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        horizontal = where if where in ("left", "right") else "center"
        vertical = where if where in ("top", "bottom") else "center"
        label = signed(f"{angle}°")
        ax.text(1.08 * across, 1.08 * up, label, ha=horizontal, va=vertical, fontsize=9)
    ax.set(xlim=(-1.6, 1.6), ylim=(-1.4, 1.4))
    ax.set_title("brighter to", fontsize=10)
    ax.axis("off")


def draw_arrow(ax: Axes, gx: float, gy: float) -> None:
    """Draw a gradient as an arrow, with its two legs, its length and its angle."""
    size = math.hypot(gx, gy)
    arrow = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "linewidth": 2.5}
    ax.annotate("", (gx, 0), (0, 0), arrowprops=arrow | {"color": ORANGE})
    ax.annotate("", (gx, gy), (gx, 0), arrowprops=arrow | {"color": SKY})
    ax.annotate("", (gx, gy), (0, 0), arrowprops=arrow | {"color": BLACK})
    ax.text(gx / 2, -0.06 * size, f"gx = {gx:.0f}", ha="center", va="top")
    ax.text(gx + 0.05 * size, gy / 2, f"gy = {gy:.0f}", va="center")
    ax.text(gx / 2 - 0.05 * size, gy / 2, f"magnitude {size:.0f}", ha="right", va="bottom")
    angle = math.degrees(math.atan2(gy, gx))
    ax.add_patch(Arc((0, 0), 0.5 * size, 0.5 * size, theta1=min(angle, 0), theta2=max(angle, 0)))
    ax.text(0.11 * size, 0.05 * size, f"{angle:.0f}°", va="bottom", fontsize=9)
    ax.set(xlim=(-0.5 * size, gx + 0.55 * size), ylim=(-0.2 * size, gy + 0.1 * size))
    ax.set_aspect("equal")
    ax.axis("off")


def gabor_kernel(
    wavelength: float, angle: float, phase: float = 0, bandwidth: float = 1
) -> np.ndarray:
    """Return a Gabor filter: a wave under a bell, a question about stripes.

    Parameters
    ----------
    wavelength : float
        From one bright stripe to the next, in pixels.
    angle : float
        The direction across the stripes, in degrees, counter-clockwise: 0 for vertical stripes, 90
        for horizontal ones.
    phase : float
        In degrees: 0 for a bright stripe in the middle, 90 for an edge there.
    bandwidth : float
        In octaves; the smaller, the wider the bell and the more stripes it holds.

    Returns
    -------
    ndarray of float64, both sides odd
        ``cos(2 pi u / wavelength + phase)`` with ``u`` the distance along ``angle``, times a
        Gaussian that adds up to about 1, cut off at three standard deviations.

    Notes
    -----
    The formulas are those of ``skimage.filters.gabor_kernel``, whose ``theta`` is clockwise, since
    there y grows downwards: ours is the real part of theirs at ``frequency=1 / wavelength`` and
    ``theta=-radians(angle)``.
    """
    octaves = 2**bandwidth
    sigma = wavelength / math.pi * math.sqrt(math.log(2) / 2) * (octaves + 1) / (octaves - 1)
    turn = math.radians(angle)
    reach = [3 * sigma * abs(math.cos(turn)), 3 * sigma * abs(math.sin(turn)), 1]
    half = math.ceil(max(reach))
    y, x = np.mgrid[half : -half - 1 : -1, -half : half + 1]
    along = x * math.cos(turn) + y * math.sin(turn)
    bell = np.exp(-(x**2 + y**2) / (2 * sigma**2)) / (2 * math.pi * sigma**2)
    return bell * np.cos(2 * math.pi * along / wavelength + math.radians(phase))


def gabor_bank(
    wavelengths: Iterable[float], angles: Iterable[float], phase: float = 0
) -> dict[tuple[float, float], np.ndarray]:
    """Return a Gabor filter for every pair ``(wavelength, angle)``, wavelength by wavelength."""
    angles = list(angles)
    return {
        (wavelength, angle): gabor_kernel(wavelength, angle, phase)
        for wavelength in wavelengths
        for angle in angles
    }


def centred(kernel: np.ndarray, size: int) -> np.ndarray:
    """Put a kernel with odd sides into the middle of ``size`` x ``size`` zeros, or cut it to that.

    Kernels of different sizes can then be drawn to one scale.
    """
    half = kernel.shape[0] // 2
    beyond = max(size // 2 - half, 0)
    cut = max(half - size // 2, 0)
    return np.pad(kernel[cut : kernel.shape[0] - cut, cut : kernel.shape[1] - cut], beyond)


def gabor_energy(image: np.ndarray, wavelength: float, angle: float) -> np.ndarray:
    """Return how strongly there are stripes of a width and an angle, wherever they lie.

    Two filters answer, a quarter of a wave apart; their strength is put together as Gx and Gy are.

    Parameters
    ----------
    image : ndarray, shape (H, W)
        Not smaller than the filter, see `gabor_kernel`.
    wavelength, angle : float
        As for `gabor_kernel`.

    Returns
    -------
    ndarray of float64, shape (H - kh + 1, W - kw + 1)
    """
    stripe, edge = (
        convolution.correlate2d(image, gabor_kernel(wavelength, angle, phase)) for phase in (0, 90)
    )
    return np.hypot(stripe, edge)


def whole_numbers(kernel: np.ndarray) -> tuple[np.ndarray, int]:
    """Return a kernel as whole numbers and what to divide them by: a blur is nine 1s, by 9.

    Kernels that need a divisor above 100 come back as they are, with 1.
    """
    for divisor in range(1, 101):
        scaled = np.asarray(kernel) * divisor
        if np.allclose(scaled, np.rint(scaled)):
            return np.rint(scaled), divisor
    return np.asarray(kernel, float), 1
