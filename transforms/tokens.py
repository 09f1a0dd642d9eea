"""Words of a page as rows of the token table, packed for the way through a shuffle."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Sequence

import pyarrow as pa

from schemas.geometry import Quad, clip_unit
from schemas.pages import Word
from schemas.records import TOKENS, TokenRow, to_arrow
from transforms.elements import Document

_OPTIONS = pa.ipc.IpcWriteOptions(compression="zstd")


@dataclasses.dataclass(frozen=True)
class Tokens:
    """A page's tokens: an Arrow IPC stream (None where there are none) and what the page's row says of them."""

    stream: bytes | None
    count: int
    confidence_sum: float
    confidence_count: int

    @property
    def mean_confidence(self) -> float | None:
        return self.confidence_sum / self.confidence_count if self.confidence_count else None


def pack(document: Document, page: int, words: Sequence[Word], engine: str) -> Tokens:
    """The words, in fractions of the page, as a stream in reading order. One that does not fit the schema raises."""
    rows = []
    position, line = 0, -1
    for word in sorted(words, key=lambda word: word.line):  # stable: within a line they stay as they came
        position = position + 1 if word.line == line else 0
        line = word.line
        quad = clip_unit(word.quad)
        left, top, right, bottom = quad.box
        rows.append(
            TokenRow(
                document_id=document.document_id,
                uri=document.entry.uri,
                owner=document.entry.owner,
                page=page,
                line=line,
                word=position,
                text=unicodedata.normalize("NFC", word.text),
                joins_next=word.joins_next,
                confidence=word.confidence,
                left=left,
                top=top,
                right=right,
                bottom=bottom,
                quad=tuple(quad),
                decision=word.decision,
                engine="embedded" if word.decision == "embedded" else engine,
            )
        )
    confidences = [word.confidence for word in words if word.confidence is not None]
    return Tokens(
        stream=stream(to_arrow(TokenRow, rows)) if rows else None,
        count=len(rows),
        confidence_sum=sum(confidences),
        confidence_count=len(confidences),
    )


def stream(batch: pa.RecordBatch) -> bytes:
    """A batch as a compressed IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=_OPTIONS) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def read_words(packed: bytes) -> list[Word]:
    """The words that `pack` packed, without those that the file had already: what an overlay is to gain."""
    table = pa.ipc.open_stream(packed).read_all()
    if table.schema != TOKENS:
        raise ValueError("a token stream of another schema")
    return [
        Word(row["text"], Quad(*row["quad"]), row["line"], row["confidence"], row["decision"], row["joins_next"])
        for row in table.select(["text", "quad", "line", "confidence", "decision", "joins_next"]).to_pylist()
        if row["decision"] != "embedded"
    ]
