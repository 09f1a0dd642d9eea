"""Made-up lines: of receipts, of forms, and of characters at random."""

from __future__ import annotations

import random
import string
from collections.abc import Callable

from training.alphabet import ALPHABET, SIGNS
from training.entries import code, date, digits, entry, measure, price, time
from training.vocabulary import GOODS, LABELS, SHOP, STREETS


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
