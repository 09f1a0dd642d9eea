"""Sets a page upright and straight, and tells the way back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from models.densest import Grey, grey_of
from models.orientation import OrientationNet, reduced
from models.second_look import SecondLook
from models.skew import skew
from schemas.geometry import Matrix, Quad, pixels_to_fractions, quarter_turns, scaling
from schemas.pages import PageImage, Pixels

LEAST_SKEW = 0.5
"""Degrees below which lines are left as they are: the engines read them as well, and resampling costs sharpness."""


class Rectified(NamedTuple):
    """A page as it should stand.

    ``quarter_turns``: clockwise, 0..3, that set it upright; ``skew``: degrees clockwise by which its lines leaned, and
    now no more; ``corners``: of the document that was cut out, in fractions of the page."""

    image: PageImage
    quarter_turns: int
    skew: float
    corners: Quad | None


class Rectifier:
    """The models, loaded once."""

    def __init__(self) -> None:
        import cv2

        cv2.setNumThreads(1)
        self._orientation = OrientationNet.open()
        self._second_look = SecondLook()

    def rectify(self, image: PageImage) -> Rectified:
        """The page upright and straight; one that stands so already comes back with the very same pixels.

        The network says whether its lines run up and down, the Word Net which way up they are then. Where the network
        is not sure, both ways are tried; where the Word Net is not, nothing is turned.
        """
        small = reduced(image.pixels)
        odds = self._orientation.sideways(small)
        likelier = 1 if odds > 0 else 0
        tries = (likelier,) if abs(odds) > self._orientation.margin else (likelier, 1 - likelier)
        for turns in tries:
            leaning = _leaning(small, turns)
            level = straightened(turned(image, turns), leaning)
            upright = self._second_look.upright(grey_of(level.pixels))
            if upright is not None:
                over = 0 if upright else 2
                return Rectified(turned(level, over), turns + over, leaning, None)
        leaning = 0.0 if tries == (1,) else _leaning(small, 0)
        return Rectified(straightened(image, leaning), 0, leaning, None)


def _leaning(small: Grey, turns: int) -> float:
    """The skew of a reduced page that is turned clockwise by quarters, 0 where it is too little to be straightened."""
    found = skew(np.rot90(small, -turns))
    return found if abs(found) >= LEAST_SKEW else 0.0


def turned(image: PageImage, turns: int) -> PageImage:
    """The image turned clockwise by quarters; itself where there is nothing to turn."""
    if not turns:
        return image
    pixels = np.ascontiguousarray(np.rot90(image.pixels, -turns))
    before, after = image.pixels.shape, pixels.shape
    back = scaling(before[1], before[0]) @ quarter_turns(-turns) @ pixels_to_fractions(after[1], after[0])
    return PageImage(pixels, np.asarray(image.to_page @ back, np.float64))


def straightened(image: PageImage, degrees: float) -> PageImage:
    """The image turned anticlockwise by some degrees, its canvas grown so that nothing is cut off; itself for none."""
    if not degrees:
        return image
    height, width = image.pixels.shape[:2]
    angle = np.radians(degrees)
    c, s = np.cos(angle), np.sin(angle)
    columns, rows = round(width * c + height * abs(s)), round(height * c + width * abs(s))
    # Takes a pixel of the new image to one of the old: about their middles, clockwise by the angle.
    back = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    back[:2, 2] = np.array([width, height]) / 2 - back[:2, :2] @ np.array([columns, rows]) / 2
    return warped(image, back, columns, rows)


def warped(image: PageImage, back: Matrix, width: int, height: int) -> PageImage:
    """A new image of ``width`` x ``height`` pixels; ``back`` takes its pixels to pixels of ``image``.

    What lies outside has the paper's colour: that of the middle one of all pixels.
    """
    import cv2

    to_centres = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])  # OpenCV's (0, 0) is a pixel's centre
    take = np.linalg.inv(to_centres) @ back @ to_centres
    pixels = cv2.warpPerspective(
        image.pixels,
        take,
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=_paper(image.pixels),
    )
    return PageImage(np.asarray(pixels, np.uint8), np.asarray(image.to_page @ back, np.float64))


def _paper(pixels: Pixels) -> tuple[float, float, float]:
    sample = pixels[:: max(1, pixels.shape[0] // 64), :: max(1, pixels.shape[1] // 64)].reshape(-1, 3)
    red, green, blue = np.median(sample, axis=0).tolist()
    return red, green, blue
