from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from models.engines import Engine, open_engine
from models.engines import rapidocr as module
from schemas.errors import EngineError
from schemas.geometry import reading_angle
from tests.models.engines.pages import LINES, check_words, page_image, two_lines

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("rapidocr") is None, reason="needs the Python package rapidocr"
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return open_engine("rapidocr")


def test_reads_two_lines(engine: Engine) -> None:
    image, truth = two_lines()
    check_words(engine.read(image), truth, least_overlap=0.5)


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_reads_a_turned_page_along_its_text(engine: Engine, turns: int) -> None:
    words = engine.read(page_image(np.rot90(two_lines()[0].pixels, -turns)))  # clockwise
    assert [word.text for word in words] == " ".join(LINES).split()
    for word in words:
        assert (reading_angle(word.quad) - 90 * turns + 180) % 360 - 180 == pytest.approx(0, abs=5)


def test_reading_leaves_nothing_behind(engine: Engine) -> None:
    image, _ = two_lines()
    first = engine.read(image)
    engine.read(page_image(image.pixels[150:, 50:]))
    assert engine.read(image) == first


@pytest.mark.parametrize("shape", [(1, 1), (300, 1), (200, 300)])
def test_blank_pages_have_no_words(engine: Engine, shape: tuple[int, int]) -> None:
    assert engine.read(page_image(np.full((*shape, 3), 255, dtype=np.uint8))) == []


def test_a_failure_is_an_engine_error(monkeypatch: pytest.MonkeyPatch, engine: Engine) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr(engine, "_ocr", fail)
    with pytest.raises(EngineError, match="RuntimeError") as caught:
        engine.read(two_lines()[0])
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("size", [(2048, 2048), (1000, 4096), (4096, 60), (60, 4096), (4096, 4096), (30, 10)])
def test_the_detectors_picture_is_bounded(size: tuple[int, int]) -> None:
    scale = module._detector_scale(*size)
    assert size[0] * size[1] * scale**2 <= module.DETECTOR_PIXELS * 1.001
    assert scale <= module.MAX_ENLARGED
