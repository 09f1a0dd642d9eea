"""Pictures for the corner networks: a document with edges lies in them somewhere, or none does."""

from __future__ import annotations

import math
import random

import cv2
import numpy as np

from training.page_models.camera import Photograph, photograph, scan, turned
from training.page_models.grounds import clouds, colour, ground, lined
from training.page_models.pool import Pool

PAPER = 12
"""Grey levels that part what lies beside a paper from the paper, at least."""
OUTSIDE = 0.13
"""Of the picture's sides, by which a corner may lie outside; a document that is seen less of has no edges here."""

Pixels = np.ndarray  # uint8 [height, width, 3], RGB


def with_document(rng: random.Random, pool: Pool, long: int) -> Photograph:
    """A document in a photograph of ``long`` pixels. Of several papers the most central, largest one counts, on top."""
    page = crumpled(rng, pool.page(rng))
    short = round(long * rng.choice([0.75, 0.75, 0.75, 0.667, 0.5625, 1.0]))
    width, height = (short, long) if rng.random() < 0.7 else (long, short)
    table = _table(rng, pool, page, width, height)
    if rng.random() < 0.35:
        table = cluttered(rng, pool, table)
    turn = rng.choice([0, 0, 90, 180, 270]) + rng.choice([rng.gauss(0, 6), rng.gauss(0, 6), rng.uniform(-40, 40)])
    while True:
        shot = photograph(rng, page, table, turn, rng.choice([(0.5, 0.8), (0.7, 0.97), (0.9, 1.12)]))
        places = shot.corners / [width, height]
        if places.min() > -OUTSIDE and places.max() < 1 + OUTSIDE:
            break
    if rng.random() < 0.25:
        shot = Photograph(_handled(rng, shot.pixels, shot.corners), shot.corners)
    return shot


def without_document(rng: random.Random, pool: Pool, long: int) -> tuple[Pixels, bool]:
    """A scan that fills its picture, however badly it was made, a screenshot, a page seen closer, or a scene.

    And whether a page's edges are to be seen all the same, before the scanner's lid, say: whoever finds a document in
    such a picture is as right as who does not.
    """
    roll = rng.random()
    if roll < 0.16:
        picture = pool.picture(rng) if rng.random() < 0.8 else lined(rng, 640, 480)
        return _sized(picture, long), False
    page = _sized(pool.page(rng), long)
    if roll < 0.3:  # no edge to be seen
        share = rng.uniform(0.4, 0.9)
        height, width = page.shape[:2]
        x, y = rng.uniform(0, 1 - share) * width, rng.uniform(0, 1 - share) * height
        page = page[int(y) : int(y + share * height), int(x) : int(x + share * width)]
        if rng.random() < 0.5:
            page = turned(rng, page, rng.gauss(0, 5))
        return _sized(_shaded(rng, scan(rng, page)), long), False
    if roll < 0.36:
        return page, False
    page, edges = scan(rng, page), False
    if rng.random() < 0.4:
        paper = page[0, 0].astype(int)
        page = turned(rng, page, rng.choice([rng.gauss(0, 2), rng.uniform(-12, 12)]))
        edges = bool(np.abs(page[[0, 0, -1, -1], [0, -1, 0, -1]] - paper).max() > PAPER)
    elif rng.random() < 0.6:
        page, edges = bordered(rng, page), True
    if rng.random() < 0.2:
        page = _punched(rng, page)
    if rng.random() < 0.25:
        page = _shaded(rng, page)
    return page, edges


def crumpled(rng: random.Random, page: Pixels) -> Pixels:
    """A paper as it comes out of a pocket: folds, and now and then a paper of another colour."""
    if rng.random() < 0.75:
        return page
    height, width = page.shape[:2]
    light = 1 + clouds(rng, width, height, 3, 3) * rng.uniform(0, 0.08)
    for _ in range(rng.randint(1, 3)):
        at = int(rng.uniform(0.2, 0.8) * height)
        depth = np.exp(-np.abs(np.arange(height) - at) / rng.uniform(2, 40))
        light *= (1 + rng.uniform(-0.2, 0.2) * depth)[:, None].astype(np.float32)
    return np.clip(page * light[..., None], 0, 255).astype(np.uint8)


