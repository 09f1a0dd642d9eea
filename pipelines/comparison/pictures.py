"""Small pictures of pages, for the report. The files are strangers': they are parsed in the jail."""

from __future__ import annotations

import base64
import io
from typing import NamedTuple

from PIL import Image

from documents import media
from schemas.records import ShadowRow
from transforms import opened
from transforms.elements import Document, ManifestEntry

LONGEST = 1100  # pixels: small print can just be read
_QUALITY = 60  # JPEG


class Picture(NamedTuple):
    """A page's picture as a data URI."""

    source: str
    width: int  # pixels
    height: int


def picture(row: ShadowRow) -> Picture | None:
    """The page as a person sees it; None where the file is not there any more or has changed."""
    try:
        source = opened.fetch(row.uri)
        media_type = media.sniff(source.head)
        if media_type is None:
            return None
        document = Document(ManifestEntry(row.uri), row.document_id, "", media_type, source.size, 0.0, 0.0)
        pixels = opened.open_document(document).preview(row.page, LONGEST)
    except Exception:  # the words can be compared without it
        return None
    finally:
        opened.close()
    sink = io.BytesIO()
    Image.fromarray(pixels).save(sink, "JPEG", quality=_QUALITY)
    data = base64.b64encode(sink.getvalue()).decode("ascii")
    return Picture(f"data:image/jpeg;base64,{data}", pixels.shape[1], pixels.shape[0])
