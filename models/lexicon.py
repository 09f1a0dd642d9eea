"""The lexicon: which letters make a word, and how common it is. English, with names of people and places."""

from __future__ import annotations

import hashlib
import json
import lzma
import math
from collections.abc import Iterable, Mapping
from pathlib import Path

from schemas.errors import ModelError

STEPS = 2
"""Classes of frequency to a doubling of the count."""
POSSESSIVE = math.log(1 / 20)
"""Logarithm of how much rarer a possessive is than its word."""


class Lexicon:
    """Words, lower-case, and how common each is."""

    def __init__(self, classes: Mapping[str, int], total: float) -> None:
        """`classes`: of each word, STEPS times the binary logarithm of its count; `total`: the sum of all counts."""
        self._classes = classes
        step = math.log(2) / STEPS
        self._logarithms = [number * step - math.log(total) for number in range(max(classes.values(), default=0) + 1)]

    @classmethod
    def open(cls, path: Path | str) -> Lexicon:
        """Opens NAME.txt.xz with its card NAME.json; raises ModelError where the two do not belong together."""
        words = Path(path)
        described = words.with_name(words.name.removesuffix(".txt.xz") + ".json")
        try:
            card, packed = json.loads(described.read_text(encoding="utf-8")), words.read_bytes()
        except FileNotFoundError as error:
            raise ModelError(f"{error.filename} is missing: a lexicon is NAME.txt.xz and NAME.json") from error
        except ValueError as error:
            raise ModelError(f"{described} is not JSON: {error}") from error
        found = hashlib.sha256(packed).hexdigest()
        if found != card.get("sha256"):
            raise ModelError(f"{words} has SHA-256 {found}, its card says {card.get('sha256')}: install the pair again")
        return cls(unpack(packed), card["total"])

    def __len__(self) -> int:
        return len(self._classes)

    def logarithm(self, word: str) -> float | None:
        """The natural logarithm of the word's share of all text, whatever its case; None of one that is not known.

        A possessive that has no count of its own is taken for a twentieth of its word.
        """
        folded = word.lower().replace("\u2019", "'")
        number = self._classes.get(folded)
        if number is not None:
            return self._logarithms[number]
        number = self._classes.get(folded[:-2]) if folded.endswith("'s") else None
        return None if number is None else self._logarithms[number] + POSSESSIVE


def pack(classes: Mapping[str, int]) -> bytes:
    """The words as xz: a line for each class, its number and then its words by the alphabet."""
    by_class: dict[int, list[str]] = {}
    for word in sorted(classes):
        by_class.setdefault(classes[word], []).append(word)
    lines: Iterable[str] = (" ".join([str(number), *by_class[number]]) for number in sorted(by_class))
    return lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME)


def unpack(packed: bytes) -> dict[str, int]:
    """What `pack` packed."""
    classes: dict[str, int] = {}
    for line in lzma.decompress(packed).decode().split("\n"):
        number, *words = line.split(" ")
        classes.update(dict.fromkeys(words, int(number)))
    return classes
