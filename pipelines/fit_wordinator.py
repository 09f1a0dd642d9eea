"""The Wordinator's limits, fitted on labelled pages, and what each of its steps is worth.

python -m pipelines.fit_wordinator FOLDER [FOLDER ...] --split validation

Every other page of a folder is fitted on, the others show what the limits are worth on pages not fitted on. To be run
again whenever the Word Net changes.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from models.card import Card
from models.lexicon import Lexicon
from models.own import WEIGHTS
from models.wordinator import Wordinator, readability
from models.words.confidence import FEATURES
from models.words.limits import Limits
from pipelines.evaluation.fitting import fit
from pipelines.evaluation.labelled_pages import read_folder
from pipelines.evaluation.strips import ReadPage, read_pages
from pipelines.evaluation.worth import STEPS, by_set, changes, correct, worth
from pipelines.options import positive
from schemas.errors import UsageError

DONE, USAGE = 0, 2  # exit codes
CARD = WEIGHTS / "wordinator.json"


def main(argv: list[str] | None = None) -> int:
    """Parses, reads, fits, reports. Returns the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        folders = [read_folder(folder, arguments.split, arguments.limit) for folder in arguments.folders]
    except UsageError as error:
        print(f"pagebeam: {error}", file=sys.stderr)
        return USAGE
    seen, others = ([page for folder in folders for page in folder[start::2]] for start in (0, 1))
    halves = [list(read_pages(half, arguments.cache)) for half in (seen, others)]
    net, lexicon = Card.open(WEIGHTS / "word_net.onnx"), Lexicon.open(WEIGHTS / "lexicon.txt.xz")
    if not arguments.check:
        limits, score = fit(lexicon, net["alphabet"], halves[0])
        write_card(arguments.card, limits, net, [f"{len(half)} pages" for half in halves], arguments)
        print(f"{arguments.card}: mean loose F1 of the sets, pages fitted on: {score:.4f}")
    wordinator = Wordinator(lexicon, Limits.open(arguments.card), net["alphabet"])
    for name, half in zip(("fitted on", "not fitted on"), halves, strict=True):
        print("\n".join(_report(wordinator, name, half)))
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pipelines.fit_wordinator",
        description="Fits the Wordinator's limits, and shows what each of its steps is worth.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("folders", metavar="FOLDER", nargs="+", type=Path, help="labelled pages: NAME.jpg or .png, NAME.txt, NAME.json")
    add("--split", metavar="PART", help="this part alone of the sets that have a split.csv (default: all)")
    add("--limit", metavar="N", type=positive, help="pages of each folder, spread evenly (default: all)")
    add("--cache", metavar="FOLDER", type=Path, help="keeps what the Word Net read there, for the next run with it")
    add("--card", metavar="FILE", type=Path, default=CARD, help="where the limits stand (default: the project's own)")
    add("--check", action="store_true", help="fit nothing, show what the present limits are worth")
    return parser


def write_card(path: Path, limits: Limits, net: Card, halves: Sequence[str], arguments: argparse.Namespace) -> None:
    """The limits, and what they were fitted on."""
    card = {
        "name": "wordinator",
        "limits": dataclasses.asdict(limits),
        "confidence": list(FEATURES),
        "fitted_by": "python -m pipelines.fit_wordinator",
        "fitted_on": {
            "folders": [folder.resolve().name for folder in arguments.folders],
            "split": arguments.split,
            "pages": halves[0],
            "left_out": halves[1],
        },
        "word_net": net["sha256"],
        "fitted": datetime.date.today().isoformat(),
    }
    path.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def _report(wordinator: Wordinator, name: str, pages: Sequence[ReadPage]) -> Iterator[str]:
    """Tables as docs/evaluation.md shows them."""
    yield f"\n{name}: loose / strict F1"
    sets = {category: correct(wordinator, own) for category, own in by_set(pages).items()}
    scores = {category: worth(wordinator, own) for category, own in sets.items()}
    yield "| | " + " | ".join(sets) + " |"
    yield "|---|" + "---|" * len(sets)
    for index, step in enumerate(STEPS):
        cells = [f"{scores[each][index][0].f1:.4f} / {scores[each][index][1].f1:.4f}" for each in sets]
        yield f"| {step} | " + " | ".join(cells) + " |"
    yield ""
    yield "| set | pieces | changed | mended | spoilt | changed with a digit | least readable page |"
    yield "|---|---|---|---|---|---|---|"
    for category, own in sets.items():
        found = changes(own)
        least = min(readability(wordinator.rated(page.strips, page.language)) or 1.0 for page in own)
        yield (
            f"| {category} | {found.words} | {found.changed} | {found.mended} | {found.spoilt} |"
            f" {found.codes_changed} | {least:.2f} |"
        )


if __name__ == "__main__":
    sys.exit(main())
