"""Pages that do not stand as they should, and where their words are then."""

from __future__ import annotations

import cv2
import numpy as np

from models.perspective import of_centres, to_quad
from models.rectifier import straightened, turned
from schemas.geometry import Matrix, Points, pixels_to_fractions
from schemas.pages import PageImage, Pixels
from tests.models.drawn import Paper

LINES = """
Dear Sir, thank you for your letter of the third
of March and for the two books which came with it
this morning. I have looked through both with some
care, and I shall gladly write a few pages on them
for the next number, if there is still room for me.
The first is a history of bridges, from the wooden
ones that were built by soldiers to the long spans
of steel over rivers and harbours in our own days;
it has many drawings, and most are clear and large.
The second is about winds and weather at sea. Its
author was a captain for thirty years, and counts
storms as others count their neighbours. Where he
explains what the clouds tell of the coming night
he is at his best; the tables at the end are hard
to read, and I would have left some of them out.
Please let me know how many words you can print,
and until when you must have them. My address is
the same as before. Yours truly, Henry Marlowe
"""


class Letter:
    """``pixels``: uint8 [1200, 900, 3]; ``paper``: what is written on it, and where."""

    def __init__(self) -> None:
        self.paper = Paper(900, 1200, 245)
        for line, text in enumerate(LINES.strip().splitlines()):
            self.paper.write(text, 80, 80 + 40 * line, 24)
        self.pixels: Pixels = np.repeat(self.paper.pixels[:, :, None], 3, axis=2)


def letter() -> Letter:
    return Letter()


def table(width: int = 1200, height: int = 1200) -> Pixels:
    """Brown, with some grain."""
    grain = np.random.default_rng(4).normal(0, 6, (height, width, 1))
    return np.clip(np.array([120, 80, 50]) + grain, 0, 255).astype(np.uint8)


def photographed(quad: Points, page: Pixels, ground: Pixels) -> Pixels:
    """The page laid on a ground by perspective."""
    back = np.linalg.inv(of_centres(to_quad(quad, page.shape[1], page.shape[0])))
    size = ground.shape[1::-1]
    flags = cv2.INTER_AREA | cv2.WARP_INVERSE_MAP
    laid = cv2.warpPerspective(page, back, size, flags=flags)
    mask = cv2.warpPerspective(np.full(page.shape[:2], 255, np.uint8), back, size, flags=flags)
    return np.where(mask[..., None] > 127, laid, ground)


def lying(pixels: Pixels, how: str) -> tuple[Pixels, Matrix]:
    """A page turned ("90", "180", "270"), "skewed" or under "perspective", and what takes pixels of the page to pixels
    of that picture."""
    upright = PageImage(pixels, np.eye(3))
    if how == "perspective":
        quad = np.array([[330.0, 150], [1350, 230], [1480, 1640], [200, 1520]])
        shot = photographed(quad, pixels, table(1640, 1800))
        return shot, to_quad(quad, pixels.shape[1], pixels.shape[0])
    if how == "skewed":
        moved = straightened(upright, -5.0)
    else:
        upright = PageImage(pixels, pixels_to_fractions(pixels.shape[1], pixels.shape[0]))
        moved = turned(upright, int(how) // 90)
    return moved.pixels, np.asarray(np.linalg.inv(moved.to_page) @ upright.to_page, np.float64)
