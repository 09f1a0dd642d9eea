"""The word and character scores of a page. All are counts, which are summed over pages before they are divided."""

from __future__ import annotations

import collections
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_NOT_LOOSE = re.compile("[^0-9a-z]")


class Hits(NamedTuple):
    """What was found of what there is: words, or boxes."""

    hits: int
    found: int  # what an engine gave
    truths: int

    @property
    def precision(self) -> float | None:
        """0..1; None where nothing was found."""
        return self.hits / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """0..1; None where there is nothing to find."""
        return self.hits / self.truths if self.truths else None

    @property
    def f1(self) -> float:
        """0..1, the harmonic mean of precision and recall; 1 where there is nothing and nothing was found."""
        return 2 * self.hits / (self.found + self.truths) if self.found + self.truths else 1.0


class Share(NamedTuple):
    """A part of a whole, as two counts."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """None of an empty whole."""
        return self.part / self.whole if self.whole else None


def total_hits(several: Iterable[Hits]) -> Hits:
    """The sum over pages."""
    return Hits(*(sum(column) for column in zip(*several, Hits(0, 0, 0), strict=True)))


def total_share(several: Iterable[Share]) -> Share:
    """The sum over pages."""
    return Share(*(sum(column) for column in zip(*several, Share(0, 0), strict=True)))


def folded(text: str) -> str:
    """White space as single spaces, none at the ends."""
    return " ".join(text.split())


def loose(text: str) -> str:
    """Case-folded, everything but 0-9a-z removed."""
    return _NOT_LOOSE.sub("", text.casefold())


def strict_words(text: str) -> list[str]:
    """Split on white space, as they are."""
    return text.split()


def loose_words(text: str) -> list[str]:
    """Split on white space, each made loose, empties dropped."""
    return [word for word in map(loose, text.split()) if word]


def word_hits(truths: Sequence[str], found: Sequence[str]) -> Hits:
    """Compares multisets: a word that stands three times in the truth can be hit three times, wherever it stands."""
    common = collections.Counter(truths) & collections.Counter(found)
    return Hits(common.total(), len(found), len(truths))


def character_errors(truth: str, text: str, *, fold_case: bool = False) -> Share:
    """Levenshtein distance over the truth's length (CER; may exceed 1), white space folded.

    `fold_case` is for sets whose truth is in capitals whatever the print.
    """
    from rapidfuzz.distance import Levenshtein  # of the extra `evaluate`, which the job does without

    one, other = folded(truth), folded(text)
    if fold_case:
        one, other = one.casefold(), other.casefold()
    return Share(Levenshtein.distance(one, other), len(one))


def single_word_accuracy(pairs: Iterable[tuple[str, str]]) -> tuple[Share, Share]:
    """Of (truth, text) of words or lines, how many were read exactly: strict, then loose.

    The loose share leaves out truths in which loosening leaves nothing.
    """
    all_pairs = [(folded(truth), folded(text)) for truth, text in pairs]
    loose_pairs = [(loose(truth), loose(text)) for truth, text in all_pairs if loose(truth)]
    return _equal(all_pairs), _equal(loose_pairs)


def _equal(pairs: list[tuple[str, str]]) -> Share:
    return Share(sum(truth == text for truth, text in pairs), len(pairs))
