from __future__ import annotations

import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.geometry import Quad, clip_unit
from schemas.pages import Word
from schemas.records import DECISIONS, TOKENS
from transforms.elements import Document, ManifestEntry
from transforms.tokens import pack, read_words, stream

DOCUMENT = Document(ManifestEntry("/a.pdf", "ann"), "0" * 64, "v", "application/pdf", 10, 0.0, 0.0)
texts = st.text(st.characters(exclude_categories=("Cs", "Zs", "Cc")), min_size=1, max_size=8)
fractions = st.floats(-0.5, 1.5, width=32)
words = st.lists(
    st.builds(
        Word,
        text=texts,
        quad=st.tuples(*[fractions] * 8).map(lambda values: Quad(*values)),
        line=st.integers(0, 4),
        confidence=st.none() | st.floats(0, 1, width=32),
        decision=st.sampled_from(DECISIONS),
        joins_next=st.booleans(),
    ),
    max_size=12,
)


@given(words)
def test_what_was_packed_is_read_in_reading_order_but_for_what_the_file_had(found: list[Word]) -> None:
    packed = pack(DOCUMENT, 3, found, "standin")
    wanted = [
        Word(
            unicodedata.normalize("NFC", word.text),
            clip_unit(word.quad),
            word.line,
            word.confidence,
            word.decision,
            word.joins_next,
        )
        for word in sorted(found, key=lambda word: word.line)
        if word.decision != "embedded"
    ]
    assert (read_words(packed.stream) if packed.stream else []) == wanted


@given(words)
def test_rows_are_numbered_and_their_boxes_hold_their_quads(found: list[Word]) -> None:
    packed = pack(DOCUMENT, 3, found, "standin")
    assert packed.count == len(found)
    assert (packed.stream is None) == (not found)
    rows = pa.ipc.open_stream(packed.stream).read_all().to_pylist() if packed.stream else []
    places = [(row["line"], row["word"]) for row in rows]
    assert places == sorted(set(places))
    for line in {line for line, _ in places}:
        assert [word for at, word in places if at == line] == list(range(len([1 for at, _ in places if at == line])))
    for row in rows:
        assert (row["left"], row["top"]) == (min(row["quad"][0::2]), min(row["quad"][1::2]))
        assert (row["right"], row["bottom"]) == (max(row["quad"][0::2]), max(row["quad"][1::2]))
        assert unicodedata.is_normalized("NFC", row["text"])
        assert row["engine"] == ("embedded" if row["decision"] == "embedded" else "standin")
        assert (row["document_id"], row["uri"], row["owner"], row["page"]) == ("0" * 64, "/a.pdf", "ann", 3)


@given(words)
def test_the_mean_is_over_those_that_have_a_confidence(found: list[Word]) -> None:
    packed = pack(DOCUMENT, 0, found, "standin")
    confidences = [word.confidence for word in found if word.confidence is not None]
    assert packed.confidence_count == len(confidences)
    assert packed.mean_confidence == (pytest.approx(np.mean(confidences)) if confidences else None)


def test_a_word_that_no_table_can_hold_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        pack(DOCUMENT, 0, [Word("\ud800", Quad.of_box(0, 0, 1, 1), 0)], "standin")


def test_a_stream_of_another_table_is_refused() -> None:
    other = pa.record_batch([pa.array(["a"])], schema=pa.schema([TOKENS.field("text")]))
    with pytest.raises(ValueError, match="another schema"):
        read_words(stream(other))
