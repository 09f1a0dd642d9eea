"""How much like language a text is: the words in it, and how common each is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from models.lexicon import Lexicon

_WORD = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_CODE = re.compile(r"[\d@/\\_#<>=|~&*+$%£€^{}\[\]]|[^\W\d_][.:;,(][^\W\d_]")
_ALIKE = re.compile("[CIJKOPSUVWXZ]")  # capitals that are taken for their small letters, or for another one
A_LETTER = -1.3  # logarithm that each letter of an unknown word adds
SEEN = -15.0  # logarithm of a word that the lexicon lacks and the page shows clearly
HYPHENS = "-\u00ad\u2010\u2011"


class Language:
    """Scores texts with a lexicon and with the words that a page itself shows clearly."""

    def __init__(self, lexicon: Lexicon, unknown: float, page: Iterable[str] = ()) -> None:
        """`unknown`: the logarithm of an unknown word's share, but for its letters; `page`: words, lower-case."""
        self._lexicon = lexicon
        self._unknown = unknown
        self._page = frozenset(page)

    def score(self, words: Sequence[str], head: str = "", tail: str = "") -> float:
        """The sum of the words' logarithms.

        Args:
            head, tail: letters of the first and of the last word that stand on the line before and after.
        """
        total = 0.0
        for word in _whole(words, head, tail):
            found = self._logarithm(word)
            total += self._unknown + A_LETTER * len(word) if found is None else found
        return total

    def lists(self, words: Sequence[str], head: str = "", tail: str = "") -> bool:
        """Whether the lexicon has all of them."""
        return all(self._lexicon.logarithm(word) is not None for word in _whole(words, head, tail))

    def knows(self, words: Sequence[str], head: str = "", tail: str = "") -> bool:
        """Whether there are words, and the lexicon or the page has all of them."""
        return bool(words) and all(self._logarithm(word) is not None for word in _whole(words, head, tail))

    def _logarithm(self, word: str) -> float | None:
        found = self._lexicon.logarithm(word)
        return SEEN if found is None and word.lower() in self._page else found


def _whole(words: Sequence[str], head: str, tail: str) -> Sequence[str]:
    if not (head or tail) or not words:
        return words
    whole = [head + words[0], *words[1:]]
    whole[-1] += tail
    return whole


def words_of(text: str) -> list[str]:
    """The words in a text, without what stands between them."""
    return _WORD.findall(text)


def is_code(text: str) -> bool:
    """Whether a piece is a number, price, date, code or address, or looks like one: no lexicon has a say in it."""
    return _CODE.search(text) is not None or any(map(str.isnumeric, text))


def recased(text: str, before: str) -> str:
    """The text with the case of what was read before: all capitals, or else no capital within a word whose small letter
    looks like it."""
    letters = [each for each in before if each.isalpha()]
    if len(letters) > 1 and sum(map(str.isupper, letters)) * 2 > len(letters):
        return text.upper() if len(text.upper()) == len(text) else text
    return _WORD.sub(lambda match: match[0][0] + _ALIKE.sub(lambda capital: capital[0].lower(), match[0][1:]), text)
