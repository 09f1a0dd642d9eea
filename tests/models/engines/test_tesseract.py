from __future__ import annotations

import shutil
import stat
from pathlib import Path

import numpy as np
import pytest

from models.engines import open_engine, tesseract
from schemas.errors import EngineError
from schemas.geometry import Quad
from tests.models.engines.pages import check_words, page_image, two_lines

HEADER = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"

needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs the Debian package tesseract-ocr")


def test_parses_words_boxes_lines_and_confidences() -> None:
    words = tesseract.parse_tsv(
        HEADER
        + "4\t1\t1\t1\t1\t0\t1\t2\t30\t4\t-1\t\n"
        + '5\t1\t1\t1\t1\t1\t1\t2\t10\t4\t96.5\t"e\u0301t\u00e9\n'
        + "5\t1\t1\t1\t1\t2\t15\t2\t10\t4\t95\t \n"
        + "5\t1\t1\t1\t2\t1\t1\t12\t10\t4\t-0.5\tb\n"
        + "5\t1\t2\t1\t1\t1\t1\t22\t10\t4\t100\tc\n"
    )
    assert [(word.text, word.line, word.confidence) for word in words] == [
        ('"\u00e9t\u00e9', 0, 0.965),
        ("b", 1, 0.0),
        ("c", 2, 1.0),
    ]
    assert words[0].quad == Quad.of_box(1, 2, 11, 6)


def test_strange_output_is_an_error_without_its_text() -> None:
    with pytest.raises(EngineError) as caught:
        tesseract.parse_tsv(HEADER + "5\t1\t1\t1\t1\t1\tsecret\t2\t10\t4\t96\tword\n")
    assert "secret" not in str(caught.value)


def test_no_words_on_an_empty_answer() -> None:
    assert tesseract.parse_tsv(HEADER) == []


@pytest.mark.parametrize(
    ("script", "limit", "message"),
    [
        ("cat >/dev/null; exit 3", 60.0, "status 3"),
        ("exit 0", 60.0, None),  # does not even read its input
        ("cat; exit 0", 60.0, None),
        ("exec tail -f /dev/null", 0.3, "more than 0 seconds"),
        ("exec yes", 60.0, "bytes"),
    ],
)
def test_a_bad_process_costs_its_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, limit: float, message: str | None
) -> None:
    program = tmp_path / "tesseract"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setattr(tesseract, "TIME_LIMIT", limit)
    monkeypatch.setattr(tesseract, "MAX_OUTPUT", 1 << 20)
    if message is None:
        tesseract._run([str(program)], bytes(300_000))
    else:
        with pytest.raises(EngineError, match=message):
            tesseract._run([str(program)], bytes(300_000))


@needs_tesseract
def test_reads_two_lines() -> None:
    image, truth = two_lines()
    engine = open_engine("tesseract")
    check_words(engine.read(image), truth, least_overlap=0.6)
    assert engine.version[0].isdigit()


@needs_tesseract
def test_blank_page_has_no_words() -> None:
    assert open_engine("tesseract").read(page_image(np.full((300, 300, 3), 255, dtype=np.uint8))) == []
