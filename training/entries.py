"""Made-up entries: numbers, prices, dates, codes, addresses, and the vocabulary of receipts and forms."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable

from training.alphabet import ALPHABET, SIGNS

LABELS = """
Name Address City State Zip Phone Fax Date Time Signature Title Company Department Division Subject Re To From
CC Attention Page Pages Number Account Amount Total Subtotal Tax Quantity Qty Price Unit Description Item Code
Invoice Order Reference Ref Remarks Comments Notes Approved Approval By Received Requested Required Prepared
Reviewed Project Budget Estimate Estimated Cost Actual Contract Agreement Effective Expiration Start End
Completed Schedule Status Type Category Class Brand Product Sample Test Results Study Report Analysis Method
Material Materials Size Length Width Weight Temperature Volume Rate Percent Average Method Laboratory Research
Marketing Sales Region District Territory Manager Supervisor Director President Vice Secretary Employee Customer
Client Vendor Supplier Distribution Original Copy Copies File Form Section Part Exhibit Attachment Enclosure Yes
No N/A None Other Please Check Print Type Circle One Only Office Use Confidential Memorandum Memo Letter
Facsimile Transmission Cover Sheet Message Telephone Extension Area Social Security Birth Age Sex Male Female
Married Single Education Occupation Position Salary
""".split()  # noqa: SIM905
SHOP = """
TOTAL SUBTOTAL CASH CHANGE TAX GST INVOICE RECEIPT QTY PRICE AMOUNT DISCOUNT ROUNDING ITEM ITEMS BILL TABLE
CASHIER COUNTER MEMBER POINTS CARD VISA MASTERCARD CREDIT DEBIT APPROVAL TERMINAL BALANCE DUE TENDERED SERVICE
CHARGE THANK YOU PLEASE COME AGAIN WELCOME GOODS SOLD ARE NOT RETURNABLE REFUNDABLE EXCHANGE KEEP THIS FOR YOUR
RECORDS TEL FAX REG NO ID SUMMARY RATE INCL EXCL INCLUSIVE EXCLUSIVE RM USD EUR DATE TIME SALES PERSON
SALESPERSON DOC DESCRIPTION UNIT NET GROSS PAYMENT PAID STORE SHOP MART SUPERMARKET RESTAURANT CAFE BAKERY
TRADING ENTERPRISE HARDWARE STATIONERY PHARMACY SDN BHD JALAN TAMAN LORONG BANDAR KUALA LUMPUR SELANGOR JOHOR
BAHRU PETALING JAYA SHAH ALAM PENANG LOT LEVEL GROUND FLOOR STREET ROAD AVENUE LTD INC CO PLC
""".split()  # noqa: SIM905
GOODS = """
milk bread rice sugar butter cheese egg chicken beef fish prawn noodle soup salad burger fries coffee tea juice
water cola beer wine bottle can pack box bag tissue soap shampoo towel pen paper book tape glue battery cable
bulb pipe screw nail paint brush cement bolt hook lamp plug fan mug plate spoon large small hot ice set combo
extra fresh organic white black red green blue mixed fried grilled spicy sweet original classic
""".split()  # noqa: SIM905
UNITS = """
kg g mg ml l oz lb lbs pcs pc mm cm m in ft hrs min sec doz pkt btl ctn ea
""".split()  # noqa: SIM905
DOMAINS = """
com org net co.uk gov edu com.my de io info biz
""".split()  # noqa: SIM905
MONTHS = """
January February March April May June July August September October November December
""".split()  # noqa: SIM905
STREETS = """
Street St. Avenue Ave. Road Rd. Lane Drive Dr. Boulevard Blvd. Square Place Court Ct. Highway
""".split()  # noqa: SIM905


def digits(rng: random.Random, low: int, high: int) -> str:
    return "".join(rng.choice(string.digits) for _ in range(rng.randint(low, high)))


def price(rng: random.Random) -> str:
    value = rng.choice([rng.uniform(0, 10), rng.uniform(0, 100), rng.uniform(0, 10_000)])
    text = f"{value:,.2f}" if rng.random() < 0.9 else f"{value:.0f}"
    return rng.choice(
        ["{}", "{}", "{}", "{}", "${}", "$ {}", "RM{}", "RM {}", "£{}", "€{}", "{} €", "-{}", "({})"]
    ).format(text)


def date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1950, 2029)
    name = MONTHS[month - 1]
    return rng.choice(
        [
            f"{day:02}/{month:02}/{year}",
            f"{day}/{month}/{year % 100:02}",
            f"{day:02}-{month:02}-{year}",
            f"{year}-{month:02}-{day:02}",
            f"{name} {day}, {year}",
            f"{day} {name[:3]} {year}",
            f"{month}-{day}-{year % 100:02}",
            f"{day:02}.{month:02}.{year}",
            f"{name[:3].upper()} {day} {year}",
            f"{name[:3]} '{year % 100:02}",
            f"{day:02}-{name[:3].upper()}-{year}",
        ]
    )


def time(rng: random.Random) -> str:
    text = f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}"
    return text + rng.choice(["", f":{rng.randint(0, 59):02}", " AM", " PM", " am", "pm"])


def phone(rng: random.Random) -> str:
    form = rng.choice(
        [
            "(###) ###-####",
            "###-###-####",
            "###-####",
            "03-#### ####",
            "+##-#-########",
            "0#-########",
            "###/###-####",
            "1-800-###-####",
            "0## ### ####",
            "+44 #### ######",
        ]
    )
    return re.sub("#", lambda _: rng.choice(string.digits), form)


def code(rng: random.Random) -> str:
    form = rng.choice(
        [
            "AA-####",
            "A##",
            "########",
            "############",
            "#######",
            "AA########",
            "###-A",
            "AAA ###",
            "####/##",
            "#-##-###",
            "A#A #A#",
            "#####",
            "#####-####",
            "AA##/####",
            "[#]",
            "#.#.#",
            "AAA-AAA-####",
            "######-A",
        ]
    )
    return re.sub("[A#]", lambda m: rng.choice(string.digits if m[0] == "#" else string.ascii_uppercase), form)


def web(rng: random.Random) -> str:
    name = rng.choice(LABELS + GOODS).lower().strip(".")
    host = f"{rng.choice(GOODS)}{rng.choice(['', '-', '.'])}{rng.choice(GOODS)}.{rng.choice(DOMAINS)}"
    return rng.choice(
        [
            f"{name}@{host}",
            f"www.{host}",
            f"http://{host}/{name}",
            f"https://www.{host}",
            f"{host}/{name}_{digits(rng, 1, 3)}",
        ]
    )


def measure(rng: random.Random) -> str:
    value = rng.choice(
        [digits(rng, 1, 3), f"{rng.uniform(0, 50):.1f}", f"{rng.uniform(0, 1):.2f}", f".{digits(rng, 1, 3)}"]
    )
    form = rng.choice(
        [
            "{}{u}",
            "{} {u}",
            "{}%",
            "{} %",
            '{}"',
            "{}'",
            "{}°",
            "{} x {v}",
            "{}x{v}",
            "+{}",
            "-{}",
            "±{}",
            "<{}",
            ">{}",
            "{}/{v}",
            "{}-{v}",
            "#{}",
            "{}#",
            "{}*",
            "~{}",
            "{}:{v}",
            "={}",
            "{}+",
            "{}½",
            "1/{}",
        ]
    )
    return form.format(value, u=rng.choice(UNITS), v=digits(rng, 1, 2))


def entry(rng: random.Random) -> str:
    """A price, date, time, telephone number, code, address or measure."""
    makers: list[Callable[[random.Random], str]] = [
        price,
        date,
        time,
        phone,
        code,
        web,
        measure,
        lambda r: digits(r, 1, 4),
        lambda r: digits(r, 4, 10),
    ]
    return rng.choices(makers, [5, 3, 2, 2, 4, 1.2, 3, 3, 2])[0](rng)


def receipt(rng: random.Random) -> str:
    """A line of a shop's receipt."""

    def some(pool: list[str], most: int) -> str:
        return " ".join(rng.choice(pool) for _ in range(rng.randint(1, most)))

    def goods() -> str:
        return f"{some(GOODS, 4)} {measure(rng)}".upper()

    makers: list[Callable[[], str]] = [
        lambda: some(SHOP, 5),
        lambda: f"{some(SHOP, 2)}{rng.choice([':', ' :', '', ': '])} {entry(rng)}",
        goods,
        lambda: f"{digits(rng, 1, 2)} {rng.choice('xX*@')} {price(rng)} {price(rng)}",
        lambda: f"{goods()} {price(rng)}",
        lambda: f"{date(rng)} {time(rng)}",
        lambda: f"{some(SHOP, 1)} ({rng.choice(['GST', 'RM', '6%', code(rng)])}) {price(rng)}",
        lambda: f"NO.{digits(rng, 1, 3)}, {some(SHOP, 3)}, {digits(rng, 5, 5)} {some(SHOP, 2)}.",
        lambda: f"{some(SHOP, 1)} @ {rng.randint(0, 20)}% {rng.choice(['SR', 'ZRL', 'S', 'T', ''])}",
        lambda: price(rng),
        lambda: f"{rng.choice('*-=#.')}" * rng.randint(3, 14) + f" {some(SHOP, 2)} " + "*" * rng.randint(0, 3),
        lambda: f"{code(rng)} {goods()}",
    ]
    return rng.choice(makers)()


