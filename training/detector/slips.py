"""Pages whose print is sparse or tight: tills' slips, and lists with columns of lone digits and letters."""

from __future__ import annotations

import random

from training.detector.setting import Setter, size
from training.detector.sheet import Sheet, Type
from training.entries import code, date, digits, entry, price
from training.made_lines import form, receipt

SIGNS = "0123456789ABCDSTXYZabcx*-+/" + 8 * "1"
TITLES = """
TAX INVOICE|SIMPLIFIED TAX INVOICE|CASH RECEIPT|RECEIPT|INVOICE|CASH BILL|OFFICIAL RECEIPT|CREDIT NOTE|REPRINT|COPY|
THANK YOU|TOTAL DUE|AMOUNT PAID|DELIVERY ORDER|QUOTATION|TABLE 12|TAKE AWAY|ORDER NO. 7|DUPLICATE|STATEMENT
""".replace("\n", "").split("|")


def till(setter: Setter, rng: random.Random) -> Sheet:
    """A till's slip: rows close together, quantities and tax letters in columns of their own, totals far from their
    labels; often faint."""
    width, height, white = rng.randint(420, 800), rng.randint(700, 1200), rng.randint(190, 255)
    faint = rng.random() < 0.35
    sheet = Sheet(rng, width, height, white, max(0, white - rng.randint(28, 80)) if faint else rng.randint(0, 120))
    kind = setter.type(rng, width / rng.uniform(34, 60), rng.random() < 0.8)
    leading = kind.cap * rng.choice([1.15, 1.2, 1.28, 1.35, 1.45, 1.7])
    left = width * rng.uniform(0.02, 0.14)
    right = width - width * rng.uniform(0.02, 0.14)
    sheet.y = rng.uniform(5, 60)
    for _ in range(rng.randint(2, 8)):
        sheet.y += leading
        text = receipt(rng).upper()
        room = right - left - sheet.measure(text, kind)
        setter.fit(sheet, left + max(0, room) * rng.choice([0.5, 0.5, 0]), sheet.y, text, kind, right)
    while sheet.y < height - 3 * leading:
        sheet.y += leading * rng.choice([0, 0.5, 1, 1.5])
        rng.choice([_goods, _goods, _goods, _taxes, _totals, _title])(setter, sheet, kind, leading, left, right)
    return sheet


def stretched(rng: random.Random, kind: Type) -> Type:
    """As tills print what matters: of twice the height, of twice the width, or both; and all between."""
    roll = rng.random()
    if roll < 0.55:
        return kind._replace(cap=kind.cap * (tall := rng.uniform(1.6, 2.6)), aspect=kind.aspect / tall)
    if roll < 0.75:
        return kind._replace(aspect=kind.aspect * rng.uniform(1.5, 2.2))
    return kind._replace(cap=kind.cap * rng.uniform(1.5, 2.4), aspect=kind.aspect * rng.uniform(0.7, 1.1))


def _title(setter: Setter, sheet: Sheet, kind: Type, leading: float, left: float, right: float) -> None:
    """A line or a few of stretched print, between rules of signs or not."""
    rng = sheet.rng
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        big = stretched(rng, kind)
        text = rng.choice(TITLES) if rng.random() < 0.6 else receipt(rng).upper()
        sheet.y += big.cap * rng.uniform(1.15, 1.6)
        room = right - left - sheet.measure(text, big)
        setter.fit(sheet, left + max(0, room) * rng.choice([0.5, 0.5, 0]), sheet.y, text, big, right)
    if rng.random() < 0.5:
        sheet.y += leading
        sheet.write(left, sheet.y, rng.choice("-=*") * int((right - left) / kind.cap), kind)


def _goods(setter: Setter, sheet: Sheet, kind: Type, leading: float, left: float, right: float) -> None:
    """Articles, on one row each or on two, the second one with the numbers."""
    rng = sheet.rng
    two, first, letters = rng.random() < 0.45, rng.random() < 0.5, rng.random() < 0.5
    most = 9 if rng.random() < 0.7 else 99
    name = left + kind.cap * rng.uniform(3.2, 5) if first else left
    amounts = right - kind.cap * rng.uniform(2.7, 4) if letters else right
    stops = rng.choice([[], [0.42], [0.5], [0.42, 0.58]])
    for _ in range(rng.randint(1, 9)):
        sheet.y += leading
        if first and not two:
            sheet.write(left, sheet.y, _few(rng, most), kind)
        setter.fit(sheet, name, sheet.y, receipt(rng).upper(), kind, left + (right - left) * (0.95 if two else 0.36))
        if two:
            sheet.y += leading
            x = left + kind.cap * rng.choice([0, 2, 6])
            text = rng.choice([code(rng), digits(rng, 1, 13)])
            setter.fit(sheet, x, sheet.y, text, kind, left + 0.36 * (right - left))
        amount = price(rng) if rng.random() < 0.3 else f"{rng.uniform(0, 99):.2f}"
        _flush(sheet, amounts, amount, kind)
        room = amounts - sheet.measure(amount, kind) - 2 * kind.cap
        for stop in stops:
            x = left + (right - left) * stop
            text = _few(rng, most) if rng.random() < 0.6 else f"{rng.uniform(0, 99):.2f}"
            setter.fit(sheet, x, sheet.y, text, kind, min(room, x + 0.13 * (right - left)))
        if letters and rng.random() < 0.8:
            _flush(sheet, right, rng.choice("STZABXNF*"), kind)


