"""What printers, copiers, faxes, pockets and scanners do to a page; where its lines stand afterwards."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import cv2
import numpy as np

from training.detector.labels import Strip
from training.detector.sheet import Boxes, Grey, Sheet

STEEPEST = 5.0
"""Degrees that a page is turned at most."""

Floats = np.ndarray  # float32 [height, width]


def scanned(sheet: Sheet, harshness: float = 1.0) -> tuple[Grey, list[Strip]]:
    """The page as it comes out of a scanner, and a strip for each of its lines.

    Args:
        harshness: how likely each fault is, beside what is usual.
    """
    rng = sheet.rng
    noise = np.random.default_rng(rng.getrandbits(32))

    def by(chance: float) -> bool:
        return rng.random() < chance * harshness

    pixels, dark_page = sheet.pixels, sheet.paper < 128
    if dark_page:
        pixels = 255 - pixels
    pixels = _print(pixels, rng, noise, by)
    if by(0.08):
        behind = cv2.GaussianBlur(np.roll(pixels[:, ::-1], rng.randint(-99, 99), 0), (0, 0), rng.uniform(0.8, 2))
        pixels = np.minimum(pixels, 255 - ((255 - behind) * rng.uniform(0.1, 0.4)).astype(np.uint8))
    if dark_page:
        pixels = 255 - pixels
    pixels, strips = _lay(pixels, sheet.lines, rng, 0 if by(0.12) else sheet.paper)
    pixels = _paper(pixels, rng, noise, by)
    if by(0.25):
        pixels = cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.4, 1.3))
    if by(0.14):
        smaller = rng.uniform(0.45, 0.9)
        small = cv2.resize(pixels, None, fx=smaller, fy=smaller, interpolation=cv2.INTER_AREA)
        pixels = cv2.resize(small, pixels.shape[::-1], interpolation=rng.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
    if not dark_page and by(0.33):
        pixels = _black_and_white(pixels, rng, noise)
    if by(0.3):
        pixels = add(pixels, grain(noise, pixels.shape) * np.float32(rng.uniform(1, 14)))
    if by(0.4):
        quality = rng.randint(20, 92)
        pixels = cv2.imdecode(
            cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE
        )
    return np.asarray(pixels, np.uint8), strips


def add(pixels: Grey, amount: Floats) -> Grey:
    return np.clip(pixels + amount, 0, 255).astype(np.uint8)


def grain(noise: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Normal noise, repeated in tiles of 256 that are shifted: drawing numbers is slow."""
    tile = noise.standard_normal((256, 256), np.float32)
    down, across = -(-shape[0] // 256), -(-shape[1] // 256)
    return np.tile(tile, (down, across))[: shape[0], : shape[1]]


def clouds(noise: np.random.Generator, shape: tuple[int, ...], spot: float) -> Floats:
    """Smooth noise in 0..1 with spots of about ``spot`` pixels."""
    coarse = noise.random((max(2, round(shape[0] / spot)), max(2, round(shape[1] / spot))), np.float32)
    return np.clip(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), 0, 1)


def _print(pixels: Grey, rng: random.Random, noise: np.random.Generator, by) -> Grey:  # type: ignore[no-untyped-def]
    """Dark on light: fat and thin print, ink that is missing, fading."""
    kernel = np.ones((2, 2), np.uint8)
    if by(0.18):
        fat = cv2.erode(pixels, kernel)
        pixels = cv2.addWeighted(pixels, 1 - (share := rng.uniform(0.2, 1)), fat, share, 0)
    elif by(0.15):
        thin = cv2.dilate(pixels, kernel)
        pixels = cv2.addWeighted(pixels, 1 - (share := rng.uniform(0.1, 0.6)), thin, share, 0)
    lost: Floats | None = None
    if by(0.14):  # worn spots
        field = clouds(noise, pixels.shape, rng.choice([3, 5, 9, 20]))
        lost = np.clip((field - rng.uniform(0.45, 0.8)) * 6, 0, 1) * np.float32(rng.uniform(0.4, 1))
    if by(0.16):  # a thermal print that fades
        field = clouds(noise, pixels.shape, rng.choice([80, 200, 500])) * np.float32(rng.uniform(0.3, 0.9))
        lost = field if lost is None else np.maximum(lost, field)
    if by(0.06):  # a printer's dots, which the scale nearly melts together
        dots = _dots(rng, pixels.shape)
        lost = dots if lost is None else np.maximum(lost, dots)
    if by(0.05):  # dead dots of the head, needles
        columns = (noise.random((1, pixels.shape[1])) < 0.02).astype(np.float32) + 0 * pixels
        lost = columns if lost is None else np.maximum(lost, columns)
    if lost is not None:
        paper = np.float32(np.percentile(pixels[::8, ::8], 80))
        pixels = np.where(pixels < paper, pixels + (paper - pixels) * lost, pixels).astype(np.uint8)
    return pixels


