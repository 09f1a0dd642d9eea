"""Made-up entries: numbers, prices, dates, codes, addresses."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable

from training.vocabulary import DOMAINS, GOODS, LABELS, MONTHS, UNITS


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
