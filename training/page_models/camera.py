"""What scanners and cameras make of a page: one that fills its image, or one that lies somewhere in a photograph."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import cv2
import numpy as np

from training.page_models.grounds import clouds, colour

Pixels = np.ndarray  # uint8 [height, width, 3], RGB


@dataclass(frozen=True)
class Photograph:
    """``pixels``: uint8 [height, width, 3]; ``corners``: float64 [4, 2], pixels, clockwise from the page's top left."""

    pixels: Pixels
    corners: np.ndarray


def scan(rng: random.Random, page: Pixels) -> Pixels:
    """The page as a scanner, a copier or a fax gives it."""
    out = page
    roll = rng.random()
    if roll < 0.3:  # fax, copy: black and white
        small = cv2.resize(out, None, fx=rng.uniform(0.6, 1), fy=rng.uniform(0.6, 1), interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
        grey += np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(2, 20), grey.shape)
        level = cv2.GaussianBlur(grey, (0, 0), 15) - rng.uniform(15, 45)
        if float(grey.mean()) < 100:
            level = cv2.GaussianBlur(grey, (0, 0), 15) + rng.uniform(15, 45)
        out = cv2.cvtColor(np.where(grey > level, 255, 0).astype(np.uint8), cv2.COLOR_GRAY2RGB)
    elif roll < 0.75:
        out = _exposed(rng, out, soft=0.8, noisy=0.6)
    if rng.random() < 0.15:  # a dark edge where the lid was open
        out = out.copy()
        edge = int(rng.uniform(0.01, 0.06) * min(out.shape[:2]))
        side = rng.randrange(4)
        np.rot90(out, side)[:edge] = rng.randint(0, 90)
    return out


def turned(rng: random.Random, page: Pixels, degrees: float) -> Pixels:
    """The page turned clockwise by some degrees, its image as large as before, what comes in of one colour."""
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
    fill = page[0, 0].tolist() if rng.random() < 0.6 else [rng.choice([0, 255, 128])] * 3
    return np.asarray(cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=fill))


def photograph(
    rng: random.Random, page: Pixels, ground: Pixels, turn: float, fill: tuple[float, float], bend: bool = True
) -> Photograph:
    """A page laid on a ground by perspective.

    Args:
        page: what lies there. Shrunk before, if it comes out smaller.
        ground: what it lies on; the photograph is as large.
        turn: degrees clockwise.
        fill: least and greatest share of the photograph's sides that the page takes; over 1 its corners lie outside.
        bend: whether the paper may be curled.
    """
    shot = placed(rng, page, ground, turn, fill, bend)
    out, corners = shot.pixels, shot.corners
    if rng.random() < 0.3:
        out = _covered(rng, out, corners)
    return Photograph(_exposed(rng, _lit(rng, out)), corners)


def placed(
    rng: random.Random, page: Pixels, ground: Pixels, turn: float, fill: tuple[float, float], bend: bool
) -> Photograph:
    """The same without what light and camera do to it."""
    height, width = ground.shape[:2]
    corners = _quad(rng, page.shape[1] / page.shape[0], width, height, turn, rng.uniform(*fill))
    return Photograph(_laid(rng, page, ground, corners, bend), corners)


def _quad(rng: random.Random, aspect: float, width: int, height: int, turn: float, fill: float) -> np.ndarray:
    """Four corners, clockwise from the page's top left: a rectangle turned in space and seen by a camera."""
    half = np.array([aspect, 1.0]) / 2
    flat = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], float) * [*half, 0]
    tilt, slant, angle = rng.gauss(0, 0.28), rng.gauss(0, 0.28), math.radians(turn)
    tilt, slant = (max(-0.75, min(0.75, value)) for value in (tilt, slant))
    spin = np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1]])
    about_x = np.array([[1, 0, 0], [0, math.cos(tilt), -math.sin(tilt)], [0, math.sin(tilt), math.cos(tilt)]])
    about_y = np.array([[math.cos(slant), 0, math.sin(slant)], [0, 1, 0], [-math.sin(slant), 0, math.cos(slant)]])
    space = flat @ spin.T @ (about_y @ about_x).T
    distance = rng.uniform(1.6, 4.0) * max(aspect, 1.0)
    seen = space[:, :2] / (1 + space[:, 2:] / distance)
    low, high = seen.min(0), seen.max(0)
    scale = fill * min(width / (high[0] - low[0]), height / (high[1] - low[1]))
    room = np.abs(np.array([width, height]) - scale * (high - low)) / 2
    centre = np.array([width, height]) / 2 + [rng.uniform(-1, 1) * value for value in room]
    return np.asarray(centre + (seen - (low + high) / 2) * scale)


