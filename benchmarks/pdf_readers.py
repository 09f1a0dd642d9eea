"""What PDF readers make of a PDF's text: one function a reader, from files to texts, and to boxes where it has them."""

from __future__ import annotations

import ctypes
import html
import io
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pdfminer.high_level
import pdfminer.layout
import pikepdf
import pypdfium2
import pypdfium2.raw

from schemas.geometry import Box

PDFJS = Path(__file__).parents[1] / "tests" / "tools" / "pdfjs_text.mjs"
Texts = list[str]  # of the first page, by file
Boxes = list[tuple[str, Box]]  # words with their boxes in fractions of the page as a person sees it


def pdftotext(files: Sequence[Path]) -> Texts:
    """Poppler, in its default mode (reading order)."""
    return [_run("pdftotext", "-enc", "UTF-8", file, "-") for file in files]


def mutool(files: Sequence[Path]) -> Texts:
    """MuPDF."""
    return [_run("mutool", "draw", "-q", "-F", "txt", file) for file in files]


def pdfium(files: Sequence[Path]) -> Texts:
    """Chrome's."""
    texts = []
    for file in files:
        with pypdfium2.PdfDocument(file) as document:
            page = document[0].get_textpage()
            texts.append(page.get_text_range() if page.count_chars() else "")
    return texts


def pdfminer_six(files: Sequence[Path]) -> Texts:
    """pdfminer.six with its defaults, but for vertical lines, which it takes apart unless told to look for them."""
    layout = pdfminer.layout.LAParams(detect_vertical=True)
    return [pdfminer.high_level.extract_text(io.BytesIO(file.read_bytes()), laparams=layout) for file in files]


def pdfjs(files: Sequence[Path]) -> Texts:
    """Firefox's; all files in one process."""
    return [pages[0] for pages in json.loads(_run("node", PDFJS, *files))] if files else []


READERS: dict[str, Callable[[Sequence[Path]], Texts]] = {
    "pdftotext": pdftotext,
    "pdfium": pdfium,
    "mutool": mutool,
    "pdf.js": pdfjs,
    "pdfminer": pdfminer_six,
}
_NEEDS = {
    "pdftotext": ("pdftotext", "Debian package poppler-utils"),
    "mutool": ("mutool", "Debian package mupdf-tools"),
    "pdf.js": ("node", "Debian package nodejs, then `npm ci` in tests/tools"),
}


def missing(reader: str) -> str | None:
    """What is to be installed before the reader can be used; None when it can."""
    if reader not in _NEEDS:
        return None
    program, package = _NEEDS[reader]
    there = shutil.which(program) and (reader != "pdf.js" or (PDFJS.parent / "node_modules" / "pdfjs-dist").is_dir())
    return None if there else f"{reader} needs {package}"


def pdftotext_boxes(file: Path) -> Boxes:
    """The words of the first page and their boxes by Poppler."""
    page = _run("pdftotext", "-cropbox", "-bbox", file, "-").split("</page>")[0]
    size = re.search(r'<page width="([\d.]+)" height="([\d.]+)"', page)
    assert size is not None
    width, height = float(size[1]), float(size[2])
    with pikepdf.open(file) as pdf:
        if int(pdf.pages[0].obj.get("/Rotate", 0)) % 180:  # Poppler turns the words, but not the size it states
            width, height = height, width
    found = re.findall(r'<word xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)">(.*?)</word>', page)
    return [
        (html.unescape(text), Box(*(float(value) / side for value, side in zip(box, (width, height) * 2, strict=True))))
        for *box, text in found
    ]


def pdfium_boxes(file: Path) -> Boxes:
    """The words of the first page and their boxes by PDFium: the letters' boxes between white space, joined."""
    with pypdfium2.PdfDocument(file) as document:
        page = document[0]
        text = page.get_textpage()
        words: list[tuple[str, list[Box]]] = [("", [])]
        for index in range(text.count_chars()):
            char = chr(pypdfium2.raw.FPDFText_GetUnicode(text, index))
            if char.isspace():
                words.append(("", []))
            else:
                word, boxes = words[-1]
                words[-1] = (word + char, [*boxes, _as_seen(page, text.get_charbox(index))])
        return [(word, _around(boxes)) for word, boxes in words if word]


def _as_seen(page: pypdfium2.PdfPage, box: tuple[float, float, float, float]) -> Box:
    """From PDFium's page coordinates to fractions, by PDFium itself."""
    scale = 1_000_000
    xs, ys = [], []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        device_x, device_y = ctypes.c_int(), ctypes.c_int()
        pypdfium2.raw.FPDF_PageToDevice(page, 0, 0, scale, scale, 0, x, y, device_x, device_y)
        xs.append(device_x.value / scale)
        ys.append(device_y.value / scale)
    return Box(min(xs), min(ys), max(xs), max(ys))


def _around(boxes: Sequence[Box]) -> Box:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return Box(min(lefts), min(tops), max(rights), max(bottoms))


def _run(*command: str | os.PathLike[str]) -> str:
    return subprocess.run(command, capture_output=True, check=True, timeout=300).stdout.decode("utf-8", "replace")
