"""Where the files of the project's own models lie, and which there are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

WEIGHTS = Path(__file__).parent / "weights"
"""The folder; a job may be given another one like it."""
NETWORKS = ("ocrable", "orientation", "corners", "corners_close", "line_net", "word_net")
FILES = (
    *(f"{name}.{end}" for name in NETWORKS for end in ("onnx", "json")),
    "lexicon.txt.xz",
    "lexicon.json",
    "wordinator.json",
)
"""What the job needs of it."""
_DECIDE = (
    "alphabet",
    "calibration",
    "decision",
    "distance",
    "margin",
    "small_threshold",
    "sure",
    "threshold",
    "upright_margin",
)


def digest(weights: Path) -> str:
    """Of all files, hexadecimal."""
    return hashlib.sha256(b"".join((weights / name).read_bytes() for name in FILES)).hexdigest()


def decisive_digest(weights: Path, files: Sequence[str] = FILES) -> str:
    """Of all that decides what is read, hexadecimal: of the networks' cards only what their classes go by."""
    parts = []
    for name in files:
        content = (weights / name).read_bytes()
        if name.removesuffix(".json") in NETWORKS:
            card = json.loads(content)
            content = json.dumps([card.get(field) for field in _DECIDE]).encode()
        parts.append(content if name != "lexicon.json" else b"")
    return hashlib.sha256(b"".join(parts)).hexdigest()
