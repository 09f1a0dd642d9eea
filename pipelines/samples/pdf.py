"""PDFs by hand: pages of text in the standard fonts, pages of a picture, saved to the same bytes each time."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from pipelines.samples.layout import BOLD, REGULAR, Layout, Line

INVISIBLE = 3  # text rendering mode


def new() -> pikepdf.Pdf:
    """A PDF without pages."""
    return pikepdf.new()


def add_text_page(pdf: pikepdf.Pdf, layout: Layout, shift: tuple[float, float] = (0, 0)) -> pikepdf.Page:
    """A page of visible text; its MediaBox starts at `shift`, and everything on it is moved along."""
    x, y = shift
    moved = b"q 1 0 0 1 %g %g cm\n" % (x, y) + text_content(layout.lines) + b"Q\n"
    return _add(pdf, (x, y, x + layout.width, y + layout.height), moved, {})


def add_picture_page(
    pdf: pikepdf.Pdf, picture: pikepdf.Stream, width: float, height: float, extra: bytes = b""
) -> pikepdf.Page:
    """A page that a picture fills; `extra` is content that follows it."""
    content = b"q %g 0 0 %g 0 0 cm /Scan Do Q\n" % (width, height) + extra
    return _add(pdf, (0, 0, width, height), content, {"/Scan": picture})


def text_content(lines: tuple[Line, ...], mode: int = 0) -> bytes:
    """The content stream of some lines; `mode` is the text rendering mode."""
    parts = [b"BT %d Tr\n" % mode]
    for line in lines:
        escaped = line.text.encode("ascii").replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")
        parts.append(b"/%s %g Tf 1 0 0 1 %g %g Tm (%s) Tj\n" % (line.font.encode(), line.size, line.x, line.y, escaped))
    return b"".join([*parts, b"ET\n"])


def jpeg_picture(pdf: pikepdf.Pdf, jpeg: bytes, size: tuple[int, int]) -> pikepdf.Stream:
    """A grey JPEG of (width, height) pixels as it is."""
    return _picture(pdf, jpeg, size, ColorSpace=Name.DeviceGray, BitsPerComponent=8, Filter=Name.DCTDecode)


def bilevel_picture(pdf: pikepdf.Pdf, packed: bytes, size: tuple[int, int]) -> pikepdf.Stream:
    """One bit a pixel, rows padded to bytes, 0 is black."""
    return _picture(pdf, packed, size, ColorSpace=Name.DeviceGray, BitsPerComponent=1)


def save(pdf: pikepdf.Pdf, password: str | None = None, owner: str = "owner") -> bytes:
    """The same bytes for the same content. With a password (which may be empty) it is encrypted."""
    out = io.BytesIO()
    if password is None:
        pdf.save(out, deterministic_id=True)
    else:  # RC4 of 128 bits: all later methods draw random numbers
        encryption = pikepdf.Encryption(user=password, owner=owner, R=3, aes=False, metadata=False)
        pdf.save(out, static_id=True, encryption=encryption)
    return out.getvalue()


def _add(
    pdf: pikepdf.Pdf, box: tuple[float, float, float, float], content: bytes, pictures: dict[str, Any]
) -> pikepdf.Page:
    fonts = {
        f"/{name}": Dictionary(
            Type=Name.Font, Subtype=Name.Type1, BaseFont=Name(f"/{name}"), Encoding=Name.WinAnsiEncoding
        )
        for name in (REGULAR, BOLD)
    }
    page = Dictionary(
        Type=Name.Page,
        MediaBox=Array(list(box)),
        Resources=Dictionary(Font=Dictionary(fonts), XObject=Dictionary(pictures)),
        Contents=pdf.make_stream(content),
    )
    pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    return pdf.pages[-1]


def _picture(pdf: pikepdf.Pdf, data: bytes, size: tuple[int, int], **keys: Any) -> pikepdf.Stream:
    return pikepdf.Stream(pdf, data, Type=Name.XObject, Subtype=Name.Image, Width=size[0], Height=size[1], **keys)
