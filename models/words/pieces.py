"""A line as the Word Net read it, parted at its spaces; each piece knows the scores that it was read from."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.windows import Character, Window, join
from models.word_net import STEP, Reading

Scores = npt.NDArray[np.float32] | npt.NDArray[np.float16]  # half the precision is enough, and for many pages kept


class Trace(NamedTuple):
    """Where a piece stands in the scores of its window."""

    scores: Scores  # log-probabilities [steps, classes]
    left: int  # column of the window in its line
    first: int  # step of the space before it; -1 where it is the window's first
    last: int  # step of the space behind it; the number of steps where it is the window's last

    def step(self, column: float) -> int:
        """The step that a character was read at, by its column in the line."""
        return round((column - self.left) / STEP - 0.5)

    def column(self, step: int) -> float:
        """The other way."""
        return self.left + (step + 0.5) * STEP


class Piece(NamedTuple):
    """What stands between two spaces."""

    text: str  # not empty, no white space
    columns: tuple[float, ...]  # of each character's middle, in the line
    confidences: tuple[float, ...]  # of each character, 0..1
    trace: Trace | None  # None where two windows show it
    decision: str = "kept"


def pieces_of(windows: Sequence[Window], readings: Sequence[Reading], scores: Sequence[Scores]) -> list[Piece]:
    """The pieces of a line out of its windows, from left to right."""
    pieces = []
    for space, group in itertools.groupby(join(windows, readings), key=lambda each: each.text == " "):
        if not space:
            letters = list(group)
            text, columns, confidences = zip(*letters, strict=True)
            pieces.append(Piece("".join(text), columns, confidences, _trace(letters, windows, readings, scores)))
    return pieces


def _trace(
    letters: Sequence[Character], windows: Sequence[Window], readings: Sequence[Reading], scores: Sequence[Scores]
) -> Trace | None:
    wanted = [letter.column for letter in letters]
    for window, reading, own in zip(windows, readings, scores, strict=True):
        columns = [window.left + place for place in reading.places]
        if wanted[0] not in columns:
            continue
        first = columns.index(wanted[0])
        if columns[first : first + len(wanted)] == wanted:
            spaces = [index for index, each in enumerate(reading.text) if each == " "]
            at = int(np.searchsorted(spaces, first))
            before = Trace(own, window.left, -1, len(own))
            return before._replace(
                first=before.step(columns[spaces[at - 1]]) if at else -1,
                last=before.step(columns[spaces[at]]) if at < len(spaces) else len(own),
            )
    return None
