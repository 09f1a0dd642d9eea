"""The case of a real line: its truth is in capitals whatever the print, so the picture has to say."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from models.word_net import Reading

ALIKE = set("cosuvwxzpkCOSUVWXZPK")
"""Letters whose cases differ in size alone: their neighbours decide."""
SURE = 0.6
"""Confidence of a character from which on its case is believed."""
LEAST_AGREEMENT = 0.6
"""Share of a word's letters that the reading must have found, for its case to be known."""


def picture_case(truth: str, reading: Reading) -> str | None:
    """The truth with the case of the picture, as far as a reading shows it; None where it does not."""
    matcher = difflib.SequenceMatcher(None, truth.casefold(), reading.text.casefold(), autojunk=False)
    seen: list[str | None] = [None] * len(truth)
    for block in matcher.get_matching_blocks():
        for k in range(block.size):
            character = reading.text[block.b + k]
            if reading.confidences[block.b + k] >= SURE and truth[block.a + k].isalpha():
                seen[block.a + k] = character
    out, start = [], 0
    for word in truth.split(" "):
        part = _word_case(word, seen[start : start + len(word)])
        if part is None:
            return None
        out.append(part)
        start += len(word) + 1
    return " ".join(out)


def _word_case(word: str, seen: Sequence[str | None]) -> str | None:
    letters = sum(c.isalpha() for c in word)
    found = [c for c in seen if c]
    if not letters:
        return word
    if len(found) < LEAST_AGREEMENT * letters:
        return None
    plain = [c for c in found if c not in ALIKE]
    if all(c.isupper() for c in plain or found):
        return word.upper()
    # A word's first letter says nothing about the others.
    sure = [place for place, c in enumerate(seen) if c and c not in ALIKE and place] or [
        k for k, c in enumerate(seen) if c
    ]
    out = []
    for place, character in enumerate(word):
        nearest = min(sure, key=lambda k, place=place: (abs(k - place), -k))  # type: ignore[misc]
        shown = seen[place] if place == 0 and seen[0] else seen[nearest]
        out.append(character.upper() if shown and shown.isupper() else character.lower())
    return "".join(out)
