"""A page that is read although it has some text already: its known words are not to be doubled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from schemas.pages import Word

COVERED = 0.5  # of a read word's box that known words cover: it is one of them. Neighbours touch by a tenth at most


def without_known(read: Sequence[Word], known: Sequence[Word]) -> list[Word]:
    """The words of `read` that stand where no word of `known` does; both in fractions of the page."""
    if not read or not known:
        return list(read)
    ours = np.array([word.quad.box for word in read])[:, None, :]
    theirs = np.array([word.quad.box for word in known])[None, :, :]
    overlap = np.minimum(ours, theirs)[..., 2:] - np.maximum(ours, theirs)[..., :2]
    shared = np.prod(np.clip(overlap, 0.0, None), axis=2).sum(axis=1)
    area = np.prod(ours[:, 0, 2:] - ours[:, 0, :2], axis=1)
    covered = shared > COVERED * np.maximum(area, 1e-12)
    return [word for word, is_known in zip(read, covered, strict=True) if not is_known]
