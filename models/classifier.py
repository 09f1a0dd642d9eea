"""Is a picture worth reading? Where print is seen in it, or a document whose print is too small to be seen."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from models import corners, ocrable
from models.grey import Grey
from models.ocrable import OcrableNet
from models.own import FILES, WEIGHTS, decisive_digest

_FILES = [name for name in FILES if name.partition(".")[0] in ("ocrable", "corners", "corners_close")]


class Classifier:
    """The models of a folder of weights, loaded once."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        self._print = OcrableNet.open(weights / ocrable.FILE)
        self._corners = corners.shared(weights)
        self.version = f"ocrable-2-{decisive_digest(weights, _FILES)[:8]}"

    def score(self, preview: Grey) -> float:
        """The probability, 0..1, that a picture of any size shows print."""
        return self._print.score(preview)

    def is_readable(self, preview: Grey, score: float) -> bool:
        """Whether a picture with that score is worth reading.

        A page that fills half of a photograph shows its print two pixels high in a preview, but its edges plainly.
        """
        if self._print.is_readable(preview, score):
            return True
        return self._corners.surely_finds(np.ascontiguousarray(np.repeat(preview[..., None], 3, axis=2)))
