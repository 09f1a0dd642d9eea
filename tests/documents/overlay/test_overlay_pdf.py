"""Layers in existing PDFs: what is added, and that everything else stays."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pikepdf
import pypdfium2
import pytest

from documents.overlay import write_overlay
from schemas.errors import CorruptDocument, Encrypted, SignedDocument
from schemas.geometry import Quad
from schemas.pages import Word

PDF = "application/pdf"
WORDS = [Word("Hello", Quad.of_box(0.1, 0.1, 0.3, 0.13), 0), Word("there", Quad.of_box(0.32, 0.1, 0.5, 0.13), 0)]
VISIBLE = b"BT /F1 24 Tf 50 300 Td (Seen) Tj ET 0.5 g 20 20 60 60 re f"
HIDDEN = b"BT 3 Tr /F1 24 Tf 50 200 Td (Unseen) Tj ET"


def helvetica() -> pikepdf.Dictionary:
    return pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)


def a_pdf(change: Callable[[pikepdf.Pdf], None] | None = None, contents: bytes = VISIBLE, pages: int = 1) -> bytes:
    """Pages of 300 x 400 points with the contents; all share one resource dictionary."""
    with pikepdf.new() as pdf:
        shared = pdf.make_indirect(pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=helvetica())))
        for _ in range(pages):
            page = pdf.add_blank_page(page_size=(300, 400)).obj
            page.Resources = shared
            page.Contents = pdf.make_stream(contents)
        if change:
            change(pdf)
        return saved(pdf)


def saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    pdf.save(out, static_id=True, **options)
    return out.getvalue()


def opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


def text(data: bytes, page: int = 0) -> str:
    with pypdfium2.PdfDocument(data) as document:
        return document[page].get_textpage().get_text_range()


def pixels(data: bytes, page: int = 0) -> np.ndarray:
    with pypdfium2.PdfDocument(data) as document:
        return np.array(document[page].render(scale=1).to_numpy())


def raw_streams(data: bytes) -> set[bytes]:
    with opened(data) as pdf:
        return {thing.read_raw_bytes() for thing in pdf.objects if isinstance(thing, pikepdf.Stream)}


def test_words_are_added_and_nothing_is_painted() -> None:
    before = a_pdf()
    after = write_overlay(before, PDF, {0: WORDS})
    assert "Hello there" in text(after)
    assert "Seen" in text(after)
    assert (pixels(before) == pixels(after)).all()


def test_the_same_input_gives_the_same_bytes() -> None:
    assert write_overlay(a_pdf(), PDF, {0: WORDS}) == write_overlay(a_pdf(), PDF, {0: WORDS})


def test_all_pages_stay_and_only_the_read_ones_change() -> None:
    before = a_pdf(pages=3)
    after = write_overlay(before, PDF, {1: WORDS})
    assert ["Hello" in text(after, page) for page in range(3)] == [False, True, False]
    with opened(after) as pdf:
        assert len(pdf.pages) == 3
        assert "/Pagebeam" not in pdf.pages[0].obj.Resources.Font  # though the resources were shared
        assert "/F1" in pdf.pages[1].obj.Resources.Font


def test_pages_share_one_font() -> None:
    with opened(write_overlay(a_pdf(pages=2), PDF, {0: WORDS, 1: WORDS})) as pdf:
        fonts = {page.obj.Resources.Font.Pagebeam.objgen for page in pdf.pages}
        assert len(fonts) == 1


def test_streams_stay_as_they_were() -> None:
    before = a_pdf(lambda pdf: pdf.pages[0].obj.__setattr__("Extra", pdf.make_stream(b"\x00\x01" * 500)))
    with opened(before) as pdf:
        before = saved(pdf, compress_streams=True)
    after = write_overlay(before, PDF, {0: WORDS})
    assert raw_streams(before) <= raw_streams(after)


def test_a_layer_costs_little() -> None:
    before = a_pdf()
    many = [
        Word(f"word{line}x{column}", Quad.of_box(column / 10, line / 50, column / 10 + 0.08, line / 50 + 0.015), line)
        for line in range(48)
        for column in range(10)
    ]
    assert len(write_overlay(before, PDF, {0: many})) - len(before) <= 4096 + 25 * len(many)


@pytest.mark.parametrize(
    "contents",
    [b"q q 0.5 0 0 0.5 100 100 cm " + VISIBLE, b"Q Q " + VISIBLE + b" Q", b"", b"BT (never closed", b"2 0 0 2 9 9 cm"],
)
def test_no_page_content_moves_the_layer(contents: bytes) -> None:
    after = write_overlay(a_pdf(contents=contents), PDF, {0: WORDS})
    with pypdfium2.PdfDocument(after) as document:
        page = document[0].get_textpage()
        box = page.get_charbox(page.get_text_range().index("Hello"))
    assert box[0] == pytest.approx(30, abs=0.1)
    assert box[1] == pytest.approx(400 - 52, abs=0.1)


def no_contents(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[0].obj.Contents


def no_resources(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[0].obj.Resources


def several_contents(pdf: pikepdf.Pdf) -> None:
    page = pdf.pages[0].obj
    page.Contents = pikepdf.Array([page.Contents, pdf.make_stream(b"0 g"), pikepdf.Dictionary()])


def name_taken(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj.Resources.Font.Pagebeam = helvetica()


@pytest.mark.parametrize("change", [no_contents, no_resources, several_contents, name_taken])
def test_odd_pages(change: Callable[[pikepdf.Pdf], None]) -> None:
    before = a_pdf(change)
    after = write_overlay(before, PDF, {0: WORDS})
    assert "Hello there" in text(after)
    assert (pixels(before) == pixels(after)).all()


def test_what_belongs_to_the_document_stays() -> None:
    def furnish(pdf: pikepdf.Pdf) -> None:
        with pdf.open_outline() as outline:
            outline.root.append(pikepdf.OutlineItem("Chapter", 0))
        with pdf.open_metadata() as metadata:
            metadata["dc:title"] = "Title"
            metadata["pdf:PDFVersion"] = "1.1"  # wrong, but not ours to mend
        field = pikepdf.Dictionary(
            FT=pikepdf.Name.Tx, T="name", V="value", Subtype=pikepdf.Name.Widget, Rect=[1, 1, 9, 9], F=4
        )
        link = pikepdf.Dictionary(
            Subtype=pikepdf.Name.Link, Rect=[0, 0, 5, 5], A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://a.b")
        )
        annotations = [pdf.make_indirect(field), pdf.make_indirect(link)]
        pdf.pages[0].obj.Annots = pikepdf.Array(annotations)
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(annotations[:1]))
        pdf.Root.PageLabels = pikepdf.Dictionary(Nums=[0, pikepdf.Dictionary(S=pikepdf.Name.r)])

    before = a_pdf(furnish)
    with opened(before) as old, opened(write_overlay(before, PDF, {0: WORDS})) as new:
        for key in ("/Outlines", "/PageLabels", "/AcroForm"):
            assert key in new.Root
        assert new.Root.Metadata.read_bytes() == old.Root.Metadata.read_bytes()
        assert new.open_metadata()["dc:title"] == "Title"
        assert new.open_outline().root[0].title == "Chapter"
        assert new.pages[0].obj.Annots[0].V == "value"
        assert str(new.pages[0].obj.Annots[1].A.URI) == "https://a.b"
        assert new.pages[0].label == "i"


def test_object_streams_and_linearisation_stay() -> None:
    with opened(a_pdf(pages=5)) as pdf:
        packed = saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        linear = saved(pdf, linearize=True)
    assert b"/ObjStm" in write_overlay(packed, PDF, {0: WORDS})
    assert b"/ObjStm" not in write_overlay(linear, PDF, {0: WORDS})
    with opened(write_overlay(linear, PDF, {0: WORDS})) as pdf:
        assert pdf.is_linearized


def test_a_file_of_long_binary_strings_does_not_swell() -> None:
    strange = bytes(range(128, 256)) * 16_384
    plain = a_pdf(lambda pdf: pdf.Root.__setattr__("Strange", pikepdf.String(strange)))
    before = plain.replace(b"<" + strange.hex().encode() + b">", b"(" + strange + b")")  # half of what qpdf writes
    assert len(before) < len(plain) * 0.51
    assert len(write_overlay(before, PDF, {0: WORDS})) < len(before)


def signed(pdf: pikepdf.Pdf) -> None:
    signature = pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3], Contents=b"x")
    child = pdf.make_indirect(pikepdf.Dictionary(T="kid", V=signature))
    parent = pdf.make_indirect(pikepdf.Dictionary(T="signature", FT=pikepdf.Name.Sig, Kids=[child]))
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[parent])


def test_a_signed_pdf_is_left_alone_unless_asked_for() -> None:
    with pytest.raises(SignedDocument):
        write_overlay(a_pdf(signed), PDF, {0: WORDS})
    assert "Hello" in text(write_overlay(a_pdf(signed), PDF, {0: WORDS}, allow_signed=True))


def test_an_empty_signature_field_is_no_signature() -> None:
    def unsigned(pdf: pikepdf.Pdf) -> None:
        field = pdf.make_indirect(pikepdf.Dictionary(T="signature", FT=pikepdf.Name.Sig))
        field.Kids = pikepdf.Array([field])  # a cycle, too
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field])

    assert "Hello" in text(write_overlay(a_pdf(unsigned), PDF, {0: WORDS}))


def encrypted(user: str) -> bytes:
    with opened(a_pdf()) as pdf:
        out = io.BytesIO()
        rights = pikepdf.Permissions(extract=False)
        pdf.save(out, encryption=pikepdf.Encryption(owner="owner", user=user, allow=rights))
        return out.getvalue()


def test_protection_that_opens_without_a_password_is_kept() -> None:
    after = write_overlay(encrypted(""), PDF, {0: WORDS})
    assert "Hello there" in text(after)
    with opened(after) as pdf:
        assert pdf.is_encrypted
        assert not pdf.allow.extract


def test_a_pdf_behind_a_password_is_refused() -> None:
    with pytest.raises(Encrypted):
        write_overlay(encrypted("secret"), PDF, {0: WORDS})


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4", b"%PDF-1.4\n1 0 obj\n<<", a_pdf()[:200]])
def test_a_broken_pdf_is_corrupt(data: bytes) -> None:
    with pytest.raises(CorruptDocument) as error:
        write_overlay(data, PDF, {0: WORDS})
    assert "BytesIO" not in str(error.value)


def test_words_for_a_page_that_is_not_there() -> None:
    with pytest.raises(CorruptDocument, match="page 7"):
        write_overlay(a_pdf(), PDF, {7: WORDS})


@pytest.fixture(scope="module", params=["page", "form", "nested form", "inherited mode"])
def with_hidden_text(request: pytest.FixtureRequest) -> bytes:
    """Two pages, each with text to see and text that somebody else's run left; the forms are shared by both."""

    def form(pdf: pikepdf.Pdf, content: bytes, **inner: pikepdf.Object) -> pikepdf.Object:
        resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=helvetica()), XObject=pikepdf.Dictionary(**inner))
        return pdf.make_indirect(
            pikepdf.Stream(pdf, content, Subtype=pikepdf.Name.Form, BBox=[0, 0, 300, 400], Resources=resources)
        )

    def change(pdf: pikepdf.Pdf) -> None:
        drawn = {
            "form": lambda: form(pdf, HIDDEN),
            "nested form": lambda: form(pdf, b"/Inner Do", Inner=form(pdf, HIDDEN)),
            "inherited mode": lambda: form(pdf, HIDDEN.replace(b"3 Tr", b"")),
        }.get(request.param)
        if drawn:
            pdf.pages[0].obj.Resources.XObject = pikepdf.Dictionary(Outer=drawn())

    contents = {
        "page": HIDDEN + b" BT 0 Tr /F1 24 Tf 50 300 Td (Seen) Tj ET",
        "inherited mode": VISIBLE + b" q 3 Tr /Outer Do Q",
    }.get(request.param, VISIBLE + b" /Outer Do")
    return a_pdf(change, contents=contents, pages=2)


