"""Text set on a line: where its characters stand, what a crop of it shows, and the picture of that crop."""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np

from training.fonts import CAP_HEIGHT, LIGATURES, Face


@dataclass
class Layout:
    """Characters set on a line: ``lefts``, ``rights`` are the edges of each one's ink (of its advance for a space)."""

    face: Face
    text: str
    pens: list[float]
    lefts: list[float]
    rights: list[float]

    @property
    def width(self) -> float:
        return max(self.rights)


Box = tuple[float, float, float, float]


def letter_spacing(rng: random.Random) -> float:
    """Extra space between letters, atlas pixels."""
    roll = rng.random()
    if roll < 0.7:
        return 0.0
    if roll < 0.78:
        return -rng.uniform(0, 0.07) * CAP_HEIGHT
    return rng.uniform(0, 0.15) * CAP_HEIGHT if roll < 0.93 else rng.uniform(0.15, 0.6) * CAP_HEIGHT


def ligated(text: str, face: Face) -> str:
    """The text with the ligatures that a face has; of faces with one width for all, none is used."""
    for sign, letters in LIGATURES.items():
        if sign in face.glyphs and not face.monospaced:
            text = text.replace(letters, sign)
    return text


def set_line(face: Face, text: str, spacing: float, gap: float, wide: random.Random | None) -> Layout:
    """Sets a text from left to right; with ``wide``, some of its gaps become as wide as those between columns."""
    pens, lefts, rights, pen = [], [], [], 0.0
    for character in text:
        glyph = face.glyphs[character]
        advance = glyph.advance + spacing
        if character == " ":
            advance = max(advance * gap, 0.22 * CAP_HEIGHT) + max(spacing, 0)
            if wide is not None and wide.random() < 0.4:
                advance *= wide.uniform(1.5, 9)
            lefts.append(pen)
            rights.append(pen + advance)
        else:
            lefts.append(pen + glyph.left)
            rights.append(pen + glyph.left + glyph.ink.shape[1])
        pens.append(pen)
        pen += advance
    return Layout(face, text, pens, lefts, rights)


CLIPPED = 0.14
"""Share of crops that cut into their letters above or below, and as many at one end."""


def crop_box(rng: random.Random, layout: Layout, genre: str) -> Box:
    """Left, top, right, bottom of the crop in the line's coordinates (baseline 0): tight, usual or loose."""
    glyphs = [layout.face.glyphs[c] for c in layout.text if c != " "]
    top, bottom = min(g.top for g in glyphs), max(g.top + g.ink.shape[0] for g in glyphs)
    if (bottom - top < 0.55 * CAP_HEIGHT and rng.random() < 0.8) or rng.random() < 0.3:
        top, bottom = min(top, -CAP_HEIGHT), max(bottom, round(0.05 * CAP_HEIGHT))
    if rng.random() < 0.15:
        bottom = max(bottom, round(0.3 * CAP_HEIGHT))
    height = max(bottom - top, 6)
    roll = rng.random()
    low, high = (-0.06, 0.07) if roll < 0.35 else (0, 0.22) if roll < 0.9 else (0.1, 0.4)
    above, below = rng.uniform(low, high) * height, rng.uniform(low, high) * height
    low, high = (-0.05, 0.08) if roll < 0.35 else (0, 0.35) if roll < 0.85 else (0.1, 1.5)
    before, after = rng.uniform(low, high) * height, rng.uniform(low, high) * height
    # Boxes drawn by hand, and some found by machine, clip their letters: then it is the word that tells an E from an F.
    if rng.random() < CLIPPED:
        above, below = rng.choice([(above, -rng.uniform(0, 0.2) * height), (-rng.uniform(0, 0.17) * height, below)])
    if rng.random() < CLIPPED:
        before, after = rng.choice([(before, -rng.uniform(0, 0.3) * height), (-rng.uniform(0, 0.3) * height, after)])
    return min(layout.lefts) - before, top - above, layout.width + after, bottom + below


def cut(rng: random.Random, box: Box, layout: Layout, share: float) -> Box:
    """Cuts a crop at one side, to ``share`` of its width, or now and then by chance: words are chopped like that."""
    left, top, right, bottom = box
    if share == 1.0:
        if rng.random() > 0.05 or len(layout.text) < 4:
            return box
        share = rng.uniform(0.5, 0.95)
    width = (right - left) * share
    return (left, top, left + width, bottom) if rng.random() < 0.5 else (right - width, top, right, bottom)


def visible(layout: Layout, left: float, right: float) -> str:
    """The characters more than half of which lie between two columns."""
    seen = [
        character
        for character, start, end in zip(layout.text, layout.lefts, layout.rights, strict=True)
        if min(end, right) - max(start, left) > 0.5 * (end - start)
    ]
    return " ".join("".join(LIGATURES.get(character, character) for character in seen).split())


def put(ink: np.ndarray, mask: np.ndarray, x: int, y: int) -> None:
    """Lays a mask over ``ink`` (in place), clipped at its edges."""
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + mask.shape[1], ink.shape[1]), min(y + mask.shape[0], ink.shape[0])
    if x0 < x1 and y0 < y1:
        part = ink[y0:y1, x0:x1]
        np.maximum(part, mask[y0 - y : y1 - y, x0 - x : x1 - x], out=part)


def blit(ink: np.ndarray, layout: Layout, x: float, baseline: float) -> None:
    for character, pen in zip(layout.text, layout.pens, strict=True):
        glyph = layout.face.glyphs[character]
        if glyph.ink.size and -80 < x + pen < ink.shape[1] + 20:
            put(ink, glyph.ink, round(x + pen + glyph.left), round(baseline + glyph.top))


def paint(layout: Layout, box: Box) -> np.ndarray:
    """The crop ``box`` of a line, uint8 at the atlas' scale."""
    ink = np.zeros((max(4, round(box[3] - box[1])), max(4, round(box[2] - box[0]))), np.uint8)
    blit(ink, layout, -box[0], -box[1])
    return ink
