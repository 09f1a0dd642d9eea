"""Every record of the contract, once: its unit beside each field, its Arrow schema below it.

Rule 4 of the job: same bytes in, same rows out, but for what `VOLATILE` names.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict

import pyarrow as pa

from schemas.pages import CATEGORIES as CATEGORIES
from schemas.pages import DECISIONS as DECISIONS

# What may differ between two runs over the same bytes.
VOLATILE = ("run", "started_at", "cpu_seconds", "shadow_cpu_seconds", "times", "attempts")

DOCUMENT_STATUSES = ("done", "skipped", "failed", "deleted")
PAGE_STATUSES = ("done", "failed")
# As pyarrow (and pandas with it) reads `run=...` in a path: with plain strings it refuses to open the table's folder.
RUN = pa.dictionary(pa.int32(), pa.string())
STAGES = ("fetch", "inspect", "classify", "render", "rectify", "read")  # fields of `times`


@dataclasses.dataclass(frozen=True, kw_only=True)
class DocumentRow:
    """What became of one entry of the manifest."""

    document_id: str | None  # SHA-256 of the bytes, lower-case hex; null when never read
    uri: str
    source_version: str | None  # GCS generation, S3 ETag, or size and mtime; null when unknown
    owner: str | None
    media_type: str | None  # by content; null when never read or unknown
    bytes: int | None  # null when unknown
    page_count: int | None  # pages of the source; null when never opened
    pages_read: int  # pages that ended well (embedded text, read, blank)
    capped: bool  # the source has more pages than the cap
    status: str  # DOCUMENT_STATUSES
    reason: (
        str | None
    )  # why it was skipped or failed, or `pages_failed`; for a PDF without overlay why not; null when all is well
    words: int  # tokens
    mean_confidence: float | None  # 0..1 over the tokens that have one; null when none has
    overlay_uri: str | None  # null when no page gained words
    engine: str | None  # null when no page was read by one
    engine_version: str | None  # without an engine: of the classifier, where it found that no page can be read
    run: str
    started_at: datetime  # UTC
    cpu_seconds: float  # user + system, children included


DOCUMENTS = pa.schema(
    [
        pa.field("document_id", pa.string()),
        pa.field("uri", pa.string(), nullable=False),
        pa.field("source_version", pa.string()),
        pa.field("owner", pa.string()),
        pa.field("media_type", pa.string()),
        pa.field("bytes", pa.int64()),
        pa.field("page_count", pa.int32()),
        pa.field("pages_read", pa.int32(), nullable=False),
        pa.field("capped", pa.bool_(), nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("words", pa.int32(), nullable=False),
        pa.field("mean_confidence", pa.float32()),
        pa.field("overlay_uri", pa.string()),
        pa.field("engine", pa.string()),
        pa.field("engine_version", pa.string()),
        pa.field("run", RUN, nullable=False),
        pa.field("started_at", pa.timestamp("ms", tz="UTC"), nullable=False),
        pa.field("cpu_seconds", pa.float32(), nullable=False),
    ]
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class PageRow:
    """One page that was seen."""

    document_id: str
    uri: str
    page: int  # 0-based
    category: str | None  # CATEGORIES; null when it failed before that was known
    ocrable: float | None  # the classifier's score, 0..1; null when it was not asked
    quarter_turns: int | None  # clockwise turns that set the page upright; null when it was not rendered
    skew: float | None  # degrees clockwise that were straightened; null when it was not rendered
    corners: (
        tuple[float, ...] | None
    )  # 8 fractions of the page, clockwise from the top-left; null when no document was cut out
    width: int | None  # pixels of the render; null when it was not rendered
    height: int | None
    width_pt: float | None  # points (1/72 inch) as a person sees it; null when unknown
    height_pt: float | None
    words: int
    mean_confidence: float | None  # 0..1 over the tokens that have one; null when none has
    status: str  # PAGE_STATUSES
    reason: str | None  # why it failed, holds no text, or (beside embedded text) is `unreadable`; null otherwise
    times: dict[str, float]  # milliseconds of wall clock by stage (STAGES); a stage that was not reached is null


PAGES = pa.schema(
    [
        pa.field("document_id", pa.string(), nullable=False),
        pa.field("uri", pa.string(), nullable=False),
        pa.field("page", pa.int32(), nullable=False),
        pa.field("category", pa.string()),
        pa.field("ocrable", pa.float32()),
        pa.field("quarter_turns", pa.int32()),
        pa.field("skew", pa.float32()),
        pa.field("corners", pa.list_(pa.float32())),
        pa.field("width", pa.int32()),
        pa.field("height", pa.int32()),
        pa.field("width_pt", pa.float32()),
        pa.field("height_pt", pa.float32()),
        pa.field("words", pa.int32(), nullable=False),
        pa.field("mean_confidence", pa.float32()),
        pa.field("status", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("times", pa.struct([pa.field(stage, pa.float32()) for stage in STAGES]), nullable=False),
    ]
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class TokenRow:
    """One word and where it stands. Places are fractions of the source page as a person sees it."""

    document_id: str
    uri: str
    owner: str | None
    page: int  # 0-based
    line: int  # 0-based within the page, in reading order
    word: int  # 0-based within the line
    text: str  # NFC
    joins_next: bool  # a word broken at the line's end goes on in the next token
    confidence: float | None  # 0..1; null from an engine that has none, and for embedded text
    left: float  # 0..1
    top: float
    right: float
    bottom: float
    quad: tuple[float, ...]  # 8 fractions, clockwise from the top-left of the text as read
    decision: str  # DECISIONS
    engine: str  # `embedded` for text that the file had already


TOKENS = pa.schema(
    [
        pa.field("document_id", pa.string(), nullable=False),
        pa.field("uri", pa.string(), nullable=False),
        pa.field("owner", pa.string()),
        pa.field("page", pa.int32(), nullable=False),
        pa.field("line", pa.int32(), nullable=False),
        pa.field("word", pa.int32(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("joins_next", pa.bool_(), nullable=False),
        pa.field("confidence", pa.float32()),
        pa.field("left", pa.float32(), nullable=False),
        pa.field("top", pa.float32(), nullable=False),
        pa.field("right", pa.float32(), nullable=False),
        pa.field("bottom", pa.float32(), nullable=False),
        pa.field("quad", pa.list_(pa.float32()), nullable=False),
        pa.field("decision", pa.string(), nullable=False),
        pa.field("engine", pa.string(), nullable=False),
    ]
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class FailureRow:
    """One failure: what, where, why, how often tried."""

    document_id: str | None  # null when never read
    uri: str
    page: int | None  # 0-based; null when it is the whole document's
    stage: str  # the transform's name
    error: str  # the reason of the error's class (schemas.errors), or `internal_error`
    message: str  # at most 500 characters, never a document's text
    attempts: int  # 1 when it was not tried again
    run: str


FAILURES = pa.schema(
    [
        pa.field("document_id", pa.string()),
        pa.field("uri", pa.string(), nullable=False),
        pa.field("page", pa.int32()),
        pa.field("stage", pa.string(), nullable=False),
        pa.field("error", pa.string(), nullable=False),
        pa.field("message", pa.string(), nullable=False),
        pa.field("attempts", pa.int32(), nullable=False),
        pa.field("run", RUN, nullable=False),
    ]
)


class ShadowToken(TypedDict):
    """A word as a second engine read it, in reading order."""

    text: str
    line: int  # 0-based within the page
    joins_next: bool
    confidence: float | None  # 0..1
    quad: list[float]  # 8 fractions of the page, clockwise from the top-left of the text as read


SHADOW_TOKEN = pa.struct(
    [
        pa.field("text", pa.string()),
        pa.field("line", pa.int32()),
        pa.field("joins_next", pa.bool_()),
        pa.field("confidence", pa.float32()),
        pa.field("quad", pa.list_(pa.float32())),
    ]
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShadowRow:
    """One page that two engines read. The first one's words are in the token table, the second one's are only here.

    Words are compared as multisets, wherever they stand; one that is broken at a line's end is one word. Text that the
    file had already is left out on both sides.
    """

    document_id: str
    uri: str
    page: int  # 0-based
    engine: str  # whose words are in the token table
    engine_version: str
    reason: str | None  # why it failed or gave no words; null otherwise
    words: int | None  # null when it failed, as the next
    words_loose: int | None  # those with a letter or digit of ASCII
    mean_confidence: float | None  # 0..1 over the words that have one; null when none has
    cpu_seconds: float  # user + system, for reading alone
    shadow: str  # the second engine
    shadow_version: str | None  # null when it could not be opened
    shadow_reason: str | None  # as `reason`
    shadow_message: str | None  # of its error, at most 500 characters, never the page's text; null when it did well
    shadow_words: int | None
    shadow_words_loose: int | None
    shadow_mean_confidence: float | None
    shadow_cpu_seconds: float
    common: int | None  # words of both, as they are; null when one of them failed
    common_loose: int | None  # the same case-folded, letters and digits alone
    shadow_tokens: tuple[ShadowToken, ...]


SHADOW = pa.schema(
    [
        pa.field("document_id", pa.string(), nullable=False),
        pa.field("uri", pa.string(), nullable=False),
        pa.field("page", pa.int32(), nullable=False),
        pa.field("engine", pa.string(), nullable=False),
        pa.field("engine_version", pa.string(), nullable=False),
        pa.field("reason", pa.string()),
        pa.field("words", pa.int32()),
        pa.field("words_loose", pa.int32()),
        pa.field("mean_confidence", pa.float32()),
        pa.field("cpu_seconds", pa.float32(), nullable=False),
        pa.field("shadow", pa.string(), nullable=False),
        pa.field("shadow_version", pa.string()),
        pa.field("shadow_reason", pa.string()),
        pa.field("shadow_message", pa.string()),
        pa.field("shadow_words", pa.int32()),
        pa.field("shadow_words_loose", pa.int32()),
        pa.field("shadow_mean_confidence", pa.float32()),
        pa.field("shadow_cpu_seconds", pa.float32(), nullable=False),
        pa.field("common", pa.int32()),
        pa.field("common_loose", pa.int32()),
        pa.field("shadow_tokens", pa.list_(SHADOW_TOKEN), nullable=False),
    ]
)

Row = DocumentRow | PageRow | TokenRow | FailureRow | ShadowRow
SCHEMAS: dict[type[Row], pa.Schema] = {
    DocumentRow: DOCUMENTS,
    PageRow: PAGES,
    TokenRow: TOKENS,
    FailureRow: FAILURES,
    ShadowRow: SHADOW,
}
TABLES: dict[type[Row], str] = {
    DocumentRow: "documents",
    PageRow: "pages",
    TokenRow: "tokens",
    FailureRow: "failures",
    ShadowRow: "shadow",
}


def to_arrow(kind: type[Row], rows: Sequence[Row]) -> pa.RecordBatch:
    """Rows of one kind as an Arrow batch; raises pa.ArrowInvalid or pa.ArrowTypeError on a value that does not fit."""
    schema = SCHEMAS[kind]
    columns: list[pa.Array[Any]] = []
    for field in schema:
        values = [getattr(row, field.name) for row in rows]
        if not field.nullable and any(value is None for value in values):
            raise pa.ArrowInvalid(f"{TABLES[kind]}.{field.name} must not be null")
        columns.append(pa.array(values, type=field.type))
    return pa.record_batch(columns, schema=schema)
