"""What else is on pages and is no text: pictures, logos, stamps, signatures, scribbles, rules, dirt, upright text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from training.detector.dirt import blots, dashes, grime
from training.detector.layouts import Compositor
from training.detector.pen import scribbles, signature
from training.detector.sheet import Sheet


def add(sheet: Sheet, compositor: Compositor, pictures: Sequence[Path]) -> None:
    """Adds some of it, by lot."""
    rng = sheet.rng
    if pictures and rng.random() < 0.14:
        for _ in range(rng.choice([1, 1, 2, 4])):
            _picture(sheet, pictures)
    chances = (
        (0.15, _logo), (0.2, signature), (0.1, scribbles), (0.1, _rules), (0.06, _barcode), (0.06, _halftone),
        (0.08, _ring), (0.05, _hatching), (0.1, blots), (0.1, dashes), (0.05, grime),
    )  # fmt: skip
    for chance, what in chances:
        for _ in range(3):
            if rng.random() < chance:
                what(sheet)
    if rng.random() < 0.12:
        _stamp(sheet, compositor)
    if rng.random() < 0.12:
        _upright(sheet, compositor)


def _picture(sheet: Sheet, pictures: Sequence[Path]) -> None:
    rng = sheet.rng
    picture = cv2.imread(str(rng.choice(pictures)), cv2.IMREAD_GRAYSCALE)
    width = rng.randint(40, max(41, sheet.width // 2))
    height = min(sheet.height - 2, round(width * picture.shape[0] / picture.shape[1]))
    picture = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.4:  # as a photocopier has it: dots, or black and white
        grain = np.random.default_rng(rng.getrandbits(32)).integers(60, 200, picture.shape)
        picture = np.where(picture > (grain if rng.random() < 0.6 else 128), 255, 0).astype(np.uint8)
    place = sheet.room(width, height)
    if place is None and rng.random() < 0.6:
        return
    x, y = place or (rng.randint(0, sheet.width - width), rng.randint(0, sheet.height - height))
    sheet.paste(np.asarray(picture, np.uint8), x, y)


def _logo(sheet: Sheet) -> None:
    rng = sheet.rng
    side = rng.randint(20, 130)
    place = sheet.room(side, side)
    if place is None:
        return
    x, y = place
    for _ in range(rng.randint(1, 5)):
        points = [(x + rng.randint(0, side), y + rng.randint(0, side)) for _ in range(rng.randint(3, 6))]
        grey = rng.choice([sheet.ink, sheet.ink, rng.randint(0, 255)])
        if rng.random() < 0.5:
            cv2.fillPoly(sheet.pixels, [np.array(points, np.int32)], grey, cv2.LINE_AA)
        else:
            axes = (max(2, side // rng.randint(2, 6)), max(2, side // rng.randint(2, 6)))
            cv2.ellipse(sheet.pixels, points[0], axes, rng.uniform(0, 180), 0, 360, grey, rng.choice([-1, 2, 4]))
    sheet.forget((x - side / 2, y - side / 2, x + 1.5 * side, y + 1.5 * side))


def _rules(sheet: Sheet) -> None:
    rng = sheet.rng
    for _ in range(rng.randint(1, 8)):
        x, y, thick = rng.uniform(0, sheet.width), rng.uniform(0, sheet.height), rng.choice([1, 1, 2, 3, 5])
        if rng.random() < 0.6:
            sheet.rule(x, y, x + rng.uniform(20, 600), y, thick=thick)
        else:
            sheet.rule(x, y, x, y + rng.uniform(20, 600), thick=thick)


def _barcode(sheet: Sheet) -> None:
    rng = sheet.rng
    width, height = rng.randint(60, 260), rng.randint(20, 70)
    place = sheet.room(width, height)
    if place is None:
        return
    x = float(place[0])
    while x < place[0] + width:
        bar = rng.choice([1, 1, 2, 3])
        sheet.fill(x, place[1], x + bar, place[1] + height, sheet.ink)
        x += bar + rng.choice([1, 2, 2, 3])


def _halftone(sheet: Sheet) -> None:
    """A ground of dots under the print."""
    rng = sheet.rng
    x, y = rng.randint(0, sheet.width // 2), rng.randint(0, sheet.height - 40)
    width, height, step = rng.randint(80, 500), rng.randint(20, 200), rng.choice([2, 3, 3, 4])
    part = sheet.pixels[y : y + height, x : x + width]
    dots = part[rng.randint(0, 1) :: step, ::step]
    dots[:] = np.minimum(dots, rng.randint(60, 190)) if sheet.paper > 128 else np.maximum(dots, rng.randint(80, 190))


def _hatching(sheet: Sheet) -> None:
    rng = sheet.rng
    width, height, step = rng.randint(40, 300), rng.randint(30, 200), rng.uniform(3, 16)
    place = sheet.room(width, height)
    if place is None:
        return
    lean = rng.choice([0, 0, rng.uniform(-1, 1)])
    for number in range(int(height / step)):
        y = place[1] + number * step
        sheet.rule(place[0], y, place[0] + width, y + lean * width * 0.2, thick=rng.choice([1, 1, 2]))


def _ring(sheet: Sheet) -> None:
    """A circle around something, or the ring of a cup."""
    rng = sheet.rng
    centre = rng.randint(0, sheet.width), rng.randint(0, sheet.height)
    axes = rng.randint(8, 120), rng.randint(8, 80)
    cv2.ellipse(
        sheet.pixels, centre, axes, rng.uniform(0, 180), 0, 360, sheet.ink, rng.choice([1, 1, 2, 4]), cv2.LINE_AA
    )


def _stamp(sheet: Sheet, compositor: Compositor) -> None:
    """A rubber stamp's frame with a word or two in it, level: text that can be read."""
    rng = sheet.rng
    kind = compositor.type(rng, rng.uniform(9, 26))
    text = rng.choice(["RECEIVED", "PAID", "COPY", "CONFIDENTIAL", "APPROVED", "ORIGINAL", "VOID"]) + rng.choice(
        ["", " " + compositor.corpus.word(rng)]
    )
    width = int(sheet.measure(text, kind) + 2 * kind.cap)
    place = sheet.room(width, int(2.4 * kind.cap))
    if place is None or place[0] + width >= sheet.width:
        return
    x, y = place
    grey = min(255, sheet.ink + rng.randint(0, 100)) if sheet.paper > 128 else sheet.ink
    sheet.write(x + kind.cap, y + 1.7 * kind.cap, text, kind, grey)
    cv2.rectangle(sheet.pixels, (x, y), (x + width, y + round(2.4 * kind.cap)), grey, rng.choice([1, 2, 3]))


def _upright(sheet: Sheet, compositor: Compositor) -> None:
    """Text that runs upwards at the side: not to be found, since it cannot be read so."""
    rng = sheet.rng
    length = rng.randint(60, 400)
    kind = compositor.type(rng, rng.uniform(6, 14))
    strip = Sheet(rng, length, round(3 * kind.cap) + 8, sheet.paper, sheet.ink)
    strip.write(2, 2 * kind.cap + 3, compositor.corpus.line(rng, 40), kind)
    turned = np.rot90(strip.pixels, rng.choice([1, 3]))
    place = sheet.room(turned.shape[1], turned.shape[0])
    if place is not None and turned.shape[0] < sheet.height and turned.shape[1] < sheet.width:
        sheet.paste(np.ascontiguousarray(turned), *place)
