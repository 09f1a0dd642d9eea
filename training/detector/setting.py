"""Setting text on a sheet: pages, headings, paragraphs, rows of fields, grids."""

from __future__ import annotations

import bisect
import itertools
import random
from pathlib import Path

from training import corpus, fonts
from training.detector.sheet import Sheet, Type
from training.entries import entry, price
from training.fonts import Face
from training.made_lines import form
from training.typesetting import letter_spacing

Span = tuple[float, float]  # the first and last pixel across


class Setter:
    """Sets text in faces that are drawn by lot, at the Line Net's scale: A4 is about 1,024 pixels high."""

    def __init__(self, cache: Path) -> None:
        self.corpus = corpus.load(cache)
        self.faces = [face for face in fonts.load(cache) if face.can_write("abcxyzABCXYZ0123456789.,:-/$()")]
        self.weights = list(itertools.accumulate(face.weight + 1e-4 for face in self.faces))
        self.even = [face for face in self.faces if face.monospaced]
        self.even_weights = list(itertools.accumulate(face.weight + 1e-4 for face in self.even))

    def type(self, rng: random.Random, cap: float, even: bool = False) -> Type:
        """A face drawn by lot, `even` for one whose letters are all as wide; capitals `cap` pixels high."""
        faces, weights = (self.even, self.even_weights) if even else (self.faces, self.weights)
        face: Face = faces[bisect.bisect(weights, rng.random() * weights[-1])]
        aspect = rng.gauss(1, 0.05) if rng.random() < 0.8 else rng.uniform(0.75, 1.35)
        if rng.random() < 0.04:
            aspect = rng.uniform(0.42, 0.75)
        return Type(face, cap, aspect, letter_spacing(rng), rng.uniform(0.65, 1.4))

    def prose(self, rng: random.Random, words: int) -> str:
        start = rng.randrange(len(self.corpus.prose) - words)
        return " ".join(self.corpus.prose[start : start + words])

    def page(self, rng: random.Random, wide: bool = False) -> Sheet:
        long = rng.randint(960, 1060)
        short = round(long / rng.choice([1.414, 1.294, 1.33, rng.uniform(1.2, 1.6)]))
        return Sheet(rng, *((long, short) if wide else (short, long)), *_paper(rng))

    def heading(self, sheet: Sheet, span: Span, kind: Type, times: float) -> None:
        rng = sheet.rng
        aspect = kind.aspect * (rng.uniform(0.45, 0.7) if rng.random() < 0.15 else 1)
        big = kind._replace(cap=min(64, kind.cap * times), aspect=aspect, spacing=rng.choice([0, 0, 0, kind.cap * 0.3]))
        text = self.prose(rng, rng.randint(1, 6))
        text = text.upper() if rng.random() < 0.5 else text.title()
        words = text.split()
        while len(words) > 1 and sheet.measure(" ".join(words), big) > span[1] - span[0]:
            words.pop()
        text = " ".join(words)
        sheet.y += big.em
        room = span[1] - span[0] - sheet.measure(text, big)
        x = span[0] + max(0, room) * rng.choice([0, 0.5, 0.5])
        if rng.random() < 0.15:  # light on a dark bar
            sheet.fill(span[0] - 4, sheet.y - 1.5 * big.cap, span[1] + 4, sheet.y + 0.6 * big.cap, rng.randint(0, 90))
            sheet.write(x, sheet.y, text, big, rng.randint(190, 255))
        else:
            end = sheet.write(x, sheet.y, text, big)
            if rng.random() < 0.15:
                sheet.rule(x, sheet.y + 0.2 * big.cap, end, sheet.y + 0.2 * big.cap, thick=rng.choice([1, 1, 2]))
        sheet.y += big.cap * rng.uniform(0.3, 1.2)

    def paragraph(self, sheet: Sheet, span: Span, kind: Type, lines: int, bottom: float = 1e9) -> None:
        rng = sheet.rng
        leading = kind.cap * rng.choice([1.5, 1.6, 1.7, 1.8, 2.1, 2.8])
        words = self.prose(rng, lines * max(4, round((span[1] - span[0]) / kind.cap / 3)) + 8).split()
        indent, justified, ragged = rng.choice([0, 0, 3 * kind.cap]), rng.random() < 0.4, rng.random() < 0.1
        for _ in range(lines):
            sheet.y += leading
            room, line = span[1] - span[0] - indent, [""]
            while words and sheet.measure(" ".join([*line, words[0]]), kind) < room:
                line.append(words.pop(0))
            if len(line) < 2 or sheet.y > min(bottom, sheet.height - 4):
                break
            text = " ".join(line).strip()
            length, last = sheet.measure(text, kind), not words
            gaps = text.count(" ")
            stretched = kind
            if justified and gaps and not last and length > 0.6 * room:
                blank = kind.face.glyphs[" "].advance * kind.cap / fonts.CAP_HEIGHT * kind.aspect
                stretched = kind._replace(gap=min(kind.gap + (room - length) / gaps / max(blank, 1), 4.0))
            x = span[0] + indent + (rng.uniform(0, 0.3) * room if ragged else 0)
            sheet.write(x, sheet.y, text, stretched)
            indent = 0
        sheet.y += kind.cap * rng.uniform(0.2, 1.5)

    def fields(self, sheet: Sheet, span: Span, kind: Type, filled: Type, boxed: bool, thick: int) -> None:
        """A row of labels with what was filled in: in boxes, over rules, with check boxes."""
        rng = sheet.rng
        count, height = rng.choice([1, 2, 2, 3, 4]), kind.cap * rng.uniform(1.7, 4)
        width = (span[1] - span[0]) / count
        base = sheet.y + min(height - 0.5 * kind.cap, rng.choice([1.5, 1.8, height / kind.cap - 0.5]) * kind.cap)
        for cell in range(count):
            x, end = span[0] + cell * width, span[0] + (cell + 1) * width
            if boxed:
                cv_box = (x, sheet.y, end, sheet.y + height)
                _frame(sheet, *cv_box, thick)
            if rng.random() < 0.15:
                side = kind.cap * rng.uniform(0.9, 1.4)
                _frame(sheet, x + 4, base - side, x + 4 + side, base, 1)
                if rng.random() < 0.4:
                    sheet.rule(x + 4, base - side, x + 4 + side, base)
                    sheet.rule(x + 4 + side, base - side, x + 4, base)
                x += side + 6
            label = form(rng) if rng.random() < 0.8 else self.corpus.line(rng, 25)
            after = self.fit(sheet, x + rng.uniform(2, 6), base, label, kind, end - 4)
            if rng.random() < 0.55:
                value = entry(rng) if rng.random() < 0.6 else self.corpus.line(rng, 30)
                low = base + rng.choice([0, 0, 0, 0.3, -0.3, 0.9]) * kind.cap * rng.random()
                self.fit(sheet, after + rng.uniform(0.5, 3) * kind.cap, low, value, filled, end - 4)
            if not boxed and rng.random() < 0.7 and after < end - 12:
                sheet.rule(after + 4, base + 0.2 * kind.cap, end - 8, base + 0.2 * kind.cap, thick=thick)
        sheet.y += height

    def fit(self, sheet: Sheet, x: float, y: float, text: str, kind: Type, end: float) -> float:
        """Writes as many words as there is room for."""
        words = text.split()
        while words and x + sheet.measure(" ".join(words), kind) > end:
            words.pop()
        return sheet.write(x, y, " ".join(words), kind) if words else x

    def grid(self, sheet: Sheet, span: Span, kind: Type, rows: int) -> None:
        rng = sheet.rng
        columns = rng.randint(2, 9)
        edges = sorted(rng.uniform(*span) for _ in range(columns - 1)) if rng.random() < 0.3 else []
        edges = edges or [span[0] + (span[1] - span[0]) * place / columns for place in range(1, columns)]
        edges = [span[0], *edges, span[1]]
        height, ruled, upright = kind.cap * rng.uniform(1.6, 2.6), rng.random(), rng.random() < 0.4
        shaded, flush = rng.random() < 0.15, rng.random() < 0.5
        first = sheet.y
        for row in range(rows):
            if sheet.y + height > sheet.height - 4:
                break
            if shaded and row % 2 and sheet.paper > 150:
                sheet.fill(span[0], sheet.y, span[1], sheet.y + height, sheet.paper - 30)
            for left, right in itertools.pairwise(edges):
                if rng.random() < 0.12:
                    continue
                text = (
                    (self.corpus.line(rng, 24) if rng.random() < 0.5 else entry(rng))
                    if row == 0 or left == span[0]
                    else price(rng)
                )
                x = left + 3
                length = sheet.measure(text, kind)
                if flush and left != span[0] and length < right - left - 6:
                    x = right - 3 - length
                self.fit(sheet, x, sheet.y + height - 0.4 * kind.cap, text, kind, right - 1)
            if ruled < 0.55:
                sheet.rule(span[0], sheet.y, span[1], sheet.y)
            sheet.y += height
        if upright and ruled < 0.55:
            for edge in edges:
                sheet.rule(edge, first, edge, sheet.y)
        sheet.y += height


def size(rng: random.Random) -> float:
    """The capitals' height in pixels: 7 to 14 points on A4, mostly, and now and then smaller."""
    if rng.random() < 0.12:
        return rng.uniform(4.6, 6.5)
    return rng.choice([rng.uniform(6.5, 9), rng.uniform(8, 11), rng.uniform(8, 11), rng.uniform(10, 14)])


def _paper(rng: random.Random) -> tuple[int, int]:
    roll = rng.random()
    if roll < 0.75:
        return rng.randint(215, 255), rng.randint(0, 80)
    if roll < 0.9:
        paper = rng.randint(140, 225)
        return paper, max(0, paper - rng.randint(60, 160))
    return rng.randint(20, 90), rng.randint(150, 255)


def _frame(sheet: Sheet, x0: float, y0: float, x1: float, y1: float, thick: int) -> None:
    sheet.rule(x0, y0, x1, y0, thick=thick)
    sheet.rule(x0, y1, x1, y1, thick=thick)
    sheet.rule(x0, y0, x0, y1, thick=thick)
    sheet.rule(x1, y0, x1, y1, thick=thick)
