from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.comparison.agreement import shadow_row
from schemas.geometry import Quad
from schemas.keys import DocumentKey
from schemas.pages import Word
from schemas.records import ShadowRow, to_arrow
from transforms.elements import Reading, TwoReadings

texts = st.lists(st.sampled_from(["total", "Total", "TOTAL:", "5.00", "--", "5,00", "é"]), max_size=6)


def word(text: str, line: int = 0, **changes: Any) -> Word:
    return Word(text, Quad.of_box(0.1, 0.2, 0.3, 0.4), line, **{"confidence": 0.5, **changes})


def both(first: list[Word], second: list[Word], **changes: Any) -> TwoReadings:
    one = Reading("native", "1", tuple(first), cpu_seconds=0.25)
    other = Reading("tesseract", "5", tuple(second), cpu_seconds=0.5)
    return TwoReadings(DocumentKey("ab", "/a.pdf"), 3, one, dataclasses.replace(other, **changes))


def test_a_row_tells_both_sides() -> None:
    first = [word("Total:"), word("5.00"), word("--", confidence=None)]
    second = [word("TOTAL", 1, confidence=0.75), word("5.00", 0, confidence=0.25), word("extra", 1, confidence=None)]
    row = shadow_row(both(first, second))
    assert (row.document_id, row.uri, row.page) == ("ab", "/a.pdf", 3)
    assert (row.engine, row.engine_version, row.shadow, row.shadow_version) == ("native", "1", "tesseract", "5")
    assert (row.words, row.words_loose, row.shadow_words, row.shadow_words_loose) == (3, 2, 3, 3)
    assert (row.common, row.common_loose) == (1, 2)
    assert (row.mean_confidence, row.shadow_mean_confidence) == (0.5, 0.5)
    assert (row.cpu_seconds, row.shadow_cpu_seconds) == (0.25, 0.5)
    assert (row.reason, row.shadow_reason, row.shadow_message) == (None, None, None)
    assert [(token["text"], token["line"]) for token in row.shadow_tokens] == [("5.00", 0), ("TOTAL", 1), ("extra", 1)]
    assert row.shadow_tokens[0]["quad"] == list(Quad.of_box(0.1, 0.2, 0.3, 0.4))
    to_arrow(ShadowRow, [row])


@given(texts, texts)
def test_the_sides_can_be_exchanged_and_common_words_are_in_both(ours: list[str], theirs: list[str]) -> None:
    one = shadow_row(both([word(text) for text in ours], [word(text) for text in theirs]))
    other = shadow_row(both([word(text) for text in theirs], [word(text) for text in ours]))
    assert (one.common, one.common_loose) == (other.common, other.common_loose)
    assert (one.words, one.words_loose) == (other.shadow_words, other.shadow_words_loose)
    assert one.common is not None
    assert one.common_loose is not None
    assert one.common <= min(len(ours), len(theirs))
    assert one.common_loose <= min(one.words_loose or 0, one.shadow_words_loose or 0)
    same = shadow_row(both([word(text) for text in ours], [word(text) for text in reversed(ours)]))
    assert (same.common, same.common_loose) == (same.words, same.words_loose)


def test_a_word_that_is_broken_at_a_lines_end_is_one_word() -> None:
    broken = [word("bro-", 0, joins_next=True), word("ken", 1)]
    row = shadow_row(both(broken, [word("broken")]))
    assert (row.words, row.shadow_words, row.common) == (1, 1, 1)
    (first, second) = shadow_row(both([word("broken")], broken)).shadow_tokens
    assert (first["text"], first["joins_next"], second["text"]) == ("bro-", True, "ken")  # kept as they were read


def test_words_are_compared_and_kept_in_one_normal_form() -> None:
    row = shadow_row(both([word("caf\u00e9")], [word("cafe\u0301")]))
    assert (row.common, row.shadow_tokens[0]["text"]) == (1, "caf\u00e9")


def test_a_failure_has_no_words_to_compare() -> None:
    row = shadow_row(both([word("a")], [], reason="engine_error", message="no answer", engine_version=None))
    assert (row.words, row.shadow_words, row.shadow_words_loose, row.common, row.common_loose) == (1, *[None] * 4)
    assert (row.shadow_reason, row.shadow_message, row.shadow_version) == ("engine_error", "no answer", None)
    assert (row.shadow_mean_confidence, row.shadow_tokens) == (None, ())
    swapped = both([], [word("a")])
    first = dataclasses.replace(swapped.first, reason="engine_error", message="no answer")
    row = shadow_row(dataclasses.replace(swapped, first=first))
    assert (row.words, row.reason, row.shadow_words, row.common) == (None, "engine_error", 1, None)
    to_arrow(ShadowRow, [row])


@pytest.mark.parametrize("reason", ["no_words", "unreadable"])
def test_no_words_are_not_a_failure(reason: str) -> None:
    row = shadow_row(both([word("a")], [], reason=reason))
    assert (row.shadow_words, row.common, row.shadow_reason) == (0, 0, reason)


def test_words_that_no_table_can_hold_are_the_second_engines_failure() -> None:
    row = shadow_row(both([word("a")], [word("SECRET\ud800")]))
    assert (row.words, row.shadow_words, row.shadow_tokens) == (1, None, ())
    assert row.shadow_reason == "internal_error"
    assert "SECRET" not in str(row.shadow_message)
    to_arrow(ShadowRow, [row])
