"""The Wordinator: what the Word Net read of a page's lines, as words, each with one box and one text.

Lines are parted at the spaces that were read, and chopped words put together again. Then each piece is kept as it was
read, dropped as noise, or, between the two, weighed against a lexicon, which may change its letters, join it to the
next or split it.
"""

from __future__ import annotations

import collections
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from models.lexicon import Lexicon
from models.windows import Frame, Window
from models.word_detector import Line
from models.word_net import HEIGHT, Reading
from models.words.confidence import confidence
from models.words.corrections import Corrector
from models.words.evidence import Alphabet
from models.words.hyphens import broken, goes_on, joined, parts_of_one
from models.words.language import Language, is_code, words_of
from models.words.limits import Limits
from models.words.pieces import Piece, Scores, pieces_of
from schemas.errors import Unreadable
from schemas.pages import Word

HALF_LETTER = 0.22 * HEIGHT  # columns from a letter's middle to its edge, where nothing better is known
SNAP = 0.45 * HEIGHT  # columns within which the detector's edge of a word is taken for ours
CLEAR = 0.97  # confidence of the least sure letter from which a page's own words count as known
FOREIGN = 0.4  # share of known words among the clear long ones below which a page is no English: nothing is changed
LONG = 4  # letters
ENOUGH = 10  # clear long words that tell
FEW = 5  # pieces: with fewer a page is not called unreadable


Rated = tuple[Piece, float]
"""A piece and the probability that it is right, 0..1."""


class Strip(NamedTuple):
    """What was read of a line."""

    line: Line
    frame: Frame
    pieces: list[Piece]


class Wordinator:
    """Makes words of the Word Net's readings."""

    def __init__(self, lexicon: Lexicon, limits: Limits, characters: str) -> None:
        """`characters`: of the Word Net's classes, from the first behind the blank."""
        self._lexicon = lexicon
        self._limits = limits
        self._alphabet = Alphabet(characters)

    @classmethod
    def open(cls, weights: Path, characters: str) -> Wordinator:
        """Opens the lexicon and the limits in a folder; raises ModelError."""
        return cls(Lexicon.open(weights / "lexicon.txt.xz"), Limits.open(weights / "wordinator.json"), characters)

    def words(
        self, lines: Sequence[Line], windows: Sequence[Window], readings: Sequence[Reading], scores: Sequence[Scores]
    ) -> list[Word]:
        """The words of a page, lines in their order, quads in pixels of the page.

        Args:
            windows: of all lines, in order, as `models.windows.cut_lines` gives them; `readings` and `scores` (log-
                probabilities) are theirs.

        Raises:
            Unreadable: nearly all that was read is noise.
        """
        strips = strips_of(lines, windows, readings, scores)
        language = self.language(strips)
        return self.place(self.correct(strips, language), language)

    def language(self, strips: Sequence[Strip]) -> Language:
        """The lexicon, with what the page itself shows clearly more than once: names, words of its trade."""
        clear = collections.Counter(
            word.lower()
            for strip in strips
            for piece in strip.pieces
            if min(piece.confidences) >= CLEAR and not is_code(piece.text)
            for word in words_of(piece.text)
            if len(word) > 1
        )
        return Language(self._lexicon, self._limits.unknown, (word for word, times in clear.items() if times > 1))

    def correct(self, strips: Sequence[Strip], language: Language) -> list[Strip]:
        """The middle bucket: the pieces of all lines after the lexicon had its say."""
        if _is_foreign(strips, language):
            return list(strips)
        limits = self._limits
        corrector = Corrector(language, self._alphabet, limits.weight, limits.sure, limits.lost)
        out: list[Strip] = []
        for index, strip in enumerate(strips):
            head = _head(out[-1].pieces if out else [], strip.pieces, language)
            after = strips[index + 1].pieces if index + 1 < len(strips) else []
            out.append(
                strip._replace(pieces=corrector.correct(strip.pieces, head, _tail(strip.pieces, after, language)))
            )
        return out

    def place(self, strips: Sequence[Strip], language: Language) -> list[Word]:
        """The words of corrected lines, without noise; raises Unreadable."""
        rated = self.rated(strips, language)
        quality = readability(rated)
        if quality is not None and quality < self._limits.unreadable:
            raise Unreadable(f"mean confidence {quality:.2f}: the page is in a script or hand that is not read here")
        found: list[Word] = []
        number = 0
        for strip, each in zip(strips, rated, strict=True):
            words = list(_boxed(strip, number, [(one, sure) for one, sure in each if not self.is_noise(one, sure)]))
            found += words
            number += bool(words)
        return joined(found, language)

    def rate(self, piece: Piece, language: Language) -> float:
        """The probability that a piece is right, 0..1."""
        return confidence(piece, language, self._limits.confidence)

    def rated(self, strips: Sequence[Strip], language: Language) -> list[list[Rated]]:
        """Each line's pieces, rated."""
        return [[(piece, self.rate(piece, language)) for piece in strip.pieces] for strip in strips]

    def is_noise(self, piece: Piece, sure: float) -> bool:
        """Whether a piece of that confidence is dropped."""
        return sure < (self._limits.noise if any(map(str.isalnum, piece.text)) else self._limits.sign_noise)


