from __future__ import annotations

import numpy as np
import pytest

from models.second_look import SecondLook, tells
from tests import small_files
from tests.models.drawn import Paper


@pytest.fixture(scope="module")
def look() -> SecondLook:
    return SecondLook()


def letter() -> np.ndarray:
    paper = Paper(900, 1200)
    for line in range(30):
        paper.write("The quick brown fox jumps over the lazy dog, again", 80, 60 + 36 * line, 28)
    return paper.pixels


def test_it_tells_up_from_down(look: SecondLook) -> None:
    assert look.upright(letter()) is True
    assert look.upright(np.ascontiguousarray(np.rot90(letter(), 2))) is False


def test_where_nothing_is_written_it_says_nothing(look: SecondLook) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (700, 700)).astype(np.uint8)
    for grey in (np.full((1200, 900), 255, np.uint8), np.zeros((1, 1), np.uint8), noise):
        assert look.upright(grey) is None
    assert look.upright(np.ascontiguousarray(small_files.picture(8)[:, :, 0])) is None


@pytest.mark.parametrize(
    ("differences", "told"),
    [
        ([0.05, 0.06, 0.04, 0.05], True),
        ([-0.05, -0.06, -0.04, -0.05], True),
        ([0.05, 0.06, 0.04], False),  # too few
        ([0.012, 0.012, 0.011, 0.012], False),  # too little
        ([0.2, -0.1, 0.2, -0.1, 0.0], False),  # at odds
        ([], False),
    ],
)
def test_it_says_nothing_without_being_sure(differences: list[float], told: bool) -> None:
    assert tells(differences) is told
