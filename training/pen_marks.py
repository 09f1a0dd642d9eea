"""What stands over and beside the print of forms: rules, underlines, leaders and strokes of a pen."""

from __future__ import annotations

import random

import cv2
import numpy as np

from training.fonts import CAP_HEIGHT


def rule(rng: random.Random, ink: np.ndarray, baseline: float, chance: float) -> None:
    """Underlines, form and table rules, leaders and pen strokes over the print (in place)."""
    height, width = ink.shape
    thick = rng.choice([1, 2, 2, 3, 4])
    if rng.random() < 0.6 * chance:
        y = round(baseline + rng.uniform(0.03, 0.3) * CAP_HEIGHT)
        start, end = (0, width) if rng.random() < 0.7 else sorted(rng.randrange(width) for _ in range(2))
        if rng.random() < 0.15:
            for x in range(start, end, rng.randint(4, 9)):
                ink[max(0, y) : max(0, y + thick), x : x + thick] = 255
        else:
            ink[max(0, y) : max(0, y + thick), start:end] = 255
    if rng.random() < 0.2 * chance:
        y = rng.choice([rng.randint(0, 4), height - rng.randint(1, 5)])
        ink[max(0, y) : y + thick] = 255
    if rng.random() < 0.25 * chance:
        x = rng.choice([rng.randint(0, 5), max(0, width - rng.randint(1, 6))])
        ink[:, x : x + thick] = 255
    if rng.random() < 0.05 * chance:
        y = round(baseline - rng.uniform(0.2, 0.7) * CAP_HEIGHT)
        ink[max(0, y) : max(0, y + min(thick, 2))] = 255
    if rng.random() < 0.08 * chance:
        scribble(rng, ink)


def scribble(rng: random.Random, ink: np.ndarray) -> None:
    """A pen stroke across the crop (in place)."""
    height, width = ink.shape
    points = [[rng.uniform(-0.1, 1.1) * width, rng.uniform(-0.3, 1.3) * height] for _ in range(rng.randint(2, 4))]
    cv2.polylines(ink, [np.array(points, np.int32)], False, 255, rng.randint(1, 3), cv2.LINE_AA)
