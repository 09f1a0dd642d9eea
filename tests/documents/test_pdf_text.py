from __future__ import annotations

import itertools
import math
import sys
from pathlib import Path

import numpy as np
import pytest
from pikepdf import Array, Dictionary, Name

sys.path.insert(0, str(Path(__file__).parent))
from pdfs import add_page, lines, new_pdf, one_page, saved, text

from documents.pdf import PdfDocument
from schemas.geometry import reading_angle
from schemas.pages import PageInspection, Word


def inspected(data: bytes, redo: bool = False) -> PageInspection:
    with PdfDocument(data) as document:
        return document.inspect(1, redo).pages[0]


def words_of(data: bytes) -> tuple[Word, ...]:
    page = inspected(data)
    assert page.category == "embedded_text"
    return page.words


def ink_of(data: bytes) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of what is not white, in fractions of the page."""
    with PdfDocument(data) as document:
        pixels = document.render(0).pixels
    rows, columns = np.nonzero(pixels.min(axis=2) < 128)
    height, width = pixels.shape[:2]
    return columns.min() / width, rows.min() / height, (columns.max() + 1) / width, (rows.max() + 1) / height


def test_words_lines_and_nothing_else() -> None:
    data = one_page(text("Invoice number 1234") + text("Total: 5.00", y=680) + text("\xdcber caf\xe9", y=660))
    words = words_of(data)
    assert [(word.text, word.line) for word in words] == [
        ("Invoice", 0),
        ("number", 0),
        ("1234", 0),
        ("Total:", 1),
        ("5.00", 1),
        ("\N{LATIN CAPITAL LETTER U WITH DIAERESIS}ber", 2),
        ("caf\N{LATIN SMALL LETTER E WITH ACUTE}", 2),
    ]
    assert {(word.decision, word.confidence, word.joins_next) for word in words} == {("embedded", None, False)}


def test_a_word_broken_at_the_lines_end_goes_on_in_the_next() -> None:
    words = words_of(one_page(text("a long exam-") + text("ple of it", y=686)))
    assert [(word.text, word.line, word.joins_next) for word in words][2:] == [
        ("exam-", 0, True),
        ("ple", 1, False),
        ("of", 1, False),
        ("it", 1, False),
    ]


BOXES = (((0, 0, 612, 792), None), ((100, -50, 500, 450), None), ((0, 0, 612, 792), (60, 250, 420, 780)))


@pytest.mark.parametrize(("media_box", "crop_box"), BOXES, ids=["plain", "shifted", "cropped"])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270, -90, 450])
def test_a_words_place_is_where_its_ink_is(
    media_box: tuple[float, ...], crop_box: tuple[float, ...] | None, rotate: int
) -> None:
    entries = {"MediaBox": media_box, "Rotate": rotate} | ({"CropBox": crop_box} if crop_box else {})
    data = one_page(text("Heading", x=150, y=300, size=40), **entries)
    page = inspected(data)
    (word,) = page.words
    assert word.quad.box == pytest.approx(ink_of(data), abs=0.004)
    assert reading_angle(word.quad) % 360 == pytest.approx(rotate % 360)
    left, bottom, right, top = crop_box or media_box
    size = (right - left, top - bottom)
    assert (page.width_pt, page.height_pt) == (size if rotate % 180 == 0 else size[::-1])


@pytest.mark.parametrize("degrees", [0, 20, 45, 90, 133, 180, 225, 270, 300, 359])
def test_turned_text_has_a_turned_quad(degrees: int) -> None:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    matrix = f"{cos:.6f} {sin:.6f} {-sin:.6f} {cos:.6f}"
    data = one_page(text("Turned", x=300, y=300, size=48, matrix=matrix), size=(600, 600))
    (word,) = words_of(data)
    assert (reading_angle(word.quad) + degrees + 180) % 360 - 180 == pytest.approx(0, abs=2)
    assert word.quad.box == pytest.approx(ink_of(data), abs=0.02)
    upright = words_of(one_page(text("Turned", x=300, y=300, size=48), size=(600, 600)))[0].quad
    sides = [math.dist(quad.points[0], quad.points[1]) for quad in (word.quad, upright)]
    assert sides[0] == pytest.approx(sides[1], rel=0.05)
    heights = [math.dist(quad.points[1], quad.points[2]) for quad in (word.quad, upright)]
    assert heights[0] == pytest.approx(heights[1], rel=0.12)


def test_words_outside_the_visible_page_are_left_out() -> None:
    data = one_page(text("seen", x=200, y=400) + text("unseen", x=10, y=20), CropBox=(100, 100, 500, 700))
    assert [word.text for word in words_of(data)] == ["seen"]


def test_invisible_text_is_text_unless_to_be_redone() -> None:
    scan = (bytes(range(200, 250)) * 50, 50, 50)
    layer = b"3 Tr " + lines(3)
    data = one_page(b"q 612 0 0 792 0 0 cm /I Do Q " + text("STAMP", y=100) + layer, picture=scan)
    page = inspected(data)
    assert (page.category, len(page.words)) == ("embedded_text", 31)
    assert page.words[0].text == "STAMP"
    again = inspected(data, redo=True)
    assert (again.category, [word.text for word in again.words]) == (None, ["STAMP"])


def test_invisible_text_inside_a_form_is_known_too() -> None:
    pdf = new_pdf()
    page = add_page(pdf, b"/Layer Do")
    form = pdf.make_stream(b"3 Tr " + lines(10), Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 612, 792]))
    form.Resources = page.Resources
    page.Resources.XObject = Dictionary(Layer=form)
    data = saved(pdf)
    assert len(words_of(data)) == 100
    assert inspected(data, redo=True).words == ()


def test_visible_text_stays_when_redone() -> None:
    data = one_page(lines(20))
    assert inspected(data, redo=True) == inspected(data)


def unmapped_font() -> Dictionary:
    """A font whose codes stand for glyphs that have no meaning in Unicode."""
    differences = Array([65, *(Name(f"/glyph{index}") for index in range(60))])
    encoding = Dictionary(Type=Name.Encoding, BaseEncoding=Name.WinAnsiEncoding, Differences=differences)
    return Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=encoding)


def test_text_without_a_mapping_counts_as_none() -> None:
    page = inspected(one_page(lines(20), font=unmapped_font()))
    assert (page.category, page.words) == (None, ())


def to_unicode(pdf: object, target: str) -> bytes:
    pairs = "\n".join(f"<{code:02x}> <{target}>" for code in range(0x61, 0x7B))
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <ff> endcodespacerange\n26 beginbfchar\n{pairs}\nendbfchar\n"
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    ).encode()


@pytest.mark.parametrize("target", ["FFFD", "E123", "0007"], ids=["replacement", "private use", "control"])
def test_text_that_is_garbage_counts_as_none(target: str) -> None:
    pdf = new_pdf()
    page = add_page(pdf, lines(20))
    page.Resources.Font.F.ToUnicode = pdf.make_stream(to_unicode(pdf, target))
    found = inspected(saved(pdf))
    assert (found.category, found.words) == (None, ())


def test_a_few_unknown_characters_cost_their_words_alone() -> None:
    pdf = new_pdf()
    page = add_page(pdf, lines(10) + b"BT /G 12 Tf 72 400 Td (AAA) Tj ET")
    page.Resources.Font.G = unmapped_font()
    words = words_of(saved(pdf))
    assert len(words) == 100
    assert all(word.text.startswith("word") for word in words)


def test_soft_hyphens_and_surrogates() -> None:
    pdf = new_pdf()
    page = add_page(pdf, text("abc"))
    mapping = (
        to_unicode(pdf, "00AD").replace(b"<61> <00AD>", b"<61> <D83DDE00>").replace(b"<63> <00AD>", b"<63> <0065>")
    )
    page.Resources.Font.F.ToUnicode = pdf.make_stream(mapping)
    assert [word.text for word in words_of(saved(pdf))] == ["\N{GRINNING FACE}e"]


def test_words_are_in_nfc() -> None:
    pdf = new_pdf()
    page = add_page(pdf, text("abc"))
    mapping = to_unicode(pdf, "0065").replace(b"<62> <0065>", b"<62> <0301>")
    page.Resources.Font.F.ToUnicode = pdf.make_stream(mapping)
    (word,) = words_of(saved(pdf))
    assert word.text == "\N{LATIN SMALL LETTER E WITH ACUTE}e"


def test_lines_rise_and_words_lie_within_the_page() -> None:
    words = words_of(one_page(lines(30)))
    assert len(words) == 300
    assert all(first.line <= second.line for first, second in itertools.pairwise(words))
    assert words[-1].line == 29
    assert all(0 <= value <= 1 for word in words for value in word.quad)
