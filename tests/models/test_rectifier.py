from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rectifier import cut_out, straightened, turned
from schemas.geometry import pixels_to_fractions, transform
from schemas.pages import PageImage


def marked(width: int, height: int, x: int, y: int) -> PageImage:
    """White, with a black square of 9 x 9 pixels around the pixel at (x, y)."""
    pixels = np.full((height, width, 3), 255, np.uint8)
    pixels[y - 4 : y + 5, x - 4 : x + 5] = 0
    return PageImage(pixels, pixels_to_fractions(width, height))


def mark_on_page(image: PageImage) -> np.ndarray:
    """Where the mark's middle is, in fractions of the page."""
    ink = 255.0 - image.pixels[:, :, 0]
    across, down = np.arange(ink.shape[1]) + 0.5, np.arange(ink.shape[0]) + 0.5
    middle = np.array([[(ink.sum(0) @ across) / ink.sum(), (ink.sum(1) @ down) / ink.sum()]])
    return transform(image.to_page, middle)[0]


@given(st.integers(0, 3), st.integers(20, 180), st.integers(20, 80))
def test_quarter_turns_keep_the_place_on_the_page(turns: int, x: int, y: int) -> None:
    image = marked(200, 100, x, y)
    after = turned(image, turns)
    assert after.pixels.shape == ((100, 200, 3), (200, 100, 3))[turns % 2]
    assert mark_on_page(after) == pytest.approx([(x + 0.5) / 200, (y + 0.5) / 100])


def test_a_quarter_turn_is_clockwise() -> None:
    after = turned(marked(200, 100, 20, 20), 1)  # what is at the top left goes to the top right
    assert after.pixels[20, 79, 0] == 0


@given(st.floats(-15, 15), st.integers(40, 160), st.integers(40, 120))
def test_straightening_keeps_the_place_on_the_page(degrees: float, x: int, y: int) -> None:
    after = straightened(marked(200, 160, x, y), degrees)
    assert mark_on_page(after) == pytest.approx([(x + 0.5) / 200, (y + 0.5) / 160], abs=0.002)


@given(st.floats(-15, 15))
def test_straightening_cuts_nothing_off(degrees: float) -> None:
    image = PageImage(np.full((160, 200, 3), 255, np.uint8), pixels_to_fractions(200, 160))
    after = straightened(image, degrees)
    height, width = after.pixels.shape[:2]
    corners = transform(np.linalg.inv(after.to_page), np.array([[0, 0], [1, 0], [1, 1], [0, 1.0]]))
    assert (corners >= -1).all()
    assert (corners <= [width + 1, height + 1]).all()


def test_straightening_lifts_what_leans_down_to_the_right() -> None:
    image = PageImage(np.full((400, 600, 3), 255, np.uint8), pixels_to_fractions(600, 400))
    for x in range(60, 540):
        y = round(200 + (x - 300) * np.tan(np.radians(5)))
        image.pixels[y - 2 : y + 3, x] = 0
    rows = np.nonzero((straightened(image, 5.0).pixels[:, :, 0] < 128).any(1))[0]
    assert len(rows) < 10


@given(st.integers(60, 140), st.integers(50, 110))
def test_cutting_out_keeps_the_place_on_the_page(x: int, y: int) -> None:
    quad = np.array([[12.0, 8], [190, 20], [180, 150], [25, 140]])
    after = cut_out(marked(200, 160, x, y), quad)
    assert mark_on_page(after) == pytest.approx([(x + 0.5) / 200, (y + 0.5) / 160], abs=0.003)
    height, width = after.pixels.shape[:2]
    corners = transform(after.to_page, np.array([[0, 0], [width, 0], [width, height], [0, height]]))
    assert corners == pytest.approx(quad / [200, 160], abs=1e-6)


def test_what_of_the_document_lies_outside_has_its_papers_colour() -> None:
    pixels = np.full((100, 200, 3), (90, 60, 30), np.uint8)
    pixels[:, :80] = (240, 230, 200)
    image = PageImage(pixels, pixels_to_fractions(200, 100))
    after = cut_out(image, np.array([[-40.0, 5], [80, 5], [80, 95], [-40, 95]]))
    assert (after.pixels[5:-5, : after.pixels.shape[1] - 5] == (240, 230, 200)).all()


def test_what_comes_in_has_the_papers_colour() -> None:
    image = PageImage(np.full((100, 100, 3), (240, 230, 200), np.uint8), pixels_to_fractions(100, 100))
    assert (straightened(image, 10.0).pixels == (240, 230, 200)).all()
