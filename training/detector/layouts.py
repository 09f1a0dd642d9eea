"""Made pages: letters, columns, forms, tables, receipts, invoices, slides, screens, scattered lines, and empty ones."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

from training.detector.setting import Setter, size
from training.detector.sheet import Sheet
from training.detector.slips import ledger, till
from training.entries import entry, price
from training.made_lines import form, receipt


class Compositor(Setter):
    """Sets pages of all kinds from a random generator."""

    def __init__(self, cache: Path) -> None:
        super().__init__(cache)
        self.kinds: list[tuple[float, Callable[[random.Random], Sheet]]] = [
            (14, self._letter), (14, self._columns), (22, self._form), (12, self._table), (14, self._receipt),
            (8, self._invoice), (5, self._slide), (4, self._screen), (8, self._scatter), (2, self._empty),
            (28, lambda rng: till(self, rng)), (18, lambda rng: ledger(self, rng)),
        ]  # fmt: skip

    def sheet(self, rng: random.Random) -> Sheet:
        """A page of a kind that is drawn by lot."""
        return rng.choices(self.kinds, [share for share, _ in self.kinds])[0][1](rng)

    def _letter(self, rng: random.Random) -> Sheet:
        sheet = self.page(rng)
        kind = self.type(rng, size(rng), rng.random() < 0.4)
        margin = sheet.width * rng.uniform(0.05, 0.14)
        span = (margin, sheet.width - margin)
        sheet.y = sheet.height * rng.uniform(0.02, 0.1)
        if rng.random() < 0.6:
            self.heading(sheet, span, self.type(rng, kind.cap), rng.uniform(1.2, 4))
        for _ in range(rng.randint(2, 7)):
            sheet.y += kind.em * 1.2
            x = rng.choice([margin, margin, sheet.width * 0.55])
            sheet.write(x, sheet.y, rng.choice([entry, form])(rng), kind)
        for _ in range(rng.randint(1, 8)):
            self.paragraph(sheet, span, kind, rng.randint(1, 9))
        for _ in range(rng.randint(0, 4)):
            sheet.y += kind.em
            sheet.write(rng.choice([margin, sheet.width * 0.5]), sheet.y, self.corpus.line(rng, 30), kind)
        return sheet

    def _columns(self, rng: random.Random) -> Sheet:
        sheet = self.page(rng)
        kind = self.type(rng, rng.uniform(6, 12) if rng.random() < 0.7 else size(rng))
        count, margin = rng.choice([1, 1, 1, 2, 2, 2, 3, 4]), sheet.width * rng.uniform(0.03, 0.12)
        sheet.y = sheet.height * rng.uniform(0.02, 0.08)
        if rng.random() < 0.6:
            self.heading(sheet, (margin, sheet.width - margin), self.type(rng, kind.cap), rng.uniform(1.5, 5))
        top, gap = sheet.y, kind.cap * rng.uniform(2, 4)
        width = (sheet.width - 2 * margin - gap * (count - 1)) / count
        ruled = count > 1 and rng.random() < 0.3
        for column in range(count):
            x = margin + column * (width + gap)
            sheet.y = top
            if ruled and column:
                sheet.rule(x - gap / 2, top, x - gap / 2, sheet.height - margin)
            while sheet.y < sheet.height - margin:
                if rng.random() < 0.15:
                    self.heading(sheet, (x, x + width), kind, rng.uniform(1, 2.5))
                else:
                    self.paragraph(sheet, (x, x + width), kind, rng.randint(2, 20), sheet.height - margin)
        return sheet

    def _form(self, rng: random.Random) -> Sheet:
        sheet = self.page(rng, rng.random() < 0.1)
        kind, filled = self.type(rng, size(rng), rng.random() < 0.3), self.type(rng, size(rng), rng.random() < 0.7)
        margin = sheet.width * rng.uniform(0.03, 0.1)
        span = (margin, sheet.width - margin)
        sheet.y = sheet.height * 0.02
        if rng.random() < 0.8:
            self.heading(sheet, span, self.type(rng, kind.cap), rng.uniform(1, 2.5))
        boxed, thick = rng.random() < 0.5, rng.choice([1, 1, 1, 2])
        while sheet.y < sheet.height - 3 * kind.em:
            self.fields(sheet, span, kind, filled, boxed, thick)
            roll = rng.random()
            if roll < 0.1:
                self.paragraph(sheet, span, kind, rng.randint(1, 6))
            elif roll < 0.16:
                self.heading(sheet, span, kind, rng.uniform(1, 1.5))
            elif roll < 0.24:
                self.grid(sheet, span, filled, rng.randint(2, 8))
            elif roll < 0.3:
                sheet.y += kind.em * rng.uniform(1, 6)
        return sheet

    def _table(self, rng: random.Random) -> Sheet:
        sheet = self.page(rng, rng.random() < 0.35)
        sheet.y = sheet.height * 0.03
        kind = self.type(rng, size(rng) * rng.uniform(0.75, 1), rng.random() < 0.4)
        span = (sheet.width * 0.05, sheet.width * rng.uniform(0.8, 0.96))
        self.heading(sheet, span, self.type(rng, kind.cap), rng.uniform(1, 3))
        while sheet.y < sheet.height * 0.9:
            self.grid(sheet, span, kind, rng.randint(3, 40))
            self.paragraph(sheet, span, kind, rng.randint(1, 4))
        return sheet

    def _receipt(self, rng: random.Random) -> Sheet:
        width, height = rng.randint(440, 760), rng.randint(900, 1300)
        white = rng.randint(205, 255)
        sheet = Sheet(rng, width, height, white, rng.randint(0, 130))
        kind = self.type(rng, width / rng.uniform(32, 62), rng.random() < 0.75)
        margin = width * rng.uniform(0.02, 0.15)
        span, leading = (margin, width - margin), rng.choice([1.35, 1.5, 1.6, 1.8, 2.1])
        sheet.y = rng.uniform(5, 120)
        if rng.random() < 0.4:
            self.heading(sheet, span, self.type(rng, kind.cap), rng.uniform(1, 3))
        for _ in range(rng.randint(3, 9)):
            sheet.y += kind.cap * leading
            text = receipt(rng)
            room = span[1] - span[0] - sheet.measure(text, kind)
            self.fit(sheet, span[0] + max(0, room) * rng.choice([0.5, 0.5, 0]), sheet.y, text, kind, span[1])
        end = height * rng.uniform(0.6, 0.99)
        while sheet.y < end:
            sheet.y += kind.cap * rng.choice([leading, leading, leading, 1.5 * leading])
            amount = price(rng)
            right = span[1] - sheet.measure(amount, kind)
            style = rng.random()
            if style < 0.55:
                self.fit(sheet, span[0], sheet.y, receipt(rng), kind, right - 2 * kind.cap)
                sheet.write(right, sheet.y, amount, kind)
            elif style < 0.7:
                for place in (0.0, 0.35, 0.6, 0.82):
                    x = span[0] + (span[1] - span[0]) * place
                    self.fit(sheet, x, sheet.y, rng.choice([entry, price])(rng), kind, x + 0.2 * (span[1] - span[0]))
            else:
                big = kind._replace(cap=kind.cap * rng.choice([1, 1, 1, 1.4, 1.9]))
                text = receipt(rng)
                room = span[1] - span[0] - sheet.measure(text, big)
                sheet.y += big.cap - kind.cap
                self.fit(sheet, span[0] + max(0, room) * rng.choice([0, 0, 0.5, 1]), sheet.y, text, big, span[1])
            if rng.random() < 0.07:
                sheet.y += kind.cap
                if rng.random() < 0.5:
                    sheet.write(span[0], sheet.y, rng.choice("-=*_.") * int((span[1] - span[0]) / kind.cap), kind)
                else:
                    sheet.rule(span[0], sheet.y, span[1], sheet.y, thick=rng.choice([1, 1, 2]))
        return sheet

    def _invoice(self, rng: random.Random) -> Sheet:
        sheet = self.page(rng)
        kind = self.type(rng, size(rng))
        left, right = sheet.width * 0.06, sheet.width * 0.94
        sheet.y = sheet.height * 0.03
        self.heading(sheet, (left, right), self.type(rng, kind.cap), rng.uniform(1.5, 5))
        for _ in range(rng.randint(3, 9)):
            sheet.y += kind.em * 1.1
            self.fit(sheet, left, sheet.y, self.corpus.line(rng, 40), kind, sheet.width * 0.5)
            after = sheet.write(sheet.width * 0.6, sheet.y, form(rng), kind)
            self.fit(sheet, after + kind.cap * rng.uniform(0.5, 4), sheet.y, entry(rng), kind, right)
        sheet.y += kind.em * rng.uniform(0.5, 3)
        self.grid(sheet, (left, right), kind, rng.randint(3, 20))
        for _ in range(rng.randint(1, 4)):
            sheet.y += kind.em * 1.2
            sheet.write(sheet.width * 0.6, sheet.y, "Total", kind)
            amount = price(rng)
            sheet.write(right - sheet.measure(amount, kind), sheet.y, amount, kind)
        self.paragraph(sheet, (left, right), kind._replace(cap=max(5.5, kind.cap * 0.75)), rng.randint(1, 8))
        return sheet

    def _slide(self, rng: random.Random) -> Sheet:
        paper, ink = (
            (rng.randint(180, 255), rng.randint(0, 90))
            if rng.random() < 0.5
            else (rng.randint(0, 90), rng.randint(170, 255))
        )
        sheet = Sheet(rng, 1024, rng.choice([576, 768]), paper, ink)
        kind = self.type(rng, rng.uniform(14, 28))
        span = (60.0, 960.0)
        sheet.y = sheet.height * rng.uniform(0.02, 0.1)
        self.heading(sheet, span, kind, rng.uniform(1.2, 2.2))
        for _ in range(rng.randint(2, 8)):
            sheet.y += kind.cap * rng.uniform(1.9, 2.8)
            self.fit(
                sheet,
                span[0] + rng.choice([0, 0, 40]),
                sheet.y,
                "• " + self.prose(rng, rng.randint(1, 10)),
                kind,
                span[1],
            )
        return sheet

    def _screen(self, rng: random.Random) -> Sheet:
        dark = rng.random() < 0.6
        paper, ink = (
            (rng.randint(0, 70), rng.randint(150, 255)) if dark else (rng.randint(200, 255), rng.randint(0, 110))
        )
        sheet = Sheet(rng, rng.randint(700, 1024), rng.randint(600, 1024), paper, ink)
        kind = self.type(rng, rng.uniform(7, 13), rng.random() < 0.5)
        while sheet.y < sheet.height - 20:
            if rng.random() < 0.1:
                self.heading(sheet, (20, sheet.width - 20), kind, rng.uniform(1, 3))
            elif rng.random() < 0.2:
                bottom = sheet.y + rng.uniform(20, 90)
                sheet.fill(
                    rng.uniform(0, 300), sheet.y, sheet.width, bottom, min(255, max(0, paper + rng.randint(-25, 25)))
                )
            self.paragraph(sheet, (rng.uniform(10, 300), sheet.width - 20), kind, rng.randint(1, 9))
        return sheet

    def _scatter(self, rng: random.Random) -> Sheet:
        """Lines of all sizes anywhere, where there is room."""
        sheet = self.page(rng, rng.random() < 0.3)
        while sheet.y < sheet.height - 10:
            kind = self.type(rng, min(60, rng.lognormvariate(2.5, 0.55)), rng.random() < 0.3)
            sheet.y += kind.cap * rng.uniform(1.5, 4)
            x = rng.uniform(0, 0.7) * sheet.width
            for _ in range(rng.choice([1, 1, 2, 3])):
                x = sheet.write(x, sheet.y, self.corpus.line(rng, rng.randint(2, 40)), kind, wide=rng.random() < 0.2)
                x += kind.cap * rng.uniform(3, 12)
            sheet.y += 0.4 * kind.cap
        return sheet

    def _empty(self, rng: random.Random) -> Sheet:
        return self.page(rng, rng.random() < 0.3)
