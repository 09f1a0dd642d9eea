"""A sheet of paper at the Line Net's scale, written and drawn on; it knows where each word of each line stands."""

from __future__ import annotations

import random
import re
from typing import NamedTuple

import cv2
import numpy as np

from training.fonts import CAP_HEIGHT, Face
from training.typesetting import ligated, paint, set_line

LINE_GAP = 1.6
"""Heights of a line: over a wider gap it does not go on; what follows is a line of its own."""
LEADER = re.compile(r"^[-_=.*~#]{4,}$")
"""Rules made of signs: drawn, but no text."""
LEAST_ASCENT = 0.66
"""Of the capitals' height: a line of low signs alone is as high as small letters."""

Grey = np.ndarray  # uint8 [height, width]
Boxes = np.ndarray  # float64 [n, 4]: left, top, right, bottom, pixels


class Type(NamedTuple):
    """How a text is set: its face, the capitals' height in pixels, its width and spacing as `set_line` takes them."""

    face: Face
    cap: float
    aspect: float = 1.0
    spacing: float = 0.0
    gap: float = 1.0

    @property
    def em(self) -> float:
        """Pixels, about: from one line to the next where they are set solid."""
        return self.cap * 1.45


class Sheet:
    """``pixels``: uint8 [height, width], the paper; ``lines``: boxes of the words of each line, float64 [n, 4] each."""

    def __init__(self, rng: random.Random, width: int, height: int, paper: int, ink: int) -> None:
        self.rng, self.width, self.height, self.paper, self.ink = rng, width, height, paper, ink
        self.pixels: Grey = np.full((height, width), paper, np.uint8)
        self.lines: list[Boxes] = []
        self.y = 0.0

    def measure(self, text: str, kind: Type) -> float:
        """Pixels that a text takes, about."""
        return sum(
            (kind.face.glyphs[c].advance + kind.spacing) * (kind.gap if c == " " else 1)
            for c in text
            if c in kind.face.glyphs
        ) * (kind.cap / CAP_HEIGHT * kind.aspect)

    def write(
        self, x: float, baseline: float, text: str, kind: Type, ink: int | None = None, wide: bool = False
    ) -> float:
        """Writes one line, as many of its words as fit; returns where it ends.

        Args:
            wide: some gaps are as wide as between columns.
        """
        words = "".join(c if c in kind.face.glyphs else "" for c in text).split()
        while words and x + self.measure(" ".join(words), kind) > self.width - 2:
            words.pop()
        if not words or baseline - kind.cap < 2 or baseline + 0.4 * kind.cap > self.height - 2 or x < 0:
            return x
        text = " ".join(words)
        layout = set_line(kind.face, ligated(text, kind.face), kind.spacing, kind.gap, self.rng if wide else None)
        down = kind.cap / CAP_HEIGHT
        across = down * kind.aspect
        glyphs = [kind.face.glyphs[c] for c in layout.text]
        top = min(glyph.top for glyph in glyphs) - 2
        bottom = max(glyph.top + glyph.ink.shape[0] for glyph in glyphs) + 2
        left, right = min(layout.lefts) - 2, max(layout.rights) + 2
        drawn = paint(layout, (left, top, right, bottom))
        size = max(1, round(drawn.shape[1] * across)), max(1, round(drawn.shape[0] * down))
        if x + size[0] > self.width - 1:
            return x
        drawn = cv2.resize(drawn, size, interpolation=cv2.INTER_AREA if down < 1 else cv2.INTER_LINEAR)
        px, py = round(x), round(baseline + top * down)
        self.stamp(drawn, px, py, self.ink if ink is None else ink)
        self._keep(layout, px - left * across, py - top * down, across, down, kind.cap)
        return px + size[0]

    def stamp(self, drawn: Grey, x: int, y: int, ink: int) -> None:
        """Lays ink of one grey on the paper where ``drawn`` says."""
        x0, y0 = max(0, x), max(0, y)
        part = self.pixels[y0 : y + drawn.shape[0], x0 : x + drawn.shape[1]]
        cover = drawn[y0 - y :, x0 - x :][: part.shape[0], : part.shape[1]].astype(np.int16)
        part[:] = part + ((ink - part.astype(np.int16)) * cover) // 255

    def _keep(self, layout, x: float, baseline: float, across: float, down: float, cap: float) -> None:  # type: ignore[no-untyped-def]
        """Notes the boxes of the words just written."""
        words: list[list[float]] = []
        fresh = True
        text = ""
        texts: list[str] = []
        for character, left, right in zip(layout.text, layout.lefts, layout.rights, strict=True):
            if character == " ":
                fresh = True
                continue
            glyph = layout.face.glyphs[character]
            top, bottom = glyph.top, glyph.top + glyph.ink.shape[0]
            if fresh:
                words.append([left, top, right, bottom])
                texts.append(text := character)
            else:
                text += character
                texts[-1] = text
                last = words[-1]
                last[1], last[2], last[3] = min(last[1], top), max(last[2], right), max(last[3], bottom)
            fresh = False
        boxes = np.array(words, float) * [across, down, across, down] + [x, baseline, x, baseline]
        parts: list[list[int]] = [[]]
        for index, word in enumerate(texts):
            if LEADER.match(word):
                parts.append([])
                continue
            before = parts[-1]
            if before and boxes[index, 0] - boxes[before[-1], 2] > LINE_GAP * 1.2 * cap:
                parts.append([])
            parts[-1].append(index)
        for part in parts:
            if part:
                line = boxes[part]
                line[:, 1] = np.minimum(line[:, 1], baseline - LEAST_ASCENT * cap)
                line[:, 3] = np.maximum(line[:, 3], baseline)
                self.lines.append(line)

    def room(self, width: int, height: int) -> tuple[int, int] | None:
        """Top left of a place where no line stands, if a few tries find one."""
        for _ in range(12):
            x, y = (
                self.rng.randint(0, max(0, side - most)) for side, most in ((self.width, width), (self.height, height))
            )
            if not any(
                (line[:, 0] < x + width).any() & (line[:, 2] > x).any() and line[0, 1] < y + height and line[0, 3] > y
                for line in self.lines
            ):
                return x, y
        return None

    def forget(self, box: tuple[float, float, float, float]) -> None:
        """Takes out lines that something was laid over: the middle of a word lies in the box."""
        kept = []
        for line in self.lines:
            x, y = (line[:, 0] + line[:, 2]) / 2, (line[:, 1] + line[:, 3]) / 2
            inside = (x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])
            if not inside.any():
                kept.append(line)
            elif not inside.all():
                kept += [run for run in np.split(line, np.flatnonzero(np.diff(inside)) + 1) if not _within(run, box)]
        self.lines = kept

    def rule(self, x0: float, y0: float, x1: float, y1: float, ink: int | None = None, thick: int = 1) -> None:
        """A straight line."""
        cv2.line(self.pixels, (round(x0), round(y0)), (round(x1), round(y1)), self.ink if ink is None else ink, thick)

    def fill(self, x0: float, y0: float, x1: float, y1: float, grey: int) -> None:
        """A filled area."""
        self.pixels[max(0, round(y0)) : max(0, round(y1)), max(0, round(x0)) : max(0, round(x1))] = grey

    def paste(self, picture: Grey, x: int, y: int) -> None:
        """A picture without text, over whatever was there."""
        part = self.pixels[y : y + picture.shape[0], x : x + picture.shape[1]]
        part[:] = picture[: part.shape[0], : part.shape[1]]
        self.forget((x, y, x + part.shape[1], y + part.shape[0]))


def _within(run: Boxes, box: tuple[float, float, float, float]) -> bool:
    x, y = (run[0, 0] + run[0, 2]) / 2, (run[0, 1] + run[0, 3]) / 2
    return bool(box[0] < x < box[2] and box[1] < y < box[3])
