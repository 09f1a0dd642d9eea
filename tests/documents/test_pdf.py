from __future__ import annotations

import io
import mmap
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdfs import add_page, image, lines, new_pdf, one_page, saved, text
from pikepdf import Array, Dictionary, Name, String

from documents.pdf import PdfDocument
from documents.pdf_page import open_page
from documents.pdf_units import user_units
from documents.sizing import BOX
from schemas.errors import CorruptDocument, Encrypted, PagebeamError, TooManyPixels
from schemas.pages import PageInspection, Pixels

SCAN = (np.random.default_rng(2).integers(0, 255, (110, 85), dtype=np.uint8).tobytes(), 85, 110)  # letter, 10 dpi


def inspected(data: bytes, redo: bool = False) -> PageInspection:
    with PdfDocument(data) as document:
        return document.inspect(1, redo).pages[0]


def rendered(data: bytes, page: int = 0) -> Pixels:
    with PdfDocument(data) as document:
        return document.render(page).pixels


def test_a_page_of_print_is_embedded_text_whatever_is_behind_it() -> None:
    assert inspected(one_page(lines(6))).category == "embedded_text"
    page = inspected(one_page(image() + lines(6), picture=SCAN))
    assert (page.category, len(page.words)) == ("embedded_text", 60)


def test_a_stamped_scan_is_read_and_its_stamp_is_known() -> None:
    page = inspected(one_page(image() + text("RECEIVED 12 MAY"), picture=SCAN))
    assert page.category is None
    assert [word.text for word in page.words] == ["RECEIVED", "12", "MAY"]


def test_a_scan_in_strips_or_inside_a_form_is_a_scan() -> None:
    strips = b"".join(image((0, 99 * row, 612, 99 * row + 99)) for row in range(8))
    assert inspected(one_page(strips + lines(3), picture=SCAN)).category is None
    pdf = new_pdf()
    page = add_page(pdf, b"q 2 0 0 2 0 0 cm /Form Do Q " + lines(3), picture=SCAN)
    form = pdf.make_stream(image((0, 0, 300, 390)), Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 612, 792]))
    form.Resources = Dictionary(XObject=Dictionary(I=page.Resources.XObject.I))
    page.Resources.XObject = Dictionary(Form=form)
    assert inspected(saved(pdf)).category is None


def test_a_short_text_beside_a_small_picture_is_all_there_is() -> None:
    logo = one_page(image((50, 700, 150, 750)) + lines(2), picture=SCAN)
    assert inspected(logo).category == "embedded_text"


def test_hardly_any_text_beside_a_picture_is_not_all() -> None:
    page = inspected(one_page(image((50, 300, 350, 600)) + text("Figure 3"), picture=SCAN))
    assert (page.category, len(page.words)) == (None, 2)


OUTLINES = b"".join(
    f"{x} {y} m {x + 3} {y + 5} l {x + 6} {y} l {x + 4} {y + 2} l h f\n".encode()
    for x in range(50, 550, 20)
    for y in range(100, 700, 20)
)


def test_outlines_are_read() -> None:
    assert inspected(one_page(OUTLINES)).category is None
    page = inspected(one_page(OUTLINES + text("12", y=40)))
    assert (page.category, len(page.words)) == (None, 1)


def test_a_table_with_few_words_is_not_read() -> None:
    rules = b"".join(f"50 {y} m 550 {y} l S\n".encode() for y in range(100, 700, 20))
    assert inspected(one_page(rules + text("Name Date"))).category == "embedded_text"


def test_blank_pages_end_here() -> None:
    paper = (np.random.default_rng(4).normal(236, 3, (1100, 850)).astype(np.uint8).tobytes(), 850, 1100)
    for data in (one_page(), one_page(image(), picture=paper), one_page(text("", y=30))):
        page = inspected(data)
        assert (page.category, page.reason, page.words) == ("no_text", "blank", ())
        assert (page.width_pt, page.height_pt) == (612, 792)


def test_a_page_with_a_dot_is_not_blank() -> None:
    assert inspected(one_page(b"0 0 0 rg 300 400 6 6 re f")).category is None


def huge(filter_name: Name, side: int) -> bytes:
    """A page with an image that says it is so large."""
    with new_pdf() as pdf:
        page = add_page(pdf, image(), picture=(b"\x80" * 16, 4, 4))
        picture = page.Resources.XObject.I
        picture.write(b"\x80" * 16, filter=filter_name)
        picture.Width = picture.Height = side
        return saved(pdf)


