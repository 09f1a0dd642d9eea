from __future__ import annotations

import numpy as np

from models.detector.patches import pack

CELL = 4


def page() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ink that is different everywhere, three lines with an empty one between, one of them at the page's corner."""
    ink = np.random.default_rng(1).integers(0, 2, (90, 157)).astype(np.uint8) * np.uint8(255)
    where = np.zeros((23, 40), np.int32)
    where[0:3, 0:10], where[10:14, 5:39], where[13:16, 20:30] = 1, 3, 4
    cells = np.array([[0, 0, 10, 3], [0, 0, 0, 0], [5, 10, 39, 14], [20, 13, 30, 16]])
    return ink, where, cells


def test_each_line_is_there_with_its_own_ink_at_its_own_place() -> None:
    ink, where, cells = page()
    patches = pack(ink, where, cells, CELL)
    assert patches.ink.shape == (patches.where.shape[0] * CELL, patches.where.shape[1] * CELL)
    assert np.array_equal(np.bincount(patches.where.ravel())[1:], np.bincount(where.ravel())[1:])
    rows, columns = np.nonzero(patches.where)
    moved = patches.shift[patches.where[rows, columns]].astype(int)
    for y, x, (across, down) in zip(rows * CELL, columns * CELL, moved, strict=True):
        shown = patches.ink[y : y + CELL, x : x + CELL]
        wanted = ink[y + down : y + down + CELL, x + across : x + across + CELL]
        assert np.array_equal(shown[: wanted.shape[0], : wanted.shape[1]], wanted)
        assert not shown[:, wanted.shape[1] :].any()


def test_a_line_keeps_what_is_right_beside_it_and_no_other_line() -> None:
    ink, where, cells = page()
    patches = pack(ink, where, cells, CELL)
    rows, columns = np.nonzero(patches.where == 3)
    y, x = (rows.min() - 1) * CELL, columns.min() * CELL
    across, down = patches.shift[3].astype(int)
    assert np.array_equal(patches.ink[y : y + CELL, x : x + 40], ink[y + down : y + down + CELL, x + across :][:, :40])
    around = patches.where[rows.min() - 1 : rows.max() + 2, columns.min() - 1 : columns.max() + 2]
    assert set(around.ravel().tolist()) == {0, 3}


def test_no_lines_are_an_empty_canvas() -> None:
    ink, where, cells = page()
    assert not pack(ink, where, cells[1:2], CELL).where.any()


def test_lines_that_are_all_empty_are_cut_out_of_nothing() -> None:
    cells = np.array([[1, 2, 4, 2], [0, 0, 0, 0]], np.int32)
    patches = pack(np.zeros((80, 80), np.uint8), np.zeros((10, 10), np.int32), cells, 8)
    assert patches[0].size
    assert not patches[1].any()
