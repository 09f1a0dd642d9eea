"""A picture as a PDF of the same pixels, without re-encoding wherever PDF allows it."""

from __future__ import annotations

import img2pdf


def picture_to_pdf(data: bytes, media_type: str) -> bytes:
    """One page a frame of a TIFF or GIF, one page for every other picture."""
    return img2pdf.convert(data, nodate=True, rotation=img2pdf.Rotation.none, first_frame_only=media_type not in ("image/tiff", "image/gif"))
