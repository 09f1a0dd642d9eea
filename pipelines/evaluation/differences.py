"""Which words of a truth and of an output do not meet, marked as the loose word score counts them."""

from __future__ import annotations

import collections
import difflib
from collections.abc import Sequence

from pipelines.evaluation.scores import loose

SAME = "same"
ALIKE = "alike"  # equal when loose, but not as it is
WRONG = "wrong"  # in the truth: missed; in the output: not in the truth
EMPTY = "empty"  # nothing is left when loose: it counts for the strict score alone


def marks(truths: Sequence[str], found: Sequence[str]) -> tuple[list[str], list[str]]:
    """A mark for each word of both.

    Words are paired along the text first, so that of several equal ones the right one is marked; what is left is
    paired wherever it stands, since the score does not ask for order.
    """
    keys, other_keys = [loose(word) for word in truths], [loose(word) for word in found]
    left, other_left = ([WRONG if key else EMPTY for key in side] for side in (keys, other_keys))
    for one, other in _pairs(keys, other_keys):
        left[one] = other_left[other] = SAME if truths[one] == found[other] else ALIKE
    return left, other_left


def _pairs(keys: list[str], other_keys: list[str]) -> list[tuple[int, int]]:
    matcher = difflib.SequenceMatcher(None, keys, other_keys, autojunk=False)
    pairs = [
        (block.a + step, block.b + step)
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
        if keys[block.a + step]
    ]
    used, other_used = {one for one, _ in pairs}, {other for _, other in pairs}
    rest: dict[str, collections.deque[int]] = collections.defaultdict(collections.deque)
    for other, key in enumerate(other_keys):
        if key and other not in other_used:
            rest[key].append(other)
    pairs.extend((one, rest[key].popleft()) for one, key in enumerate(keys) if one not in used and rest.get(key))
    return pairs
