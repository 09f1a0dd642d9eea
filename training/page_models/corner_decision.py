"""Whether a document is there: what both corner steps say, weighed on pictures that neither was trained on."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from models.card import Card
from models.corner_patches import clockwise
from models.corners import CLOSE_FILE, CornerFinder
from models.drawn import is_drawn
from models.quads import overlap
from training.page_models.desk import with_document, without_document
from training.page_models.pool import Pool

LONG = 1600
"""Pixels of a made picture's longer side."""
RIGHT = 0.5
"""Intersection over union of quad and document from which on it is rather right than wrong to cut it out."""
RIDGE = 1e-4

Pixels = np.ndarray  # uint8 [height, width, 3], RGB


def decide(card: Path, pool: Pool, count: int, threshold: float, sure: float) -> float:
    """Writes the weights of the evidence (``Look.evidence``) into the card of the first step, and the log-odds from
    which on a document is cut out, and from which on there is one for sure; returns the mean loss, nats."""
    search = Card.open(card)
    fields = {**search.fields, "decision": [1.0, 0.0, 0.0, 0.0], "threshold": threshold, "sure": sure}
    finder = CornerFinder(dataclasses.replace(search, fields=fields), Card.open(card.with_name(CLOSE_FILE)))
    weights, loss = fitted(*evidence(finder, pool, count))
    fields["decision"] = [round(float(weight), 4) for weight in weights]
    card.write_text(json.dumps(fields, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return loss


def pictures(pool: Pool, count: int) -> Iterator[tuple[Pixels, np.ndarray | None]]:
    """``count`` photographs with their documents' corners, float64 [4, 2] in pixels, and as many scans and scenes, but
    for those that show edges of a page all the same."""
    for number in range(count):
        shot = with_document(random.Random(f"fit-{number}"), pool, LONG)
        yield shot.pixels, clockwise(shot.corners)
    for number in range(count):
        pixels, edges = without_document(random.Random(f"fitno-{number}"), pool, LONG)
        if not edges:
            yield pixels, None


def evidence(finder: CornerFinder, pool: Pool, count: int) -> tuple[np.ndarray, np.ndarray]:
    """What there is to weigh of each picture, float64 [n, 4], and whether its quad is right, bool [n]; drawn pictures,
    of which no quad is asked, are left out."""
    rows, right = [], []
    for pixels, corners in pictures(pool, count):
        look = None if is_drawn(pixels) else finder.look(pixels)
        if look is not None:
            rows.append(look.evidence)
            right.append(corners is not None and overlap(look.quad, corners) >= RIGHT)
    return np.array(rows), np.array(right)


def fitted(rows: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, float]:
    """The weights, float64 [4], that make the right ones likeliest (logistic regression), and the mean loss, nats."""
    x, y = torch.from_numpy(rows), torch.from_numpy(right.astype(np.float64))
    weights = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    search = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        search.zero_grad()
        wrong = functional.binary_cross_entropy_with_logits(x @ weights, y) + RIDGE * weights[1:].square().sum()
        wrong.backward()  # type: ignore[no-untyped-call]
        return wrong

    search.step(loss)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        mean = functional.binary_cross_entropy_with_logits(x @ weights, y)
    return weights.detach().numpy(), float(mean)
