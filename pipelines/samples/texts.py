"""What the samples say: letters, invoices, receipts and a report of firms and goods that do not exist."""

from __future__ import annotations

from random import Random

from pipelines.samples.layout import A4, BOLD, REGULAR, Layout, Line, column

FIRMS = (
    "Harbour Paper Works",
    "Northern Lamp Company",
    "Green Valley Tools",
    "Silver Bridge Foods",
    "Old Mill Printing",
)
STREETS = ("Station Road", "Garden Lane", "Market Square", "River Street", "Castle Hill")
TOWNS = ("Fairhaven", "Eastbrook", "Millford", "Oakdale", "Westport")
MONTHS = ("January", "March", "April", "June", "August", "October", "November")
GOODS = (
    "Copy paper",
    "Desk lamp",
    "Brown envelope",
    "Pocket ruler",
    "Green folder",
    "Paper clips",
    "Wall clock",
    "Ink",
)
FOODS = ("BREAD", "MILK", "APPLES", "BUTTER", "COFFEE", "RICE", "CHEESE", "TOMATOES", "HONEY", "FLOUR", "TEA", "EGGS")
SENTENCES = (
    "Thank you for your order, which reached us at the end of last week.",
    "The goods left our warehouse on Monday and should arrive within five days.",
    "Please check the delivery and tell us about any damage in writing.",
    "We have added a list of the new prices, which hold until the end of the year.",
    "The amount is due within thirty days of the date of this letter.",
    "Our office is open from eight in the morning until five in the afternoon.",
    "If you need a larger quantity, we shall be glad to send you an offer.",
    "The number of your account is printed at the top of each invoice.",
    "Sales in the first quarter were higher than in the year before.",
    "The cost of transport rose, while the cost of paper fell a little.",
    "Two new machines were put to work in the main hall in spring.",
    "We expect the market to stay as it is for the next six months.",
)


def letter(random: Random) -> Layout:
    """A letter of some 90 words."""
    body = random.sample(SENTENCES, 6)
    rows = [(18.0, BOLD, random.choice(FIRMS)), (10.0, REGULAR, _address(random)), (24.0, REGULAR, "")]
    rows += [(11.0, REGULAR, _date(random)), (16.0, REGULAR, ""), (12.0, BOLD, f"Your order {_number(random)}")]
    rows += [(11.0, REGULAR, ""), (11.0, REGULAR, "Dear customer,"), (6.0, REGULAR, "")]
    rows += [(12.0, REGULAR, sentence) for sentence in body]
    return column([*rows, (12.0, REGULAR, ""), (12.0, REGULAR, "With kind regards"), (12.0, BOLD, "The sales office")])


def invoice(random: Random) -> Layout:
    """An invoice with a table of ten rows, some 80 words."""
    left, right = 60.0, 430.0
    head = column(
        [
            (20, BOLD, f"INVOICE {_number(random)}"),
            (11, REGULAR, random.choice(FIRMS)),
            (11, REGULAR, _address(random)),
            (11, REGULAR, f"Date: {_date(random)}"),
            (11, REGULAR, "Payable within thirty days to the account that is named below"),
        ]
    )
    lines, total, y = list(head.lines), 0, A4[1] - 200
    for _ in range(10):
        count, price = random.randint(1, 20), random.randint(100, 4000)
        total += count * price
        lines.append(Line(left, y, 12, f"{count} x {random.choice(GOODS)}"))
        lines.append(Line(right, y, 12, _money(count * price)))
        y -= 24
    lines += [Line(left, y - 12, 14, "Total amount due", BOLD), Line(right, y - 12, 14, _money(total), BOLD)]
    lines += [Line(left, y - 60, 11, "Account 4410 2277 0915 with the Bank of Millford, thank you for your business.")]
    return Layout(*A4, tuple(lines))


def report_page(random: Random, number: int) -> Layout:
    """A page of a report, some 130 words."""
    rows = [(16.0, BOLD, f"{number}. {random.choice(MONTHS)} at a glance"), (14.0, REGULAR, "")]
    for _ in range(3):
        rows += [(11.5, REGULAR, sentence) for sentence in random.sample(SENTENCES, 4)] + [(9.0, REGULAR, "")]
    return column([*rows, (30.0, REGULAR, ""), (10.0, REGULAR, f"Page {number}")])


def receipt(random: Random, items: int) -> Layout:
    """A till receipt, 80 mm wide, as long as it needs to be."""
    left, right, step = 22.0, 160.0, 18.0
    bought = [(random.choice(FOODS), random.randint(49, 1999)) for _ in range(items)]
    bought.append(("TOTAL", sum(cents for _, cents in bought)))
    height = step * (len(bought) + 5) + 2 * left
    y = height - left - 14
    lines = [Line(left, y, 16, "CORNER MARKET", BOLD), Line(left, y - 18, 10, _address(random).upper())]
    y -= 50
    for what, cents in bought:
        lines += [Line(left, y, 12, what), Line(right, y, 12, _money(cents))]
        y -= step
    lines.append(Line(left, y - 10, 11, "THANK YOU AND GOODBYE"))
    return Layout(226, height, tuple(lines))


def _address(random: Random) -> str:
    return f"{random.randint(1, 99)} {random.choice(STREETS)}, {random.choice(TOWNS)}"


def _date(random: Random) -> str:
    return f"{random.randint(1, 28)} {random.choice(MONTHS)} {random.randint(1998, 2024)}"


def _number(random: Random) -> str:
    return str(random.randint(10_000, 99_999))


def _money(cents: int) -> str:
    return f"{cents / 100:.2f}"
