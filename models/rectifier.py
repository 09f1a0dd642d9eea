"""Cuts a photographed document out, sets the page upright and straight, and tells the way back."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np

from models import corners, orientation
from models.grey import Grey, grey_of
from models.orientation import OrientationNet, reduced
from models.own import WEIGHTS
from models.perspective import flat_size, of_centres, to_quad
from models.second_look import SecondLook
from models.skew import skew
from schemas.geometry import Matrix, Points, Quad, pixels_to_fractions, quarter_turns, scaling, transform
from schemas.pages import PageImage, Pixels

STAYS = 10.0
"""Letters that can be read as a page stands, more than upside down, that are enough to leave it ..."""
TURNS = 15.0
"""... and, as it would stand then, to turn it: an upright page that is turned is the worst that can happen here."""
LEAST_SKEW = 0.5
"""Degrees below which lines are left as they are: the engines read them as well, and resampling costs sharpness."""


class Rectified(NamedTuple):
    """A page as it should stand.

    ``quarter_turns``: clockwise, 0..3, that set it upright; ``skew``: degrees clockwise by which its lines leaned, and
    now no more; ``corners``: of the document that was cut out before, in fractions of the page, clockwise from the top
    left of the document as it should stand."""

    image: PageImage
    quarter_turns: int
    skew: float
    corners: Quad | None


class Rectifier:
    """The models of a folder of weights, loaded once."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        import cv2

        cv2.setNumThreads(1)
        self._corners = corners.shared(weights)
        self._orientation = OrientationNet.open(weights / orientation.FILE)
        self._second_look = SecondLook(weights)

    def rectify(self, image: PageImage) -> Rectified:
        """The page flat, upright and straight; one that stands so already comes back with the very same pixels."""
        quad = self._corners.find(image.pixels)
        if quad is None:
            return self.stood_up(image)
        found = self.stood_up(cut_out(image, quad))
        corners = np.roll(transform(image.to_page, quad), found.quarter_turns, 0)
        return found._replace(corners=Quad.of_points(corners))

    def stood_up(self, image: PageImage) -> Rectified:
        """The page upright and straight.

        Where the network is sure that it stands so, nothing is read. Else it says whether the lines run up and down;
        where it is not sure of that, both ways are tried. What the Word Net can read says which way up they are then;
        where it can read nothing, the page stays as it is.
        """
        small = reduced(image.pixels)
        tries = self._orientation.tries(self._orientation.standing(small))
        for turns in tries:
            leaning = _leaning(small, turns)
            level = straightened(turned(image, turns), leaning)
            enough = TURNS if turns else STAYS
            letters = self._second_look.letters(grey_of(level.pixels), enough, -TURNS)
            if letters >= enough or letters <= -TURNS:
                over = 0 if letters > 0 else 2
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


def cut_out(image: PageImage, quad: Points) -> PageImage:
    """The document whose corners, float64 [4, 2] in pixels, are given, as a rectangle."""
    height, width = image.pixels.shape[:2]
    flat_width, flat_height = flat_size(quad, width, height)
    return warped(image, to_quad(quad, flat_width, flat_height), flat_width, flat_height)


def warped(image: PageImage, back: Matrix, width: int, height: int) -> PageImage:
    """A new image of ``width`` x ``height`` pixels; ``back`` takes its pixels to pixels of ``image``.

    What lies outside has the paper's colour: that of the middle one of the pixels that come in.
    """
    import cv2

    pixels = cv2.warpPerspective(
        image.pixels,
        of_centres(back),
        (width, height),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=_paper(image.pixels, back, width, height),
    )
    return PageImage(np.asarray(pixels, np.uint8), np.asarray(image.to_page @ back, np.float64))


def _paper(pixels: Pixels, back: Matrix, width: int, height: int) -> tuple[float, float, float]:
    across, down = np.meshgrid(np.linspace(0, width, 64), np.linspace(0, height, 64))
    xs, ys = np.floor(transform(back, np.column_stack([across.ravel(), down.ravel()]))).astype(int).T
    inside = (xs >= 0) & (ys >= 0) & (xs < pixels.shape[1]) & (ys < pixels.shape[0])
    red, green, blue = np.median(pixels[ys[inside], xs[inside]], axis=0).tolist()
    return red, green, blue
