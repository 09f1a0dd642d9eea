"""The PDFs of the sample archive that can be read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from random import Random

import numpy as np
import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from documents.media import PDF
from pipelines.samples import pdf, scans, texts
from pipelines.samples.layout import BOLD, REGULAR, Layout, Line
from pipelines.samples.sample import Sample, TruePage

DPI = 150.0
JPEG_QUALITY = 60


def born_digital(random: Random) -> Iterator[Sample]:
    """Text that is there already, on pages that lie and are cut in every way."""
    yield _text("invoices/letter.pdf", [texts.letter(random)])
    yield _text("invoices/invoice 0001.pdf", [texts.invoice(random), texts.letter(random)])
    yield _text("invoices/Übersicht März.pdf", [texts.report_page(random, 1)])
    yield _text("reports/annual report.pdf", [texts.report_page(random, number) for number in range(1, 15)])
    yield _turned(random)
    yield _cropped(random)
    yield _furnished(random)
    yield _signed(random)
    yield _text("invoices/empty password.pdf", [texts.invoice(random)], password="")
    yield _huge(random)


def scanned(random: Random, rng: np.random.Generator) -> Iterator[Sample]:
    """Pages of pictures, with and without text of their own."""
    layouts = [texts.letter(random), texts.invoice(random)]
    document = pdf.new()
    for layout in layouts:
        _add_scan(document, layout, rng)
    yield Sample("scans/two pages.pdf", pdf.save(document), PDF, tuple(map(_to_read, layouts)))

    layout = texts.invoice(random)
    document = pdf.new()
    white = scans.fax(layout, 200, rng)
    picture = pdf.bilevel_picture(document, np.packbits(white, axis=1).tobytes(), white.shape[::-1])
    pdf.add_picture_page(document, picture, layout.width, layout.height)
    yield Sample("scans/fax.pdf", pdf.save(document), PDF, (_to_read(layout),))

    born, layout = texts.letter(random), texts.invoice(random)
    document = pdf.new()
    pdf.add_text_page(document, born)
    _add_scan(document, layout, rng)
    pdf.add_text_page(document, Layout(595, 842, ()))
    pages = (TruePage("embedded_text", born.words), _to_read(layout), TruePage("no_text"))
    yield Sample("scans/mixed.pdf", pdf.save(document), PDF, pages)

    layout = texts.letter(random)
    stamp = Line(340, 800, 14, "RECEIVED 12 MARCH", BOLD)
    document = pdf.new()
    _add_scan(document, layout, rng, pdf.text_content((stamp,)))
    stamped = TruePage("image_text", (*stamp.text.split(), *layout.words))
    yield Sample("scans/stamped.pdf", pdf.save(document), PDF, (stamped,))

    layout = texts.letter(random)
    document = pdf.new()
    _add_scan(document, layout, rng, pdf.text_content(layout.lines, mode=pdf.INVISIBLE))
    yield Sample("scans/earlier text layer.pdf", pdf.save(document), PDF, (TruePage("embedded_text", layout.words),))

    layout = texts.invoice(random)
    document = pdf.new()
    _add_scan(document, layout, rng, quarters=1)
    document.pages[0].Rotate = 90
    yield Sample("scans/fed sideways.pdf", pdf.save(document), PDF, (_to_read(layout),))

    document = pdf.new()
    pdf.add_text_page(document, Layout(595, 842, ()))
    yield Sample("scans/blank page.pdf", pdf.save(document), PDF, (TruePage("no_text"),))


def text_pdf(layouts: list[Layout]) -> pikepdf.Pdf:
    """A PDF with a page of text for each layout."""
    document = pdf.new()
    for layout in layouts:
        pdf.add_text_page(document, layout)
    return document


def _text(name: str, layouts: list[Layout], password: str | None = None) -> Sample:
    pages = tuple(TruePage("embedded_text", layout.words) for layout in layouts)
    return Sample(name, pdf.save(text_pdf(layouts), password), PDF, pages)


def _turned(random: Random) -> Sample:
    layouts = [texts.letter(random) for _ in range(4)]
    document = text_pdf(layouts)
    for quarter, page in enumerate(document.pages):
        page.Rotate = 90 * quarter
    pages = tuple(TruePage("embedded_text", layout.words) for layout in layouts)
    return Sample("invoices/turned.pdf", pdf.save(document), PDF, pages)


def _cropped(random: Random) -> Sample:
    """A crop that hides a line, a MediaBox off the origin, a page in units of two points."""
    inset, shifted, doubled = layouts = [texts.letter(random), texts.invoice(random), texts.letter(random)]
    document = pdf.new()
    hidden = Line(60, 12, 10, "printer marks that nobody sees", REGULAR)
    pdf.add_text_page(document, Layout(inset.width, inset.height, (*inset.lines, hidden)))
    pdf.add_text_page(document, shifted, shift=(-120, 340))
    pdf.add_text_page(document, doubled)
    document.pages[0].CropBox = Array([40, 40, 555, 810])
    document.pages[1].CropBox = Array([-100, 360, 455, 1162])
    document.pages[2].UserUnit = 2
    pages = tuple(TruePage("embedded_text", layout.words) for layout in layouts)
    return Sample("invoices/cropped.pdf", pdf.save(document), PDF, pages)


def _furnished(random: Random) -> Sample:
    """Bookmarks, a link and a form field, which an overlay must leave alone; its second page is a scan."""
    layouts = [texts.letter(random), texts.letter(random)]
    document = text_pdf(layouts[:1])
    _add_scan(document, layouts[1], np.random.default_rng(0))
    link = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=Array([60, 720, 300, 740]),
        Border=Array([0, 0, 0]),
        Dest=Array([document.pages[1].obj, Name.Fit]),
    )
    field = document.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String("reference"),
            Rect=Array([60, 60, 260, 80]),
            P=document.pages[0].obj,
        )
    )
    document.pages[0].Annots = Array([document.make_indirect(link), field])
    document.Root.AcroForm = Dictionary(Fields=Array([field]), DA=String("/Helv 0 Tf 0 g"))
    with document.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("The letter", 0))
        outline.root.append(pikepdf.OutlineItem("The scan", 1))
    pages = (TruePage("embedded_text", layouts[0].words), _to_read(layouts[1]))
    return Sample("invoices/bookmarks, links, forms.pdf", pdf.save(document), PDF, pages)


def _signed(random: Random) -> Sample:
    """A signature field with a value that signs nothing: enough to be treated as signed."""
    layout = texts.invoice(random)
    document = pdf.new()
    _add_scan(document, layout, np.random.default_rng(1))
    value = Dictionary(
        Type=Name.Sig,
        Filter=Name("/Adobe.PPKLite"),
        SubFilter=Name("/adbe.pkcs7.detached"),
        ByteRange=Array([0, 0, 0, 0]),
        Contents=String(b"\0" * 64),
    )
    field = document.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String("signature"),
            Rect=Array([0, 0, 0, 0]),
            P=document.pages[0].obj,
            V=document.make_indirect(value),
        )
    )
    document.pages[0].Annots = Array([field])
    document.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)
    return Sample("invoices/signed.pdf", pdf.save(document), PDF, (_to_read(layout),), reason="signed")


def _huge(random: Random) -> Sample:
    """The largest page that the format allows, 200 x 200 inches."""
    letter = texts.letter(random)
    lines = tuple(Line(line.x * 17, line.y * 17, line.size * 17, line.text, line.font) for line in letter.lines)
    return _text("broken/huge page.pdf", [Layout(14_400, 14_400, lines)])


def _add_scan(
    document: pikepdf.Pdf, layout: Layout, rng: np.random.Generator, extra: bytes = b"", quarters: int = 0
) -> None:
    """A page with a scan of `layout`, turned counter-clockwise by `quarters`."""
    pixels = np.ascontiguousarray(np.rot90(scans.scan(layout, DPI, rng, skew=1.0), quarters))
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=JPEG_QUALITY)
    picture = pdf.jpeg_picture(document, out.getvalue(), (pixels.shape[1], pixels.shape[0]))
    width, height = (layout.width, layout.height) if quarters % 2 == 0 else (layout.height, layout.width)
    pdf.add_picture_page(document, picture, width, height, extra)


def _to_read(layout: Layout) -> TruePage:
    return TruePage("image_text", layout.words)
