"""What parts the Wordinator's buckets. Fitted by `python -m training.wordinator`, never set by hand."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from schemas.errors import ModelError


@dataclasses.dataclass(frozen=True)
class Limits:
    """Confidences are 0..1."""

    noise: float  # a word less sure is dropped
    sign_noise: float  # the same of words without a letter or digit, which dirt looks like
    lost: float  # geometric mean of a piece's characters below which no lexicon helps
    sure: float  # of the least sure character of a known word, from which it is kept as read
    weight: float  # of the lexicon's logarithms beside the Word Net's
    unknown: float  # logarithm of the share of a word that the lexicon lacks, but for its letters
    unreadable: float  # mean confidence of a page's pieces, weighed by characters, below which it has no words
    confidence: tuple[float, ...]  # weights of models.words.confidence.features

    @classmethod
    def open(cls, path: Path | str) -> Limits:
        """Reads the card. Raises ModelError where it is missing or lacks a limit."""
        try:
            found = json.loads(Path(path).read_text(encoding="utf-8"))["limits"]
            return cls(**{**found, "confidence": tuple(found["confidence"])})
        except FileNotFoundError as error:
            raise ModelError(f"{path} is missing: run python -m training.wordinator") from error
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{path} is no card of the Wordinator: run python -m training.wordinator again") from error
