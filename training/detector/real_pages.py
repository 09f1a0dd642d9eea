"""Pages whose lines are known without drawing: born-digital PDFs by PDFium's boxes, real receipts by their truth."""

from __future__ import annotations

import ctypes
import functools
import gzip
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from documents.sizing import render_size
from models.detector.ink import find_dark, without_rules
from training.crops import pages as labelled
from training.crops import read_page
from training.detector.damage import scanned
from training.detector.examples import Page, Pages
from training.detector.labels import Strip
from training.detector.sheet import LEADER, LINE_GAP, Sheet

SHRINK = 2
"""A page as the job renders it over the picture that the Line Net sees."""
LONG_SIDE = 1024
"""Pixels of a drawn PDF page."""
TIGHTEST = 0.22
"""Of a true box's height: how far an edge moves inward at most to the print."""


def printed(sources: Sequence[Path]) -> Pages:
    """Pages of PDFs, each source as likely, half of them as they are, half as a scanner gives them."""

    def page(rng: random.Random) -> Page:
        while True:
            document = _opened(rng.choice(sources))
            pdf_page = document[rng.randrange(len(document))]
            wide, high = pdf_page.get_size()
            scale = LONG_SIDE / max(wide, high) * rng.uniform(0.9, 1.1)
            pixels = _grey(pdf_page, scale)
            lines = list(_lines(pdf_page, scale, high))
            if lines or rng.random() < 0.1:
                break
        sheet = Sheet(rng, pixels.shape[1], pixels.shape[0], int(np.percentile(pixels[::4, ::4], 80)), 0)
        sheet.pixels, sheet.lines = pixels, lines
        return scanned(sheet, 0.1 if rng.random() < 0.4 else 0.8)

    return page


@functools.lru_cache(maxsize=64)
def _opened(path: Path) -> Any:
    import pypdfium2

    data = path.read_bytes()
    return pypdfium2.PdfDocument(gzip.decompress(data) if path.suffix == ".gz" else data)


def _grey(page: Any, scale: float) -> np.ndarray:
    pixels = np.asarray(page.render(scale=scale, grayscale=True).to_numpy(), np.uint8)
    return np.ascontiguousarray(pixels[..., 0] if pixels.ndim == 3 else pixels)


def _lines(page: Any, scale: float, page_height: float) -> Iterator[np.ndarray]:
    """Boxes of the words of each level line, pixels."""
    import pypdfium2.raw as pdfium

    text_page = page.get_textpage()
    sides = [ctypes.c_double() for _ in range(4)]
    words: list[list[float]] = []
    texts: list[str] = []
    fresh = True
    for index in range(text_page.count_chars() + 1):
        character = chr(pdfium.FPDFText_GetUnicode(text_page.raw, index)) if index < text_page.count_chars() else "\n"
        if character.isspace() or character < " ":
            fresh = True
            if character in "\r\n":
                yield from _parted(words, texts)
                words, texts = [], []
            continue
        pdfium.FPDFText_GetCharBox(text_page.raw, index, sides[0], sides[1], sides[2], sides[3])
        left, right, bottom, top = (side.value for side in sides)
        box = [left * scale, (page_height - top) * scale, right * scale, (page_height - bottom) * scale]
        if box[2] - box[0] < 0.3 or box[3] - box[1] < 0.3:
            continue
        if words and abs(box[3] + box[1] - words[-1][3] - words[-1][1]) > 2 * max(
            box[3] - box[1], words[-1][3] - words[-1][1]
        ):
            yield from _parted(words, texts)
            words, texts, fresh = [], [], True
        if fresh:
            words.append(box)
            texts.append(character)
        else:
            last = words[-1]
            words[-1] = [min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3])]
            texts[-1] += character
        fresh = False


def _parted(words: list[list[float]], texts: list[str]) -> Iterator[np.ndarray]:
    """A line without leaders, parted at wide gaps; what is higher than wide and long is upright text, and left out."""
    kept = [index for index, text in enumerate(texts) if not LEADER.match(text)]
    part: list[int] = []
    for index in [*kept, -1]:
        high = np.median([words[each][3] - words[each][1] for each in part]) if part else 0.0
        if part and (index < 0 or index != part[-1] + 1 or words[index][0] - words[part[-1]][2] > LINE_GAP * high):
            boxes = np.array([words[each] for each in part])
            around = boxes[:, 2].max() - boxes[:, 0].min(), boxes[:, 3].max() - boxes[:, 1].min()
            if around[1] < 80 and (around[1] < 2.2 * around[0] or sum(len(texts[each]) for each in part) < 3):
                yield boxes
            part = []
        part.append(index)


def receipts(data: Path) -> Pages:
    """Receipts of the training split as the Line Net will see them, larger and smaller, some damaged further."""
    paths = labelled(data, "receipts", "training")

    def page(rng: random.Random) -> Page:
        pixels, lines = _receipt(rng.choice(paths))
        times = 1.0 if rng.random() < 0.4 else rng.uniform(0.75, 1.25)
        if times != 1:
            pixels = cv2.resize(
                pixels, None, fx=times, fy=times, interpolation=cv2.INTER_AREA if times < 1 else cv2.INTER_LINEAR
            )
        sheet = Sheet(rng, pixels.shape[1], pixels.shape[0], int(np.percentile(pixels[::4, ::4], 80)), 0)
        sheet.pixels, sheet.lines = np.asarray(pixels, np.uint8), [line * times for line in lines]
        if rng.random() < 0.6:
            return sheet.pixels, [_strip(line) for line in sheet.lines]
        return scanned(sheet, 0.4)

    return page


@functools.lru_cache(maxsize=400)
def _receipt(path: Path) -> tuple[np.ndarray, list[np.ndarray]]:
    """A receipt at the Line Net's scale, and its true boxes, drawn in to the print."""
    page = read_page(path)
    high, wide = page.pixels.shape
    width, height = (side // SHRINK for side in render_size(wide, high))
    how = cv2.INTER_AREA if width < wide else cv2.INTER_LINEAR
    grey = np.asarray(cv2.resize(page.pixels, (width, height), interpolation=how), np.uint8)
    ink = without_rules(find_dark(grey)[0]) > 0
    times = np.array([width / wide, height / high] * 2)
    return grey, [_tight(np.array(box) * times, ink)[None] for box, text in page.lines if text.strip()]


def _tight(box: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """The box without empty margins, as far as they are no more than `TIGHTEST` of its height."""
    left, top, right, bottom = np.rint(box).astype(int)
    part = ink[max(0, top) : bottom, max(0, left) : right]
    rows, columns = np.flatnonzero(part.sum(1) > 0.01 * part.shape[1]), np.flatnonzero(part.any(0))
    if not len(rows) or not len(columns):
        return box
    most = TIGHTEST * (box[3] - box[1])
    inner = [left + columns[0], top + rows[0], left + columns[-1] + 1, top + rows[-1] + 1]
    low, high = box - np.array([0, 0, most, most]), box + np.array([most, most, 0, 0])
    return np.asarray(np.clip(np.array(inner, float), low, high))


def _strip(boxes: np.ndarray) -> Strip:
    x = np.array([boxes[:, 0].min(), boxes[:, 2].max()])
    return np.column_stack([x, np.full(2, boxes[:, 1].min()), np.full(2, boxes[:, 3].max())])