def test_an_image_that_finds_no_memory_does_not_pass_for_an_empty_page() -> None:
    data = huge(Name.JPXDecode, 7_000)
    with PdfDocument(data) as document, pytest.raises(TooManyPixels):
        document.inspect(1, False)
    with PdfDocument(data) as document, pytest.raises(TooManyPixels):
        document.render(0)
    with PdfDocument(huge(Name.JPXDecode, 6_000)) as document:
        assert document.inspect(1, False).page_count == 1
    with PdfDocument(huge(Name.DCTDecode, 7_000)) as document:
        assert document.inspect(1, False).page_count == 1


@pytest.mark.parametrize("name", ["LiberationSerif", "FreeSerif"])
def test_fonts_of_the_machine_are_not_used(name: str) -> None:
    def page(font_name: str) -> Pixels:
        font = Dictionary(Type=Name.Font, Subtype=Name.TrueType, BaseFont=Name(f"/{font_name}"))
        with new_pdf() as pdf:
            add_page(pdf, lines(3), font=font)
            return rendered(saved(pdf))

    page("Warm")  # the first such font that a process draws comes out differently
    assert np.array_equal(page(name), page("NoSuchSerif"))


def test_the_cap_and_the_count() -> None:
    pdf = new_pdf()
    for _ in range(12):
        add_page(pdf, lines(6))
    with PdfDocument(saved(pdf)) as document:
        inspection = document.inspect(10, False)
    assert inspection.page_count == 12
    assert [page.page for page in inspection.pages] == list(range(10))
    assert not inspection.signed


@pytest.mark.parametrize("filled", [True, False])
def test_a_signed_pdf_is_known(filled: bool) -> None:
    pdf = new_pdf()
    page = add_page(pdf, lines(6))
    signature = pdf.make_indirect(
        Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), Contents=String("x"), ByteRange=Array([0, 1, 2, 3]))
    )
    field = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Sig,
            T=String("s"),
            V=signature,
            Rect=Array([0, 0, 0, 0]),
            P=page,
        )
    )
    if not filled:
        del field.V
    page.Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]), SigFlags=3)
    with PdfDocument(saved(pdf)) as document:
        for _ in range(2):
            assert document.inspect(1, False).signed == filled


def test_sizes_of_renders() -> None:
    assert rendered(one_page(lines(6))).shape == (BOX, 1583, 3)
    assert rendered(one_page(lines(6), size=(20, 3))).shape == (25, 167, 3)  # 600 dpi, no more
    assert rendered(one_page(lines(6), size=(14400, 14400))).shape == (BOX, BOX, 3)
    assert rendered(one_page(lines(6), MediaBox=(0, 0, 14400, 1))).shape == (1, 4096, 3)
    assert rendered(one_page(lines(6), size=(200, 800))).shape == (4000, 1000, 3)
    assert rendered(one_page(image(), picture=SCAN)).shape == (220, 170, 3)  # a scan is enlarged by 2 at most


def test_a_render_is_what_a_person_sees() -> None:
    quarters = (
        b"0.9 0.1 0.1 rg 100 500 100 100 re f 0.1 0.8 0.1 rg 200 500 100 100 re f 0.1 0.1 0.9 rg 100 400 100 100 re f"
    )
    pixels = rendered(one_page(quarters, CropBox=(100, 400, 300, 600), Rotate=90))
    height, width = pixels.shape[:2]
    colours = [np.argmax(pixels[height * y // 4, width * x // 4]) for y, x in ((1, 1), (1, 3), (3, 3))]
    assert colours == [2, 0, 1]  # blue, red, green: a quarter turn clockwise
    assert pixels[height * 3 // 4, width // 4].tolist() == [255, 255, 255]
    assert pixels.flags.c_contiguous
    assert pixels.dtype == np.uint8


def test_a_preview_is_as_long_as_asked() -> None:
    with PdfDocument(one_page(lines(6), Rotate=90)) as document:
        assert document.preview(0, 300).shape == (232, 300, 3)


def free_text(pdf: pikepdf.Pdf, page: Dictionary, subtype: Name, words: str) -> Dictionary:
    """An annotation whose appearance is a line of text, 20 units high, at (100, 300)."""
    look = pdf.make_stream(text(words, x=2, y=5), Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 200, 20]))
    look.Resources = Dictionary(Font=page.Resources.Font)
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=subtype,
            Rect=Array([100, 300, 300, 320]),
            AP=Dictionary(N=look),
            F=4,
            Contents=String("x"),
        )
    )


