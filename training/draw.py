"""Clean pictures of text: what is printed on the paper, before print, paper and scanner have spoilt it."""

from __future__ import annotations

import bisect
import itertools
import random
from dataclasses import dataclass

import cv2
import numpy as np

from training.corpus import Corpus
from training.fonts import CAP_HEIGHT, LIGATURES, Face

HEIGHT = 32
"""Rows of a window of the Word Net."""
OVERSAMPLING = 1.5
"""Canvas pixels a window pixel."""
CANVAS_HEIGHT = int(HEIGHT * OVERSAMPLING)
STEP = 4
"""Window columns a step of the network."""
NOTHING = 0.09
"""Share of the windows that hold no text; of one in twenty-five the network learned too little about them."""

KIND_FACTORS = {
    "word": {"typewriter": 1.6, "serif": 1.2, "bitmap": 0.4, "mono": 0.7},
    "line": {"bitmap": 1.8, "mono": 1.3, "narrow": 1.6, "typewriter": 0.7},
}


@dataclass(frozen=True)
class Sample:
    """``ink``: uint8 [CANVAS_HEIGHT, columns], 255 is ink; ``text``: what it says; ``width``: window columns."""

    ink: np.ndarray
    text: str
    width: int


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


class Painter:
    """Draws windows of one width after another from a random generator."""

    def __init__(self, corpus: Corpus, faces: list[Face]) -> None:
        self.corpus = corpus
        self.faces = faces
        self.cumulated = {
            genre: list(itertools.accumulate(f.weight * factors.get(f.kind, 1.0) for f in faces))
            for genre, factors in KIND_FACTORS.items()
        }

    def fitting(self, rng: random.Random, least: int, width: int) -> Sample:
        """A window that fills more than ``least`` of ``width`` columns, if one comes up soon: padding is waste."""
        for _ in range(8):
            sample = self.sample(rng, width)
            if sample.width > least:
                break
        return sample

    def sample(self, rng: random.Random, width: int) -> Sample:
        """A window of at most ``width`` columns; its text may be empty (nothing to read)."""
        genre = (
            "word"
            if rng.random() < (0.9 if width < 100 else 0.6 if width < 160 else 0.25 if width < 256 else 0.05)
            else "line"
        )
        if rng.random() < NOTHING:
            return self._nothing(rng, width)
        if genre == "word":
            # Longer ones would have to be cut; that is for chance (and ``cut``) to do.
            words = (self.corpus.word(rng) for _ in range(8))
            text = next((word for word in words if len(word) * 15 <= width), None) or self.corpus.word(rng)
        else:
            text = self.corpus.line(rng, rng.randint(max(3, width // 20), max(6, width // 7)))
        if genre == "word" and width >= 128 and rng.random() < 0.3:
            text += " " + self.corpus.word(rng)
        return self._text(rng, text, genre, width)

    def face(self, rng: random.Random, text: str, genre: str) -> Face:
        cumulated = self.cumulated[genre]
        face = self.faces[0]
        for _ in range(40):
            face = self.faces[bisect.bisect(cumulated, rng.random() * cumulated[-1])]
            if face.can_write(text):
                return face
        return next((f for f in self.faces if f.can_write(text)), face)

    def _text(self, rng: random.Random, text: str, genre: str, width: int) -> Sample:
        face = self.face(rng, text, genre)
        text = "".join(c for c in text if c in face.glyphs).strip() or "0"
        aspect = rng.gauss(1, 0.07) if rng.random() < 0.65 else rng.uniform(0.6, 1.5)
        spacing, gap = letter_spacing(rng), rng.uniform(0.55, 1.4)
        wide_gaps = genre == "line" and rng.random() < 0.25
        words = (ligated(text, face) if rng.random() < 0.5 else text).split()
        while True:
            layout = set_line(face, " ".join(words), spacing, gap, rng if wide_gaps else None)
            box = crop_box(rng, layout, genre)
            columns = (box[2] - box[0]) * HEIGHT / (box[3] - box[1]) * aspect
            if columns <= width or len(words) == 1:
                break
            words.pop(rng.choice([0, -1]))
        if columns > width:
            aspect = max(0.6, aspect * width / columns)
            columns = (box[2] - box[0]) * HEIGHT / (box[3] - box[1]) * aspect
        box = cut(rng, box, layout, width / columns if columns > width else 1.0)
        final = max(4, min(width, round((box[2] - box[0]) * HEIGHT / (box[3] - box[1]) * aspect)))
        seen = visible(layout, box[0], box[2])
        if 1.15 * (len(seen) + sum(a == b for a, b in itertools.pairwise(seen))) > final / STEP:
            return self._text(rng, text[: max(1, len(text) // 2)].strip() or "0", genre, width)
        ink = paint(layout, box)
        if rng.random() < 0.3:
            self._neighbours(rng, ink, layout, box, seen, genre)
        rule(rng, ink, -box[1], 0.25 if genre == "word" else 0.1)
        size = (max(4, round(final * OVERSAMPLING)), CANVAS_HEIGHT)
        shrinks = ink.shape[0] > CANVAS_HEIGHT
        return Sample(cv2.resize(ink, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR), seen, final)

    def _neighbours(self, rng: random.Random, ink: np.ndarray, layout: Layout, box: Box, seen: str, genre: str) -> None:
        """Parts of other lines and words that stand within the crop, each less than half visible."""
        height = ink.shape[0]
        for above in (True, False):
            if rng.random() < 0.5:
                words = "".join(c for c in self.corpus.line(rng, 40) if c in layout.face.glyphs).strip() or "x"
                other = set_line(layout.face, words, 0, 1, None)
                start = rng.uniform(-40, 40)
                # Above, its descenders hang in; below, its capitals stick in.
                baseline = (
                    rng.uniform(-0.3, 0.12) * CAP_HEIGHT if above else height + rng.uniform(0.72, 1.1) * CAP_HEIGHT
                )
                blit(ink, other, start, baseline)
        if rng.random() < 0.25 and len(seen) > 1 and seen == layout.text:
            glyph = layout.face.glyphs[rng.choice([c for c in layout.text if c != " "])]
            hidden = rng.uniform(0.62, 0.95) * glyph.ink.shape[1]
            x = -hidden if rng.random() < 0.5 else ink.shape[1] - (glyph.ink.shape[1] - hidden)
            put(ink, glyph.ink, int(x), int(glyph.top - box[1]))

    def _nothing(self, rng: random.Random, width: int) -> Sample:
        """Rules, blobs, strokes and edges of letters, but nothing to read."""
        final = rng.randint(width // 2, width)
        ink = np.zeros((CANVAS_HEIGHT, round(final * OVERSAMPLING)), np.uint8)
        for _ in range(rng.choice([0, 1, 1, 2, 3])):
            rule(rng, ink, rng.uniform(0, 1) * CANVAS_HEIGHT, 1.0)
        if rng.random() < 0.5:
            for _ in range(rng.randint(1, 8)):
                centre = (rng.randrange(ink.shape[1]), rng.randrange(ink.shape[0]))
                axes = (
                    (rng.randint(0, 4), rng.randint(0, 3))
                    if rng.random() < 0.8
                    else (rng.randint(3, 30), rng.randint(2, 16))
                )
                cv2.ellipse(ink, centre, axes, rng.uniform(0, 180), 0, 360, 255, -1, cv2.LINE_AA)
        if rng.random() < 0.3:
            face = self.face(rng, "Hxp", "line")
            words = "".join(c for c in self.corpus.line(rng, 40) if c in face.glyphs) or "x"
            line = set_line(face, words, 0, 1, None)
            baseline = (
                rng.uniform(-0.3, 0.2) * CAP_HEIGHT
                if rng.random() < 0.5
                else CANVAS_HEIGHT + rng.uniform(0.8, 1.0) * CAP_HEIGHT
            )
            blit(ink, line, rng.uniform(-40, 10), baseline)
        if rng.random() < 0.2:
            scribble(rng, ink)
        return Sample(ink, "", final)


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


def rule(rng: random.Random, ink: np.ndarray, baseline: float, chance: float) -> None:
    """Underlines, form and table rules, leaders and pen strokes over the print (in place)."""
    height, width = ink.shape
    thick = rng.choice([1, 2, 2, 3, 4])
    if rng.random() < 0.6 * chance:
        y = round(baseline + rng.uniform(0.03, 0.3) * CAP_HEIGHT)
        start, end = (0, width) if rng.random() < 0.7 else sorted(rng.randrange(width) for _ in range(2))
        if rng.random() < 0.15:
            for x in range(start, end, rng.randint(4, 9)):
                ink[max(0, y) : max(0, y + thick), x : x + thick] = 255
        else:
            ink[max(0, y) : max(0, y + thick), start:end] = 255
    if rng.random() < 0.2 * chance:
        y = rng.choice([rng.randint(0, 4), height - rng.randint(1, 5)])
        ink[max(0, y) : y + thick] = 255
    if rng.random() < 0.25 * chance:
        x = rng.choice([rng.randint(0, 5), max(0, width - rng.randint(1, 6))])
        ink[:, x : x + thick] = 255
    if rng.random() < 0.05 * chance:
        y = round(baseline - rng.uniform(0.2, 0.7) * CAP_HEIGHT)
        ink[max(0, y) : max(0, y + min(thick, 2))] = 255
    if rng.random() < 0.08 * chance:
        scribble(rng, ink)


def scribble(rng: random.Random, ink: np.ndarray) -> None:
    """A pen stroke across the crop (in place)."""
    height, width = ink.shape
    points = [[rng.uniform(-0.1, 1.1) * width, rng.uniform(-0.3, 1.3) * height] for _ in range(rng.randint(2, 4))]
    cv2.polylines(ink, [np.array(points, np.int32)], False, 255, rng.randint(1, 3), cv2.LINE_AA)