def cluttered(rng: random.Random, pool: Pool, table: Pixels) -> Pixels:
    """Other papers and things on the table, smaller, or only reaching into the picture."""
    height, width = table.shape[:2]
    out = table
    for _ in range(rng.randint(1, 3)):
        other = pool.page(rng) if rng.random() < 0.7 else ground(rng, 200, 280)
        size = rng.uniform(0.2, 0.7) * max(width, height)
        scale = size / max(other.shape[:2])
        other = cv2.resize(other, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        angle, side = rng.uniform(0, 2 * math.pi), rng.uniform(0, 360)
        middle = np.array([width, height]) * (0.5 + 0.55 * np.array([math.cos(angle), math.sin(angle)]))
        matrix = cv2.getRotationMatrix2D((other.shape[1] / 2, other.shape[0] / 2), side, 1.0)
        matrix[:, 2] += middle - [other.shape[1] / 2, other.shape[0] / 2]
        mask = cv2.warpAffine(np.full(other.shape[:2], 255, np.uint8), matrix, (width, height))
        laid = cv2.warpAffine(other, matrix, (width, height))
        out = np.where(mask[..., None] > 127, laid, out)
    for _ in range(rng.randint(0, 4)):
        out = _thing(rng, out, rng.uniform(0, width), rng.uniform(0, height))
    return out


def bordered(rng: random.Random, page: Pixels) -> Pixels:
    """A scan with what was beside the page: the lid, the copier's dark, the next page of a book, on some sides."""
    height, width = page.shape[:2]
    wide = [int(rng.uniform(0.01, 0.09) * min(width, height)) if rng.random() < 0.5 else 0 for _ in range(4)]
    level = rng.choice([rng.randint(0, 60), rng.randint(0, 60), rng.randint(150, 255)])
    out = cv2.copyMakeBorder(page, *wide, cv2.BORDER_CONSTANT, value=[level] * 3)
    if rng.random() < 0.5:  # the lid is seldom even, the page seldom straight under it
        out = cv2.warpAffine(
            out,
            cv2.getRotationMatrix2D((width / 2, height / 2), rng.gauss(0, 0.8), 1.0),
            out.shape[1::-1],
            borderMode=cv2.BORDER_REPLICATE,
        )
    if rng.random() < 0.3:  # a gutter
        depth = np.exp(-np.arange(out.shape[1]) / (out.shape[1] * rng.uniform(0.01, 0.06)))
        fall = 1 - rng.uniform(0.3, 0.9) * (depth if rng.random() < 0.5 else depth[::-1])
        out = np.clip(out * fall[None, :, None], 0, 255).astype(np.uint8)
    return np.asarray(out, np.uint8)


def _table(rng: random.Random, pool: Pool, page: Pixels, width: int, height: int) -> Pixels:
    roll = rng.random()
    if roll < 0.4:
        return cv2.resize(pool.picture(rng), (width, height), interpolation=cv2.INTER_AREA)
    if roll < 0.5:
        return lined(rng, width, height)
    table = ground(rng, width, height)
    if roll < 0.75:  # hardly another colour than the paper
        paper = np.median(page.reshape(-1, 3)[::97], axis=0)
        near = np.clip(paper - rng.choice([rng.uniform(5, 40), rng.uniform(-25, 25)]), 0, 255)
        soft = (table - table.mean((0, 1))) * rng.uniform(0.05, 0.5)
        table = np.clip(near + soft, 0, 255).astype(np.uint8)
    return table


def _handled(rng: random.Random, pixels: Pixels, corners: np.ndarray) -> Pixels:
    """Fingers that hold an edge, or things put down upon it."""
    out = pixels
    side = rng.randrange(4)
    first, second = corners[side], corners[(side + 1) % 4]
    outward = first + second - corners.sum(0) / 2
    outward /= np.linalg.norm(outward) + 1e-6
    if rng.random() < 0.5:
        red = rng.uniform(90, 240)
        skin = [red, red * rng.uniform(0.62, 0.85), red * rng.uniform(0.48, 0.75)]
        size, share = max(pixels.shape[:2]) * rng.uniform(0.02, 0.035), rng.uniform(0, 1)
        out = out.copy()
        for finger in range(rng.randint(1, 4)):
            tip = first * (1 - share) + second * share - outward * size * rng.uniform(0, 3)
            tip = tip + (second - first) / np.linalg.norm(second - first) * finger * size * 2.1
            root = tip + outward * size * rng.uniform(6, 20)
            shade = np.array(skin) * rng.uniform(0.9, 1.05)
            points = tuple(int(value) for value in tip), tuple(int(value) for value in root)
            cv2.line(out, *points, np.clip(shade, 0, 255).tolist(), int(2 * size), cv2.LINE_AA)
        return out
    share = rng.uniform(0, 1)
    place = first * (1 - share) + second * share
    return _thing(rng, out, *place)


def _thing(rng: random.Random, pixels: Pixels, x: float, y: float) -> Pixels:
    """A pen, a cup, a box, a cable."""
    out = pixels.copy()
    size, paint, kind = max(pixels.shape[:2]) * rng.uniform(0.02, 0.09), colour(rng).tolist(), rng.random()
    angle = rng.uniform(0, math.pi)
    if kind < 0.4:
        reach = np.array([math.cos(angle), math.sin(angle)]) * size * 3
        ends = (int(x - reach[0]), int(y - reach[1])), (int(x + reach[0]), int(y + reach[1]))
        cv2.line(out, *ends, paint, max(2, int(size * rng.uniform(0.1, 0.4))), cv2.LINE_AA)
    elif kind < 0.7:
        axes = int(size), int(size * rng.uniform(0.5, 1.2))
        cv2.ellipse(out, (int(x), int(y)), axes, math.degrees(angle), 0, 360, paint, -1, cv2.LINE_AA)
        cv2.ellipse(out, (int(x), int(y)), axes, math.degrees(angle), 0, 360, colour(rng).tolist(), 2, cv2.LINE_AA)
    else:
        box = cv2.boxPoints(((x, y), (size * rng.uniform(0.7, 3), size), math.degrees(angle)))
        cv2.fillConvexPoly(out, np.rint(box).astype(np.int32), paint, cv2.LINE_AA)
    return out


def _punched(rng: random.Random, page: Pixels) -> Pixels:
    out = page.copy()
    height, width = page.shape[:2]
    size, level = max(3, int(width * rng.uniform(0.008, 0.02))), rng.choice([0, 20, 200])
    count, x = rng.choice([2, 2, 3, 4]), int(width * rng.uniform(0.02, 0.05))
    for hole in range(count):
        y = int(height * (0.5 + (hole - (count - 1) / 2) * 0.28 * 2 / count))
        cv2.circle(out, (x, y), size, [level] * 3, -1, cv2.LINE_AA)
    return out


def _shaded(rng: random.Random, pixels: Pixels) -> Pixels:
    light = 1 + clouds(rng, pixels.shape[1], pixels.shape[0], 2, 2) * rng.uniform(0, 0.3)
    return np.clip(pixels * light[..., None], 0, 255).astype(np.uint8)


def _sized(pixels: Pixels, long: int) -> Pixels:
    scale = long / max(pixels.shape[:2])
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
