"""What the synthetic windows say: English prose and words, names, and made-up entries."""

from __future__ import annotations

import functools
import gzip
import pickle
import random
import re
import string
from dataclasses import dataclass
from pathlib import Path

from training.alphabet import ALPHABET
from training.entries import entry
from training.made_lines import form, receipt, scatter
from training.vocabulary import LABELS

FORTUNES = """
art computers cookie definitions disclaimer education food fortunes humorists law literature love medicine news people
pets platitudes politics science sports startrek wisdom work
""".split()  # noqa: SIM905
PROSE = [
    *(f"/usr/share/games/fortunes/{name}" for name in FORTUNES),
    "/usr/share/dictd/foldoc.dict.dz",
    "/usr/share/dictd/devil.dict.dz",
    "/usr/share/dictd/gcide.dict.dz",
    "/usr/share/doc/debian/FAQ/debian-faq.en.txt.gz",
    "/usr/share/state/us-constitution.gz",
]
WORDS = ["/usr/share/dict/american-english", "/usr/share/dict/british-english-large", "/usr/share/dict/propernames.gz"]

TYPOGRAPHY = [("'", "’"), ("'", "‘"), ('"', "“"), ('"', "”"), (" - ", " – "), ("-", "–"), ("--", "—"), ("...", "…")]  # noqa: RUF001
DICTIONARY_MARKS = re.compile(r'\w[*"`]\w|^1913$|^Webster$|^WordNet$|--')


def _read(path: Path) -> str:
    data = gzip.decompress(path.read_bytes()) if path.suffix in {".gz", ".dz"} else path.read_bytes()
    return data.decode("utf-8", "replace")


@dataclass(frozen=True)
class Corpus:
    """``prose``: lists of words that follow each other; ``words``: a dictionary; ``names``: proper names."""

    prose: list[str]
    words: list[str]
    names: list[str]

    def line(self, rng: random.Random, most: int = 60) -> str:
        """A line of text of up to about ``most`` characters."""
        makers = [self._prose, self._words, receipt, form, entry, scatter]
        maker = rng.choices(makers, [0.34, 0.08, 0.22, 0.14, 0.16, 0.06])[0]
        words = maker(rng).split(" ")
        while len(words) > 1 and len(" ".join(words)) > most:
            words.pop()
        return _signs(_case(" ".join(words)[:most].strip(), rng), rng) or "-"

    def word(self, rng: random.Random) -> str:
        """One word as it stands on a form: of prose, a label, a name, a number, an initial, a code."""
        roll = rng.random()
        if roll < 0.42:
            text = rng.choice(self._prose(rng).split() or ["the"])
        elif roll < 0.56:
            text = rng.choice(LABELS) + rng.choice(["", "", ":", ":", ".", ","])
        elif roll < 0.64:
            text = rng.choice(self.words)
        elif roll < 0.70:
            text = rng.choice(self.names) + rng.choice(["", "", ",", ".", "'s"])
        elif roll < 0.90:
            text = rng.choice(entry(rng).split())
        elif roll < 0.93:
            text = rng.choice(string.ascii_uppercase) + rng.choice([".", "", ",", ":"])
        elif roll < 0.96:
            text = rng.choice(string.ascii_letters + string.digits + "&-/%#$*=+x@")
        else:
            text = scatter(rng).split()[0]
        if rng.random() < 0.06:
            text = rng.choice(["({})", "({}", "{})", '"{}"', "[{}]", "{};", "*{}", "{}/", "-{}", "{}-", "#{}"]).format(
                text
            )
        return _signs(_case(text, rng), rng)

    def _prose(self, rng: random.Random) -> str:
        start = rng.randrange(len(self.prose) - 16)
        return " ".join(self.prose[start : start + rng.randint(1, 12)])

    def _words(self, rng: random.Random) -> str:
        pool = self.words if rng.random() < 0.7 else self.names
        return " ".join(rng.choice(pool) for _ in range(rng.randint(1, 6)))


def _case(text: str, rng: random.Random) -> str:
    roll = rng.random()
    if roll < 0.37:
        return "".join(c.upper() if len(c.upper()) == 1 and c.upper() in ALPHABET else c for c in text)
    if roll < 0.46:
        other = text.title() if roll < 0.43 else text.capitalize()
        return "".join(new if new in ALPHABET else old for old, new in zip(text, other, strict=True))
    return text.lower() if roll < 0.48 else text


def _signs(text: str, rng: random.Random) -> str:
    """Now and then a typographic sign for the plain one."""
    if rng.random() < 0.03:
        for plain, fine in rng.sample(TYPOGRAPHY, 3):
            text = text.replace(plain, fine, 1)
    return text


@functools.lru_cache(maxsize=1)
def load(cache: Path) -> Corpus:
    """The corpus of this machine's dictionaries and texts (see corpus-packages.txt), kept in ``cache``."""
    stored = cache / "corpus.pickle"
    if not stored.exists():
        known = set(ALPHABET)
        prose: list[str] = []
        for source in PROSE:
            text = re.sub(r"[{}\\\[\]<>|]", " ", _read(Path(source)))[: 6_000_000 if "gcide" in source else 1_000_000]
            prose += [
                word
                for word in text.split()
                if set(word) <= known and len(word) < 20 and not DICTIONARY_MARKS.search(word)
            ]
        entries = [
            word for source in WORDS for word in _read(Path(source)).split() if set(word) <= known and len(word) < 18
        ]
        words = [word for word in entries if word.islower() and not word.endswith("'s")]
        names = [word for word in entries if word[0].isupper() and not word.endswith("'s")]
        stored.parent.mkdir(parents=True, exist_ok=True)
        partial = stored.with_suffix(".partial")
        partial.write_bytes(pickle.dumps(Corpus(prose, words, names)))
        partial.rename(stored)
    corpus: Corpus = pickle.loads(stored.read_bytes())
    return corpus
