"""Numbers, times and names as a person reads them."""

from __future__ import annotations

import unicodedata

NOTHING = "-"  # stands for a figure that there is none of
_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


def number(value: int) -> str:
    """1234567 as 1,234,567."""
    return f"{value:,}"


def count(value: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{value:,} {noun}" if value == 1 else f"{value:,} {noun}s"


def figure(value: float | None) -> str:
    """Three digits that count, four decimals at most, thousands separated."""
    if value is None:
        return NOTHING
    decimals = 4 if value else 0
    for limit, digits in ((0.0995, 3), (0.995, 2), (9.995, 1), (99.95, 0)):
        if abs(value) >= limit:
            decimals = digits
    return f"{value:,.{decimals}f}"


def confidence(value: float | None) -> str:
    """0..1 with two decimals. Never rounded up to 1: what is not certain shall not look so."""
    if value is None:
        return NOTHING
    return f"{min(value, 0.99):.2f}" if value < 1 else "1.00"


def percent(share: float) -> str:
    """A share of 0..1. What is not nothing is never 0 %, what is not all is never 100 %."""
    whole = round(share * 100)
    if whole == 0 and share > 0:
        return "<1 %"
    if whole == 100 and share < 1:
        return ">99 %"
    return f"{whole} %"


def duration(seconds: float) -> str:
    """`0.8 s`, `42 s`, `3 min 5 s`, `2 h 14 min`, `3 d 4 h`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size, unit, smaller_size, smaller in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // smaller_size
            return f"{whole // size:,} {unit} {rest} {smaller}" if rest else f"{whole // size:,} {unit}"
    return f"{whole} s"


def size(amount: int) -> str:
    """Bytes in units of 1,000."""
    value, unit = float(amount), "bytes"
    for larger in ("kB", "MB", "GB", "TB", "PB"):
        if value < 999.5:
            break
        value, unit = value / 1000, larger
    return count(amount, "byte") if unit == "bytes" else f"{value:.{0 if value >= 9.95 else 1}f} {unit}"


def printable(name: str) -> str:
    """A name with what cannot be shown or encoded, or would turn the text around it, as an escape."""
    return "".join(
        character.encode("unicode_escape").decode("ascii")
        if character in _BIDI_CONTROLS or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
        else character
        for character in name
    )


def shortened(name: str, length: int) -> str:
    """At most `length` characters: the middle makes way, since both ends tell names apart."""
    if len(name) <= length:
        return name
    tail = length // 2
    return f"{name[: length - tail - 1]}\N{HORIZONTAL ELLIPSIS}{name[-tail:]}"


def score(value: float | None) -> str:
    """0..1, with three digits behind the point."""
    return NOTHING if value is None else f"{value:.3f}"
