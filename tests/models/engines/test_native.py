"""Our own engine on a page that is easy to read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from models.engines import check_engine, native, open_engine
from models.own import FILES
from schemas.errors import Unreadable, UsageError
from schemas.geometry import pixels_to_fractions
from schemas.pages import PageImage

pytest.importorskip("onnxruntime")


@pytest.fixture(scope="module")
def page() -> PageImage:
    picture = Image.new("RGB", (1200, 500), "white")
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(44)
    draw.text((100, 100), "Invoice number 2741", "black", font)
    draw.text((100, 260), "Total amount due", "black", font)
    pixels = np.asarray(picture)
    return PageImage(pixels, pixels_to_fractions(1200, 500))


def test_clean_print_is_read_where_it_stands(page: PageImage) -> None:
    words = open_engine("native").read(page)
    assert [word.text for word in words] == ["Invoice", "number", "2741", "Total", "amount", "due"]
    assert [word.line for word in words] == [0, 0, 0, 1, 1, 1]
    assert words[0].quad.box == pytest.approx((100, 105, 245, 150), abs=25)
    assert all(word.confidence is not None and 0.5 < word.confidence <= 1 for word in words)


def test_the_detector_is_chosen_and_part_of_the_version(page: PageImage) -> None:
    engines = [native.open_engine(detector=detector) for detector in ("learned", "components")]
    assert engines[0].version == open_engine("native").version != engines[1].version
    texts = [[word.text for word in engine.read(page)] for engine in engines]
    assert texts[0] == texts[1] != []


def test_a_page_depends_on_no_page_before(page: PageImage) -> None:
    engine = open_engine("native")
    first = engine.read(page)
    assert engine.read(PageImage(255 - page.pixels, page.to_page))
    assert engine.read(page) == first


def test_an_empty_page_has_no_words() -> None:
    blank = PageImage(np.full((400, 300, 3), 255, np.uint8), pixels_to_fractions(300, 400))
    assert open_engine("native").read(blank) == []


def test_missing_weights_are_told_before_a_job_starts(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"ocrable\.onnx.*part of the project"):
        check_engine("native", tmp_path)
    for name in FILES[:-1]:
        (tmp_path / name).touch()
    with pytest.raises(UsageError, match=FILES[-1]):
        check_engine("native", tmp_path)


def test_reading_in_steps_is_reading(page: PageImage) -> None:
    engine = native.open_engine()
    lines, windows = engine.windows(page)
    assert engine.words(lines, windows) == engine.read(page)


def scrawl() -> np.ndarray:
    """Lines of wavy strokes: what handwriting, or a script that runs on, looks like to a reader of print."""
    import cv2

    random = np.random.default_rng(1)
    pixels = np.full((900, 1500, 3), 250, np.uint8)
    for baseline in range(100, 850, 90):
        x = 80.0
        while x < 1350:
            points = int(random.integers(15, 45))
            xs = x + np.cumsum(random.uniform(2, 9, points))
            ys = baseline + 12 * np.sin(np.arange(points) * random.uniform(0.8, 1.6)) + random.normal(0, 4, points)
            stroke = np.stack([xs, ys], 1).astype(np.int32)
            cv2.polylines(pixels, [stroke], False, (40, 40, 60), 3, cv2.LINE_AA)
            x = float(xs[-1]) + 40
    return pixels


def headlined() -> np.ndarray:
    """Words hung from a line, as in Devanagari, of strokes that are no letters of ours."""
    import cv2

    random = np.random.default_rng(2)
    pixels = np.full((900, 1500, 3), 255, np.uint8)
    for top in range(80, 820, 80):
        x = 80
        while x < 1300:
            letters = int(random.integers(2, 7))
            cv2.line(pixels, (x, top), (x + 28 * letters, top), (0, 0, 0), 4)
            for letter in range(letters):
                left = x + 28 * letter
                cv2.line(pixels, (left + 22, top), (left + 22, top + 36), (0, 0, 0), 4)
                around = (int(random.integers(5, 9)), int(random.integers(7, 14)))
                turn = int(random.integers(0, 180))
                cv2.ellipse(pixels, (left + 12, top + 18), around, turn, 0, 270, (0, 0, 0), 4, cv2.LINE_AA)
            x += 28 * letters + 30
    return pixels


def texture() -> np.ndarray:
    """Blotches as of stone or cloth."""
    import cv2

    noise = np.random.default_rng(3).normal(0, 1, (1000, 1000)).astype(np.float32)
    blurred = cv2.GaussianBlur(noise, (0, 0), 2)
    grey = (255 * (blurred - blurred.min()) / np.ptp(blurred)).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def image(pixels: np.ndarray) -> PageImage:
    return PageImage(pixels, pixels_to_fractions(pixels.shape[1], pixels.shape[0]))


@pytest.mark.parametrize("draw", [scrawl, headlined])
def test_a_page_without_text_that_it_reads_is_unreadable(draw: Callable[[], np.ndarray]) -> None:
    with pytest.raises(Unreadable):
        open_engine("native").read(image(draw()))


def test_texture_holds_no_lines_and_is_not_read() -> None:
    engine = native.open_engine(detector="learned")
    assert len(engine.windows(image(texture()))[0]) < 5
    with pytest.raises(Unreadable):
        native.open_engine(detector="components").read(image(texture()))
