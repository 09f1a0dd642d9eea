"""Two readings of a page as a row of the shadow table."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from pipelines.evaluation.scores import loose, word_hits
from pipelines.evaluation.texts import text_words
from schemas.geometry import clip_unit
from schemas.pages import Word
from schemas.records import ShadowRow, ShadowToken, to_arrow
from transforms.elements import Reading, TwoReadings
from transforms.endings import describe


def shadow_row(both: TwoReadings) -> ShadowRow:
    """The row of a page that was read twice. Words of the second engine that no table can hold are its failure."""
    row = _row(both)
    try:
        to_arrow(ShadowRow, [row])
    except Exception as error:
        reason, message = describe(error)
        second = dataclasses.replace(both.second, words=(), reason=reason, message=message)
        return _row(dataclasses.replace(both, second=second))
    return row


class _Counted(NamedTuple):
    """A reading's words as the scores count them; None where it failed."""

    strict: list[str] | None
    loose: list[str] | None
    mean_confidence: float | None


def _row(both: TwoReadings) -> ShadowRow:
    first, second = both.first, both.second
    ours, theirs = _counted(first), _counted(second)
    return ShadowRow(
        document_id=both.key.document_id,
        uri=both.key.uri,
        page=both.page,
        engine=first.engine,
        engine_version=first.engine_version or "",
        reason=first.reason,
        words=_length(ours.strict),
        words_loose=_length(ours.loose),
        mean_confidence=ours.mean_confidence,
        cpu_seconds=first.cpu_seconds,
        shadow=second.engine,
        shadow_version=second.engine_version,
        shadow_reason=second.reason,
        shadow_message=second.message,
        shadow_words=_length(theirs.strict),
        shadow_words_loose=_length(theirs.loose),
        shadow_mean_confidence=theirs.mean_confidence,
        shadow_cpu_seconds=second.cpu_seconds,
        common=_common(ours.strict, theirs.strict),
        common_loose=_common(ours.loose, theirs.loose),
        shadow_tokens=tuple(map(_token, in_order(second.words))),
    )


def in_order(words: Sequence[Word]) -> list[Word]:
    """As the token table has them: by line, and within a line as they came."""
    return sorted(words, key=lambda word: word.line)


def _counted(reading: Reading) -> _Counted:
    if reading.message is not None:
        return _Counted(None, None, None)
    strict = [unicodedata.normalize("NFC", word.text) for word in text_words(in_order(reading.words))]
    sure = [word.confidence for word in reading.words if word.confidence is not None]
    return _Counted(strict, [word for word in map(loose, strict) if word], sum(sure) / len(sure) if sure else None)


def _length(words: list[str] | None) -> int | None:
    return None if words is None else len(words)


def _common(ours: list[str] | None, theirs: list[str] | None) -> int | None:
    return None if ours is None or theirs is None else word_hits(ours, theirs).hits


def _token(word: Word) -> ShadowToken:
    return ShadowToken(
        text=unicodedata.normalize("NFC", word.text),
        line=word.line,
        joins_next=word.joins_next,
        confidence=word.confidence,
        quad=list(clip_unit(word.quad)),
    )