@pytest.mark.parametrize("inherited", [False, True])
@pytest.mark.parametrize("kind", ["field", "note"])
def test_filled_forms_and_notes_are_seen_and_found(kind: str, inherited: bool) -> None:
    pdf = new_pdf()
    page = add_page(pdf, lines(6), size=(500, 1000), Rotate=90)
    annotation = free_text(pdf, page, Name.Widget if kind == "field" else Name.FreeText, "Answer 42")
    if kind == "field":
        annotation.FT, annotation.T, annotation.V = Name.Tx, String("f"), String("Answer 42")
        pdf.Root.AcroForm = Dictionary(Fields=Array([annotation]), DR=Dictionary(Font=page.Resources.Font))
    page.Annots = Array([annotation])
    if inherited:
        pdf.Root.Pages.MediaBox = page.MediaBox
        del page.MediaBox
    data = saved(pdf)
    found = inspected(data)
    assert (found.width_pt, found.height_pt) == (1000, 500)
    answer = next(word for word in found.words if word.text == "42")
    pixels = rendered(data)
    assert pixels.shape == (1024, 2048, 3)
    left, top, right, bottom = answer.quad.box
    ink = pixels[round(top * 1024) : round(bottom * 1024), round(left * 2048) : round(right * 2048)]
    assert (ink < 128).mean() > 0.1
    assert len(found.words) == 62


def test_user_unit_counts_in_points() -> None:
    data = one_page(lines(6), UserUnit=2.5)
    page = inspected(data)
    assert (page.width_pt, page.height_pt) == (612 * 2.5, 792 * 2.5)
    pdf = pikepdf.open(io.BytesIO(data))
    packed = saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    assert b"/UserUnit" not in packed
    assert user_units(packed, 1) == [2.5]
    assert user_units(one_page(lines(6), UserUnit=-3), 1) == [1.0]
    assert user_units(b"/UserUnit of no PDF", 2) == [1.0, 1.0]


def test_encrypted_pdfs() -> None:
    pdf = new_pdf()
    add_page(pdf, lines(6))
    with pytest.raises(Encrypted):
        PdfDocument(saved(pdf, encryption=pikepdf.Encryption(owner="o", user="secret")))
    assert inspected(saved(pdf, encryption=pikepdf.Encryption(owner="o", user=""))).category == "embedded_text"


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF" * 10, one_page(lines(6))[:300]])
def test_what_is_no_pdf_is_corrupt(data: bytes) -> None:
    with pytest.raises(CorruptDocument):
        PdfDocument(data)


def test_a_lost_table_of_objects_is_made_anew() -> None:
    whole = one_page(lines(6))
    broken = whole.replace(b"xref", b"xxxx").replace(b"trailer", b"trayler")  # PDFium gives up here
    with PdfDocument(broken) as document:
        assert len(document.inspect(1, False).pages[0].words) == 60


def test_a_pdf_without_pages_is_corrupt() -> None:
    with pytest.raises(CorruptDocument, match="no pages"):
        PdfDocument(saved(new_pdf()))


def test_a_broken_page_costs_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = new_pdf()
    add_page(pdf, lines(6))
    add_page(pdf, lines(6))
    with PdfDocument(saved(pdf)) as document:

        def refuse(handle: Any, index: int) -> Any:
            if index == 1:
                raise CorruptDocument("page 1 cannot be loaded")
            return open_page(handle, index)

        monkeypatch.setattr("documents.pdf.open_page", refuse)
        pages = document.inspect(10, False).pages
        assert [page.category for page in pages] == ["embedded_text", None]
        with pytest.raises(CorruptDocument):
            document.render(1)
        with pytest.raises(CorruptDocument):
            document.render(7)
        monkeypatch.setattr("documents.pdf.open_page", lambda handle, index: refuse(handle, 1))
        with pytest.raises(CorruptDocument):
            document.inspect(10, False)


def test_a_map_is_let_go_of_when_closed(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(one_page(lines(6)))
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        document = PdfDocument(data)
        assert document.inspect(1, False).pages[0].category == "embedded_text"
        document.close()
        document.close()  # the map's own close, at the end of the block, would fail if it were still in use


DAMAGED = one_page(image() + lines(6), picture=SCAN, UserUnit=2, Rotate=90)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(DAMAGED) - 1), st.integers(0, 255)), min_size=1, max_size=20))
def test_damage_ends_as_pixels_or_a_typed_error(changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(DAMAGED)
    for place, value in changes:
        damaged[place] = value
    try:
        with PdfDocument(bytes(damaged)) as document:
            document.inspect(3, False)
            assert document.render(0).pixels.size
    except PagebeamError as error:
        assert error.reason in ("corrupt", "encrypted")  # noqa: PT017
