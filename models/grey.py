"""Pages in grey, and as small as they need to be: what nearly every model looks at first."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from schemas.pages import Pixels

Grey = npt.NDArray[np.uint8]


def grey_of(pixels: Pixels | Grey) -> Grey:
    """Luma, uint8 [height, width], of RGB, uint8 [height, width, 3]; of grey that itself."""
    import cv2

    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY) if pixels.ndim == 3 else pixels, np.uint8)


def shrunk(pixels: Grey, scale: float) -> Grey:
    """A picture, grey or RGB, as large as ``scale`` says; itself where that is no smaller."""
    import cv2

    if scale >= 1:
        return pixels
    size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
