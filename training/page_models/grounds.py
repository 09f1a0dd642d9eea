"""Made pictures without text: what a page may lie on, and what is easily taken for lines of print."""

from __future__ import annotations

import random

import cv2
import numpy as np

KINDS = "bars bars water windows shelf skyline gradient speckle strokes weave weave beads beads".split()  # noqa: SIM905
"""What looks like print from afar, the likest twice."""

Pixels = np.ndarray  # uint8 [height, width, 3], RGB


def colour(rng: random.Random, low: int = 0, high: int = 255) -> np.ndarray:
    """float32 [3]: a colour, seldom a vivid one."""
    base = rng.uniform(low, high)
    tint = np.array([rng.gauss(0, 1) for _ in range(3)]) * rng.choice([4, 15, 40])
    return np.clip(base + tint, 0, 255).astype(np.float32)


def clouds(rng: random.Random, width: int, height: int, across: float, down: float) -> np.ndarray:
    """float32 [height, width], about -1..1: smooth noise of ``across`` x ``down`` waves."""
    generator = np.random.default_rng(rng.getrandbits(32))
    coarse = generator.uniform(-1, 1, (max(2, round(down)), max(2, round(across)))).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def ground(rng: random.Random, width: int, height: int) -> Pixels:
    """A table, a wall, cloth, wood, tiles."""
    out = np.empty((height, width, 3), np.float32)
    out[:] = colour(rng, 20, 250)
    out += clouds(rng, width, height, rng.uniform(2, 4), rng.uniform(2, 4))[..., None] * rng.uniform(3, 40)
    kind = rng.random()
    if kind < 0.3:  # wood
        grain = clouds(rng, width, height, rng.uniform(2, 6), rng.uniform(30, 200))
        out += grain[..., None] * colour(rng, 10, 60)
    elif kind < 0.5:  # cloth, stone
        fine = clouds(rng, width, height, width / rng.uniform(2, 9), height / rng.uniform(2, 9))
        out += fine[..., None] * rng.uniform(3, 30)
    elif kind < 0.62:  # tiles, planks
        step, line = rng.uniform(0.1, 0.5) * max(width, height), rng.uniform(1, 5)
        mask = np.arange(height)[:, None] % step < line
        if rng.random() < 0.6:
            mask = mask | (np.arange(width)[None] % step < line)
        out[np.broadcast_to(mask, (height, width))] += rng.uniform(-60, 60)
    return np.clip(out, 0, 255).astype(np.uint8)


def lined(rng: random.Random, width: int, height: int) -> Pixels:
    """What looks like lines of print from afar: blinds, fences, shelves, water, windows, bricks, keys, foliage."""
    kind = rng.choice(
        [
            "bars",
            "bars",
            "water",
            "windows",
            "shelf",
            "skyline",
            "gradient",
            "speckle",
            "strokes",
            "weave",
            "beads",
            "weave",
            "beads",
        ]
    )
    out = np.empty((height, width, 3), np.float32)
    out[:] = colour(rng, 0, 255)
    out += clouds(rng, width, height, 2, 2)[..., None] * rng.uniform(0, 40)
    if kind == "bars":
        _bars(rng, out)
    elif kind == "water":
        waves = clouds(rng, width, height, width / rng.uniform(8, 60), height / rng.uniform(2, 12))
        depth = np.linspace(rng.uniform(0, 1), 1, height, dtype=np.float32)[:, None]
        out += (waves * depth)[..., None] * colour(rng, 10, 70)
    elif kind in ("windows", "shelf"):
        _boxes(rng, out, shelf=kind == "shelf")
    elif kind == "skyline":
        _skyline(rng, out)
    elif kind == "speckle":
        fine = clouds(rng, width, height, width / rng.uniform(1.5, 6), height / rng.uniform(1.5, 6))
        out += np.where(fine > rng.uniform(-0.3, 0.6), 1, 0)[..., None] * rng.uniform(-120, 120)
    elif kind == "weave":
        _weave(rng, out)
    elif kind == "beads":
        _beads(rng, out)
    elif kind == "strokes":
        for _ in range(rng.randint(20, 400)):
            x, y = rng.uniform(0, width), rng.uniform(0, height)
            end = (int(x + rng.gauss(0, 30)), int(y + rng.gauss(0, 30)))
            cv2.line(out, (int(x), int(y)), end, colour(rng).tolist(), rng.randint(1, 3), cv2.LINE_AA)
    if rng.random() < 0.5:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.5, 3))
    return np.clip(out, 0, 255).astype(np.uint8)


