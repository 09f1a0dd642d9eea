"""Damage to PDFs: in their text, where a reader must guess; in their objects, where all is well-formed and wrong."""

from __future__ import annotations

import contextlib
import io
import random
import re
import warnings
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pikepdf

_NUMBER = re.compile(rb"(?<![\w.])-?\d+\.?\d*(?![\w.])")
_REFERENCE = re.compile(rb"\d+ 0 R")
_NAME = re.compile(rb"/[A-Za-z][A-Za-z0-9]*")
_KEYWORD = re.compile(rb"endobj|endstream|stream|>>|<<|\]|\[|trailer|startxref|xref|obj|\(|\)|BT|ET|Do|Q|q")
_NUMBERS = (
    b"0", b"-1", b"1", b"0.0000001", b"65536", b"99999999", b"2147483647", b"-2147483648", b"4294967296",
    b"1" * 60, b"-0.5", b"1e9", b"."
)  # fmt: skip
_DEEP = (50, 500, 20_000)  # levels


def numbers(random: random.Random, data: bytes) -> bytes:
    """Numbers at the ends of their ranges: sizes, counts, offsets, boxes, operands."""
    return _replaced(random, data, _NUMBER, lambda _: random.choice(_NUMBERS))


def references(random: random.Random, data: bytes) -> bytes:
    """References to other objects, which may make circles, or to none."""
    found = _REFERENCE.findall(data) or [b"1 0 R"]
    return _replaced(random, data, _REFERENCE, lambda _: random.choice([*found, b"0 0 R", b"99999 0 R"]))


def names(random: random.Random, data: bytes) -> bytes:
    """Names exchanged for one another: filters, types, keys."""
    found = _NAME.findall(data) or [b"/Type"]
    return _replaced(random, data, _NAME, lambda _: random.choice(found))


def keywords(random: random.Random, data: bytes) -> bytes:
    """Brackets and keywords missing or doubled."""
    return _replaced(random, data, _KEYWORD, lambda found: random.choice((b"", found * 2, found * 200)))


def nest_brackets(random: random.Random, data: bytes) -> bytes:
    """Arrays or dictionaries in one another, deeper than any stack."""
    place = random.choice([found.start() for found in re.finditer(rb"[\[<]<?", data)] or [0])
    opening, closing = random.choice(((b"[", b"]"), (b"<</A ", b">>"), (b"(", b")")))
    levels = random.choice(_DEEP)
    return data[:place] + opening * levels + (closing * levels if random.random() < 0.5 else b"") + data[place:]


def objects(random: random.Random, data: bytes) -> bytes:
    """Values of any object exchanged for values of another type; the file itself is sound."""

    def change(pdf: pikepdf.Pdf) -> None:
        for _ in range(random.choice((1, 1, 3, 10))):
            held = [one for one in pdf.objects if isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)) and one.keys()]
            holder = random.choice(held)
            key = random.choice(sorted(holder.keys()))
            if key != "/Length":
                holder[key] = _value(random, pdf)

    return _changed(data, change)


def nest_pages(random: random.Random, data: bytes) -> bytes:
    """A page tree that is very deep, that holds itself, or that says it has very many pages."""

    def change(pdf: pikepdf.Pdf) -> None:
        root = pdf.Root.Pages
        what = random.choice(("deep", "circle", "count", "same"))
        if what == "deep":
            for _ in range(random.choice((50, 2000))):
                root = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Pages, Kids=[root], Count=1))
            pdf.Root.Pages = root
        elif what == "circle":
            root.Kids.append(root)
        elif what == "count":
            root.Count = random.choice((0, -1, 1_000_000, 2147483647))
        else:
            root.Kids = pikepdf.Array([root.Kids[0]] * 1000)
            root.Count = 1000

    return _changed(data, change)


