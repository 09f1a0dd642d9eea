"""The texts that are held against one another: of the truth, and of an engine's words."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from pipelines.evaluation.detection import Found
from pipelines.evaluation.labelled_pages import LabelledPage
from schemas.pages import Word

_HYPHENS = "-\u00ad\u2010\u2011"


class TextWord(NamedTuple):
    """A word of a text, between white space."""

    text: str
    line: int
    members: tuple[int, ...]  # the words of the page that it was made of, more than one where they join


def text_words(words: Sequence[Word]) -> list[TextWord]:
    """In the engine's order. What is broken at a line's end becomes one word, without its hyphen, on the first line."""
    out: list[TextWord] = []
    joins = False
    for index, word in enumerate(words):
        if joins:
            first = out.pop()
            out.append(TextWord(first.text.rstrip(_HYPHENS) + word.text, first.line, (*first.members, index)))
        else:
            out.append(TextWord(word.text, word.line, (index,)))
        joins = word.joins_next
    return out


def truth_lines(page: LabelledPage) -> list[list[str]]:
    """Words of the truth by line, in reading order.

    Truths with a box a word come in the order in which someone drew the boxes, so their places say what is a line.
    """
    lines = [line.split() for line in page.text.splitlines()]
    if page.boxes is None or page.lines:
        return lines
    rows = [[word for box in row for word in box.text.split()] for row in _rows(page.boxes)]
    # Boxes that do not have all of the text are no truth of it.
    return rows if sorted(itertools.chain(*rows)) == sorted(itertools.chain(*lines)) else lines


def _rows(boxes: Sequence[Found]) -> list[list[Found]]:
    """From top to bottom, each from left to right. A step down of half a height begins a row."""
    rows: list[list[Found]] = []
    for found in sorted(boxes, key=_middle):
        if rows and _middle(found) - _middle(rows[-1][-1]) < min(_height(found), _height(rows[-1][-1])) / 2:
            rows[-1].append(found)
        else:
            rows.append([found])
    return [sorted(row) for row in rows]


def _middle(found: Found) -> float:
    return (found.box.top + found.box.bottom) / 2


def _height(found: Found) -> float:
    return found.box.bottom - found.box.top


def page_text(words: Sequence[TextWord]) -> str:
    """Words parted by spaces."""
    return " ".join(word.text for word in words)
