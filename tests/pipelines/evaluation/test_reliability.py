from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.evaluation.reliability import BINS, Judged, judged, reliability
from schemas.geometry import Box
from tests.pipelines.evaluation.pages import found, word

TOKENS = st.lists(
    st.builds(Judged, st.one_of(st.none(), st.floats(0, 1)), st.booleans()),
    max_size=30,
)


def test_a_token_is_right_by_the_loose_text_of_a_box_that_it_overlaps() -> None:
    truths = [found(0, 0, 10, 10, "Total:"), found(0, 0, 10, 9, "RM"), found(50, 0, 60, 10, "total")]
    words = [
        word("TOTAL", Box(0, 0, 10, 10)),
        word("rm.", Box(0, 0, 10, 10)),  # the box that it overlaps second best
        word("RM", Box(50, 0, 60, 10)),  # another box's text
        word("total", Box(50, 0, 60, 4.9)),  # too little
        word("total", Box(50, 0, 60, 5)),
    ]
    assert [token.right for token in judged(words, truths)] == [True, True, False, False, True]
    assert judged(words[:1], []) == [Judged(0.95, False)]
    assert judged([], truths) == []


def test_reliability_by_hand() -> None:
    """At 0.95 one of two is right, at 0.85 one of one: (|1.9 - 1| + |0.85 - 1|) / 3 is the error."""
    tokens = [Judged(0.95, True), Judged(0.95, False), Judged(0.85, True), Judged(None, True)]
    result = reliability(tokens)
    assert (result.tokens, result.without, result.right) == (4, 1, 0.75)
    assert result.ece == pytest.approx((0.9 + 0.15) / 3)
    assert result.sure_share == 0.5
    assert result.sure_precision == 0.5
    assert [one.tokens for one in result.bins] == [0] * 8 + [1, 2]
    assert result.bins[9].mean_confidence == pytest.approx(0.95)
    assert result.bins[0].right is None


def test_ends_of_the_range_and_nothing_at_all() -> None:
    assert [one.tokens for one in reliability([Judged(1.0, True), Judged(0.0, False)]).bins] == [1, *[0] * 8, 1]
    assert reliability([Judged(0.9, True)]).sure_share == 1.0
    nothing = reliability([])
    assert (nothing.right, nothing.ece, nothing.sure_share, nothing.sure_precision) == (None, None, None, None)
    assert reliability([Judged(None, True)]).ece is None


@given(TOKENS)
def test_bins_hold_every_token_and_the_error_is_a_share(tokens: list[Judged]) -> None:
    result = reliability(tokens)
    assert sum(one.tokens for one in result.bins) + result.without == len(tokens)
    assert len(result.bins) == BINS
    assert result.ece is None or 0 <= result.ece <= 1


@given(st.lists(st.booleans(), min_size=1))
def test_who_knows_has_no_error(rights: list[bool]) -> None:
    assert reliability([Judged(float(right), right) for right in rights]).ece == 0
