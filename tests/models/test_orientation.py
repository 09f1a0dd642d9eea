from __future__ import annotations

import numpy as np
import pytest

from models.orientation import LONG_SIDE, SHORT_SIDE, SIDE, OrientationNet, Standing, reduced, standing
from tests.models.drawn import Paper


@pytest.fixture(scope="module")
def net() -> OrientationNet:
    return OrientationNet.open()


def letter() -> np.ndarray:
    paper = Paper(900, 1200)
    text = "The quick brown fox jumps over the lazy dog, while five boxing wizards thank him for the feast. " * 2
    for line in range(30):
        paper.write(text[3 * line : 3 * line + 50], 80, 60 + 36 * line, 24)
    return np.repeat(paper.pixels[:, :, None], 3, axis=2)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_it_tells_lines_that_run_up_and_down_from_level_ones(net: OrientationNet, turns: int) -> None:
    page = reduced(np.ascontiguousarray(np.rot90(letter(), turns)))
    found = net.standing(page)
    assert abs(found.sideways) > net.margin
    assert (found.sideways > 0) is bool(turns % 2)
    assert (found.upright > 0) is (turns == 0)


def test_what_is_not_sure_is_tried(net: OrientationNet) -> None:
    sure, upright = net.margin + 1, net.upright_margin
    assert net.tries(Standing(-sure, upright)) == ()
    assert net.tries(Standing(-sure, upright - 0.1)) == (0,)
    assert net.tries(Standing(sure, -sure)) == (1,)
    assert net.tries(Standing(0.5, -0.5)) == (1, 0)
    assert net.tries(Standing(0.0, 0.0)) == (0, 1)


def test_without_print_a_page_lies_as_it_should(net: OrientationNet) -> None:
    for shape in ((1, 1), (1024, 700), (1000, 3)):
        assert net.standing(np.full(shape, 240, np.uint8)) == Standing(0.0, 0.0)


def test_windows_add_up() -> None:
    level = np.log(np.array([[0.6, 0.05, 0.3, 0.05]], np.float32))
    across = np.log(np.array([[0.05, 0.3, 0.05, 0.6]], np.float32))
    assert standing(level).sideways == pytest.approx(-np.log(9), rel=1e-5)
    assert standing(level).upright == pytest.approx(np.log(2), rel=1e-5)
    assert standing(across) == pytest.approx((np.log(9), np.log(0.05 / 0.6)), rel=1e-5)
    assert standing(np.repeat(across, 4, axis=0)).sideways == pytest.approx(2 * np.log(9), rel=1e-5)
    assert standing(np.empty((0, 4), np.float32)) == Standing(0.0, 0.0)


def test_a_page_is_asked_small_but_a_narrow_one_not_too_small() -> None:
    assert max(reduced(np.zeros((2048, 1448, 3), np.uint8)).shape) == LONG_SIDE
    assert min(reduced(np.zeros((4096, 1000, 3), np.uint8)).shape) == SHORT_SIDE
    assert reduced(np.zeros((SIDE, 90, 3), np.uint8)).shape == (SIDE, 90)
