from __future__ import annotations

import numpy as np
import pytest

from models.line_net import CELL, LineNet, as_input
from tests.models.drawn import Paper

pytest.importorskip("onnxruntime")


@pytest.fixture(scope="module")
def net() -> LineNet:
    return LineNet.open()


@pytest.mark.parametrize("shape", [(1, 1), (64, 64), (65, 300), (700, 1001)])
def test_maps_have_a_cell_for_each_part_of_the_page(net: LineNet, shape: tuple[int, int]) -> None:
    maps = net.maps(np.full(shape, 255, np.uint8))
    wanted = tuple(-(-side // CELL) for side in shape)
    assert [each.shape for each in maps] == [wanted] * 3
    assert (maps.kernel < 0).all()


def test_the_picture_is_half_the_page_and_its_last_rows_and_columns_go_on() -> None:
    grey = np.zeros((70, 129), np.uint8)
    grey[:, 128] = 255
    picture = as_input(grey)
    assert picture.shape == (1, 1, 64, 96)
    assert picture.dtype == np.float32
    assert (picture[0, 0, :, :64] == -1).all()
    assert (picture[0, 0, :, 64:] == 1).all()


def test_kernels_lie_in_lines_and_know_their_edges(net: LineNet) -> None:
    paper = Paper(1200, 400).write("Some people read from left to right", 100, 100, 40)
    paper.write("until the line comes to its end", 100, 240, 40)
    maps = net.maps(paper.pixels)
    for words in (paper.words[:7], paper.words[7:]):
        top, bottom = min(box.top for _, box in words), max(box.bottom for _, box in words)
        row = round((top + bottom) / 2 / CELL - 0.5)
        columns = slice(round(words[0][1].left / CELL) + 2, round(words[-1][1].right / CELL) - 2)
        assert (maps.kernel[row, columns] > 0).mean() > 0.9
        middle = (row + 0.5) * CELL
        assert np.median(middle - maps.above[row, columns]) == pytest.approx(top, abs=7)
        assert np.median(middle + maps.below[row, columns]) == pytest.approx(bottom, abs=7)
    assert (maps.kernel[:8] < 0).all()
    assert (maps.kernel[42:] < 0).all()
