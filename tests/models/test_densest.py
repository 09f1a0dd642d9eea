from __future__ import annotations

import numpy as np
import pytest

from models.densest import densest
from tests.models.drawn import Paper


def test_windows_stand_where_the_print_is() -> None:
    paper = Paper(1000, 800)
    for line in range(4):
        paper.write("Some words of print", 640, 560 + 40 * line, 28)
    first = densest(paper.pixels, 128, 1)[0]
    assert (first < 128).mean() > 0.05


def test_they_are_different_parts_densest_first() -> None:
    paper = Paper(1000, 800)
    paper.write("One line that runs over the whole of this page and is long", 20, 100, 36)
    paper.write("little", 100, 600, 36)
    found = densest(paper.pixels, 128, 8)
    ink = [int((window < 128).sum()) for window in found]
    assert 4 <= len(found) <= 8
    assert all(window.shape == (128, 128) for window in found)
    assert ink[-1] < ink[0]
    assert len({window.tobytes() for window in found}) == len(found)


@pytest.mark.parametrize("shape", [(1, 1), (5, 300), (300, 5), (127, 127), (128, 128)])
def test_a_picture_smaller_than_a_window_is_padded(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    assert all(window.shape == (128, 128) for window in densest(random, 128, 8))


def test_an_empty_page_has_none() -> None:
    assert densest(np.full((800, 600), 200, np.uint8), 128, 8) == []
