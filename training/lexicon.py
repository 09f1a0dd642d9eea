"""Makes the lexicon: `python -m training.lexicon --frequencies FILE --scowl FOLDER`.

FILE is frequency_dictionary_en_82_765.txt of the Python package symspellpy: words of SCOWL with their counts in Google
Books. FOLDER is /usr/share/dict/scowl of the Debian package scowl: the names, the British words and the abbreviations
that FILE lacks. Both bring their notices, which go into a file beside the lexicon.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path

from models.lexicon import STEPS, pack

OUT = Path(__file__).parent.parent / "models" / "weights" / "lexicon.txt.xz"
UNCOUNTED = 10_000  # of a word of SCOWL alone: a little less than the rarest of those with a count
# SCOWL's sizes up to which a kind is taken; from 70 on it holds words that hardly anyone knows.
KINDS = {"words": 60, "contractions": 60, "upper": 60, "proper-names": 60, "abbreviations": 50}
PLAIN = re.compile(r"[a-z]+('[a-z]+)*")  # what the Wordinator asks for
LETTERS = frozenset({"a", "i", "o"})  # of the single letters, those that are words


def counts(frequencies: Path, scowl: Path) -> dict[str, int]:
    """How often each word, lower-case, was counted."""
    found = dict(_counted(frequencies))
    for word in _listed(scowl):
        found.setdefault(word, UNCOUNTED)
    return {
        word: count
        for word, count in found.items()
        if PLAIN.fullmatch(word) and (len(word) > 1 or word in LETTERS) and not word.endswith("'s")
    }


def _counted(path: Path) -> Iterator[tuple[str, int]]:
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        word, count = line.split()
        yield word.lower(), int(count)


def _listed(folder: Path) -> Iterator[str]:
    paths = [path for path in sorted(folder.iterdir()) if _wanted(path.name)]
    if not paths:
        raise SystemExit(f"{folder} holds no word list of SCOWL: install the Debian package scowl")
    for path in paths:
        yield from (word.lower() for word in path.read_text(encoding="iso-8859-1").split())


def _wanted(name: str) -> bool:
    match = re.fullmatch(r"(?:english|american|british)-(.+)\.(\d+)", name)
    return match is not None and int(match[2]) <= KINDS.get(match[1], 0)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.lexicon", description="Makes the Wordinator's lexicon.")
    parser.add_argument("--frequencies", type=Path, required=True, help="symspellpy's frequency dictionary")
    parser.add_argument("--scowl", type=Path, required=True, help="folder of SCOWL's word lists")
    parser.add_argument("--notices", type=Path, nargs="+", required=True, help="licence texts of both")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args(arguments)
    found = counts(options.frequencies, options.scowl)
    packed = pack({word: round(STEPS * math.log2(count)) for word, count in found.items()})
    options.out.write_bytes(packed)
    stem = options.out.name.removesuffix(".txt.xz")
    notices = options.out.with_name(f"{stem}-notices.txt")
    notices.write_text(
        "\n\n".join(path.read_text(encoding="utf-8").strip() for path in options.notices) + "\n", "utf-8"
    )
    card = {
        "name": "lexicon",
        "words": len(found),
        "total": sum(found.values()),
        "format": "xz; a line a class of frequency: its number (twice the binary logarithm of the count), its words",
        "made_of": [
            {
                "what": "symspellpy's frequency_dictionary_en_82_765.txt: words of SCOWL, counts of Google Books",
                "licence": "MIT (symspellpy); CC BY 3.0 (Google Books Ngram Viewer, https://books.google.com/ngrams)",
                "sha256": _sha256(options.frequencies.read_bytes()),
            },
            {
                "what": "SCOWL, sizes up to 60 (abbreviations: 50), of the Debian package scowl",
                "licence": "SCOWL's own and those of its parts, all of the MIT and BSD kind or public domain",
            },
        ],
        "changes": "lower-case, plain letters alone, possessives left out, counts rounded to half doublings",
        "notices": notices.name,
        "sha256": _sha256(packed),
    }
    options.out.with_name(f"{stem}.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    print(f"{len(found)} words, {len(packed)} bytes")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    main()
