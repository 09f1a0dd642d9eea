"""A cut through the overlay matrix: every reader, every layout, each page property at least once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.overlay_matrix import failures, measure
from benchmarks.overlay_scenes import LAYOUTS, Lie, Scene, page_pdf
from benchmarks.overlay_scores import folded
from benchmarks.pdf_readers import READERS, missing
from documents.overlay import write_overlay
from schemas.geometry import Quad
from schemas.pages import Word

LIES = [
    (Lie(0), False),
    (Lie(90, shifted=True, cropped=True), False),
    (Lie(180, user_unit=True), True),
    (Lie(270, shifted=True, cropped=True, user_unit=True), True),
]
SCENES = [Scene(lie, skewed, layout) for lie, skewed in LIES for layout in LAYOUTS]
LEAST_OVERLAP = {"table": 0.98, "tight": 0.9, "odd": 0.75}  # by layout: the gap is cut from a word, and so is its box


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_gives_the_words_back(reader: str, tmp_path: Path) -> None:
    if hint := missing(reader):
        pytest.skip(hint)
    if not shutil.which("qpdf"):
        pytest.skip("qpdf needs Debian package qpdf")
    written, cells = measure(SCENES, [reader], tmp_path)
    assert failures(written, cells) == []
    for cell in cells:
        assert cell.overlap is None or cell.overlap >= LEAST_OVERLAP[cell.scene.split("-")[0]], cell.scene


@pytest.mark.parametrize("reader", ["pdftotext", "pdfium", "pdf.js"])  # the others do not turn right-to-left text back
def test_right_to_left_words_come_back(reader: str, tmp_path: Path) -> None:
    if hint := missing(reader):
        pytest.skip(hint)
    words = [
        Word("שלום", Quad.of_box(0.7, 0.1, 0.8, 0.12), 0),
        Word("עולם", Quad.of_box(0.58, 0.1, 0.68, 0.12), 0),
        Word("مرحبا", Quad.of_box(0.7, 0.2, 0.8, 0.22), 1),
    ]
    file = tmp_path / "words.pdf"
    file.write_bytes(write_overlay(page_pdf(Lie(), words), "application/pdf", {0: words}))
    (found,) = READERS[reader]([file])
    assert {word.text for word in words} <= set(folded(found).split())