def _laid(rng: random.Random, page: Pixels, ground: Pixels, corners: np.ndarray, bend: bool) -> Pixels:
    height, width = ground.shape[:2]
    sides = np.linalg.norm(corners - np.roll(corners, -1, 0), axis=1)
    longest = max(sides[0], sides[2]), max(sides[1], sides[3])
    shrink = max(longest[0] / page.shape[1], longest[1] / page.shape[0])
    if shrink < 0.7:
        page = cv2.resize(page, None, fx=shrink * 1.15, fy=shrink * 1.15, interpolation=cv2.INTER_AREA)
    rows, columns = page.shape[:2]
    frame = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    # Pixel centres: (0, 0) is a corner for us, a centre for OpenCV.
    matrix = cv2.getPerspectiveTransform((corners - 0.5).astype(np.float32), frame - 0.5)
    xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    w = matrix[2, 0] * xs + matrix[2, 1] * ys + matrix[2, 2]
    u = ((matrix[0, 0] * xs + matrix[0, 1] * ys + matrix[0, 2]) / w).astype(np.float32)
    v = ((matrix[1, 0] * xs + matrix[1, 1] * ys + matrix[1, 2]) / w).astype(np.float32)
    shade = np.ones((height, width), np.float32)
    if bend and rng.random() < 0.4:  # the corners stay where they are
        along, across, high = (u / columns, v, rows) if rng.random() < 0.5 else (v / rows, u, columns)
        waves = rng.choice([1, 1, 2])
        swing = np.sin(np.pi * waves * np.clip(along, 0, 1))
        across += swing * rng.uniform(-0.018, 0.018) * high
        shade += swing * rng.uniform(-0.15, 0.15)
    inside = np.minimum(np.minimum(u + 1, columns - u), np.minimum(v + 1, rows - v))
    alpha = np.clip(inside * _pixels_a_unit(sides, columns, rows), 0, 1)
    laid = cv2.remap(page, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    base = ground.astype(np.float32)
    if rng.random() < 0.7:  # the paper's shadow
        offset = np.array([rng.gauss(0, 0.01), rng.gauss(0, 0.01)]) * max(width, height)
        shadow = np.zeros((height, width), np.float32)
        cv2.fillConvexPoly(shadow, np.rint(corners + offset).astype(np.int32), 1.0)
        shadow = cv2.GaussianBlur(shadow, (0, 0), max(width, height) * rng.uniform(0.003, 0.02))
        base *= (1 - shadow * rng.uniform(0.1, 0.6))[..., None]
    mixed = base + (laid * shade[..., None] - base) * alpha[..., None]
    return np.clip(mixed, 0, 255).astype(np.uint8)


def _pixels_a_unit(sides: np.ndarray, columns: int, rows: int) -> float:
    return float(max(0.3, min(3.0, (sides[0] + sides[2]) / 2 / columns, (sides[1] + sides[3]) / 2 / rows)))


def _covered(rng: random.Random, pixels: Pixels, corners: np.ndarray) -> Pixels:
    """A thumb, a pen or a cup over an edge of the page."""
    out = pixels.copy()
    side = rng.randrange(4)
    share = rng.uniform(0.15, 0.85)
    place = corners[side] * (1 - share) + corners[(side + 1) % 4] * share
    size = max(pixels.shape[:2]) * rng.uniform(0.02, 0.07)
    skin = np.array([rng.uniform(120, 235), 0, 0])
    skin[1:] = skin[0] * rng.uniform(0.6, 0.85), skin[0] * rng.uniform(0.45, 0.75)
    paint = skin if rng.random() < 0.5 else colour(rng)
    axes = (int(size), int(size * rng.uniform(0.3, 3)))
    centre = tuple(int(value) for value in place)
    cv2.ellipse(out, centre, axes, rng.uniform(0, 180), 0, 360, paint.tolist(), -1, cv2.LINE_AA)
    return out


def _lit(rng: random.Random, pixels: Pixels) -> Pixels:
    """Uneven light and a cast shadow."""
    height, width = pixels.shape[:2]
    light = 1 + clouds(rng, width, height, 2, 2) * rng.uniform(0, 0.35)
    if rng.random() < 0.35:
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        angle = rng.uniform(0, 2 * math.pi)
        xs, ys = np.arange(width, dtype=np.float32)[None] - x, np.arange(height, dtype=np.float32)[:, None] - y
        depth = (xs * math.cos(angle) + ys * math.sin(angle)) / (max(width, height) * rng.uniform(0.005, 0.08))
        light = light * (1 - rng.uniform(0.15, 0.55) / (1 + np.exp(-np.clip(depth, -30, 30))))
    cast = 1 + np.array([rng.gauss(0, 0.06) for _ in range(3)], np.float32)
    return np.clip(pixels * light[..., None].astype(np.float32) * cast, 0, 255).astype(np.uint8)


def _exposed(rng: random.Random, pixels: Pixels, soft: float = 1.6, noisy: float = 1.0) -> Pixels:
    """Blur, contrast, noise and JPEG. A camera's picture always has noise; some scanners take theirs out."""
    out = pixels
    if rng.random() < 0.5:
        out = cv2.GaussianBlur(out, (0, 0), rng.uniform(0.3, soft))
    contrast, light = rng.uniform(0.6, 1.15), rng.uniform(-25, 25)
    table = np.clip((np.arange(256) - 128) * contrast + 128 + light, 0, 255).astype(np.uint8)
    out = cv2.LUT(out, table)
    if rng.random() < noisy:
        noise = np.empty(out.shape, np.int16)
        cv2.setRNGSeed(rng.getrandbits(31))
        cv2.randn(noise, 0, rng.uniform(1, 12))
        out = np.clip(out + noise, 0, 255).astype(np.uint8)
    if rng.random() < 0.6:
        _, packed = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, rng.randint(35, 95)])
        out = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    return np.asarray(out, np.uint8)
