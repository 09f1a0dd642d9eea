"""What each step of the Wordinator is worth: word scores without it, and with one step more each time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from models.wordinator import Strip, Wordinator
from models.words.language import Language
from models.words.pieces import Piece
from pipelines.evaluation.scores import Hits, loose_words, strict_words, total_hits, word_hits
from pipelines.evaluation.strips import ReadPage
from pipelines.evaluation.texts import page_text, text_words

STEPS = ("windows as they are read", "joined and split", "noise dropped", "lexicon", "hyphens")


class Corrected(NamedTuple):
    """A page with the lexicon's corrections made."""

    read: ReadPage
    language: Language
    strips: list[Strip]


def by_set(pages: Sequence[ReadPage]) -> dict[str, list[ReadPage]]:
    """The pages of each folder."""
    sets: dict[str, list[ReadPage]] = {}
    for page in pages:
        sets.setdefault(page.page.category, []).append(page)
    return sets


def correct(wordinator: Wordinator, pages: Sequence[ReadPage]) -> list[Corrected]:
    """The pages after the lexicon had its say."""
    languages = [wordinator.language(page.strips) for page in pages]
    return [
        Corrected(page, language, wordinator.correct(page.strips, language))
        for page, language in zip(pages, languages, strict=True)
    ]


def texts(wordinator: Wordinator, corrected: Corrected) -> Iterator[str]:
    """The page's text after each of STEPS."""
    read, language, strips = corrected
    yield " ".join(read.texts)
    yield _text(_pieces(read.strips))
    yield _text(_kept(wordinator, _pieces(read.strips), language))
    yield _text(_kept(wordinator, _pieces(strips), language))
    yield page_text(text_words(wordinator.place(strips, language)))


def worth(wordinator: Wordinator, pages: Sequence[Corrected]) -> list[tuple[Hits, Hits]]:
    """Loose and strict hits after each of STEPS, over all the pages."""
    by_page = [
        [
            (word_hits(loose_words(page.read.page.text), loose_words(text)),
             word_hits(strict_words(page.read.page.text), strict_words(text)))
            for text in texts(wordinator, page)
        ]
        for page in pages
    ]  # fmt: skip
    return [
        (total_hits(loose for loose, _ in column), total_hits(strict for _, strict in column))
        for column in zip(*by_page, strict=True)
    ]


class Changes(NamedTuple):
    """What the lexicon did to a set's words, each compared loosely with the words of its page's truth."""

    words: int
    changed: int
    mended: int  # wrong before, right after
    spoilt: int  # right before, wrong after
    codes_changed: int  # of the pieces with a digit


def changes(pages: Sequence[Corrected]) -> Changes:
    """Over all pieces, noise too."""
    words = changed = mended = spoilt = codes = 0
    for page in pages:
        truth = set(loose_words(page.read.page.text))
        for strip, after in zip(page.read.strips, page.strips, strict=True):
            old = [piece for piece in strip.pieces if piece not in after.pieces]
            new = [piece for piece in after.pieces if piece.decision != "kept"]
            words += len(strip.pieces)
            changed += len(old)
            codes += sum(any(map(str.isdigit, piece.text)) for piece in old)
            before, now = (sum(_right(piece, truth) for piece in pieces) for pieces in (old, new))
            mended += max(now - before, 0)
            spoilt += max(before - now, 0)
    return Changes(words, changed, mended, spoilt, codes)


def _right(piece: Piece, truth: set[str]) -> bool:
    return all(word in truth for word in loose_words(piece.text))


def _pieces(strips: Sequence[Strip]) -> list[Piece]:
    return [piece for strip in strips for piece in strip.pieces]


def _kept(wordinator: Wordinator, pieces: Sequence[Piece], language: Language) -> list[Piece]:
    return [piece for piece in pieces if not wordinator.is_noise(piece, wordinator.rate(piece, language))]


def _text(pieces: Sequence[Piece]) -> str:
    return " ".join(piece.text for piece in pieces)
