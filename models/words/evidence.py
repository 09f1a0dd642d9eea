"""What else the Word Net saw: other letters at a place, letters more or fewer, and how likely each is.

Nothing is guessed from letters' looks: what counts is the probability that the network itself gave to another text over
the same steps, summed over all ways to read it (the forward pass of CTC, Graves et al. 2006).
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.words.pieces import Scores

LEAST = -7.0  # of a class' log-probability at a step, below which it is no candidate
COST = -8.0  # of an edit, and of two: what is less likely no lexicon makes up for
PAIRED = 10  # the likeliest edits of a text, which are also tried two at a time
SPACE = " "
JOINTS = " '\u2019-"  # what may stand between a word's letters, beside the letters themselves


class Letter(NamedTuple):
    """A character and the step that it was read at."""

    text: str
    step: int
    confidence: float


class Edit(NamedTuple):
    """Characters `first` up to `last` give way to one other, or to none."""

    first: int
    last: int
    text: str  # the other, or nothing
    step: int
    cost: float  # about the logarithm of how much less likely the text becomes


class Alphabet:
    """The Word Net's classes: 0 is the blank."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        self.classes = {character: number for number, character in enumerate(characters, 1)}
        usable = [number for character, number in self.classes.items() if character.isalpha() or character in JOINTS]
        self.usable = np.array([0, *usable])  # the blank, and what a text may be changed to
        self.usable_characters = ["", *(characters[number - 1] for number in usable)]


def edits(letters: Sequence[Letter], scores: Scores, start: int, end: int, alphabet: Alphabet) -> list[Edit]:
    """Single edits of a text that the scores hold possible, the likeliest first.

    Args:
        letters: of the text, with rising steps, between `start` and `end`, which are left alone.
        scores: of the window, log-probabilities [steps, 1 + number of characters].
    """
    steps = [start, *(letter.step for letter in letters), end]
    low = start + 1
    part = scores[low:end].astype(np.float32)
    best = part.max(1).tolist()
    usable = part[:, alphabet.usable]
    likeliest: dict[tuple[int, int, str], Edit] = {}

    def offer(first: int, last: int, text: str, step: int, cost: float) -> None:
        key = first, last, text.lower()
        if key not in likeliest or likeliest[key].cost < cost:
            likeliest[key] = Edit(first, last, text, step, cost)

    texts = [letter.text.lower() for letter in letters]
    rows, places = np.nonzero(usable > LEAST)
    for step, place, logarithm in zip(rows.tolist(), places.tolist(), usable[rows, places].tolist(), strict=True):
        cost, at = logarithm - best[step], low + step
        if not place or cost <= COST:
            continue
        text = alphabet.usable_characters[place]
        after = bisect.bisect_right(steps, at) - 1  # how many letters stand before it, the one at this step included
        if steps[after] < at:
            offer(after, after, text, at, cost)
        for index in (after - 1, after):
            if 0 <= index < len(letters) and abs(letters[index].step - at) <= 1 and texts[index] != text.lower():
                offer(index, index + 1, text, letters[index].step, cost)
    for index, letter in enumerate(letters):
        cost = float(usable[letter.step - low, 0]) - best[letter.step - low]
        if cost > COST:
            offer(index, index + 1, "", letter.step, cost)
    return sorted(likeliest.values(), key=lambda edit: -edit.cost)


def pairs(edits: Sequence[Edit]) -> Iterator[tuple[Edit, ...]]:
    """Each edit, and the likeliest ones two at a time where they do not touch the same characters, left one first."""
    for edit in edits:
        yield (edit,)
    for one, other in itertools.combinations(edits[:PAIRED], 2):
        left, right = sorted((one, other), key=lambda edit: (edit.first, edit.last))
        if one.cost + other.cost > COST and left.last <= right.first and left.first < right.last:
            if left.text and right.text and left.step >= right.step:
                continue
            yield left, right


def changed_text(text: str, chosen: Sequence[Edit]) -> str:
    """The text with edits made, as `pairs` gives them."""
    for edit in reversed(chosen):
        text = text[: edit.first] + edit.text + text[edit.last :]
    return text


def changed_letters(letters: Sequence[Letter], chosen: Sequence[Edit]) -> list[Letter]:
    """The same with each character's place; the confidence of a new one is 0."""
    changed = list(letters)
    for edit in reversed(chosen):
        changed[edit.first : edit.last] = [Letter(edit.text, edit.step, 0.0)] if edit.text else []
    return changed


def gain(
    before: Sequence[Letter], after: Sequence[Letter], scores: Scores, start: int, end: int, alphabet: Alphabet
) -> float:
    """The logarithm of how much likelier the second text is than the first, by the steps in which they differ."""
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    tail = 0
    while tail < min(len(before), len(after)) - same and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    first = before[same - 1].step if same else start
    last = before[len(before) - tail].step if tail else end
    low, high = max(first, 0), min(last + 1, len(scores))
    texts = [
        [letter.text for letter in letters[max(same - 1, 0) : len(letters) - tail + 1 if tail else None]]
        for letters in (before, after)
    ]
    head = bool(same) or start >= 0
    foot = bool(tail) or end < len(scores)
    if not same and start >= 0:
        texts = [[SPACE, *text] for text in texts]
    if not tail and end < len(scores):
        texts = [[*text, SPACE] for text in texts]
    part = scores[low:high].astype(np.float32)
    part = np.exp(part - part.max(1, keepdims=True))
    one, other = (_likelihood(part, [alphabet.classes[each] for each in text], head, foot) for text in texts)
    return math.log(max(other, 1e-30)) - math.log(max(one, 1e-30))


def _likelihood(part: npt.NDArray[np.float32], labels: Sequence[int], head: bool, foot: bool) -> float:
    """Of the labels over all the steps; with `head` the first is read at the first step, with `foot` the last at the
    last."""
    states = [0, *itertools.chain.from_iterable((label, 0) for label in labels)]
    rows = part[:, states].tolist()
    count = len(states)
    skips = [index > 2 and bool(states[index]) and states[index] != states[index - 2] for index in range(count)]
    alpha = [0.0] * count
    if not head:
        alpha[0] = rows[0][0]
    if count > 1:
        alpha[1] = rows[0][1]
    for row in rows[1:]:
        alpha = [
            (alpha[index] + (alpha[index - 1] if index else 0.0) + (alpha[index - 2] if skips[index] else 0.0))
            * row[index]
            for index in range(count)
        ]
    return alpha[-2] if foot else alpha[-1] + (alpha[-2] if count > 1 else 0.0)
