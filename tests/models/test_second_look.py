from __future__ import annotations

import numpy as np
import pytest

from models.second_look import SecondLook, legible
from models.word_net import Reading
from tests import small_files
from tests.models.drawn import Paper


@pytest.fixture(scope="module")
def look() -> SecondLook:
    return SecondLook()


def letter(width: int = 900, height: int = 1200, lines: int = 30) -> np.ndarray:
    paper = Paper(width, height)
    for line in range(lines):
        paper.write("The quick brown fox jumps over the lazy dog, again", 80, 60 + 36 * line, 28)
    return paper.pixels


def test_it_tells_up_from_down(look: SecondLook) -> None:
    assert look.letters(letter(), 10, -15) >= 10
    assert look.letters(np.ascontiguousarray(np.rot90(letter(), 2)), 10, -15) <= -15


def test_one_line_is_read_and_counted_and_no_more(look: SecondLook) -> None:
    line = letter(700, 160, 1)
    assert 15 < look.letters(line, 1000, -1000) <= len("Thequickbrownfoxjumpsoverthelazydogagain")
    assert look.letters(letter(), 1, -1) < 40


def test_where_nothing_is_written_nothing_is_counted(look: SecondLook) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (700, 700)).astype(np.uint8)
    for grey in (np.full((1200, 900), 255, np.uint8), np.zeros((1, 1), np.uint8), noise):
        assert abs(look.letters(grey, 10, -15)) < 5
    assert abs(look.letters(np.ascontiguousarray(small_files.picture(8)[:, :, 0]), 10, -15)) < 5


def test_what_stands_beside_a_picture_is_looked_for_further_on(look: SecondLook) -> None:
    page = letter(1100, 2000, 2).copy()
    page[800:1300, 300:800] = np.random.default_rng(1).integers(0, 256, (500, 500)).astype(np.uint8)
    assert look.letters(page, 10, -15) >= 10


def test_letters_count_as_much_as_they_are_sure() -> None:
    assert legible(Reading("No. 12!", (), (), 0.5)) == pytest.approx(2.0)
    assert legible(Reading("-.", (), (), 0.9)) == 0.0
