"""Putting text layers into an existing PDF. Nothing else of it is touched."""

from __future__ import annotations

import io
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

import pikepdf

from documents.overlay.glyphless_font import assign_codes, embed_font
from documents.overlay.invisible import InvisibleText
from documents.overlay.layout import lay_out
from documents.overlay.page_box import copied, fractions_to_user_space, inherited, page_rectangle, page_turns
from documents.overlay.signatures import is_signed
from documents.overlay.spacing import Run
from documents.overlay.text_layer import TAG, content_stream
from schemas.errors import CorruptDocument, Encrypted, SignedDocument
from schemas.pages import Word

# More than layers can explain: long binary strings, which qpdf writes in hexadecimal. Packed, they take less.
GROWTH, GROWTH_BYTES = 1.25, 262_144


def add_text(
    data: bytes, words: Mapping[int, Sequence[Word]], *, replace: Collection[int] = (), allow_signed: bool = False
) -> bytes:
    """The PDF with the words as invisible text; see `documents.overlay.write_overlay`."""
    with _open(data) as pdf:
        if not allow_signed and is_signed(pdf):
            raise SignedDocument("the PDF is signed and a text layer would break the signature: allow it to add one")
        pages = [page.obj for page in pdf.pages]
        missing = [page for page in sorted({*words, *replace}) if not 0 <= page < len(pages)]
        if missing:
            raise CorruptDocument(
                f"there are words for page {missing[0]}, but the PDF's page tree has {len(pages)} pages"
            )
        invisible = InvisibleText(pdf)
        for page in sorted(set(replace)):
            invisible.remove(pages[page])
        runs = {page: _runs(pages[page], words[page]) for page in sorted(words)}
        codes = assign_codes(
            piece for its in runs.values() for run in its for word in run.words for piece in word.pieces
        )
        filled = [page for page, its in runs.items() if its]
        font = embed_font(pdf, codes) if filled else None
        for page in filled:
            _add_layer(pdf, pages[page], runs[page], codes, font)
        return _save(pdf, len(data))


@contextmanager
def _open(data: bytes) -> Iterator[pikepdf.Pdf]:
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            yield pdf
    except pikepdf.PasswordError as error:
        raise Encrypted("the PDF needs a password: store it without one") from error
    except (pikepdf.PdfError, RuntimeError) as error:  # the latter from qpdf and its bindings; found by damaging files
        # Before the last colon stands what names a Python object.
        raise CorruptDocument(f"not a readable PDF: {str(error).rsplit(': ', 1)[-1]}") from error


def _runs(page: pikepdf.Object, words: Sequence[Word]) -> list[Run]:
    return lay_out(words, fractions_to_user_space(page_rectangle(page), page_turns(page)))


def _add_layer(
    pdf: pikepdf.Pdf, page: pikepdf.Object, runs: Sequence[Run], codes: Mapping[str, int], font: pikepdf.Object | None
) -> None:
    name = _add_font(page, font)
    content = content_stream(runs, codes, name)
    layer = pikepdf.Stream(pdf, zlib.compress(content, 9), Filter=pikepdf.Name.FlateDecode)
    layer[TAG] = True  # by this a later run knows the layer as ours
    own = page.get("/Contents")
    if isinstance(own, pikepdf.Array):
        streams = [stream for stream in own if isinstance(stream, pikepdf.Stream)]
    else:
        streams = [own] if isinstance(own, pikepdf.Stream) else []
    page["/Contents"] = pikepdf.Array([layer, *streams])


def _add_font(page: pikepdf.Object, font: pikepdf.Object | None) -> str:
    """Gives the page resources of its own (they may be shared or inherited) with the font in them; its name there."""
    resources = copied(inherited(page, "/Resources"))
    fonts = copied(resources.get("/Font"))
    name = TAG
    while name in fonts:
        name += "_"
    fonts[name] = font
    resources["/Font"] = fonts
    page["/Resources"] = resources
    return name


def _save(pdf: pikepdf.Pdf, size: int) -> bytes:
    """The bytes of the PDF in the form it had: streams as they are, object streams and protection where it had them.

    `size` is that of the source.
    """
    written = _written(pdf, pikepdf.ObjectStreamMode.preserve)
    if len(written) > GROWTH * size + GROWTH_BYTES:
        written = min(written, _written(pdf, pikepdf.ObjectStreamMode.generate), key=len)
    return written


def _written(pdf: pikepdf.Pdf, object_streams: pikepdf.ObjectStreamMode) -> bytes:
    out = io.BytesIO()
    protected = pdf.is_encrypted
    pdf.save(
        out,
        fix_metadata_version=False,  # the metadata stay as they are, damaged ones too
        compress_streams=True,  # those that are not compressed at all
        stream_decode_level=None if protected else pikepdf.StreamDecodeLevel.none,
        object_stream_mode=object_streams,
        linearize=pdf.is_linearized,
        encryption=protected,
        deterministic_id=not protected,
    )
    return out.getvalue()
