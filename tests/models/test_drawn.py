from __future__ import annotations

import cv2
import numpy as np

from models.drawn import is_drawn


def test_a_slide_is_no_photograph() -> None:
    slide = np.full((900, 1200, 3), (230, 235, 250), np.uint8)
    slide[:120] = (40, 40, 160)
    slide[300:800, 100:700] = (220, 200, 180)
    assert is_drawn(slide)
    noise = np.random.default_rng(1).integers(-2, 3, slide.shape)
    assert not is_drawn(np.clip(slide + noise, 0, 255).astype(np.uint8))


def test_a_copy_with_a_small_photograph_in_it_is_no_photograph() -> None:
    page = np.full((600, 800, 3), 252, np.uint8)
    page[:, :100] = np.random.default_rng(1).integers(20, 230, (600, 100, 3))
    assert is_drawn(page)


def test_grain_tells_of_a_photograph_where_it_is_neither_black_nor_white() -> None:
    page = np.full((600, 800, 3), 130, np.uint8)
    page[:, 400:] = np.random.default_rng(1).integers(250, 255, (600, 400, 3))
    assert is_drawn(page)
    page[:, :160] = np.random.default_rng(1).integers(40, 220, (600, 160, 3))
    assert not is_drawn(page)


def test_what_is_written_on_a_flat_colour_makes_no_photograph_of_it() -> None:
    page = np.full((600, 800, 3), (200, 220, 255), np.uint8)
    for row in range(10, 600, 10):
        cv2.putText(
            page, "as close as it goes " * 4, (5, row), cv2.FONT_HERSHEY_SIMPLEX, 0.35, (20, 30, 90), 1, cv2.LINE_AA
        )
    assert (page[4::8, 4::8] != page[4::8, 3::8]).any(2).mean() > 0.05
    assert is_drawn(page)


def test_tiles_of_many_colours_are_flat() -> None:
    tiles = np.random.default_rng(1).integers(20, 230, (38, 50, 3)).astype(np.uint8)
    assert is_drawn(tiles.repeat(16, 0).repeat(16, 1))


def test_a_white_page_on_a_strong_colour_may_be_one() -> None:
    for colour in ((90, 0, 100), (190, 255, 190)):
        page = np.full((600, 800, 3), 255, np.uint8)
        page[:, :300] = np.clip(colour + np.random.default_rng(1).integers(-3, 4, (600, 300, 3)), 0, 255)
        assert not is_drawn(page)


def test_a_photograph_whose_smooth_ground_jpeg_made_even_is_one() -> None:
    ys, xs = np.mgrid[:600, :800]
    ground = np.clip(90 + xs / 12 + ys / 15 + np.random.default_rng(1).normal(0, 1, (600, 800)), 0, 255)
    packed = cv2.imencode(".jpg", ground.astype(np.uint8)[..., None].repeat(3, 2), [cv2.IMWRITE_JPEG_QUALITY, 30])[1]
    shot = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    assert (shot[4::8, 4::8] == shot[4::8, 3::8]).all(2).mean() > 0.95
    assert not is_drawn(shot)


def test_a_picture_narrower_than_a_step_is_told_all_the_same() -> None:
    assert is_drawn(np.full((40, 6, 3), 130, np.uint8))
    assert is_drawn(np.full((40, 20, 3), 130, np.uint8))
    assert not is_drawn(np.zeros((0, 6, 3), np.uint8))
