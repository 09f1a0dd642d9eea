"""What a pen leaves on a page and is no print: signatures, corrections, circles and arrows."""

from __future__ import annotations

import cv2
import numpy as np

from training.detector.sheet import Sheet


def signature(sheet: Sheet) -> None:
    """One or a few wavy or looping strokes side by side, often over a rule."""
    rng = sheet.rng
    width, height = rng.randint(60, 260), rng.randint(14, 60)
    x, y = rng.uniform(0, sheet.width - 60), rng.uniform(20, sheet.height - 20)
    if rng.random() < 0.4:
        sheet.rule(x, y + 0.4 * height, x + width, y + 0.4 * height)
    strokes = _loops if rng.random() < 0.5 else _waves
    for _ in range(rng.randint(1, 3)):
        part = width * rng.uniform(0.3, 1)
        strokes(sheet, x, y, part, height, rng.randint(4, 26), rng.choice([1, 1, 2, 2, 3]))
        x += part * 0.8


def scribbles(sheet: Sheet) -> None:
    """Corrections, ticks, circles and arrows drawn over the print."""
    rng = sheet.rng
    for _ in range(rng.randint(1, 6)):
        x, y = rng.uniform(0, sheet.width), rng.uniform(0, sheet.height)
        _waves(sheet, x, y, rng.gauss(0, 80), rng.uniform(5, 120), rng.randint(1, 5), rng.choice([1, 2, 2, 3]))


def _waves(sheet: Sheet, x: float, y: float, width: float, height: float, turns: int, thick: int) -> None:
    """A wavy stroke as of a pen, smooth through its turns."""
    rng = sheet.rng
    knots = np.array(
        [
            [x + width * i / turns + rng.gauss(0, 0.1 * height), y + rng.uniform(-0.5, 0.5) * height]
            for i in range(turns + 1)
        ]
    )
    steps = np.linspace(0, turns, turns * 8)
    curve = np.column_stack([np.interp(steps, np.arange(turns + 1), knots[:, side]) for side in (0, 1)])
    _draw(sheet, cv2.blur(curve, (1, 7)), thick)


def _loops(sheet: Sheet, x: float, y: float, width: float, height: float, turns: int, thick: int) -> None:
    """Loops as of joined letters, leaning, now high and now low."""
    rng = sheet.rng
    steps = np.linspace(0, turns, turns * 12)
    high = np.interp(steps, np.arange(turns + 1), [rng.choice([0.25, 0.3, 0.4, 1.0]) for _ in range(turns + 1)])
    round_, lean, start = rng.uniform(0.3, 1.3) * width / turns, rng.uniform(0, 0.6), rng.uniform(0, 6)
    rise = high * height / 2 * np.sin(2 * np.pi * steps + start)
    along = x + width * steps / turns + round_ * high * np.cos(2 * np.pi * steps + start) + lean * rise
    slope = rng.gauss(0, 0.08)
    _draw(sheet, np.column_stack([along, y - rise + slope * (along - x)]), thick)


def _draw(sheet: Sheet, curve: np.ndarray, thick: int) -> None:
    rng = sheet.rng
    grey = sheet.ink if rng.random() < 0.5 else min(255, sheet.ink + rng.randint(0, 90))
    cv2.polylines(sheet.pixels, [np.rint(curve * 4).astype(np.int32)], False, grey, thick, cv2.LINE_AA, 2)
