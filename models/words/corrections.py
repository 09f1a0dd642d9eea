"""The middle of the three buckets: pieces that the lexicon has a say in.

A piece is changed where the lexicon holds what it becomes, and where the Word Net's own evidence for the other text,
with how common its words are, outweighs what was read. Spaces are characters like any other, so that this joins and
splits words too.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import NamedTuple

from models.words.confidence import geometric_mean
from models.words.evidence import SPACE, Alphabet, Letter, changed_letters, changed_text, edits, gain, pairs
from models.words.language import Language, is_code, recased, words_of
from models.words.pieces import Piece, Trace

LEAST_LETTERS = 3  # of a word that is changed, and of what it becomes: shorter ones are units, codes, initials
LEAST_CAPITALS = 4  # the same of one in capitals: three of them are an abbreviation more often than a word
SLACK = 2.0  # by how much the sum over all ways to read a text may be more than its edits' cost


class Change(NamedTuple):
    """What some pieces become."""

    score: float  # logarithm of how much likelier it is
    span: int  # how many pieces
    pieces: list[Piece]


@dataclasses.dataclass(frozen=True)
class Corrector:
    """Weighs the lexicon against what was read."""

    language: Language
    alphabet: Alphabet
    weight: float  # as in models.words.limits.Limits, like the next two
    sure: float
    lost: float

    def correct(self, pieces: Sequence[Piece], head: str, tail: str) -> list[Piece]:
        """The pieces of a line, changed where that is likelier.

        Args:
            head, tail: letters of the first and the last word that stand on the line before and after.
        """
        out: list[Piece] = []
        index = 0
        while index < len(pieces):
            found: Change | None = None
            for span in (1, 2):
                unit = pieces[index : index + span]
                own = head if index == 0 else "", tail if index + span == len(pieces) else ""
                if len(unit) == span and self._wants(unit, *own):
                    other = self._best(unit, *own)
                    found = other if other and (not found or other.score > found.score) else found
            out += found.pieces if found else pieces[index : index + 1]
            index += found.span if found else 1
        return out

    def _wants(self, unit: Sequence[Piece], head: str, tail: str) -> bool:
        """Whether the lexicon has a say: all in one window, none a code, and something unknown or unsure."""
        trace = unit[0].trace
        if trace is None or any(piece.trace is None or piece.trace.scores is not trace.scores for piece in unit):
            return False
        if any(is_code(piece.text) or geometric_mean(piece) < self.lost for piece in unit):
            return False
        words = words_of(" ".join(piece.text for piece in unit))
        letters = "".join(words) if len(unit) > 1 else max(words, key=len, default="")
        if len(letters) < (LEAST_CAPITALS if letters.isupper() else LEAST_LETTERS):
            return False
        unsure = len(unit) == 1 and min(unit[0].confidences) < self.sure
        return unsure or not self.language.lists(words, head, tail)

    def _best(self, unit: Sequence[Piece], head: str, tail: str) -> Change | None:
        """The likeliest other text, if one is likelier than what was read."""
        trace, last = unit[0].trace, unit[-1].trace
        assert trace is not None
        assert last is not None
        letters = _letters(unit)
        text = "".join(letter.text for letter in letters)
        before = self.language.score(words_of(text), head, tail)
        best: tuple[float, list[Letter]] | None = None
        own = words_of(text)
        for chosen in pairs(edits(letters, trace.scores, trace.first, last.last, self.alphabet)):
            new = changed_text(text, chosen)
            words = words_of(new)
            if words == own or not self.language.knows(words, head, tail) or not self._may_become(text, new, words):
                continue
            hope = self.weight * (self.language.score(words, head, tail) - before)
            least = best[0] if best else 0.0
            if hope + sum(edit.cost for edit in chosen) + SLACK > least:
                changed = changed_letters(letters, chosen)
                score = hope + gain(letters, changed, trace.scores, trace.first, last.last, self.alphabet)
                if score > least:
                    best = score, changed
        if best is None:
            return None
        return Change(best[0], len(unit), _pieces(best[1], letters, text, trace, last, best[0]))

    def _may_become(self, text: str, new: str, words: Sequence[str]) -> bool:
        """A pair of pieces must become one, and each piece keep a word."""
        if is_code(new) or (SPACE in text and SPACE in new) or max(map(len, words)) < LEAST_LETTERS:
            return False
        return all(any(map(str.isalpha, part)) for part in new.split(SPACE))


def _letters(unit: Sequence[Piece]) -> list[Letter]:
    letters: list[Letter] = []
    for piece in unit:
        trace = piece.trace
        assert trace is not None
        if letters:
            letters.append(Letter(SPACE, trace.first, 1.0))
        letters += [
            Letter(text, trace.step(column), confidence)
            for text, column, confidence in zip(piece.text, piece.columns, piece.confidences, strict=True)
        ]
    return letters


def _pieces(
    changed: Sequence[Letter], letters: Sequence[Letter], text: str, trace: Trace, last: Trace, score: float
) -> list[Piece]:
    """The changed text as pieces; what is new in it is as sure as the whole change."""
    sure = 1 / (1 + math.exp(-score))
    read = {letter.step: letter for letter in letters}
    parts: list[list[Letter]] = [[]]
    for letter in changed:
        if letter.text == SPACE:
            parts.append([])
        else:
            parts[-1].append(letter if read.get(letter.step) == letter else letter._replace(confidence=sure))
    decision = "split" if len(parts) > 1 else "merged" if SPACE in text else "lexicon"
    shown = recased("".join(letter.text for letter in changed), text).split(SPACE)
    return [
        Piece(
            word,
            tuple(trace.column(letter.step) for letter in part),
            tuple(min(letter.confidence, sure) if decision != "lexicon" else letter.confidence for letter in part),
            trace._replace(last=last.last),
            decision,
        )
        for word, part in zip(shown, parts, strict=True)
    ]
