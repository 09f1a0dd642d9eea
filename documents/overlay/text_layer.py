"""Runs of text to a content stream that shows nothing and that every reader takes for the words. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from documents.overlay.glyphless_font import ADVANCE, EM
from documents.overlay.spacing import Run

TAG = "/Pagebeam"  # of the marked content that holds the layer
WIDEST_FILLED_GAP = 0.6  # ems; over a wider one, pdf.js and Poppler begin anew anyway, and the space stays a space
NATURAL = ADVANCE / EM  # ems, of every glyph


def content_stream(runs: Sequence[Run], codes: Mapping[str, int], font: str) -> bytes:
    """The layer's content stream; `font` is the name of the glyphless font in the page's resources (`/Pagebeam`)."""
    parts = [f"q\n{TAG} BMC\n", *(_text_object(run, codes, font) for run in runs), "EMC\nQ\n"]
    return "".join(parts).encode("ascii")


def _text_object(run: Run, codes: Mapping[str, int], font: str) -> str:
    size = float(_number(run.size))
    cos, sin = _number(run.cos, 5), _number(run.sin, 5)
    matrix = f"{cos} {sin} {_number(-run.sin, 5)} {cos} {_number(run.x)} {_number(run.y)}"
    parts = [f"BT\n3 Tr {font} {_number(size)} Tf {matrix} Tm\n"]
    space = _hex((" ",), codes)
    moved_x, moved_y = 0.0, 0.0  # where the last Td (or Tm) put the text
    at = run.words[0].start
    for index, word in enumerate(run.words):
        if index:
            gap = word.start - at
            fills = gap <= WIDEST_FILLED_GAP * size
            scale = _scale(gap, 1, size) if fills else "100"
            parts.append(f"{scale} Tz {space} Tj\n")
            at += _width(scale, 1, size)
            rise = _number(word.rise - moved_y)
            if not fills or rise != "0":
                step = _number(word.start - moved_x)
                parts.append(f"{step} {rise} Td\n")
                moved_x, moved_y = moved_x + float(step), moved_y + float(rise)
                at = moved_x
        scale = _scale(word.end - at, len(word.pieces), size)
        parts.append(f"{scale} Tz {_hex(word.pieces, codes)} Tj ")
        at += _width(scale, len(word.pieces), size)
    parts.append(f"100 Tz {space} Tj\nET\n")
    return "".join(parts)


def _scale(width: float, glyphs: int, size: float) -> str:
    """The horizontal scaling, in per cent, that makes the glyphs fill the width."""
    return _number(max(width / (glyphs * NATURAL * size) * 100, 1.0), 1)


def _width(scale: str, glyphs: int, size: float) -> float:
    """What the glyphs fill at a scaling as it was written: rounding must not add up along a line."""
    return float(scale) / 100 * glyphs * NATURAL * size


def _hex(pieces: Sequence[str], codes: Mapping[str, int]) -> str:
    return "<" + "".join(f"{codes[piece]:04X}" for piece in pieces) + ">"


def _number(value: float, decimals: int = 3) -> str:
    text = f"{value:.{decimals}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
