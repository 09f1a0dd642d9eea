from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.evaluation.differences import ALIKE, EMPTY, SAME, WRONG, marks
from pipelines.evaluation.scores import loose_words, word_hits

WORDS = st.lists(st.sampled_from(["a", "b", "B", "b.", "ab", "-", "."]), max_size=10)


def test_marks_by_hand() -> None:
    truth, output = marks(["Total:", "RM", "-", "5.00"], ["TOTAL", "RN", "5.00", "_"])
    assert truth == [ALIKE, WRONG, EMPTY, SAME]
    assert output == [ALIKE, WRONG, SAME, EMPTY]


def test_of_equal_words_the_one_in_place_is_right() -> None:
    assert marks(["a", "b", "c", "b"], ["a", "x", "c", "b"]) == ([SAME, WRONG, SAME, SAME], [SAME, WRONG, SAME, SAME])


def test_moved_words_are_not_wrong() -> None:
    assert marks(["a", "b", "c"], ["c", "a", "b"]) == ([SAME] * 3, [SAME] * 3)


@given(WORDS, WORDS)
def test_marks_add_up_to_the_word_score(truth: list[str], output: list[str]) -> None:
    hits = word_hits(loose_words(" ".join(truth)), loose_words(" ".join(output)))
    for side, words in zip(marks(truth, output), (hits.truths, hits.found), strict=True):
        assert sum(mark in (SAME, ALIKE) for mark in side) == hits.hits
        assert side.count(WRONG) == words - hits.hits
