"""A font without a single visible point, whose codes mean whatever text a document needs."""

from __future__ import annotations

import struct
import unicodedata
import zlib
from collections.abc import Iterable, Mapping

import pikepdf

FONT_NAME = pikepdf.Name.PagebeamGlyphless
EM = 1000  # font units
ADVANCE = 500  # font units, of every glyph
ASCENT, DESCENT = 1000, -1  # the selection fills the word's box; some readers take a descent of 0 for none stated
SPACE_CODE = 1
MAX_CODE = 0xFFFF
ROWS_A_BLOCK = 100  # most that a bfchar block may hold


def clusters(text: str) -> list[str]:
    """The text in pieces that share one place: a letter with its marks.

    Control characters and lone surrogates, which no PDF can hold as text, are left out. Characters beyond the Basic
    Multilingual Plane stand alone: MuPDF does not read them where a code means several characters.
    """
    pieces: list[str] = []
    for char in text:
        category = unicodedata.category(char)
        if category in ("Cc", "Cs"):
            continue
        if pieces and category in ("Mn", "Mc", "Me") and _is_basic(char) and _is_basic(pieces[-1]):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def whole(text: str) -> list[str]:
    """The text and a space in as few pieces as can be: one, but for characters that must stand alone."""
    pieces: list[str] = []
    for piece in clusters(text + " "):
        if pieces and _is_basic(piece) and _is_basic(pieces[-1]):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def _is_basic(piece: str) -> bool:
    return max(piece) <= "\uffff"


def assign_codes(pieces: Iterable[str]) -> dict[str, int]:
    """A code for each piece of text, in the pieces' order; the space is always there.

    A document with more different pieces than there are codes gives the last ones the space's.
    """
    codes = {" ": SPACE_CODE}
    for code, piece in enumerate(sorted(set(pieces) - {" "}), start=SPACE_CODE + 1):
        codes[piece] = code if code <= MAX_CODE else SPACE_CODE
    return codes


def embed_font(pdf: pikepdf.Pdf, codes: Mapping[str, int]) -> pikepdf.Object:
    """Adds the font to the PDF, for the text of all its pages."""
    last = max(codes.values())
    program = true_type()
    descriptor = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.FontDescriptor,
            FontName=FONT_NAME,
            Flags=5,  # fixed pitch, symbolic
            FontBBox=[0, DESCENT, ADVANCE, ASCENT],
            ItalicAngle=0,
            Ascent=ASCENT,
            Descent=DESCENT,
            CapHeight=ASCENT,
            StemV=80,
            FontFile2=_stream(pdf, program, Length1=len(program)),
        )
    )
    descendant = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.CIDFontType2,
            BaseFont=FONT_NAME,
            CIDSystemInfo=pikepdf.Dictionary(Registry="Adobe", Ordering="Identity", Supplement=0),
            FontDescriptor=descriptor,
            DW=ADVANCE,
            CIDToGIDMap=_stream(pdf, b"\x00\x01" * (last + 1)),  # every code draws glyph 1
        )
    )
    return pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type0,
            BaseFont=FONT_NAME,
            Encoding=pikepdf.Name("/Identity-H"),
            DescendantFonts=[descendant],
            ToUnicode=_stream(pdf, to_unicode(codes)),
        )
    )


def to_unicode(codes: Mapping[str, int]) -> bytes:
    """The CMap that says which text each code means."""
    rows = [
        f"<{code:04X}> <{piece.encode('utf-16-be').hex().upper()}>"
        for piece, code in sorted(codes.items(), key=lambda item: item[1])
        if piece == " " or code != SPACE_CODE
    ]
    blocks = [rows[start : start + ROWS_A_BLOCK] for start in range(0, len(rows), ROWS_A_BLOCK)]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<0000> <FFFF>",
        "endcodespacerange",
    ]
    for block in blocks:
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines).encode("ascii")


def true_type() -> bytes:
    """A TrueType font of two glyphs: an empty .notdef, and the one that every code draws.

    That one goes from a corner of its box to the opposite one and back: it has an extent but no area, so that nothing
    is painted in any render mode. MuPDF's `mutool` leaves text without extent out; PDFium takes the extent for the box.
    """
    there_and_back = (
        struct.pack(">hhhhh", 1, 0, 0, ADVANCE, ASCENT)  # one contour, and its box
        + struct.pack(">HH", 2, 0)  # its last point, no instructions
        + bytes([0x31, 0x01, 0x01])  # on the curve: (0, 0), then two steps of two bytes each way
        + struct.pack(">hh", ADVANCE, -ADVANCE)
        + struct.pack(">hh", ASCENT, -ASCENT)
    )
    there_and_back += bytes(-len(there_and_back) % 4)
    tables = {
        b"glyf": there_and_back,
        b"head": struct.pack(
            ">IIIIHHqqhhhhHHhhh",
            *(0x00010000, 0x00010000, 0, 0x5F0F3CF5, 0x0003, EM, 0, 0),
            *(0, DESCENT, ADVANCE, ASCENT, 0, 3, 2, 0, 0),
        ),
        b"hhea": struct.pack(
            ">IhhhHhhhhhhhhhhhH",
            *(0x00010000, ASCENT, DESCENT, 0, ADVANCE, 0, 0, ADVANCE, 1, 0, 0, 0, 0, 0, 0, 0, 2),
        ),
        b"hmtx": struct.pack(">HhHh", ADVANCE, 0, ADVANCE, 0),
        b"loca": struct.pack(">HHH", 0, 0, len(there_and_back) // 2),  # .notdef, then the glyph
        b"maxp": struct.pack(">IH13H", 0x00010000, 2, 3, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    return _sfnt(tables)


def _sfnt(tables: Mapping[bytes, bytes]) -> bytes:
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    header = struct.pack(">IHHHH", 0x00010000, count, power * 16, power.bit_length() - 1, (count - power) * 16)
    directory, body = b"", b""
    for tag, table in sorted(tables.items()):
        padded = table + bytes(-len(table) % 4)
        checksum = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        directory += tag + struct.pack(">III", checksum, len(header) + 16 * count + len(body), len(table))
        body += padded
    font = bytearray(header + directory + body)
    total = sum(struct.unpack(f">{len(font) // 4}I", font)) & 0xFFFFFFFF
    head = font.index(tables[b"head"])
    struct.pack_into(">I", font, head + 8, (0xB1B0AFBA - total) & 0xFFFFFFFF)  # checkSumAdjustment
    return bytes(font)


def _stream(pdf: pikepdf.Pdf, data: bytes, **keys: int) -> pikepdf.Object:
    return pikepdf.Stream(pdf, zlib.compress(data, 9), Filter=pikepdf.Name.FlateDecode, **keys)
