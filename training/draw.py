"""Clean pictures of text: what is printed on the paper, before print, paper and scanner have spoilt it."""

from __future__ import annotations

import bisect
import itertools
import random
from dataclasses import dataclass

import cv2
import numpy as np

from training.corpus import Corpus
from training.fonts import CAP_HEIGHT, Face
from training.pen_marks import rule, scribble
from training.typesetting import (
    Box,
    Layout,
    blit,
    crop_box,
    cut,
    letter_spacing,
    ligated,
    paint,
    put,
    set_line,
    visible,
)

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
