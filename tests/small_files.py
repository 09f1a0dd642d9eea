"""Tiny files for tests: made in a few milliseconds, the same each time, read by the stand-in engine."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import img2pdf
import numpy as np
import pikepdf
from PIL import Image

from schemas.pages import Pixels

WIDTH, HEIGHT = 200, 260  # pixels
_WORD = (12, 40)  # height, width


def picture(words: int, seed: int = 0) -> Pixels:
    """White paper with `words` dark boxes, two a line, no two alike: what the stand-in engine takes for words."""
    random = np.random.default_rng(seed)
    pixels = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    for word in range(words):
        top, left = 20 + 30 * (word // 2), 20 + 90 * (word % 2)
        box = random.integers(0, 90, size=(*_WORD, 1), dtype=np.uint8)
        pixels[top : top + _WORD[0], left : left + _WORD[1]] = box
    return pixels


def png(words: int = 3, seed: int = 0) -> bytes:
    """A picture as PNG."""
    sink = io.BytesIO()
    Image.fromarray(picture(words, seed)).save(sink, "PNG")
    return sink.getvalue()


def scan_pdf(pages: Sequence[int], seed: int = 0) -> bytes:
    """A PDF of pictures; `pages` says how many words each page has. A 72 dpi page: its pixels come through as they are
    drawn, twice enlarged."""
    layout = img2pdf.get_fixed_dpi_layout_fun((72, 72))
    pictures = [png(words, seed + page) for page, words in enumerate(pages)]
    with pikepdf.open(io.BytesIO(img2pdf.convert(pictures, layout_fun=layout, nodate=True))) as pdf:
        if "/ID" in pdf.trailer:  # drawn by lot: the same pages shall be the same bytes
            del pdf.trailer["/ID"]
        return _saved(pdf)


def text_pdf(pages: Sequence[str]) -> bytes:
    """A PDF whose pages hold text; an empty one is a blank page."""
    with pikepdf.new() as pdf:
        for text in pages:
            pdf.add_blank_page(page_size=(WIDTH, HEIGHT))
            _write_text(pdf, pdf.pages[-1], text, 20, 200)
        return _saved(pdf)


def stamped_scan_pdf(words: int, stamp: str) -> bytes:
    """A scan of one page that carries a line of real text at its foot."""
    with pikepdf.open(io.BytesIO(scan_pdf([words]))) as pdf:
        _write_text(pdf, pdf.pages[0], stamp, 20, 20)
        return _saved(pdf)


def joined_pdf(parts: Sequence[bytes]) -> bytes:
    """The pages of several PDFs."""
    with pikepdf.new() as pdf:
        for part in parts:
            with pikepdf.open(io.BytesIO(part)) as other:
                pdf.pages.extend(other.pages)
        return _saved(pdf)


def encrypted_pdf() -> bytes:
    """A PDF that does not open without its password."""
    with pikepdf.open(io.BytesIO(text_pdf(["secret"]))) as pdf:
        sink = io.BytesIO()
        pdf.save(sink, encryption=pikepdf.Encryption(owner="owner", user="user"))
        return sink.getvalue()


def cut_pdf() -> bytes:
    """The beginning of a PDF."""
    return scan_pdf([3])[:60]


def archive(folder: Path) -> dict[str, tuple[str, str | None]]:
    """Eight small files of different kinds below `folder`; gives status and reason that each must end with."""
    files: dict[str, tuple[bytes, str, str | None]] = {
        "a/picture.png": (png(3), "done", None),
        "a/picture.pdf": (scan_pdf([2]), "done", None),
        "b/long scan.pdf": (scan_pdf([2, 0, 3], seed=20), "done", None),
        "b/text.pdf": (text_pdf(["Some words that were typed", ""]), "done", None),
        "cut.pdf": (cut_pdf(), "failed", "corrupt"),
        "empty.jpg": (b"", "skipped", "empty"),
        "letter.txt": (b"plain text", "skipped", "unsupported_type"),
        "locked.pdf": (encrypted_pdf(), "skipped", "encrypted"),
    }
    for name, (data, _, _) in files.items():
        put(folder / name, data)
    return {str(folder / name): (status, reason) for name, (_, status, reason) in files.items()}


def put(path: Path, data: bytes) -> Path:
    """Writes a file and its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _write_text(pdf: pikepdf.Pdf, page: pikepdf.Page, text: str, x: float, y: float) -> None:
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.add_resource(pdf.make_indirect(font), pikepdf.Name.Font, pikepdf.Name("/F0"))
    page.contents_add(pdf.make_stream(f"BT /F0 9 Tf {x} {y} Td ({text}) Tj ET".encode()))


def _saved(pdf: pikepdf.Pdf) -> bytes:
    sink = io.BytesIO()
    pdf.save(sink, deterministic_id=True)
    return sink.getvalue()