def _few(rng: random.Random, most: int) -> str:
    """How many of an article: one, as often as not."""
    return "1" if rng.random() < 0.5 else str(rng.randint(1, most))


def _taxes(setter: Setter, sheet: Sheet, kind: Type, leading: float, left: float, right: float) -> None:
    """A summary of taxes: short codes and numbers far apart."""
    rng = sheet.rng
    columns = rng.randint(2, 4)
    for row in range(rng.randint(2, 4)):
        sheet.y += leading
        setter.fit(sheet, left, sheet.y, receipt(rng) if not row else rng.choice(["SR 6%", "Z 0", "S", "6", "ZRL"]),
                   kind, left + 0.25 * (right - left))  # fmt: skip
        for place in range(1, columns):
            text = rng.choice(["Tax", "GST", "Amount", "Net"]) if not row else rng.choice([price(rng), "0", "0.00"])
            if sheet.measure(text, kind) < (right - left) / columns - 2 * kind.cap:
                _flush(sheet, left + (right - left) * (place + 1) / columns, text, kind)


def _totals(setter: Setter, sheet: Sheet, kind: Type, leading: float, left: float, right: float) -> None:
    rng = sheet.rng
    start = left + (right - left) * rng.choice([0, 0, 0.1, 0.35])
    for _ in range(rng.randint(2, 7)):
        big = kind if rng.random() < 0.6 else stretched(rng, kind)
        sheet.y += leading + big.cap - kind.cap
        label = rng.choice(["Total", "SUBTOTAL", "CASH", "Change", "GST 6%", "Rounding", "Total Qty", "ITEMS", "VISA"])
        amount = rng.choice([price(rng), price(rng), str(rng.randint(0, 9)), "0.00"])
        end = right - sheet.measure(amount, big) - 2 * big.cap
        setter.fit(sheet, start, sheet.y, label + rng.choice(["", ":", " :", " RM"]), big, end)
        _flush(sheet, right, amount, big)


def _flush(sheet: Sheet, right: float, text: str, kind: Type) -> None:
    """Written to end at the right."""
    sheet.write(right - sheet.measure(text, kind), sheet.y, text, kind)


def ledger(setter: Setter, rng: random.Random) -> Sheet:
    """Lists: numbers at the margin, marks and digits alone in columns, ruled or not, few words between."""
    sheet = setter.page(rng, rng.random() < 0.25)
    kind = setter.type(rng, size(rng), rng.random() < 0.4)
    left, right = sheet.width * rng.uniform(0.04, 0.12), sheet.width * rng.uniform(0.85, 0.96)
    sheet.y = sheet.height * rng.uniform(0.02, 0.12)
    setter.heading(sheet, (left, right), setter.type(rng, kind.cap), rng.uniform(1, 2.5))
    while sheet.y < sheet.height * 0.93:
        _list(setter, sheet, kind, left, right)
        sheet.y += kind.em * rng.uniform(0.3, 3)
        if rng.random() < 0.4:
            setter.paragraph(sheet, (left, right), kind, rng.randint(1, 4))
    sheet.y = sheet.height - 4 - kind.cap * rng.uniform(0.5, 3)
    sheet.write(rng.choice([left, (left + right) / 2, right]), sheet.y, str(rng.randint(1, 99)), kind)
    return sheet


def _list(setter: Setter, sheet: Sheet, kind: Type, left: float, right: float) -> None:
    rng = sheet.rng
    numbered, height = rng.random() < 0.6, kind.cap * rng.choice([1.45, 1.6, 2, 2.6, 3.5])
    text = left + kind.cap * rng.uniform(3, 7) if numbered else left
    end = left + (right - left) * rng.uniform(0.25, 0.6)
    columns = rng.randint(1, 8)
    stops = [end + (right - end) * (place + 0.5) / columns for place in range(columns)]
    marks, ruled, first = rng.random() < 0.6, rng.random() < 0.4, sheet.y
    for number in range(1, rng.randint(3, 24)):
        if sheet.y + height > sheet.height - 3 * kind.em:
            break
        sheet.y += height
        base = sheet.y - 0.3 * (height - kind.cap)
        if numbered:
            sheet.write(left, base, f"{number}{rng.choice(['', '.', ')'])}", kind)
        if rng.random() < 0.85:
            words = rng.choice([form, entry])(rng) if rng.random() < 0.6 else setter.corpus.line(rng, 30)
            setter.fit(sheet, text, base, words, kind, end - kind.cap)
        for stop in stops:
            if rng.random() < 0.75:
                sign = rng.choice(SIGNS) if marks else rng.choice([digits(rng, 1, 3), price(rng), date(rng)])
                setter.fit(sheet, stop, base, sign, kind, stop + (right - end) / columns - 2 * kind.cap + 1)
        if ruled:
            sheet.rule(left, sheet.y, right, sheet.y)
    if ruled and rng.random() < 0.5:
        for stop in stops:
            x = stop - 0.8 * kind.cap
            sheet.rule(x, first, x, sheet.y)
