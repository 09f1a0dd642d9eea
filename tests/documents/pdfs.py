"""Small PDFs, made for tests."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

Box = tuple[float, float, float, float]


def text(words: str, x: float = 72, y: float = 700, size: float = 12, matrix: str = "1 0 0 1") -> bytes:
    """Operators that show a line of text at (x, y)."""
    return f"BT /F {size} Tf {matrix} {x} {y} Tm ({words}) Tj ET\n".encode("cp1252")


def lines(count: int, words: int = 10, **options: Any) -> bytes:
    """Lines of different words, from the top."""
    return b"".join(
        text(" ".join(f"word{row}x{column}" for column in range(words)), y=720 - 14 * row, size=9, **options)
        for row in range(count)
    )


def image(box: Box = (0, 0, 612, 792)) -> bytes:
    """Operators that draw the page's image over the box (left, bottom, right, top)."""
    left, bottom, right, top = box
    return f"q {right - left} 0 0 {top - bottom} {left} {bottom} cm /I Do Q\n".encode()


def new_pdf() -> Pdf:
    return pikepdf.new()


def add_page(
    pdf: Pdf,
    content: bytes = b"",
    size: tuple[float, float] = (612, 792),
    picture: tuple[bytes, int, int] | None = None,
    font: Dictionary | None = None,
    **entries: Any,
) -> Dictionary:
    """Adds a page with font /F, image /I (grey bytes, width, height) where given, and entries of its dictionary."""
    pdf.add_blank_page(page_size=size)
    page = pdf.pages[-1].obj
    plain = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    page.Resources = Dictionary(Font=Dictionary(F=font or plain))
    if picture is not None:
        grey, width, height = picture
        page.Resources.XObject = Dictionary(
            I=Stream(
                pdf,
                grey,
                Type=Name.XObject,
                Subtype=Name.Image,
                Width=width,
                Height=height,
                BitsPerComponent=8,
                ColorSpace=Name.DeviceGray,
            )
        )
    page.Contents = pdf.make_stream(content)
    for key, value in entries.items():
        page[f"/{key}"] = Array(value) if isinstance(value, (list, tuple)) else value
    return page


def saved(pdf: Pdf, **options: Any) -> bytes:
    file = io.BytesIO()
    pdf.save(file, **options)
    return file.getvalue()


def one_page(content: bytes = b"", **options: Any) -> bytes:
    """The bytes of a PDF of one page; options as of `add_page`."""
    pdf = new_pdf()
    add_page(pdf, content, **options)
    return saved(pdf)