def readability(rated: Sequence[Sequence[Rated]]) -> float | None:
    """The mean confidence of a page's pieces, weighed by their characters; None of a page with hardly any."""
    pieces = [each for line in rated for each in line]
    if len(pieces) < FEW:
        return None
    return sum(sure * len(piece.text) for piece, sure in pieces) / sum(len(piece.text) for piece, _ in pieces)


def strips_of(
    lines: Sequence[Line], windows: Sequence[Window], readings: Sequence[Reading], scores: Sequence[Scores]
) -> list[Strip]:
    """What was read of each line that has windows, parted at its spaces."""
    strips = []
    whole = zip(windows, readings, scores, strict=True)
    for index, group in itertools.groupby(whole, key=lambda each: each[0].line):
        shown, read, own = zip(*group, strict=True)
        strips.append(Strip(lines[index], shown[0].frame, pieces_of(shown, read, own)))
    return strips


def _is_foreign(strips: Sequence[Strip], language: Language) -> bool:
    known = [
        language.lists([word])
        for strip in strips
        for piece in strip.pieces
        if min(piece.confidences) >= CLEAR and not is_code(piece.text)
        for word in words_of(piece.text)
        if len(word) >= LONG
    ]
    return len(known) >= ENOUGH and sum(known) < FOREIGN * len(known)


def _head(before: Sequence[Piece], own: Sequence[Piece], language: Language) -> str:
    """Letters of a line's first word that stand at the end of the line before."""
    first, second = broken(before[-1].text) if before else None, goes_on(own[0].text) if own else None
    return first if first and second and parts_of_one(first, second, language) is not False else ""


def _tail(own: Sequence[Piece], after: Sequence[Piece], language: Language) -> str:
    """Letters of a line's last word that stand at the start of the next."""
    first, second = broken(own[-1].text) if own else None, goes_on(after[0].text) if after else None
    return second if first and second and parts_of_one(first, second, language) is not False else ""


def _boxed(strip: Strip, number: int, kept: Sequence[tuple[Piece, float]]) -> Iterator[Word]:
    frame = strip.frame
    edges = frame.column(np.array([quad.points for quad in strip.line.words]).reshape(-1, 2)).reshape(-1, 4)
    starts = _snapped([piece.columns[0] - HALF_LETTER for piece, _ in kept], edges[:, [0, 3]].mean(1))
    ends = _snapped([piece.columns[-1] + HALF_LETTER for piece, _ in kept], edges[:, [1, 2]].mean(1))
    spans = np.column_stack([np.maximum(starts, 0.0), np.minimum(ends, frame.columns)])
    quads = frame.spans(spans, strip.line.tight)
    for (piece, sure), (left, right), quad in zip(kept, spans.tolist(), quads, strict=True):
        if left < right:
            yield Word(piece.text, quad, number, sure, piece.decision)


def _snapped(columns: Sequence[float], edges: np.ndarray) -> np.ndarray:
    """Each column, or the edge that is nearest to it, if that is near."""
    own = np.array(columns, np.float64)
    nearest = edges[np.abs(edges - own[:, None]).argmin(1)]
    return np.where(np.abs(nearest - own) < SNAP, nearest, own)
