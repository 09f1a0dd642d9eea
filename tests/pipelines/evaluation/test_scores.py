from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.evaluation.scores import (
    Hits,
    Share,
    character_errors,
    loose_words,
    single_word_accuracy,
    strict_words,
    total_hits,
    total_share,
    word_hits,
)

WORDS = st.lists(st.sampled_from(["a", "b", "Ab", "ab", "-", "12"]), max_size=12)
TEXTS = st.text(alphabet="abA 1\n-", max_size=20)


def test_loose_words_are_folded_and_stripped_and_empties_are_gone() -> None:
    text = "Total: RM12.50 -- (Café)\nSTRASSE straße"
    assert loose_words(text) == ["total", "rm1250", "caf", "strasse", "strasse"]
    assert strict_words(text) == ["Total:", "RM12.50", "--", "(Café)", "STRASSE", "straße"]


def test_word_hits_by_hand() -> None:
    """Of `the` twice in the truth and three times in the output, two are hits; `cat` is missed, `dog` is wrong."""
    hits = word_hits(["the", "cat", "the"], ["the", "the", "dog", "the"])
    assert hits == Hits(hits=2, found=4, truths=3)
    assert hits.precision == 0.5
    assert hits.recall == pytest.approx(2 / 3)
    assert hits.f1 == pytest.approx(4 / 7)


def test_f1_is_the_harmonic_mean() -> None:
    hits = Hits(3, 4, 6)
    assert hits.precision is not None
    assert hits.recall is not None
    assert hits.f1 == pytest.approx(2 * hits.precision * hits.recall / (hits.precision + hits.recall))


def test_what_cannot_be_divided_is_none() -> None:
    nothing = Hits(0, 0, 0)
    assert (nothing.precision, nothing.recall, nothing.f1) == (None, None, 1.0)
    assert Hits(0, 0, 5).f1 == Hits(0, 5, 0).f1 == 0.0
    assert Share(0, 0).value is None


def test_sums_are_micro() -> None:
    """A page of one word counts as one word: the mean of the two pages' recalls would be 0.5."""
    assert total_hits([Hits(0, 0, 1), Hits(9, 10, 9)]) == Hits(9, 10, 10)
    assert total_share([Share(1, 2), Share(0, 8)]).value == 0.1
    assert total_hits([]) == Hits(0, 0, 0)


@given(WORDS)
def test_a_text_hits_itself_in_any_order(words: list[str]) -> None:
    hits = word_hits(words, words[::-1])
    assert hits.f1 == 1.0
    assert hits.hits == len(words)


@given(WORDS, WORDS)
def test_exchanging_the_texts_exchanges_precision_and_recall(one: list[str], other: list[str]) -> None:
    there, back = word_hits(one, other), word_hits(other, one)
    assert (there.hits, there.precision, there.recall, there.f1) == (back.hits, back.recall, back.precision, back.f1)
    assert 0 <= there.hits <= min(len(one), len(other))


@given(TEXTS, TEXTS)
def test_one_more_word_of_the_truth_never_lowers_recall(truth: str, text: str) -> None:
    more = f"{text} {truth}"
    before, after = (word_hits(loose_words(truth), loose_words(some)) for some in (text, more))
    assert after.hits == len(loose_words(truth)) >= before.hits


def test_character_errors_by_hand() -> None:
    """kitten to sitting: two exchanged, one put in."""
    pytest.importorskip("rapidfuzz")
    assert character_errors("kitten", "sitting") == Share(3, 6)
    assert character_errors(" a  b\n", "a b") == Share(0, 3)
    assert character_errors("ab", "") == Share(2, 2)
    assert character_errors("", "ab") == Share(2, 0)
    assert character_errors("Ab c", "aB", fold_case=True) == Share(2, 4)
    assert character_errors("Ab c", "aB") == Share(4, 4)


@given(TEXTS, TEXTS)
def test_character_errors_are_a_distance(one: str, other: str) -> None:
    pytest.importorskip("rapidfuzz")
    assert character_errors(one, one).part == 0
    assert character_errors(one, other).part == character_errors(other, one).part
    assert character_errors(one, other, fold_case=True).part <= character_errors(one, other).part


def test_single_word_accuracy_by_hand() -> None:
    """Strict: `b c` alone, white space folded. Loose: `A.` too; `--` has no loose truth and is left out."""
    strict, loose = single_word_accuracy([("A.", "a"), ("--", "-"), ("b  c", " b c"), ("x", "y")])
    assert strict == Share(1, 4)
    assert loose == Share(2, 3)
