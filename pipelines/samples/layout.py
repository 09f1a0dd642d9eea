"""A page as its lines of text: the one thing that PDFs, scans and photographs of it are made from."""

from __future__ import annotations

import dataclasses

REGULAR, BOLD = "Helvetica", "Helvetica-Bold"
A4 = (595.0, 842.0)  # points


@dataclasses.dataclass(frozen=True)
class Line:
    """A line of text at its baseline. Points, origin bottom-left, as a PDF has it."""

    x: float
    y: float
    size: float
    text: str  # printable ASCII
    font: str = REGULAR


@dataclasses.dataclass(frozen=True)
class Layout:
    """A page of text."""

    width: float  # points
    height: float
    lines: tuple[Line, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Line by line."""
        return tuple(word for line in self.lines for word in line.text.split())


def column(rows: list[tuple[float, str, str]], width: float = A4[0], height: float = A4[1], left: float = 60) -> Layout:
    """Rows of (size, font, text) from the top, each 1.5 times its size high; an empty text leaves a gap."""
    lines, y = [], height - left
    for size, font, text in rows:
        y -= 1.5 * size
        if text:
            lines.append(Line(left, y, size, text, font))
    return Layout(width, height, tuple(lines))
