"""Our own engine on a page that is easy to read."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from models.engines import check_engine, native, open_engine
from schemas.errors import UsageError
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


def test_a_page_depends_on_no_page_before(page: PageImage) -> None:
    engine = open_engine("native")
    first = engine.read(page)
    assert engine.read(PageImage(255 - page.pixels, page.to_page))
    assert engine.read(page) == first


def test_an_empty_page_has_no_words() -> None:
    blank = PageImage(np.full((400, 300, 3), 255, np.uint8), pixels_to_fractions(300, 400))
    assert open_engine("native").read(blank) == []


def test_missing_weights_are_told_before_a_job_starts(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setattr(native, "WEIGHTS", tmp_path / "word_net.onnx")
    with pytest.raises(UsageError, match="part of the project"):
        check_engine("native")
