"""Sheets that are written on from top to bottom, and what sets text on them."""

from __future__ import annotations

import random
from pathlib import Path

from PIL import Image, ImageDraw

from training import corpus
from training.entries import entry, price
from training.page_models.typefaces import Typefaces, mean_width, opened

Colour = tuple[int, int, int]

CAPITALS = 0.2
"""Of the sheets, that are written in capitals ..."""
WIDER = 1.25
"""... which are so much wider, ..."""
UNDERLINED = 0.1
"""... and those whose every line is underlined."""


class Sheet:
    """A sheet that is written on from top to bottom; ``y`` is how far it is filled."""

    def __init__(self, rng: random.Random, width: int, height: int, paper: Colour, ink: Colour) -> None:
        self.rng, self.width, self.height, self.ink = rng, width, height, ink
        self.image = Image.new("RGB", (width, height), paper)
        self.brush = ImageDraw.Draw(self.image)
        self.words: list[str] = []
        self.y = 0.0
        self.capitals, self.underlined = rng.random() < CAPITALS, rng.random() < UNDERLINED

    def write(self, x: float, y: float, text: str, font: str, size: int, ink: Colour | None = None) -> float:
        """Writes one line with its top left at (x, y) as far as it fits; returns where it ends."""
        wide = mean_width(font, size) * (WIDER if self.capitals else 1)
        text = text[: max(0, int((self.width - 6 - x) / wide))]
        text = text.upper() if self.capitals else text
        if text.strip() and y + size < self.height:
            self.brush.text((x, y), text, fill=ink or self.ink, font=opened(font, size))
            self.words += text.split()
            if self.underlined:
                self.rule(x, y + 1.2 * size, x + len(text) * wide, y + 1.2 * size)
        return x + len(text) * wide

    def rule(self, x0: float, y0: float, x1: float, y1: float, width: int = 1) -> None:
        self.brush.line((x0, y0, x1, y1), fill=self.ink, width=width)


class Compositor:
    """Sets prose, headings, pictures and tables on sheets, from a corpus and typefaces."""

    def __init__(self, cache: Path, pictures: list[Path]) -> None:
        self.corpus = corpus.load(cache)
        self.typefaces = Typefaces(cache)
        self.pictures = pictures

    def prose(self, rng: random.Random, words: int) -> str:
        """So many words of running text."""
        start = rng.randrange(len(self.corpus.prose) - words)
        return " ".join(self.corpus.prose[start : start + words])

    def sheet(self, rng: random.Random, landscape: bool = False) -> Sheet:
        """An empty sheet of paper, 1,000 to 1,500 pixels on its longer side."""
        long = rng.randint(1000, 1500)
        short = round(long / rng.choice([1.414, 1.294, rng.uniform(1.2, 1.7)]))
        paper, ink = _paper(rng)
        return Sheet(rng, *((long, short) if landscape else (short, long)), paper, ink)

    def paragraph(
        self, sheet: Sheet, x: float, width: float, lines: int, font: str, size: int, bottom: float = 1e9
    ) -> None:
        """Running text, set in lines of ``width`` pixels."""
        rng = sheet.rng
        fitting = max(4, int(width / mean_width(font, size)))
        leading = size * rng.choice([1.15, 1.25, 1.4, 1.7])
        words = self.prose(rng, lines * fitting // 4 + 8).split()
        indent = rng.choice([0, 0, 2 * size])
        for _ in range(lines):
            line: list[str] = []
            while words and len(" ".join(line)) + len(words[0]) < fitting - indent / size * 2:
                line.append(words.pop(0))
            if not line or sheet.y + leading > min(bottom, sheet.height - size):
                break
            sheet.write(x + indent, sheet.y, " ".join(line), font, size)
            indent = 0
            sheet.y += leading
        sheet.y += leading * rng.uniform(0.2, 1.0)

    def heading(self, sheet: Sheet, x: float, width: float, font: str, size: int) -> None:
        """One line that stands out."""
        fitting = max(4, int(width / mean_width(font, size)))
        text = self.prose(sheet.rng, 12)[:fitting].rsplit(" ", 1)[0]
        sheet.write(x, sheet.y, text.title() if sheet.rng.random() < 0.6 else text.upper(), font, size)
        sheet.y += size * 1.6

    def picture(self, sheet: Sheet, x: float, width: float) -> None:
        """A photograph, ``width`` pixels wide, where there is room."""
        picture = Image.open(sheet.rng.choice(self.pictures)).convert("RGB")
        height = int(width * sheet.rng.uniform(0.5, 1.0))
        if sheet.y + height < sheet.height - 20 and width > 20:
            sheet.image.paste(picture.resize((int(width), height)), (int(x), int(sheet.y)))
        sheet.y += height + 10

    def grid(self, sheet: Sheet, font: str, size: int, rows: int) -> None:
        """A table of entries and amounts, ruled or not."""
        rng = sheet.rng
        columns, left = rng.randint(3, 8), sheet.width * 0.05
        width, height = sheet.width * 0.9 / columns, size * rng.uniform(1.3, 2)
        ruled, drop = rng.random(), stands(rng, height, size)
        for row in range(rows):
            if sheet.y + height > sheet.height - size:
                return
            for column in range(columns):
                text = entry(rng) if column == 0 or row == 0 else price(rng)
                room = max(1, int(width / mean_width(font, size)) - 1)
                sheet.write(left + column * width + 3, sheet.y + drop, text[:room], font, size)
                if ruled < 0.4 and row:
                    sheet.rule(left + column * width, sheet.y, left + column * width, sheet.y + height)
            if ruled < 0.7:
                sheet.rule(left, sheet.y, left + columns * width, sheet.y)
            sheet.y += height
        sheet.y += height


def stands(rng: random.Random, height: float, size: int) -> float:
    """Pixels by which text stands below the top of a row of ``height``: near the rule above it, or near that below."""
    return max(2.0, rng.choice([2.0, (height - 1.2 * size) / 2, height - 1.3 * size]))


def text_size(rng: random.Random, sheet: Sheet) -> int:
    """Pixels an em: 8 to 14 points on A4, mostly."""
    return max(11, round(sheet.height / 842 * rng.choice([8, 9, 10, 10, 11, 12, 12, 14])))


def ink_of(rng: random.Random, most: int) -> Colour:
    """A dark colour."""
    return rng.randint(0, most), rng.randint(0, most), rng.randint(0, most)


def _paper(rng: random.Random) -> tuple[Colour, Colour]:
    roll = rng.random()
    grey = rng.randint(0, 70)
    if roll < 0.6:
        white = rng.randint(225, 255)
        return (white, white, white - rng.randint(0, 12)), (grey, grey, grey)
    if roll < 0.85:  # coloured or yellowed
        base = rng.randint(160, 250)
        return (base, base - rng.randint(0, 50), base - rng.randint(0, 90)), ink_of(rng, 80)
    white = rng.randint(150, 235)  # pale print
    pale = white - rng.randint(45, 90)
    return (white, white, white), (pale, pale, pale)


def screen_colours(rng: random.Random, dark: bool) -> tuple[Colour, Colour]:
    """Ground and ink."""
    low, high = sorted((rng.randint(0, 60), rng.randint(0, 90)))
    darker = (low, rng.randint(low, high), high)
    lighter = (rng.randint(200, 255), rng.randint(200, 255), rng.randint(200, 255))
    return (darker, lighter) if dark else (lighter, darker)
