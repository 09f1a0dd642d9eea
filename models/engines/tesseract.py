"""The installed Tesseract binary, asked for TSV. One process a page, one thread a process."""

from __future__ import annotations

import csv
import functools
import io
import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

from models.engines.base import clean
from models.own import WEIGHTS
from schemas.errors import EngineError, UsageError
from schemas.geometry import Quad
from schemas.pages import PageImage, Pixels, Word

LANGUAGE = "eng"
PAGE_SEGMENTATION = "3"  # fully automatic, without turning the page
TIME_LIMIT = 180.0  # seconds of wall clock a page; the slowest page of our sets takes a few
MAX_OUTPUT = 32 << 20  # bytes of TSV; a full page has some 50 KB
INSTALL = "install it (Debian and Ubuntu: apt install tesseract-ocr; macOS: brew install tesseract)"


class Tesseract:
    """Tesseract's own layout analysis and its LSTM reader. Words are upright boxes in whole pixels."""

    name = "tesseract"

    def __init__(self) -> None:
        self._binary = _binary()
        self.version = _version(self._binary)

    def read(self, image: PageImage) -> list[Word]:
        """See `Engine.read`; lines are Tesseract's lines in its own reading order."""
        # No --dpi: the page's size on paper is not known here, and Tesseract estimates better from the letters' height.
        command = [self._binary, "stdin", "stdout", "-l", LANGUAGE, "--psm", PAGE_SEGMENTATION, "tsv"]
        return parse_tsv(_run(command, to_pnm(image.pixels)))


def to_pnm(pixels: Pixels) -> bytes:
    """The pixels as a binary PPM file, the cheapest thing that Tesseract reads."""
    height, width = pixels.shape[:2]
    return b"P6 %d %d 255\n" % (width, height) + pixels.tobytes()


def parse_tsv(tsv: str) -> list[Word]:
    """Tesseract's TSV as words; raises EngineError when it is not that."""
    words: list[Word] = []
    lines: dict[tuple[str, ...], int] = {}
    try:
        for row in csv.DictReader(io.StringIO(tsv), delimiter="\t", quoting=csv.QUOTE_NONE):
            text = clean(row["text"] or "") if row["level"] == "5" else ""
            if not text:
                continue
            left, top, width, height = (int(row[field]) for field in ("left", "top", "width", "height"))
            line = tuple(row[field] for field in ("page_num", "block_num", "par_num", "line_num"))
            words.append(
                Word(
                    text=text,
                    quad=Quad.of_box(left, top, left + width, top + height),
                    line=lines.setdefault(line, len(lines)),
                    confidence=min(1.0, max(0.0, float(row["conf"]) / 100)),
                )
            )
    except (KeyError, ValueError, TypeError):
        raise EngineError("tesseract answered with something else than its TSV") from None  # the cause may quote text
    return words


def check(_: Path = WEIGHTS) -> None:
    """Raises UsageError where the binary or its English model is missing."""
    languages = _ask(_binary(), "--list-langs").split()
    if LANGUAGE not in languages:
        raise UsageError(
            f"tesseract has no model for {LANGUAGE!r}: install it"
            f" (Debian and Ubuntu: apt install tesseract-ocr-{LANGUAGE}; macOS: brew install tesseract-lang)"
        )


def open_engine(_: Path = WEIGHTS) -> Tesseract:
    """The installed Tesseract."""
    return Tesseract()


def _binary() -> str:
    binary = shutil.which("tesseract")
    if binary is None:
        raise UsageError(f"the engine 'tesseract' needs the program tesseract, which is not on the PATH: {INSTALL}")
    return binary


@functools.cache
def _version(binary: str) -> str:
    """'5.3.0' of 'tesseract 5.3.0', the first line it prints."""
    return _ask(binary, "--version").split("\n", 1)[0].removeprefix("tesseract").strip()


def _ask(binary: str, question: str) -> str:
    try:
        answer = subprocess.run([binary, question], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise UsageError(f"{binary} {question} does not work ({type(error).__name__}): {INSTALL}") from error
    return answer.stdout or answer.stderr  # version 3 answers on the error channel


def _run(command: list[str], page: bytes) -> str:
    """What the command prints when given the page; raises EngineError when it fails, hangs or prints without end."""
    environment = os.environ | {"OMP_THREAD_LIMIT": "1"}  # more threads cost four times the CPU time for little
    timed_out = threading.Event()
    with tempfile.TemporaryFile() as source:  # a pipe would need a second thread to fill it
        source.write(page)
        source.seek(0)
        with subprocess.Popen(
            command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
        ) as process:
            assert process.stdout is not None

            def stop() -> None:
                timed_out.set()
                process.kill()

            watchdog = threading.Timer(TIME_LIMIT, stop)
            watchdog.start()
            try:
                output = process.stdout.read(MAX_OUTPUT + 1)
                if len(output) > MAX_OUTPUT:
                    process.kill()
                status = process.wait()
            finally:
                watchdog.cancel()
                process.kill()  # nothing where it has ended
    if timed_out.is_set():
        raise EngineError(f"tesseract took more than {TIME_LIMIT:.0f} seconds for a page")
    if len(output) > MAX_OUTPUT:
        raise EngineError(f"tesseract printed more than {MAX_OUTPUT} bytes for a page")
    if status != 0:
        raise EngineError(f"tesseract ended with status {status}")
    return output.decode("utf-8", errors="replace")
