from __future__ import annotations

import cv2
import numpy as np
import pytest

from models import corners
from models.corners import CornerFinder, around, is_drawn, is_page, is_straight, overlap
from tests.models.lying import letter, photographed, table

UNIT = np.array([[0, 0], [1, 0], [1, 1], [0, 1.0]])
QUAD = np.array([[330.0, 150], [900, 190], [960, 1050], [250, 1000]])


@pytest.fixture(scope="module")
def finder() -> CornerFinder:
    return CornerFinder.open()


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_a_photographed_page_is_found(finder: CornerFinder, turns: int) -> None:
    shot = np.ascontiguousarray(np.rot90(photographed(QUAD, letter().pixels, table()), turns))
    found = finder.find(shot)
    assert found is not None
    truth = QUAD
    for _ in range(turns):
        truth = np.column_stack([truth[:, 1], 1200 - truth[:, 0]])
    assert overlap(found, truth) > 0.97
    assert np.argmin(found.sum(1)) == 0  # the corner at the picture's top left comes first


def test_a_small_page_is_looked_for_once_more_where_it_lies(
    finder: CornerFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    quad = np.array([600.0, 600]) + 190 * np.array([[-0.8, -1.1], [0.75, -1], [0.9, 1.05], [-0.7, 0.95]])
    shot = photographed(quad, letter().pixels, table())
    twice = finder.first(shot)
    monkeypatch.setattr(corners, "NEARLY_ALL", 0.0)
    once = finder.first(shot)
    assert once is not None
    assert twice is not None
    assert overlap(twice * 1200, quad) > overlap(once * 1200, quad) + 0.005


def test_the_part_around_a_quad_has_some_room_and_ends_with_the_picture() -> None:
    size = np.array([1000.0, 500])
    assert around(UNIT * 0.5 + 0.25, size).tolist() == [[190, 95], [810, 405]]
    assert around(UNIT * 0.5 - 0.1, size).tolist() == [[0, 0], [460, 230]]
    assert around(UNIT - 1.2, size).tolist() == [[0, 0], [0, 0]]


def test_the_second_step_brings_corners_nearer(finder: CornerFinder) -> None:
    shot = photographed(QUAD, letter().pixels, table())
    wrong = QUAD + np.array([[9.0, -8], [-10, 7], [8, 8], [-7, -9]])
    assert overlap(finder.closer(shot, wrong), QUAD) > max(overlap(wrong, QUAD), 0.98)


def test_corners_may_lie_outside(finder: CornerFinder) -> None:
    quad = np.array([[-50.0, 150], [900, 90], [980, 1100], [-60, 1080]])
    found = finder.find(photographed(quad, letter().pixels, table()))
    assert found is not None
    assert found[:, 0].min() < 0
    assert overlap(found, quad) > 0.93


@pytest.mark.parametrize("kind", ["scan", "skewed scan", "dark edge", "blank", "table", "noise", "tiny"])
def test_what_fills_its_picture_is_left_alone(finder: CornerFinder, kind: str) -> None:
    page = letter().pixels
    if kind == "skewed scan":
        matrix = cv2.getRotationMatrix2D((450, 600), 4, 1)
        page = cv2.warpAffine(page, matrix, (900, 1200), borderValue=(245, 245, 245))
    elif kind == "dark edge":
        page[:, :25] = 15
    elif kind == "blank":
        page[:] = 250
    elif kind == "table":
        page = table()
    elif kind == "noise":
        page = np.random.default_rng(1).integers(0, 256, page.shape).astype(np.uint8)
    elif kind == "tiny":
        page = np.full((3, 2, 3), 200, np.uint8)
    assert finder.find(page) is None


def test_a_page_is_convex_large_enough_and_not_the_whole_picture() -> None:
    assert is_page(UNIT * 0.5 + 0.2)
    assert not is_page(UNIT)
    assert not is_page(UNIT * 0.1 + 0.4)
    assert not is_page((UNIT * 0.5 + 0.2)[[0, 2, 1, 3]])
    assert not is_page((UNIT * 0.5 + 0.2)[::-1])
    assert not is_page(np.array([[0.1, 0.1], [0.9, 0.1], [0.3, 0.3], [0.1, 0.9]]))
    assert not is_page(UNIT * 0.9 - 0.4)
    assert not is_page(np.array([[-0.2, 0.0], [-0.01, 0.0], [-0.01, 1.0], [-0.2, 1.0]]))


def test_what_stands_straight_is_left_alone(finder: CornerFinder) -> None:
    upright = np.array([[200.0, 100], [900, 100], [900, 1100], [200, 1100]])
    assert is_straight(upright)
    assert is_straight(upright + np.array([[3, 2], [-2, 0], [0, -3], [-3, 0]]))
    assert not is_straight(upright + np.array([[30, 0], [-30, 0], [0, 0], [0, 0]]))
    assert not is_straight(upright + np.array([[0, 0], [0, 25], [0, 25], [0, 0]]))
    assert finder.find(photographed(upright, letter().pixels, table())) is None


def test_a_fax_is_no_photograph(finder: CornerFinder) -> None:
    shot = photographed(QUAD, letter().pixels, table())
    assert not is_drawn(shot)
    fax = np.where(shot.mean(2, keepdims=True) > 150, 255, 0).astype(np.uint8).repeat(3, axis=2)
    assert is_drawn(fax)
    assert finder.find(fax) is None
    assert not is_drawn(np.zeros((3, 2, 3), np.uint8))


def test_a_slide_is_no_photograph(finder: CornerFinder) -> None:
    slide = np.full((900, 1200, 3), (230, 235, 250), np.uint8)
    slide[:120] = (40, 40, 160)
    slide[300:800, 100:700] = (220, 200, 180)
    assert is_drawn(slide)
    noise = np.random.default_rng(1).integers(-2, 3, slide.shape)
    assert not is_drawn(np.clip(slide + noise, 0, 255).astype(np.uint8))


def test_a_white_page_on_a_strong_colour_may_be_one() -> None:
    for colour in ((90, 0, 100), (190, 255, 190)):
        page = np.full((600, 800, 3), 255, np.uint8)
        page[:, :300] = np.clip(colour + np.random.default_rng(1).integers(-3, 4, (600, 300, 3)), 0, 255)
        assert not is_drawn(page)


def test_overlap_is_intersection_over_union() -> None:
    assert overlap(UNIT, UNIT) == pytest.approx(1)
    assert overlap(UNIT, UNIT + np.array([0.5, 0])) == pytest.approx(1 / 3)
    assert overlap(UNIT, UNIT + 2) == 0