def _dots(rng: random.Random, shape: tuple[int, ...]) -> Floats:
    """What is lost between the dots of a matrix printer, 0..1."""
    waves = [0.5 + 0.5 * np.cos(np.arange(side) * (2 * math.pi / rng.uniform(1.3, 2.6)) + rng.uniform(0, 6))
             for side in shape]  # fmt: skip
    return (np.maximum(waves[0][:, None], waves[1]) * rng.uniform(0.25, 0.7)).astype(np.float32)


def _lay(pixels: Grey, lines: Sequence[Boxes], rng: random.Random, around: int) -> tuple[Grey, list[Strip]]:
    """The page laid askew and bent a little on the scanner; `around` is the grey beside it."""
    height, width = pixels.shape
    roll = rng.random()
    degrees = 0.0 if roll < 0.4 else rng.gauss(0, 0.7) if roll < 0.8 else rng.uniform(-STEEPEST, STEEPEST)
    scale = 1.0 if rng.random() < 0.5 else rng.uniform(0.88, 1.05)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), max(-STEEPEST, min(STEEPEST, degrees)), scale)
    turn[:, 2] += rng.gauss(0, 8), rng.gauss(0, 8)
    turn[1, 0] += rng.gauss(0, 0.004) if rng.random() < 0.2 else 0
    bend = rng.uniform(1, 6) if rng.random() < 0.15 else 0.0
    waves, phase = rng.uniform(0.5, 2) * 2 * math.pi / width, rng.uniform(0, 6)
    if degrees or scale != 1:
        pixels = cv2.warpAffine(pixels, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=around)
    else:
        turn = np.array([[1.0, 0, 0], [0, 1, 0]])
    if bend:
        xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
        drop = (bend * np.sin(waves * np.arange(width) + phase)).astype(np.float32)
        pixels = cv2.remap(pixels, xs, ys - drop, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    strips = []
    for boxes in lines:
        x = np.sort(boxes[:, [0, 2]].ravel())
        x = np.unique(np.concatenate([x, np.linspace(x[0], x[-1], 6)]))
        top, bottom = boxes[:, 1].min(), boxes[:, 3].max()
        upper, lower = (turn[:, :2] @ np.stack([x, np.full_like(x, y)]) + turn[:, 2:] for y in (top, bottom))
        across = (upper[0] + lower[0]) / 2
        drops = bend * np.sin(waves * across + phase)
        # At an angle, a box with upright sides reaches a little beyond the middle of its own.
        strips.append(np.column_stack([across, upper[1] + drops, lower[1] + drops]))
    return np.asarray(pixels, np.uint8), strips


def _paper(pixels: Grey, rng: random.Random, noise: np.random.Generator, by) -> Grey:  # type: ignore[no-untyped-def]
    """Creases, shadows, uneven light, spots, punched holes, dark edges, stripes of the scanner."""
    height, width = pixels.shape
    shade: Floats | None = None
    if by(0.2):
        shade = 1 - np.float32(rng.uniform(0.05, 0.45)) * clouds(noise, pixels.shape, rng.uniform(200, 900))
    if by(0.18):
        creased = _creases(rng, noise, pixels.shape)
        shade = creased if shade is None else shade * creased
    if shade is not None:
        pixels = np.clip(pixels * shade, 0, 255).astype(np.uint8)
    if by(0.1):
        pixels = pixels.copy()
        side, radius = rng.choice([0, 1]), rng.randint(8, 18)
        for number in range(rng.choice([2, 2, 3, 4])):
            centre = (
                rng.randint(15, 40) if side else width - rng.randint(15, 40),
                round(height * (0.2 + 0.25 * number)),
            )
            cv2.circle(pixels, centre, radius, rng.randint(0, 70), rng.choice([-1, -1, 2]), cv2.LINE_AA)
    if by(0.14):  # the lid's or the copier's dark edges
        pixels = pixels.copy()
        for _ in range(rng.randint(1, 3)):
            deep, black = rng.randint(2, 45), rng.randint(0, 90)
            ragged = (deep * (0.5 + clouds(noise, (max(height, width), 2), 30)[:, 0])).astype(np.int64)
            view = rng.choice([pixels, pixels[::-1], pixels.T, pixels.T[::-1]])
            for row in range(int(ragged.max())):
                view[row, np.flatnonzero(ragged[: view.shape[1]] > row)] = black
    if by(0.15):
        spots = (noise.random((height // 2, width // 2)) < rng.choice([0.0005, 0.002, 0.008])).astype(np.uint8)
        spots = cv2.resize(spots, (width, height), interpolation=cv2.INTER_NEAREST)
        pixels = np.where(spots > 0, rng.randint(0, 120), pixels).astype(np.uint8)
    if by(0.05):
        pixels = pixels.copy()
        for _ in range(rng.randint(1, 4)):
            pixels[:, rng.randrange(width)] = rng.choice([0, 40, 200, 255])
    return pixels


def _creases(rng: random.Random, noise: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """How light the paper is, about 1: folds throw light and shadow, crumpled paper has facets."""
    height, width = shape
    light = np.ones(shape, np.float32)
    for _ in range(rng.randint(1, 6)):
        line = np.zeros(shape, np.uint8)
        points = [(rng.randint(-50, width + 50), rng.randint(-50, height + 50)) for _ in range(2)]
        cv2.line(line, *points, 255, rng.choice([1, 2, 3, 8]), cv2.LINE_AA)
        light += (
            cv2.GaussianBlur(line, (0, 0), rng.uniform(0.7, 5)).astype(np.float32)
            / 255
            * np.float32(rng.uniform(-0.6, 0.4))
        )
    if rng.random() < 0.5:
        facets = clouds(noise, shape, rng.uniform(15, 120))
        light += (cv2.Sobel(facets, cv2.CV_32F, 1, 1, ksize=5) if rng.random() < 0.5 else facets - 0.5) * np.float32(
            rng.uniform(0.1, 0.4)
        )
    return np.clip(light, 0.2, 1.3)


def _black_and_white(pixels: Grey, rng: random.Random, noise: np.random.Generator) -> Grey:
    """As faxes and copies of copies have it: thresholds, ragged edges, salt and pepper, dots for greys."""
    soft = cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.35, 0.9)).astype(np.float32)
    soft += grain(noise, pixels.shape) * np.float32(rng.choice([2, 6, 14, 25]) * rng.random())
    if rng.random() < 0.4:
        soft += (clouds(noise, pixels.shape, rng.uniform(4, 12)) - 0.5) * np.float32(rng.uniform(10, 90))
    roll = rng.random()
    paper = float(np.percentile(soft[::8, ::8], 80))
    if roll < 0.75:
        level: float | Floats = paper * rng.uniform(0.45, 0.8)
    elif roll < 0.9:
        level = cv2.blur(soft, (51, 51)) - rng.uniform(8, 30)
    else:
        screen = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]], np.float32) * 12 + 30
        level = np.tile(screen, (pixels.shape[0] // 4 + 1, pixels.shape[1] // 4 + 1))[
            : pixels.shape[0], : pixels.shape[1]
        ]
    out = np.where(soft > level, 255, 0).astype(np.uint8)
    if rng.random() < 0.5:
        chance = rng.choice([0.0005, 0.002, 0.01])
        where = noise.random(pixels.shape, np.float32)
        out[where < chance] = 0
        out[where > 1 - chance * 2] = 255
    if rng.random() < 0.6:  # as it is rendered: enlarged or shrunk to the scale
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.3, 0.6))
    return np.asarray(out, np.uint8)
