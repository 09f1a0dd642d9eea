from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.corner_patches import PLACES, SIDE, as_input, clockwise, doubt, frame, likely, moved, offsets, patch
from schemas.geometry import transform

QUAD = np.array([[120.0, 90], [420, 120], [450, 520], [90, 480]])


@given(st.permutations(range(4)))
def test_corners_come_clockwise_from_the_top_left(order: list[int]) -> None:
    assert clockwise(QUAD[order]).tolist() == QUAD.tolist()


@pytest.mark.parametrize("degrees", [-40, -20, 0, 20, 40])
def test_a_page_that_leans_keeps_its_first_corner(degrees: int) -> None:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    page = np.array([[-50, -70], [50, -70], [50, 70], [-50, 70]]) @ turn.T
    assert clockwise(page) == pytest.approx(page)


@pytest.mark.parametrize("corner", range(4))
def test_every_corner_is_the_top_left_of_its_patch(corner: int) -> None:
    to_picture = frame(QUAD, corner)
    middle, inside = transform(to_picture, np.array([[SIDE / 2, SIDE / 2], [SIDE / 2 + 5, SIDE / 2 + 5]]))
    assert middle == pytest.approx(QUAD[corner], abs=1e-3)
    centre = QUAD.mean(0)
    assert np.linalg.norm(inside - centre) < np.linalg.norm(middle - centre)
    along = transform(to_picture, np.array([[SIDE * 0.9, SIDE / 2]]))[0]
    towards = QUAD[(corner + 1) % 4] - QUAD[corner]
    cross = towards[0] * (along - QUAD[corner])[1] - towards[1] * (along - QUAD[corner])[0]
    assert abs(cross) / np.linalg.norm(towards) < 0.5  # the edge to the next corner runs level


@pytest.mark.parametrize("corner", range(4))
def test_a_patch_shows_the_page_at_its_lower_right(corner: int) -> None:
    import cv2

    pixels = np.full((600, 600, 3), 40, np.uint8)
    cv2.fillConvexPoly(pixels, np.rint(QUAD).astype(np.int32), (250, 250, 250))
    seen = patch(pixels, frame(QUAD, corner))
    light = seen[..., 0] > 150
    assert light[SIDE // 2 + 3 :, SIDE // 2 + 3 :].all()
    assert not light[: SIDE // 2 - 3].any()
    assert not light[:, : SIDE // 2 - 3].any()
    assert (seen[..., 3] == 255).all()


def test_what_lies_outside_the_picture_is_told_apart() -> None:
    quad = np.array([[-2.0, -2], [200, 0], [200, 300], [0, 300]])
    seen = patch(np.full((400, 300, 3), 90, np.uint8), frame(quad, 0))
    assert not seen[: SIDE // 3, : SIDE // 3, 3].any()
    given = as_input(seen[None])
    assert given.shape == (1, 4, SIDE, SIDE)
    assert given.dtype == np.float32
    assert np.abs(given[0, :3]).max() < 1e-3  # one level throughout, and nothing outside


@given(st.integers(0, PLACES - 1), st.integers(0, PLACES - 1))
def test_a_sure_network_says_where(across: int, down: int) -> None:
    scores = np.zeros((1, 2, PLACES), np.float32)
    scores[0, 0, across] = scores[0, 1, down] = 50
    width = SIDE / PLACES
    wanted = [(across + 0.5) * width - SIDE / 2, (down + 0.5) * width - SIDE / 2]
    assert offsets(likely(scores))[0] == pytest.approx(wanted, abs=1e-3)
    assert doubt(likely(scores)) == pytest.approx(0, abs=1e-3)


def test_a_network_that_knows_nothing_doubts_as_much_as_there_are_places() -> None:
    chance = likely(np.full((4, 2, PLACES), -7, np.float32))
    assert chance.sum(2) == pytest.approx(np.ones((4, 2)))
    assert doubt(chance) == pytest.approx(np.log(PLACES))
    assert offsets(chance) == pytest.approx(np.zeros((4, 2)), abs=1e-9)
    chance[:2] = np.eye(PLACES)[0]  # two corners are sure beyond what a float holds
    assert doubt(chance) == pytest.approx(np.log(PLACES) / 2)


def test_corners_move_to_where_they_are() -> None:
    wrong = QUAD + np.array([[6.0, -4], [-5, 3], [2, 2], [-7, 5]])
    by = np.concatenate([transform(np.linalg.inv(frame(wrong, k)), QUAD[k : k + 1]) - SIDE / 2 for k in range(4)])
    assert np.abs(by).max() > 2
    assert moved(wrong, by) == pytest.approx(QUAD, abs=1e-2)
