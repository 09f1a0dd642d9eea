"""Dirt on a page that a network may take for letters: specks, rules of dashes, grains along its sides."""

from __future__ import annotations

import math

import cv2
import numpy as np

from training.detector.sheet import Sheet


def blots(sheet: Sheet) -> None:
    """Specks as large as a digit or a comma: toner, dirt, holes of staples."""
    rng = sheet.rng
    spread = rng.choice([0.1, 0.5, 1.0])
    middle = rng.uniform(0, sheet.width), rng.uniform(0, sheet.height)
    for _ in range(rng.choice([2, 5, 10, 30])):
        x, y = (rng.gauss(at, spread * 300) for at in middle)
        size, count = rng.lognormvariate(0.9, 0.5), rng.randint(3, 7)
        points = [(x + rng.gauss(0, size * rng.uniform(0.3, 1)), y + rng.gauss(0, size)) for _ in range(count)]
        cv2.fillPoly(sheet.pixels, [np.rint(np.array(points) * 4).astype(np.int32)], _grey(sheet), cv2.LINE_AA, 2)


def dashes(sheet: Sheet) -> None:
    """Rules of dashes, dots or small marks apart, now and then double, mostly where there are no lines."""
    rng = sheet.rng
    thick, step = rng.uniform(1, 3.5), rng.uniform(4, 24)
    long, double = step * rng.uniform(0.25, 0.7), rng.random() < 0.3
    x = sheet.width * rng.uniform(0, 0.4)
    end, grey = x + sheet.width * rng.choice([0.1, 0.5, 1]), _grey(sheet)
    high = math.ceil((3 if double else 1) * thick) + 1
    place = sheet.room(min(sheet.width - 1, round(end - x)), high)
    if place is None:
        return
    at, y = max(x, place[0]), place[1]
    while at < min(end, sheet.width):
        for row in (y, y + 2 * thick) if double else (y,):
            corners = np.array([[at, row], [at + long, row], [at + long, row + thick], [at, row + thick]])
            cv2.fillPoly(sheet.pixels, [np.rint(corners * 4).astype(np.int32)], grey, cv2.LINE_AA, 2)
        at += step


def grime(sheet: Sheet) -> None:
    """Grains that crowd along a side of the page, as copies of copies have them."""
    rng = sheet.rng
    noise = np.random.default_rng(rng.getrandbits(32))
    deep, dense = rng.randint(8, 90), rng.uniform(0.05, 0.6)
    view = rng.choice([sheet.pixels, sheet.pixels[::-1], sheet.pixels.T, sheet.pixels.T[::-1]])
    first = rng.randint(0, view.shape[1] // 2)
    part = view[:deep, first : first + rng.randint(60, 900)]
    fade = np.linspace(1, 0, part.shape[0])[:, None] ** rng.uniform(0.3, 2)
    part[noise.random(part.shape) < dense * fade] = _grey(sheet)


def _grey(sheet: Sheet) -> int:
    """Ink, or half of it."""
    share = sheet.rng.choice([1, 1, sheet.rng.uniform(0.3, 1)])
    return round(sheet.paper + share * (sheet.ink - sheet.paper))
