from __future__ import annotations

import numpy as np

from models.drawn import is_drawn


def test_a_slide_is_no_photograph() -> None:
    slide = np.full((900, 1200, 3), (230, 235, 250), np.uint8)
    slide[:120] = (40, 40, 160)
    slide[300:800, 100:700] = (220, 200, 180)
    assert is_drawn(slide)
    noise = np.random.default_rng(1).integers(-2, 3, slide.shape)
    assert not is_drawn(np.clip(slide + noise, 0, 255).astype(np.uint8))


def test_a_white_page_on_a_strong_colour_may_be_one() -> None:
    for colour in ((90, 0, 100), (190, 255, 190)):
        page = np.full((600, 800, 3), 255, np.uint8)
        page[:, :300] = np.clip(colour + np.random.default_rng(1).integers(-3, 4, (600, 300, 3)), 0, 255)
        assert not is_drawn(page)