def test_hidden_text_of_others_is_replaced_on_that_page_alone(with_hidden_text: bytes) -> None:
    assert "Unseen" in text(with_hidden_text, 0)
    after = write_overlay(with_hidden_text, PDF, {0: WORDS}, replace=[0])
    assert "Unseen" not in text(after, 0)
    assert "Hello there" in text(after, 0)
    assert "Seen" in text(after, 0)
    assert "Unseen" in text(after, 1)
    assert (pixels(with_hidden_text) == pixels(after)).all()


def test_our_own_layer_is_replaced_without_a_trace() -> None:
    once = write_overlay(a_pdf(), PDF, {0: WORDS})
    other = [Word("Another", Quad.of_box(0.1, 0.1, 0.3, 0.13), 0)]
    again = write_overlay(once, PDF, {0: other}, replace=[0])
    assert "Hello" not in text(again)
    assert "Another" in text(again)
    assert len(write_overlay(again, PDF, {0: WORDS}, replace=[0])) == len(once)
    with opened(write_overlay(once, PDF, {}, replace=[0])) as pdf:
        assert "/Pagebeam" not in pdf.pages[0].obj.Resources.Font


@pytest.mark.parametrize(
    ("hidden", "stays"),
    [
        (b"BT 3 Tr /F1 9 Tf 50 200 Td (Un) Tj 0 Tr (seen) Tj ET", True),  # what is seen stands behind what is not
        (b"BT 3 Tr /F1 9 Tf 12 TL 50 200 Td (Unseen) ' ET", False),
        (b'BT 3 Tr /F1 9 Tf 12 TL 50 200 Td 1 2 (Unseen) " ET', False),
        (b"BT 3 Tr /F1 9 Tf 50 200 Td [(Un) 10 (seen)] TJ ET", False),
        (b"3 Tr q 0 Tr BT /F1 9 Tf 50 200 Td (shown) Tj ET Q BT /F1 9 Tf 50 200 Td (Unseen) Tj ET", False),
    ],
)
def test_which_text_is_taken_out(hidden: bytes, stays: bool) -> None:
    before = a_pdf(contents=VISIBLE + b" " + hidden)
    after = write_overlay(before, PDF, {}, replace=[0])
    assert ("Un" in text(after)) == stays
    assert (pixels(before) == pixels(after)).all()


def test_text_of_type_3_fonts_is_painted_in_every_mode_and_stays() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.Resources.Font.F1 = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type3, FontBBox=[0, 0, 1, 1], FirstChar=85, LastChar=85
        )

    after = write_overlay(a_pdf(change, contents=HIDDEN), PDF, {}, replace=[0])
    with opened(after) as pdf:
        assert b"Unseen" in pdf.pages[0].obj.Contents.read_bytes()


def test_a_form_that_draws_itself_ends() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        form = pdf.make_indirect(pikepdf.Stream(pdf, b"/Me Do " + HIDDEN, Subtype=pikepdf.Name.Form, BBox=[0, 0, 9, 9]))
        form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Me=form))
        pdf.pages[0].obj.Resources.XObject = pikepdf.Dictionary(Me=form)

    write_overlay(a_pdf(change, contents=b"/Me Do"), PDF, {0: WORDS}, replace=[0])
