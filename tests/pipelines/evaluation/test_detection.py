from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.evaluation.detection import LEAST_IOU, as_lines, as_words, matches, overlaps
from schemas.geometry import Box
from tests.pipelines.evaluation.pages import word

EDGES = st.integers(0, 12)
BOXES = st.lists(
    st.tuples(EDGES, EDGES, st.integers(1, 8), st.integers(1, 8)).map(
        lambda item: Box(item[0], item[1], item[0] + item[2], item[1] + item[3])
    ),
    max_size=8,
)


def test_overlap_by_hand() -> None:
    """Two squares of 4 that share a half: 8 over 16 + 16 - 8."""
    shared = overlaps([Box(0, 0, 4, 4)], [Box(2, 0, 6, 4), Box(4, 0, 8, 4), Box(0, 0, 4, 4)])
    np.testing.assert_allclose(shared, [[1 / 3, 0, 1]])
    assert overlaps([], [Box(0, 0, 1, 1)]).shape == (0, 1)
    assert overlaps([Box(1, 1, 1, 1)], [Box(1, 1, 1, 1)]).tolist() == [[0.0]]


def test_half_is_enough() -> None:
    assert matches([Box(0, 0, 10, 10)], [Box(0, 0, 10, 5)]) == [(0, 0)]
    assert matches([Box(0, 0, 10, 10)], [Box(0, 0, 10, 4.99)]) == []


def test_a_box_matches_once_and_the_best_comes_first() -> None:
    truth = Box(0, 0, 10, 10)
    assert matches([truth], [Box(0, 0, 10, 6), Box(0, 0, 10, 9)]) == [(0, 1)]
    assert matches([truth, Box(0, 0, 10, 8)], [Box(0, 0, 10, 9)]) == [(0, 0)]


@given(BOXES)
def test_boxes_match_themselves(boxes: list[Box]) -> None:
    pairs = matches(boxes, boxes[::-1])
    assert len(pairs) == len(boxes)
    assert all(boxes[one] == boxes[::-1][other] for one, other in pairs)


@given(BOXES, BOXES)
def test_matches_are_one_to_one_and_large_enough(truths: list[Box], found: list[Box]) -> None:
    pairs = matches(truths, found)
    assert len({one for one, _ in pairs}) == len({other for _, other in pairs}) == len(pairs)
    shared = overlaps(truths, found)
    assert all(shared[pair] >= LEAST_IOU for pair in pairs)
    left = {(i, j) for i, j in np.argwhere(shared >= LEAST_IOU).tolist()} - set(pairs)
    assert all(any(i == one or j == other for one, other in pairs) for i, j in left)  # none could be added


@given(BOXES, BOXES, st.randoms(use_true_random=False))
def test_neither_side_nor_order_matters(truths: list[Box], found: list[Box], random: object) -> None:
    def boxes(pairs: list[tuple[int, int]], ones: list[Box], others: list[Box]) -> list[tuple[Box, Box]]:
        return sorted((ones[i], others[j]) for i, j in pairs)

    expected = boxes(matches(truths, found), truths, found)
    assert sorted((one, other) for other, one in boxes(matches(found, truths), found, truths)) == expected
    shuffled = list(found)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert boxes(matches(truths, shuffled), truths, shuffled) == expected


def test_ties_are_broken_by_the_boxes() -> None:
    """Three pairs overlap by two thirds; which comes first says whether there are two matches or one."""
    truths, found = [Box(0, 0, 10, 1), Box(4, 0, 14, 1)], [Box(2, 0, 12, 1), Box(-2, 0, 8, 1)]
    orders = [(ones, others) for ones in (truths, truths[::-1]) for others in (found, found[::-1])]
    counts = {len(matches(*order)) for ones, others in orders for order in ((ones, others), (others, ones))}
    assert len(counts) == 1


def test_words_are_their_upright_boxes() -> None:
    assert as_words([word("a", Box(1, 2, 3, 4))]) == [(Box(1, 2, 3, 4), "a")]


@pytest.mark.parametrize(("gap", "texts"), [(15, ["TOTAL 12.50"]), (16, ["TOTAL", "12.50"])])
def test_a_line_is_cut_at_gaps_wider_than_one_and_a_half_heights(gap: float, texts: list[str]) -> None:
    words = [word("TOTAL", Box(0, 0, 50, 10)), word("12.50", Box(50 + gap, 0, 100, 10))]
    assert [line.text for line in as_lines(words)] == texts


def test_lines_take_words_from_left_to_right_and_stay_apart() -> None:
    words = [word("b", Box(12, 1, 20, 11)), word("c", Box(0, 20, 5, 30), line=1), word("a", Box(0, 0, 10, 10))]
    assert as_lines(words) == [(Box(0, 0, 20, 11), "a b"), (Box(0, 20, 5, 30), "c")]
    assert as_lines([]) == []
