"""What is no paper, and written on: slides, screens and boards."""

from __future__ import annotations

import random

from training.page_models.sheets import Compositor, Sheet, ink_of, screen_colours


def slide(compositor: Compositor, rng: random.Random) -> Sheet:
    """A projected slide: a heading and points."""
    width = rng.randint(1000, 1400)
    dark = rng.random() < 0.45
    paper, ink = screen_colours(rng, dark)
    sheet = Sheet(rng, width, round(width / rng.choice([1.333, 1.778])), paper, ink)
    font, size = compositor.typefaces.choose(rng), round(width / rng.uniform(28, 48))
    sheet.y = sheet.height * rng.uniform(0.05, 0.15)
    compositor.heading(sheet, width * 0.06, width * 0.85, font, round(size * 1.7))
    if compositor.pictures and rng.random() < 0.35:
        kept = sheet.y
        compositor.picture(sheet, width * 0.6, width * 0.34)
        sheet.y = kept
    for _ in range(rng.randint(2, 8)):
        sheet.write(width * 0.08, sheet.y, "• " + compositor.prose(rng, rng.randint(3, 9)), font, size)
        sheet.y += size * rng.choice([1.5, 1.9])
    return sheet


def screen(compositor: Compositor, rng: random.Random) -> Sheet:
    """A picture of a screen, of a computer or a telephone, with its bar and lists."""
    tall = rng.random() < 0.35
    paper, ink = screen_colours(rng, rng.random() < 0.5)
    width, height = (rng.randint(480, 700), rng.randint(1000, 1400)) if tall else (1280, rng.randint(700, 960))
    sheet = Sheet(rng, width, height, paper, ink)
    font = compositor.typefaces.choose(rng, rng.random() < 0.5)
    size = round(rng.uniform(13, 22) * (1.3 if tall else 1))
    bar = tuple(max(0, min(255, value + rng.randint(-40, 40))) for value in paper)
    sheet.brush.rectangle((0, 0, width, 3 * size), fill=bar)  # type: ignore[arg-type]
    sheet.y = size * 0.8
    compositor.heading(sheet, size, width * 0.6, font, size)
    sheet.y, left = 4.0 * size, 0.0
    if not tall and rng.random() < 0.6:
        left = width * rng.uniform(0.12, 0.25)
        sheet.brush.rectangle((0, 3 * size, left, height), fill=bar)  # type: ignore[arg-type]
        for row in range(rng.randint(4, 25)):
            sheet.write(8, sheet.y + row * size * 1.6, compositor.prose(rng, 2)[: int(left / size)], font, size)
    while sheet.y < height - 2 * size:
        roll = rng.random()
        if roll < 0.5:
            indent = rng.randint(0, 4) * 2 * size
            sheet.write(left + size + indent, sheet.y, compositor.prose(rng, rng.randint(1, 12)), font, size)
            sheet.y += size * 1.4
        elif roll < 0.8:
            compositor.paragraph(sheet, left + size, width - left - 2 * size, rng.randint(1, 6), font, size)
        elif roll < 0.88 and compositor.pictures:
            compositor.picture(sheet, left + size, min(width - left - 2 * size, rng.uniform(80, 400)))
        else:
            sheet.y += 2 * size
    return sheet


def board(compositor: Compositor, rng: random.Random) -> Sheet:
    """A board that is written on, dark or light."""
    paper = rng.choice([rng.randint(190, 245), rng.randint(20, 70)])
    ink = ink_of(rng, 100) if paper > 128 else (rng.randint(190, 255),) * 3
    sheet = Sheet(rng, rng.randint(1000, 1300), rng.randint(700, 950), (paper, paper, paper), ink)  # type: ignore[arg-type]
    font, size = compositor.typefaces.choose(rng), rng.randint(24, 60)
    sheet.y = rng.uniform(10, 120)
    while sheet.y < sheet.height - 2 * size:
        sheet.write(rng.uniform(10, 250), sheet.y, compositor.prose(rng, rng.randint(1, 6)), font, size)
        sheet.y += size * rng.uniform(1.2, 2.5)
        if rng.random() < 0.4:
            x, y = rng.uniform(0, sheet.width), rng.uniform(0, sheet.height)
            sheet.rule(x, y, x + rng.uniform(-300, 300), y + rng.uniform(-200, 200), 4)
    return sheet
