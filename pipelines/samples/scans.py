"""What a scanner, a fax machine and a telephone's camera make of a page. All pictures are grey or RGB uint8 arrays."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from pipelines.samples.layout import BOLD, Layout

Picture = npt.NDArray[np.uint8]  # (height, width) grey or (height, width, 3) RGB

SPACE = 0.3  # of the font's size: its own spaces are narrow
BOLD_STROKE = 0.03  # of the font's size, around each letter


def clean(layout: Layout, dpi: float) -> Picture:
    """The page as it is printed, (height, width) grey; in Pillow's own font: the same on every machine."""
    scale = dpi / 72
    page = Image.new("L", (round(layout.width * scale), round(layout.height * scale)), 255)
    draw = ImageDraw.Draw(page)
    for line in layout.lines:
        font = ImageFont.load_default(line.size * scale)
        bold = line.size * scale * BOLD_STROKE if line.font == BOLD else 0
        x, y = line.x * scale, (layout.height - line.y) * scale
        for word in line.text.split(" "):
            draw.text((x, y), word, fill=0, font=font, anchor="ls", stroke_width=bold)
            x += draw.textlength(word, font=font) + (SPACE * line.size) * scale
    return np.array(page, dtype=np.uint8)


def scan(layout: Layout, dpi: float, rng: np.random.Generator, skew: float = 0.0) -> Picture:
    """A grey scan: `skew` degrees off, a little soft, paper that is not white, noise."""
    page = clean(layout, dpi)
    height, width = page.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), skew, 1.0)
    page = cv2.warpAffine(page, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=(255,))
    soft = 30 + cv2.GaussianBlur(page, (0, 0), 0.6).astype(np.float32) * (210 / 255)
    return _to_bytes(soft + rng.normal(0, 4, soft.shape))


def fax(layout: Layout, dpi: float, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Black and white, (height, width), true is white; specks as dust leaves them."""
    white = clean(layout, dpi) > 150
    ys, xs = rng.integers(0, white.shape[0], 40), rng.integers(0, white.shape[1], 40)
    white[ys, xs] = False
    return white


def on_table(layout: Layout, rng: np.random.Generator) -> Picture:
    """A receipt photographed on a wooden table: RGB, in perspective, under a shadow."""
    width, height = 1200, 1600
    paper = scan(layout, 200, rng)
    grain = cv2.GaussianBlur(rng.normal(0, 60, (height, 80)).astype(np.float32), (0, 0), sigmaX=1, sigmaY=40)
    grain = cv2.resize(grain, (width, height), interpolation=cv2.INTER_LINEAR)[:, :, None]
    photo = np.array([112, 74, 46], dtype=np.float32) + grain * np.array([2.4, 1.8, 1.2], dtype=np.float32)
    corners = np.array([[330, 150], [900, 190], [960, 1450], [250, 1400]], dtype=np.float32)
    rows, columns = paper.shape
    flat = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(flat, corners)
    warped = cv2.warpPerspective(paper, matrix, (width, height), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full_like(paper, 255), matrix, (width, height), flags=cv2.INTER_LINEAR)
    share = (mask.astype(np.float32) / 255)[:, :, None]
    photo = photo * (1 - share) + warped.astype(np.float32)[:, :, None] * share
    across = np.linspace(0, 1, width, dtype=np.float32)[None, :, None]
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    shadow = 1 - 0.4 / (1 + np.exp(-30 * (across + 0.4 * down - 0.95)))
    return _to_bytes(photo * shadow + rng.normal(0, 3, photo.shape))


def landscape(rng: np.random.Generator, width: int = 800, height: int = 600) -> Picture:
    """Sky, hills and a sun: RGB, without any text."""
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    columns = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    sky = np.stack([90 + 130 * rows, 140 + 80 * rows, 230 - 30 * rows], axis=2) * np.ones((1, width, 1), np.float32)
    sun = np.hypot((columns - 0.7) * width, (rows - 0.25) * height)
    picture = np.where((sun < 45)[:, :, None], np.array([255, 240, 180], np.float32), sky)
    for horizon, colour in ((0.55, (110, 130, 150)), (0.68, (80, 120, 80)), (0.82, (50, 95, 45))):
        phase = rng.uniform(0, 6, 3)
        hills = horizon + sum(0.05 / k * np.sin(columns * 4 * k + phase[k - 1]) for k in (1, 2, 3))
        picture = np.where(
            (rows > hills)[:, :, None], np.array(colour, np.float32) * (1.2 - 0.4 * rows[:, :, None]), picture
        )
    return _to_bytes(cv2.GaussianBlur(picture, (0, 0), 1.2) + rng.normal(0, 3, picture.shape))


def _to_bytes(picture: npt.NDArray[np.floating]) -> Picture:
    return np.asarray(np.clip(np.rint(picture), 0, 255), dtype=np.uint8)