def nest_forms(random: random.Random, data: bytes) -> bytes:
    """Forms that draw one another: in a circle, or each many times, so that the work doubles at each level."""

    def change(pdf: pikepdf.Pdf) -> None:
        levels, times = random.choice(((1, 1), (8, 3), (500, 1)) if random.random() < 0.95 else ((20, 2), (12, 10)))
        forms = [pdf.make_stream(b"/X Do " * times) for _ in range(levels)]
        for form, inner in zip(forms, [*forms[1:], forms[0] if random.random() < 0.5 else None], strict=True):
            form.Type, form.Subtype, form.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 600, 800]
            if inner is not None:
                form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=inner))
        page = pdf.pages[0]
        page.add_resource(forms[0], pikepdf.Name.XObject, pikepdf.Name.X)
        page.contents_add(b"/X Do")

    return _changed(data, change)


def page_sizes(random: random.Random, data: bytes) -> bytes:
    """Boxes without area, turned round, of all the world; odd turns and units."""

    def change(pdf: pikepdf.Pdf) -> None:
        page = random.choice(list(pdf.pages)).obj
        box = [random.choice((0, -100, 1, 595, 14_400, 1_000_000, Decimal("0.001"))) for _ in range(4)]
        page[random.choice(("/MediaBox", "/CropBox"))] = pikepdf.Array(box)
        page.Rotate = random.choice((0, 90, 45, -90, 450, 1_000_000))
        page.UserUnit = random.choice((1, 0, -1, 75, Decimal("0.0001"), 1_000_000))

    return _changed(data, change)


def much_content(random: random.Random, data: bytes) -> bytes:
    """A page with very much on it: saved states, strings, letters, lines."""
    drawn = random.choice((b"q ", b"BT ", b"0 0 m 500 500 l S ", b"BT /F0 9 Tf (word ) Tj ET ", b"[" * 50, b"(", b"1 "))

    def change(pdf: pikepdf.Pdf) -> None:
        random.choice(list(pdf.pages)).contents_add(drawn * random.choice((1000, 50_000)), prepend=True)

    return _changed(data, change)


def streams(random: random.Random, data: bytes) -> bytes:
    """A stream under other filters, or with the bytes of another."""

    def change(pdf: pikepdf.Pdf) -> None:
        found = [one for one in pdf.objects if isinstance(one, pikepdf.Stream)]
        stream = random.choice(found)
        kinds = ("FlateDecode", "LZWDecode", "DCTDecode", "JPXDecode", "CCITTFaxDecode", "JBIG2Decode", "ASCII85Decode")
        filters = [pikepdf.Name(f"/{random.choice(kinds)}") for _ in range(random.choice((1, 1, 2, 100)))]
        stream.write(random.choice(found).read_raw_bytes(), filter=pikepdf.Array(filters))

    return _changed(data, change)


def _replaced(random: random.Random, data: bytes, pattern: re.Pattern[bytes], by: Callable[[bytes], bytes]) -> bytes:
    """A few of the places that match, each put otherwise."""
    found = list(pattern.finditer(data))
    if not found:
        return data
    for one in sorted(random.sample(found, min(len(found), random.choice((1, 2, 5)))), key=lambda one: -one.start()):
        data = data[: one.start()] + by(one[0]) + data[one.end() :]
    return data


def _changed(data: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """The PDF with its objects changed and its streams unpacked; as it was, where qpdf cannot follow."""
    sink = io.BytesIO()
    with contextlib.suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            change(pdf)
            pdf.save(sink, deterministic_id=True, compress_streams=False)
    return sink.getvalue() or data


def _value(random: random.Random, pdf: pikepdf.Pdf) -> Any:
    return random.choice(
        (
            None,
            True,
            random.choice((0, -1, 2147483647, Decimal("0.000001"))),
            pikepdf.Name("/Nonsense"),
            pikepdf.String("\u2028" * 50),
            pikepdf.Array([1, 2, 3]),
            pikepdf.Dictionary(A=1),
            random.choice(list(pdf.objects)),
            pdf.Root,
        )
    )


ALL = (
    numbers, references, names, keywords, nest_brackets, objects, nest_pages, nest_forms, page_sizes, much_content,
    streams
)  # fmt: skip