def _bars(rng: random.Random, out: np.ndarray) -> None:
    """Stripes of one or two widths: blinds, fences, steps, corrugated iron."""
    height, width = out.shape[:2]
    step = rng.uniform(4, 40)
    place = np.arange(height, dtype=np.float32)[:, None] + np.arange(width, dtype=np.float32) * rng.gauss(0, 0.15)
    place += clouds(rng, width, height, 3, 3) * rng.choice([0, 0, 4, 15])
    on = place % step < step * rng.uniform(0.15, 0.6)
    if rng.random() < 0.3:
        on &= (np.arange(width)[None] + 0 * place) % rng.uniform(10, 120) < rng.uniform(8, 60)
    out[on] = out[on] * rng.uniform(0.2, 0.6) + colour(rng) * rng.uniform(0.3, 0.5)
    if rng.random() < 0.4:
        out[:] = out.transpose(1, 0, 2) if height == width else out[::-1]


def _weave(rng: random.Random, out: np.ndarray) -> None:
    """Knitting, mesh, corduroy, gratings: two waves across each other, neither quite even."""
    height, width = out.shape[:2]
    xs, ys = np.arange(width, dtype=np.float32)[None], np.arange(height, dtype=np.float32)[:, None]
    sum_ = np.zeros((height, width), np.float32)
    for _ in range(2):
        angle, length = rng.uniform(0, np.pi), rng.uniform(4, 22)
        phase = (xs * np.cos(angle) + ys * np.sin(angle)) / length + clouds(rng, width, height, 4, 4) * rng.choice(
            [0, 1]
        )
        sum_ += np.sin(2 * np.pi * phase).astype(np.float32) * rng.uniform(0.2, 1)
    if rng.random() < 0.5:
        sum_ = np.sign(sum_ - rng.uniform(-0.6, 0.6)).astype(np.float32)
    out += sum_[..., None] * rng.uniform(15, 90)


def _beads(rng: random.Random, out: np.ndarray) -> None:
    """Rows of small things that are alike: pebbles, rivets, loops, seats, pins of a chip."""
    height, width = out.shape[:2]
    step, row = rng.uniform(5, 24), rng.uniform(6, 30)
    axes = max(1, int(step * rng.uniform(0.2, 0.45))), max(1, int(row * rng.uniform(0.15, 0.45)))
    paint, loose, angle = colour(rng), rng.choice([0.0, 0.05, 0.3]), rng.choice([0.0, rng.uniform(0, 180)])
    for line in range(int(height / row) + 1):
        for place in range(int(width / step) + 1):
            x = (place + (line % 2) * 0.5 + rng.gauss(0, loose)) * step
            y = (line + rng.gauss(0, loose)) * row
            fill = rng.choice([-1, -1, 1])
            cv2.ellipse(out, (int(x), int(y)), axes, angle, 0, 360, paint.tolist(), fill, cv2.LINE_AA)


def _boxes(rng: random.Random, out: np.ndarray, shelf: bool) -> None:
    """Rows of boxes: the windows of a house, or books and goods on shelves."""
    height, width = out.shape[:2]
    row, y = rng.uniform(10, 70), rng.uniform(0, 20)
    paint = colour(rng)
    while y < height:
        x = rng.uniform(0, 20)
        while x < width:
            across = row * (rng.uniform(0.1, 0.6) if shelf else 0.6)
            if shelf:
                paint = colour(rng)
            top = y + (rng.uniform(0, 0.3) * row if shelf else 0)
            cv2.rectangle(out, (int(x), int(top)), (int(x + across), int(y + row * 0.85)), paint.tolist(), -1)
            x += across + (rng.choice([0, 1, 4]) if shelf else row * 0.4)
        y += row * 1.2


def _skyline(rng: random.Random, out: np.ndarray) -> None:
    height, width = out.shape[:2]
    x = 0.0
    while x < width:
        across, top = rng.uniform(8, 60), height * rng.uniform(0.4, 0.8)
        paint = colour(rng, 0, 140)
        cv2.rectangle(out, (int(x), int(top)), (int(x + across), height), paint.tolist(), -1)
        step = rng.uniform(4, 10)
        for number in range(int(across / step) * int((height - top) / step)):
            if rng.random() < 0.5:
                column, line = number % max(1, int(across / step)), number // max(1, int(across / step))
                corner = (int(x + column * step), int(top + line * step))
                cv2.rectangle(
                    out, corner, (corner[0] + int(step / 2), corner[1] + int(step / 2)), colour(rng, 120).tolist(), -1
                )
        x += across
