"""Words on a baseline, and how much room readers need between them to see that they are words. Pure."""

from __future__ import annotations

import dataclasses
import itertools
import math
import unicodedata
from collections.abc import Sequence

from documents.overlay.glyphless_font import whole

# Gaps and advances are in ems; an em is the height of the run.
LEAST_GAP = 0.16  # pdf.js sees no space below 0.102, Poppler none below 0.15
LEAST_GAP_OF_LETTERS = 0.42  # Poppler takes single letters with less than 0.4 between them for one spaced-out word
LEAST_ADVANCE = 0.12  # Poppler takes the same letter within 0.1 for a shadow and drops it, PDFium within 0.07


@dataclasses.dataclass(frozen=True)
class PlacedWord:
    """A word on its baseline."""

    pieces: tuple[str, ...]  # clusters, one advance each, in the order in which they stand from left to right
    start: float  # units of user space along the baseline
    end: float
    rise: float = 0.0  # units of user space above the baseline


@dataclasses.dataclass(frozen=True)
class Run:
    """Words on one straight baseline, from left to right as they are read."""

    x: float  # where the baseline is 0, user space
    y: float
    cos: float  # the direction of reading
    sin: float
    size: float  # height of the boxes, units of user space
    words: tuple[PlacedWord, ...]
    stepped: bool  # it runs along an axis of the page


def visual_order(pieces: Sequence[str]) -> tuple[str, ...]:
    """The pieces of a word as they stand from left to right.

    This is the order in which Chrome, Firefox and Poppler expect right-to-left text; they turn it back.
    """
    runs = [(rtl, list(group)) for rtl, group in itertools.groupby(pieces, key=_is_right_to_left)]
    if not any(rtl for rtl, _ in runs):
        return tuple(pieces)
    return tuple(piece for rtl, group in reversed(runs) for piece in (reversed(group) if rtl else group))


def _is_right_to_left(piece: str) -> bool:
    return unicodedata.bidirectional(piece[0]) in ("R", "AL")


def keep_apart(words: Sequence[PlacedWord], size: float) -> list[PlacedWord]:
    """The words with the least gap between them: first at the cost of the word before it, then of the one behind."""
    result: list[PlacedWord] = []
    earliest = -math.inf
    for word, following in itertools.zip_longest(words, words[1:]):
        letters = following is not None and _is_letter(word) and _is_letter(following)
        gap = size * (LEAST_GAP_OF_LETTERS if letters else LEAST_GAP)
        start = max(word.start, earliest)
        end = word.end if following is None else min(word.end, following.start - gap)
        end = max(end, start + LEAST_ADVANCE * size * len(word.pieces))
        result.append(dataclasses.replace(word, start=start, end=end))
        earliest = end + gap
    return result


def _is_letter(word: PlacedWord) -> bool:
    return len(word.pieces) == 1 and len(word.pieces[0]) == 1


def may_be_glued(run: Run, behind: Run | None) -> bool:
    """Whether pdf.js, which goes by the letters' places alone, may see nothing between a run and the next one.

    It sees something in a step ahead of 0.1 em, in a step back that is half a line up or down, and in a whole line up
    or down. On a skewed page, the next line may begin at the height at which this one ends.
    """
    if behind is None or not run.stepped:
        return False
    if (run.cos, run.sin) != (behind.cos, behind.sin):
        return True
    last = run.words[-1]
    x, y = behind.x - run.x, behind.y - run.y
    ahead = (x * run.cos + y * run.sin - last.end) / run.size
    off = abs(y * run.cos - x * run.sin - last.rise) / run.size
    return not (ahead > LEAST_GAP or off > 1.1 or (ahead < -0.25 and off > 0.6))


def sealed(run: Run) -> Run:
    """The run with a space in its last letter's code."""
    last = run.words[-1]
    pieces = (*last.pieces[:-1], *whole(last.pieces[-1]))
    return dataclasses.replace(run, words=(*run.words[:-1], dataclasses.replace(last, pieces=pieces)))
