"""Words that a hyphen breaks at a line's end: two tokens of which the first says that it goes on."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence

from models.words.language import HYPHENS, Language, is_code, words_of
from schemas.pages import Word


def broken(text: str) -> str | None:
    """The letters of the last word of a text that ends in a hyphen after them; None of any other."""
    words = words_of(text)
    return words[-1] if words and text[-1] in HYPHENS and text[-2:-1].isalpha() and not is_code(text) else None


def goes_on(text: str) -> str | None:
    """The letters of a text's first word, where it begins with them."""
    words = words_of(text)
    return words[0] if words and text[0].isalpha() and not is_code(text) else None


def parts_of_one(first: str, second: str, language: Language) -> bool | None:
    """Whether letters before and after a line's end are one word, which the lexicon has.

    None: they are not, but one of them is no word of its own, so that they may be once they are read right. Where both
    are words and the whole is none ('self-' 'made'), the hyphen belongs to them.
    """
    if language.lists([first + second]):
        return True
    return False if language.lists([first]) and language.lists([second]) else None


def joined(words: Sequence[Word], language: Language) -> list[Word]:
    """The words of a page in reading order, each marked where it goes on in the next, at the start of the next line."""
    marked = list(words)
    for index, (word, after) in enumerate(itertools.pairwise(words)):
        first, second = broken(word.text), goes_on(after.text)
        if after.line == word.line + 1 and first and second and parts_of_one(first, second, language):
            marked[index] = dataclasses.replace(word, joins_next=True)
    return marked
