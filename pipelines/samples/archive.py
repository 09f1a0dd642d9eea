"""All samples, and the folder they are written to."""

from __future__ import annotations

import json
import pathlib
from collections.abc import Callable, Iterator
from random import Random

import numpy as np

from pipelines.samples.broken_samples import broken
from pipelines.samples.pdf_samples import born_digital, scanned
from pipelines.samples.picture_samples import photographs, pictures
from pipelines.samples.sample import Sample

FILES = "files"  # the archive itself, below the folder
TRUTH = "truth.jsonl"  # beside it, so that no job takes it for a file of the archive

_GROUPS: tuple[Callable[[Random, np.random.Generator], Iterator[Sample]], ...] = (
    lambda random, _: born_digital(random),
    scanned,
    pictures,
    photographs,
    broken,
)


def samples(seed: int) -> Iterator[Sample]:
    """Every file of the archive, always in the same order; the same seed gives the same bytes."""
    for group, make in enumerate(_GROUPS):  # each from a start of its own, so that one more file leaves the others
        yield from make(Random(f"{seed} {group}"), np.random.default_rng([seed, group]))


def write(folder: pathlib.Path, seed: int) -> int:
    """Writes the archive and its truth below `folder`, over those of an earlier call; returns how many files."""
    rows = []
    for sample in samples(seed):
        path = folder / FILES / sample.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sample.data)
        rows.append(json.dumps(sample.truth(), ensure_ascii=False) + "\n")
    (folder / TRUTH).write_text("".join(rows), encoding="utf-8")
    return len(rows)
