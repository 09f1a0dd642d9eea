from __future__ import annotations

import numpy as np
import pytest

from models.orientation import LONG_SIDE, SHORT_SIDE, SIDE, OrientationNet, reduced, sideways
from tests.models.drawn import Paper


@pytest.fixture(scope="module")
def net() -> OrientationNet:
    return OrientationNet.open()


def letter() -> np.ndarray:
    paper = Paper(900, 1200)
    for line in range(30):
        paper.write("The quick brown fox jumps over the lazy dog, again", 80, 60 + 36 * line, 24)
    return np.repeat(paper.pixels[:, :, None], 3, axis=2)


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_it_tells_lines_that_run_up_and_down_from_level_ones(net: OrientationNet, turns: int) -> None:
    page = reduced(np.ascontiguousarray(np.rot90(letter(), turns)))
    odds = net.sideways(page)
    assert abs(odds) > net.margin
    assert (odds > 0) is bool(turns % 2)


def test_without_print_a_page_lies_as_it_should(net: OrientationNet) -> None:
    for shape in ((1, 1), (1024, 700), (1000, 3)):
        assert net.sideways(np.full(shape, 240, np.uint8)) == 0.0


def test_windows_add_up() -> None:
    level = np.log(np.array([[0.6, 0.05, 0.3, 0.05]], np.float32))
    across = np.log(np.array([[0.05, 0.3, 0.05, 0.6]], np.float32))
    assert sideways(level) == pytest.approx(-sideways(across), rel=1e-5)
    assert sideways(across) == pytest.approx(np.log(9), rel=1e-5)
    assert sideways(np.repeat(across, 4, axis=0)) == pytest.approx(2 * np.log(9), rel=1e-5)
    assert sideways(np.empty((0, 4), np.float32)) == 0.0


def test_a_page_is_asked_small_but_a_narrow_one_not_too_small() -> None:
    assert max(reduced(np.zeros((2048, 1448, 3), np.uint8)).shape) == LONG_SIDE
    assert min(reduced(np.zeros((4096, 1000, 3), np.uint8)).shape) == SHORT_SIDE
    assert reduced(np.zeros((SIDE, 90, 3), np.uint8)).shape == (SIDE, 90)