def form(rng: random.Random) -> str:
    """A line of a form."""

    def labels(most: int) -> str:
        return " ".join(rng.choice(LABELS) for _ in range(rng.randint(1, most)))

    makers: list[Callable[[], str]] = [
        lambda: f"{labels(3)}:",
        lambda: f"{labels(2)}: {entry(rng)}",
        lambda: f"{labels(4)}",
        lambda: f"({labels(3)})",
        lambda: f"{rng.randint(1, 30)}. {labels(3)}",
        lambda: f"{labels(1)} / {labels(1)}",
        lambda: f"{labels(2)} - {labels(2)}",
        lambda: f"{digits(rng, 2, 5)} {rng.choice(LABELS)} {rng.choice(STREETS)}",
        lambda: f"{labels(1)}: {labels(2)}",
        lambda: f"{rng.choice(string.ascii_uppercase)}. {rng.choice(string.ascii_uppercase)}. {labels(1)}",
        lambda: f"{labels(2)} {'_' * rng.randint(2, 8)}",
        lambda: f"• {labels(3)}",
        lambda: f"{labels(2)} {'.' * rng.randint(3, 12)} {digits(rng, 1, 4)}",
    ]
    return rng.choice(makers)()


def scatter(rng: random.Random) -> str:
    """Characters at random, so that each is seen often and none follows from its neighbours."""
    pool = rng.choice(
        [string.ascii_letters, string.digits + string.punctuation, ALPHABET, string.printable[:94], SIGNS]
    )
    return " ".join(
        "".join(rng.choice(pool.replace(" ", "")) for _ in range(rng.randint(1, 7))) for _ in range(rng.randint(1, 4))
    )
