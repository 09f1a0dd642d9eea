"""Real lines for fine-tuning: crops of receipts whose letters are the truth's and whose case is the picture's."""

from __future__ import annotations

import difflib
import random
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from models.word_net import HEIGHT, WIDTH, Reading, WordNet, scale
from training.alphabet import INDEX, encode
from training.batches import WIDTHS, Batch
from training.crops import Crop
from training.distort import Dice, jpeg, noise, normalise

ALIKE = set("cosuvwxzpkCOSUVWXZPK")
"""Letters whose cases differ in size alone: their neighbours decide."""
SURE = 0.6
"""Confidence of a character from which on its case is believed."""
LEAST_AGREEMENT = 0.6
"""Share of a word's letters that the reading must have found, for its case to be known."""


def picture_case(truth: str, reading: Reading) -> str | None:
    """The truth with the case of the picture, as far as a reading shows it; None where it does not."""
    matcher = difflib.SequenceMatcher(None, truth.casefold(), reading.text.casefold(), autojunk=False)
    seen: list[str | None] = [None] * len(truth)
    for block in matcher.get_matching_blocks():
        for k in range(block.size):
            character = reading.text[block.b + k]
            if reading.confidences[block.b + k] >= SURE and truth[block.a + k].isalpha():
                seen[block.a + k] = character
    out, start = [], 0
    for word in truth.split(" "):
        part = _word_case(word, seen[start : start + len(word)])
        if part is None:
            return None
        out.append(part)
        start += len(word) + 1
    return " ".join(out)


def _word_case(word: str, seen: Sequence[str | None]) -> str | None:
    letters = sum(c.isalpha() for c in word)
    found = [c for c in seen if c]
    if not letters:
        return word
    if len(found) < LEAST_AGREEMENT * letters:
        return None
    plain = [c for c in found if c not in ALIKE]
    if all(c.isupper() for c in plain or found):
        return word.upper()
    # A word's first letter says nothing about the others.
    sure = [place for place, c in enumerate(seen) if c and c not in ALIKE and place] or [
        k for k, c in enumerate(seen) if c
    ]
    out = []
    for place, character in enumerate(word):
        nearest = min(sure, key=lambda k, place=place: (abs(k - place), -k))  # type: ignore[misc]
        shown = seen[place] if place == 0 and seen[0] else seen[nearest]
        out.append(character.upper() if shown and shown.isupper() else character.lower())
    return "".join(out)


@dataclass(frozen=True)
class RealLine:
    """``pixels``: uint8 [32, columns <= 320]; ``text``: what to learn."""

    pixels: np.ndarray
    text: str


def real_lines(crops: Sequence[Crop], teacher: WordNet) -> list[RealLine]:
    """The crops that fit a window (squeezed by a fifth at most) and whose case a trained network is sure of."""
    lines = []
    for crop in crops:
        text = " ".join(crop.text.split())
        if crop.pixels.shape[0] < 6 or not text or not set(text) <= INDEX.keys():
            continue
        pixels = scale(crop.pixels)
        if pixels.shape[1] > 1.25 * WIDTH or pixels.shape[1] < 8:
            continue
        cased = picture_case(text, teacher.read_line(crop.pixels))
        if cased is None:
            continue
        if pixels.shape[1] > WIDTH:
            pixels = np.asarray(cv2.resize(pixels, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
        lines.append(RealLine(pixels, cased))
    return lines


class RealBatches:
    """Batches of real lines, jittered: each is drawn for one width from lines that about fill it."""

    def __init__(self, lines: Sequence[RealLine], seed: int) -> None:
        self.seed = seed
        self.shelves: dict[int, list[RealLine]] = {width: [] for width, _ in WIDTHS}
        for line in lines:
            self.shelves[min(width for width in self.shelves if width >= line.pixels.shape[1])].append(line)

    def batch(self, index: int, columns: int, count: int) -> Batch:
        """``count`` lines for windows of ``columns``; the same for the same seed and index."""
        rng = random.Random(f"real-{self.seed}-{index}")
        lines = rng.choices(self.shelves[columns], k=count)
        light = np.full((count, 1, HEIGHT, columns), 0.5, np.float32)
        widths = []
        for place, line in enumerate(lines):
            part = _jitter(rng, line.pixels, columns)
            light[place, 0, :, : part.shape[1]] = part / np.float32(255)
            light[place, 0, :, part.shape[1] :] = part[:, -1:] / np.float32(255)
            widths.append(part.shape[1])
        dice = Dice(torch.Generator().manual_seed(self.seed * 1_000_003 + index), count)
        x = torch.from_numpy(light)
        x = jpeg(noise(x * dice.uniform(0.85, 1.0), dice), dice)
        texts = [line.text for line in lines]
        targets = torch.tensor([label for text in texts for label in encode(text)], dtype=torch.int64)
        return Batch(normalise(x, torch.tensor(widths)), targets, torch.tensor([len(t) for t in texts]), texts)


def _jitter(rng: random.Random, pixels: np.ndarray, columns: int) -> np.ndarray:
    """Another crop of about the same: up to 2 rows less or more above and below, slightly wider or narrower."""
    top, bottom = rng.randint(-2, 2), rng.randint(-2, 2)
    part = cv2.copyMakeBorder(
        pixels[max(top, 0) : HEIGHT - max(bottom, 0)], max(-top, 0), max(-bottom, 0), 0, 0, cv2.BORDER_REPLICATE
    )
    width = max(8, min(columns, round(pixels.shape[1] * rng.uniform(0.92, 1.08))))
    return np.asarray(cv2.resize(part, (width, HEIGHT), interpolation=cv2.INTER_LINEAR), np.uint8)


def mixed(synthetic: Batch, real: Batch) -> Batch:
    """Two batches of one width as one."""
    return Batch(
        torch.cat([synthetic.windows, real.windows]),
        torch.cat([synthetic.targets, real.targets]),
        torch.cat([synthetic.lengths, real.lengths]),
        synthetic.texts + real.texts,
    )
