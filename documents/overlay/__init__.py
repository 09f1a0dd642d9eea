"""Overlay PDFs: the page as it was, with an invisible text layer to select, copy and search."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from documents import media
from documents.overlay.pdf import add_text
from documents.overlay.pictures import picture_to_pdf
from schemas.pages import Word


def write_overlay(
    data: bytes,
    media_type: str,
    words: Mapping[int, Sequence[Word]],
    *,
    replace: Collection[int] = (),
    allow_signed: bool = False,
) -> bytes:
    """The document as a PDF in which the words can be selected, copied and found; the same input gives the same bytes.

    `words` are by 0-based page, their quads in fractions of the page as a person sees it, their `line` numbers say
    which stand in one line. Pages without words are in the result as they were. `replace` names the pages whose earlier
    invisible text is taken out first. A PDF that opens with the empty password keeps its protection (AES then makes the
    bytes differ from one call to the next).

    Raises Encrypted, CorruptDocument (also for words on a page that is not there), TooManyPixels and, unless
    `allow_signed`, SignedDocument; ValueError for a media type that is neither a PDF nor a picture Pagebeam reads.
    """
    if media_type != media.PDF:
        data = picture_to_pdf(data, media_type)
    return add_text(data, words, replace=replace, allow_signed=allow_signed)
