"""The font without ink and the content stream that shows it."""

from __future__ import annotations

import io
import re
import struct

import pikepdf
import pytest
from PIL import Image, ImageDraw, ImageFont

from documents.overlay.glyphless_font import (
    ADVANCE,
    EM,
    SPACE_CODE,
    assign_codes,
    clusters,
    embed_font,
    to_unicode,
    true_type,
    whole,
)
from documents.overlay.spacing import PlacedWord, Run
from documents.overlay.text_layer import content_stream

LINE = Run(
    x=10.0,
    y=20.0,
    cos=1.0,
    sin=0.0,
    size=10.0,
    words=(
        PlacedWord(("a", "b"), 0.0, 8.0),
        PlacedWord(("c",), 12.0, 17.0),
        PlacedWord(("d",), 60.0, 65.0),
    ),
    stepped=True,
)
CODES = {" ": 1, "a": 2, "b": 3, "c": 4, "d": 5}


def test_the_font_program_is_a_font_that_paints_nothing() -> None:
    font = ImageFont.truetype(io.BytesIO(true_type()), 64)
    image = Image.new("L", (200, 200))
    ImageDraw.Draw(image).text((10, 10), "\x00", fill=255, font=font)
    assert image.getextrema() == (0, 0)


def test_the_font_programs_checksum_holds() -> None:
    font = true_type()
    assert sum(struct.unpack(f">{len(font) // 4}I", font)) & 0xFFFFFFFF == 0xB1B0AFBA
    assert len(font) < 500


def test_marks_share_the_place_of_their_letter() -> None:
    assert clusters("ge\u0301") == ["g", "e\u0301"]
    assert clusters("हिन्दी") == ["हि", "न्", "दी"]


def test_what_mupdf_cannot_read_together_stands_alone() -> None:
    assert clusters("\U0001f44d\U0001f3fd") == ["\U0001f44d", "\U0001f3fd"]
    assert whole("ab\U0001f44dcd") == ["ab", "\U0001f44d", "cd "]


def test_what_no_pdf_can_hold_is_left_out() -> None:
    assert clusters("a\x00\ud800b") == ["a", "b"]


def test_codes_depend_on_the_pieces_alone() -> None:
    assert assign_codes(["b", "a", " ", "b"]) == assign_codes(["a", "b"]) == {" ": SPACE_CODE, "a": 2, "b": 3}


def test_codes_do_not_run_out() -> None:
    codes = assign_codes(f"{number:x}" for number in range(70_000))
    assert max(codes.values()) <= 0xFFFF
    assert len(to_unicode(codes)) > 0


def test_to_unicode_says_what_each_code_means() -> None:
    codes = assign_codes([*(chr(code) for code in range(0x4E00, 0x4E00 + 250)), "\U0001f600", "e\u0301"])
    cmap = to_unicode(codes).decode("ascii")
    rows = re.findall(r"^<([0-9A-F]{4})> <([0-9A-F]+)>$", cmap.partition("endcodespacerange")[2], re.MULTILINE)
    assert {bytes.fromhex(text).decode("utf-16-be"): int(code, 16) for code, text in rows} == codes
    assert "<0000> <FFFF>" in cmap
    assert all(int(count) <= 100 for count in re.findall(r"(\d+) beginbfchar", cmap))


def test_every_code_draws_glyph_one() -> None:
    with pikepdf.new() as pdf:
        font = embed_font(pdf, CODES)
        descendant = font.DescendantFonts[0]
        assert descendant.CIDToGIDMap.read_bytes() == b"\x00\x01" * 6
        assert descendant.DW == ADVANCE
        assert descendant.FontDescriptor.FontFile2.read_bytes() == true_type()


def test_a_content_stream() -> None:
    assert content_stream([LINE], CODES, "/F").decode() == (
        "q\n/Pagebeam BMC\n"
        "BT\n3 Tr /F 10 Tf 1 0 0 1 10 20 Tm\n"
        "80 Tz <00020003> Tj 80 Tz <0001> Tj\n"  # a gap of 0.4 em is filled
        "100 Tz <0004> Tj 100 Tz <0001> Tj\n60 0 Td\n"  # one of 4.3 em is not
        "100 Tz <0005> Tj 100 Tz <0001> Tj\nET\n"
        "EMC\nQ\n"
    )


def test_every_text_object_is_invisible_and_scales_anew() -> None:
    content = content_stream([LINE, LINE], CODES, "/F").decode()
    objects = re.findall(r"BT(.*?)ET", content, re.DOTALL)
    assert len(objects) == 2
    for text in objects:
        assert text.index("3 Tr") < text.index("Tj")
        assert text.index("Tz") < text.index("Tj")


def test_rounding_does_not_add_up_along_a_line() -> None:
    words = tuple(PlacedWord(("a",) * 7, index * 33.3633, index * 33.3633 + 31.13) for index in range(200))
    content = content_stream([Run(0, 0, 1, 0, 10, words, True)], CODES, "/F").decode()
    at, moved, ends = 0.0, 0.0, []
    for scale, glyphs, step in re.findall(r"([\d.]+) Tz <([0-9A-F]+)> Tj|([\d.]+) 0 Td", content):
        if step:
            moved += float(step)
            at = moved
        else:
            at += float(scale) / 100 * len(glyphs) / 4 * ADVANCE / EM * 10
            ends.append(at)
    assert ends[0::2] == pytest.approx([word.end for word in words], abs=0.05)
