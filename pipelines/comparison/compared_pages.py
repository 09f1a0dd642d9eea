"""The pages of a run that two engines read, with the words of both."""

from __future__ import annotations

import collections
import dataclasses
import glob
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.evaluation import differences
from pipelines.evaluation.texts import TextWord, text_words
from schemas.geometry import Quad
from schemas.pages import Word
from schemas.records import TABLES, Row, ShadowRow, ShadowToken, TokenRow
from transforms import storage

_COLUMNS = ["uri", "page", "line", "word", "text", "joins_next", "confidence", "quad"]


@dataclasses.dataclass(frozen=True)
class Side:
    """What one engine read of a page, held against the other's."""

    words: tuple[Word, ...]  # in reading order, in fractions of the page
    text: tuple[TextWord, ...]  # made of them
    marks: tuple[str, ...]  # of each in `text`, as in pipelines.evaluation.differences

    @property
    def only(self) -> list[str]:
        """Words that the other engine does not have, compared loosely."""
        return [word.text for word, mark in zip(self.text, self.marks, strict=True) if mark == differences.WRONG]


@dataclasses.dataclass(frozen=True)
class ComparedPage:
    """A page that was read twice."""

    row: ShadowRow
    first: Side
    second: Side

    @property
    def differing(self) -> int:
        """Words that only one of the engines has, compared loosely; -1 where one of them failed."""
        row = self.row
        if row.common_loose is None or row.words_loose is None or row.shadow_words_loose is None:
            return -1
        return row.words_loose + row.shadow_words_loose - 2 * row.common_loose


def load(output: str, run: str) -> list[ComparedPage]:
    """All of them, those that differ in most words first. They are held in memory: a run over a sample is meant."""
    tokens: dict[tuple[str, int], list[Word]] = collections.defaultdict(list)
    for row in _rows(output, run, TokenRow, _COLUMNS, pc.field("decision") != "embedded"):
        word = Word(row["text"], Quad(*row["quad"]), row["line"], row["confidence"], joins_next=row["joins_next"])
        tokens[row["uri"], row["page"]].append(word)
    rows = [ShadowRow(**row) for row in _rows(output, run, ShadowRow)]
    pages = [compared(row, tokens[row.uri, row.page]) for row in rows]
    return sorted(pages, key=lambda page: (-page.differing, page.row.uri, page.row.page))


def compared(row: ShadowRow, first: list[Word]) -> ComparedPage:
    """A row of the shadow table and the first engine's words, in reading order."""
    words, others = first, [_word(token) for token in row.shadow_tokens]
    text, other_text = text_words(words), text_words(others)
    marks, other_marks = differences.marks([word.text for word in text], [word.text for word in other_text])
    return ComparedPage(
        row,
        Side(tuple(words), tuple(text), tuple(marks)),
        Side(tuple(others), tuple(other_text), tuple(other_marks)),
    )


def _word(token: ShadowToken) -> Word:
    return Word(token["text"], Quad(*token["quad"]), token["line"], token["confidence"], joins_next=token["joins_next"])


def _rows(
    output: str, run: str, kind: type[Row], columns: list[str] | None = None, wanted: pc.Expression | None = None
) -> Iterator[dict[str, Any]]:
    folder = f"{output}/tables/{TABLES[kind]}/run={run}"
    for part in storage.listing(f"{glob.escape(folder)}/part-*.parquet"):
        table = pq.read_table(pa.BufferReader(storage.read(part.path)), columns=columns, filters=wanted)
        yield from table.to_pylist()
