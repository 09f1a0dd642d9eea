"""Whole programmes over the same pages, as people would run them, with one thread a process.

Each leaves a searchable PDF and the words of every page: Pagebeam an overlay and its tables, Tesseract a PDF and TSV,
OCRmyPDF (which works with Tesseract) a PDF and the text beside it; RapidOCR leaves words and boxes alone.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks import costs

NO_PAGE = "a file without a page: what starting and ending costs"

Read = Callable[[Sequence[Path], Path, int], None]  # pages, an empty folder for what is left, processes


class Programme(NamedTuple):
    """Something to run over pages, all of them in one folder."""

    name: str
    read: Read
    start: Callable[[Path], None] | None  # what is paid once for all pages; None where each page pays it
    absent: str | None  # why it cannot be run here


def programmes(ocrmypdf: str | None) -> list[Programme]:
    """All of them, those that cannot be run too."""
    ocrmypdf = ocrmypdf or shutil.which("ocrmypdf")
    tesseract = None if shutil.which("tesseract") else "needs the Debian package tesseract-ocr"
    rapidocr = None if importlib.util.find_spec("rapidocr") else "needs the project's extra rapidocr"
    no_ocrmypdf = tesseract or (None if ocrmypdf else "is not on the PATH (--ocrmypdf FILE names it)")
    return [
        Programme("Pagebeam", _pagebeam, _pagebeam_start, None),
        Programme("Tesseract", _tesseract, None, tesseract),
        Programme("RapidOCR", _rapidocr, lambda folder: _rapidocr([], folder, 1), rapidocr),
        Programme("OCRmyPDF", _ocrmypdf(str(ocrmypdf)), lambda _: _version(str(ocrmypdf)), no_ocrmypdf),
    ]


def job(folder: Path, output: Path, workers: int) -> list[str]:
    """The command that runs the job over a folder."""
    command = [sys.executable, "-m", "pipelines.backfill", "--input", str(folder), "--output", str(output / "out")]
    return [*command, "--direct_num_workers", str(workers)]


def folder_without_pages(folder: Path) -> Path:
    """A new folder, for what it costs to start and end."""
    folder.mkdir()
    (folder / "note.txt").write_text(NO_PAGE)
    return folder


def _pagebeam(pages: Sequence[Path], output: Path, processes: int) -> None:
    costs.run(job(pages[0].parent, output, processes))


def _pagebeam_start(output: Path) -> None:
    costs.run(job(folder_without_pages(output / "no pages"), output, 1))


def _tesseract(pages: Sequence[Path], output: Path, processes: int) -> None:
    commands = [["tesseract", str(page), str(output / page.stem), "-l", "eng", "pdf", "tsv"] for page in pages]
    costs.run_side_by_side(commands, processes)


def _rapidocr(pages: Sequence[Path], output: Path, processes: int) -> None:
    parts = [[str(page) for page in pages[first::processes]] for first in range(processes)]
    script = [sys.executable, "-m", "benchmarks.speed_rapidocr"]
    commands = [[*script, str(output / f"words-{number}.json"), *part] for number, part in enumerate(parts)]
    costs.run_side_by_side(commands, processes)


def _ocrmypdf(program: str) -> Read:
    def read(pages: Sequence[Path], output: Path, processes: int) -> None:
        import img2pdf

        (output / "in.pdf").write_bytes(img2pdf.convert([str(page) for page in pages]))
        options = ["--jobs", str(processes), "--sidecar", str(output / "out.txt"), "--quiet"]
        costs.run([program, *options, str(output / "in.pdf"), str(output / "out.pdf")])

    return read


def _version(program: str) -> None:
    costs.run([program, "--version"])


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
