"""Synthetic pages, upright, clean, with known words: letters, forms, tables, receipts, slides, screens and others."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.entries import entry, price
from training.made_lines import form, receipt
from training.page_models import screens
from training.page_models.sheets import Compositor, Sheet, stands, text_size
from training.page_models.typefaces import mean_width

Pixels = np.ndarray  # uint8 [height, width, 3], RGB


@dataclass(frozen=True)
class DrawnPage:
    """``pixels``: uint8 [height, width, 3]; ``words``: all that is written on it; ``kind``: what it imitates."""

    pixels: Pixels
    words: list[str]
    kind: str


class Press(Compositor):
    """Prints pages of all kinds from a random generator."""

    def __init__(self, cache: Path, pictures: list[Path]) -> None:
        super().__init__(cache, pictures)
        self.kinds: dict[str, tuple[float, Callable[[random.Random], Sheet]]] = {
            "letter": (14, self._letter),
            "columns": (16, self._columns),
            "form": (14, self._form),
            "table": (10, self._table),
            "receipt": (10, self._receipt),
            "invoice": (8, self._invoice),
            "slide": (8, functools.partial(screens.slide, self)),
            "screen": (10, functools.partial(screens.screen, self)),
            "board": (4, functools.partial(screens.board, self)),
            "sparse": (6, self._sparse),
        }

    def page(self, rng: random.Random, kind: str | None = None) -> DrawnPage:
        """A page, 1,000 to 1,600 pixels on its longer side."""
        chosen = kind or rng.choices(list(self.kinds), [share for share, _ in self.kinds.values()])[0]
        sheet = self.kinds[chosen][1](rng)
        return DrawnPage(np.array(sheet.image), sheet.words, chosen)

    def _letter(self, rng: random.Random) -> Sheet:
        sheet = self.sheet(rng)
        font, size = self.typefaces.choose(rng, rng.random() < 0.35), text_size(rng, sheet)
        margin = sheet.width * rng.uniform(0.06, 0.14)
        sheet.y = sheet.height * rng.uniform(0.03, 0.1)
        if rng.random() < 0.6:
            self.heading(sheet, margin, sheet.width * 0.7, self.typefaces.choose(rng), round(size * 1.6))
        for _ in range(rng.randint(2, 6)):
            sheet.write(margin, sheet.y, entry(rng), font, size)
            sheet.y += size * 1.3
        sheet.y += 2 * size
        for _ in range(rng.randint(1, 7)):
            self.paragraph(sheet, margin, sheet.width - 2 * margin, rng.randint(2, 9), font, size)
        sheet.y += 2 * size
        for _ in range(rng.randint(0, 3)):
            sheet.write(margin, sheet.y, rng.choice(self.corpus.names), font, size)
            sheet.y += size * 1.3
        return sheet

    def _columns(self, rng: random.Random) -> Sheet:
        sheet = self.sheet(rng)
        font, size = self.typefaces.choose(rng), text_size(rng, sheet)
        count = rng.choice([1, 1, 2, 2, 3, 4])
        margin = sheet.width * rng.uniform(0.04, 0.12)
        sheet.y = sheet.height * rng.uniform(0.03, 0.08)
        if rng.random() < 0.7:
            self.heading(sheet, margin, sheet.width - 2 * margin, self.typefaces.choose(rng), round(size * 2.2))
        top, gap = sheet.y, size * rng.uniform(1, 2)
        width = (sheet.width - 2 * margin - gap * (count - 1)) / count
        for column in range(count):
            sheet.y, x = top, margin + column * (width + gap)
            while sheet.y < sheet.height - margin:
                if self.pictures and rng.random() < 0.12:
                    self.picture(sheet, x, width)
                elif rng.random() < 0.15:
                    self.heading(sheet, x, width, font, round(size * 1.3))
                else:
                    before = sheet.y
                    self.paragraph(sheet, x, width, rng.randint(3, 14), font, size, sheet.height - margin)
                    if sheet.y - before < 2 * size:
                        break
        return sheet

    def _form(self, rng: random.Random) -> Sheet:
        sheet = self.sheet(rng)
        font, size = self.typefaces.choose(rng), text_size(rng, sheet)
        filled = self.typefaces.choose(rng, True)
        margin = sheet.width * rng.uniform(0.04, 0.1)
        sheet.y = sheet.height * 0.04
        self.heading(sheet, margin, sheet.width - 2 * margin, font, round(size * 1.6))
        boxed = rng.random() < 0.6
        while sheet.y < sheet.height - 4 * size:
            count, height = rng.choice([1, 2, 2, 3]), size * rng.uniform(1.7, 3)
            width, drop = (sheet.width - 2 * margin) / count, stands(rng, height, size)
            for cell in range(count):
                x = margin + cell * width
                if boxed:
                    sheet.brush.rectangle((x, sheet.y, x + width, sheet.y + height), outline=sheet.ink)
                after = sheet.write(x + 4, sheet.y + drop, form(rng)[: int(width / size)], font, size)
                if rng.random() < 0.6:
                    room = max(0, int((x + width - after - 8) / mean_width(filled, size)))
                    sheet.write(after + 8, sheet.y + drop, entry(rng)[:room], filled, size)
                elif not boxed:
                    under = sheet.y + drop + 1.2 * size
                    sheet.rule(after + 5, under, x + width - 8, under)
            sheet.y += height
            if rng.random() < 0.12:
                self.paragraph(sheet, margin, sheet.width - 2 * margin, rng.randint(1, 5), font, size)
        return sheet

    def _table(self, rng: random.Random) -> Sheet:
        sheet = self.sheet(rng, rng.random() < 0.4)
        sheet.y = sheet.height * 0.05
        font, size = self.typefaces.choose(rng), text_size(rng, sheet)
        self.heading(sheet, 40, sheet.width - 80, font, round(size * 1.4))
        while sheet.y < sheet.height * 0.8:
            self.grid(sheet, font, size, rng.randint(3, 30))
            self.paragraph(sheet, 40, sheet.width - 80, rng.randint(1, 4), font, size)
        return sheet

    def _receipt(self, rng: random.Random) -> Sheet:
        width, height = rng.randint(380, 620), rng.randint(900, 1600)
        grey = rng.randint(0, 110)
        paper = rng.randint(225, 255)
        sheet = Sheet(rng, width, height, (paper, paper, paper - rng.randint(0, 10)), (grey, grey, grey))
        font = self.typefaces.choose(rng, rng.random() < 0.7)
        size = round(width / rng.uniform(17, 28))
        sheet.y = rng.uniform(5, 60)
        for _ in range(rng.randint(3, 7)):
            text = receipt(rng)[: int(width * 0.9 / mean_width(font, size))]
            sheet.write((width - len(text) * mean_width(font, size)) / 2, sheet.y, text, font, size)
            sheet.y += size * 1.3
        end = height * rng.uniform(0.6, 0.97)
        while sheet.y < end:
            amount = price(rng)[:9]
            right = width - 14 - (len(amount) + 1) * mean_width(font, size)
            room = max(3, int((right - 20) / mean_width(font, size)))
            sheet.write(12, sheet.y, receipt(rng)[:room], font, size)
            if rng.random() < 0.75:
                sheet.write(right, sheet.y, amount, font, size)
            sheet.y += size * rng.choice([1.2, 1.2, 1.3, 2])
            if rng.random() < 0.06:
                sheet.rule(8, sheet.y, width - 8, sheet.y)
        return sheet

    def _invoice(self, rng: random.Random) -> Sheet:
        sheet = self.sheet(rng)
        font, size = self.typefaces.choose(rng), text_size(rng, sheet)
        sheet.y = sheet.height * 0.05
        self.heading(sheet, sheet.width * 0.06, sheet.width * 0.5, self.typefaces.choose(rng), round(size * 2.4))
        for _ in range(rng.randint(3, 8)):
            sheet.write(sheet.width * 0.06, sheet.y, entry(rng)[:40], font, size)
            sheet.write(sheet.width * 0.6, sheet.y, form(rng)[:24], font, size)
            sheet.y += size * 1.4
        sheet.y += 2 * size
        self.grid(sheet, font, size, rng.randint(3, 16))
        for _ in range(3):
            sheet.write(sheet.width * 0.6, sheet.y, f"Total {price(rng)}", font, size)
            sheet.y += size * 1.4
        self.paragraph(sheet, sheet.width * 0.06, sheet.width * 0.85, rng.randint(1, 4), font, max(11, size - 3))
        return sheet

    def _sparse(self, rng: random.Random) -> Sheet:
        sheet = self.sheet(rng, rng.random() < 0.3)
        font, size = self.typefaces.choose(rng), rng.randint(16, 44)
        sheet.y = sheet.height * rng.uniform(0.05, 0.6)
        left = sheet.width * rng.uniform(0.05, 0.35)
        for _ in range(rng.randint(2, 6)):
            sheet.write(left, sheet.y, self.prose(rng, rng.randint(3, 8)), font, size)
            sheet.y += size * 1.5
        return sheet
