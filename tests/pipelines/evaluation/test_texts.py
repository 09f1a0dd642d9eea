from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from pipelines.evaluation.texts import page_text, text_words, truth_lines
from tests.pipelines.evaluation.pages import found, page, word


def test_a_broken_word_is_one_word_on_its_first_line() -> None:
    words = [word("an"), word("exam-", joins=True), word("ple", line=1), word("well-known", line=1)]
    joined = text_words(words)
    assert page_text(joined) == "an example well-known"
    assert [(one.line, one.members) for one in joined] == [(0, (0,)), (0, (1, 2)), (1, (3,))]


def test_a_word_may_be_broken_twice_or_have_nothing_to_join() -> None:
    words = [word("a-", joins=True), word("b\u00ad", line=1, joins=True), word("c", line=2), word("d-", joins=True)]
    assert page_text(text_words(words)) == "abc d-"
    assert text_words([]) == []


@given(st.lists(st.booleans(), max_size=10))
def test_every_word_is_a_member_once(joins: list[bool]) -> None:
    members = [one.members for one in text_words([word("x", joins=join) for join in joins])]
    assert list(itertools.chain(*members)) == list(range(len(joins)))


def test_truth_with_a_box_a_word_is_read_by_rows() -> None:
    boxes = [found(50, 61, 90, 70, "d"), found(0, 60, 40, 70, "c"), found(50, 3, 90, 13, "b"), found(0, 0, 40, 10, "a")]
    text = "d\nc\nb\na\n"
    assert truth_lines(page(text, boxes)) == [["a", "b"], ["c", "d"]]
    assert truth_lines(page(text, boxes, lines=True)) == [["d"], ["c"], ["b"], ["a"]]
    assert truth_lines(page(text)) == [["d"], ["c"], ["b"], ["a"]]


def test_a_skewed_row_is_one_row() -> None:
    boxes = [found(40 * step, 3 * step, 40 * step + 30, 3 * step + 10, str(step)) for step in range(6)]
    assert truth_lines(page("5 4 3 2 1 0", boxes)) == [["0", "1", "2", "3", "4", "5"]]


def test_boxes_without_all_of_the_text_do_not_say_what_it_is() -> None:
    assert truth_lines(page("b a c", [found(50, 0, 90, 10, "b"), found(0, 0, 40, 10, "a")])) == [["b", "a", "c"]]
