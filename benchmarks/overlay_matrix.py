"""What each PDF reader makes of each kind of page: `python -m benchmarks.overlay_matrix [--json FILE]`."""

from __future__ import annotations

import argparse
import dataclasses
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pypdfium2

from benchmarks.overlay_scenes import Scene, scenes
from benchmarks.overlay_scores import mean_overlap, space_gaps, word_f1
from benchmarks.pdf_readers import READERS, missing, pdfium_boxes, pdftotext_boxes
from documents.overlay import write_overlay

LEAST_SCORE = 0.99  # of word F1 and space recall
BYTES_A_PAGE, BYTES_A_WORD = 4096, 25
BOXES = {"pdftotext": pdftotext_boxes, "pdfium": pdfium_boxes}


@dataclasses.dataclass(frozen=True)
class Cell:
    """One reader on one scene; for the PDF itself see `Written`."""

    scene: str
    reader: str
    f1: float
    gaps_kept: int
    gaps: int
    overlap: float | None  # mean IoU of the word boxes; None where the reader gives none, or the words are slanted


@dataclasses.dataclass(frozen=True)
class Written:
    """What the layer did to one file."""

    scene: str
    words: int
    bytes_added: int
    pixels_changed: int
    complaint: str | None  # of `qpdf --check`


def measure(which: Sequence[Scene], readers: Sequence[str], folder: Path) -> tuple[list[Written], list[Cell]]:
    """Writes an overlay for each scene into the folder and reads it with each reader."""
    files, written, cells = [], [], []
    for scene in which:
        words, before = scene.words(), scene.pdf()
        after = write_overlay(before, "application/pdf", {0: words})
        file = folder / f"{scene.name}.pdf"
        file.write_bytes(after)
        files.append(file)
        changed = int((rendered(before) != rendered(after)).any(axis=-1).sum())
        written.append(Written(scene.name, len(words), len(after) - len(before), changed, qpdf_complaint(file)))
    for reader in readers:
        for scene, file, text in zip(which, files, READERS[reader](files), strict=True):
            words = scene.words()
            boxes = BOXES.get(reader) if not scene.skewed and scene.layout not in ("turned", "slanted") else None
            overlap = mean_overlap(words, boxes(file)) if boxes else None
            cells.append(Cell(scene.name, reader, word_f1(words, text), *space_gaps(words, text), overlap))
    return written, cells


def rendered(pdf: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """(height, width, channels) pixels of the first page by PDFium."""
    with pypdfium2.PdfDocument(pdf) as document:
        return np.array(document[0].render(scale=1.5).to_numpy())


def qpdf_complaint(file: Path) -> str | None:
    """What `qpdf --check` has to say against a file; None when nothing."""
    check = subprocess.run(["qpdf", "--check", file], capture_output=True, text=True, timeout=60, check=False)
    return None if check.returncode == 0 else (check.stdout + check.stderr).strip()


def failures(written: Sequence[Written], cells: Sequence[Cell]) -> list[str]:
    """One line for everything that is not as it should be."""
    lines = []
    for one in written:
        if one.bytes_added > BYTES_A_PAGE + BYTES_A_WORD * one.words:
            lines.append(f"{one.scene}: {one.bytes_added} bytes added for {one.words} words")
        if one.pixels_changed:
            lines.append(f"{one.scene}: {one.pixels_changed} pixels changed")
        if one.complaint:
            lines.append(f"{one.scene}: {one.complaint}")
    for cell in cells:
        if cell.f1 < LEAST_SCORE or cell.gaps_kept < LEAST_SCORE * cell.gaps:
            lines.append(f"{cell.scene}, {cell.reader}: F1 {cell.f1:.3f}, {cell.gaps_kept} of {cell.gaps} spaces")
    return lines


def table(cells: Sequence[Cell]) -> str:
    """A row for each layout and reader: the worst and the mean over the ways in which a page can lie."""
    rows = ["| layout | reader | cells | F1, least (mean) | space recall, least (mean) | box IoU, least (mean) |"]
    rows.append("|---|---|---|---|---|---|")
    for layout in dict.fromkeys(cell.scene.split("-")[0] for cell in cells):
        for reader in dict.fromkeys(cell.reader for cell in cells):
            group = [cell for cell in cells if cell.reader == reader and cell.scene.split("-")[0] == layout]
            figures = [
                [cell.f1 for cell in group],
                [cell.gaps_kept / max(cell.gaps, 1) for cell in group],
                [cell.overlap for cell in group if cell.overlap is not None],
            ]
            shown = [f"{min(values):.3f} ({np.mean(values):.3f})" if values else "" for values in figures]
            rows.append(f"| {layout} | {reader} | {len(group)} | " + " | ".join(shown) + " |")
    return "\n".join(rows)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the matrix; 1 when a cell misses its aim."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="where to write every cell")
    options = parser.parse_args(argv)
    absent = {reader: hint for reader in READERS if (hint := missing(reader))}
    with tempfile.TemporaryDirectory() as folder:
        written, cells = measure(scenes(), [reader for reader in READERS if reader not in absent], Path(folder))
    print(table(cells))
    added = [(one.bytes_added, one.words) for one in written]
    per_word = sum(size for size, _ in added) / sum(words for _, words in added)
    print(
        f"\n{len(written)} files: {per_word:.1f} bytes a word with the font, at most {max(added)[0]} bytes a page;",
        end=" ",
    )
    print(f"{sum(one.pixels_changed for one in written)} pixels changed")
    wrong = failures(written, cells)
    print("\n".join([*absent.values(), *wrong, f"{len(wrong)} cells miss their aim"]))
    if options.json:
        options.json.write_text(
            json.dumps({"written": list(map(vars, written)), "cells": list(map(vars, cells))}, indent=1)
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
