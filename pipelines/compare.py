"""Two engines on the same documents: where they differ, how much, and what each costs. No truth is needed.

python -m pipelines.compare --engines native,tesseract FOLDER --output OUT
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import Any

from models.engines import ENGINES
from pipelines import backfill, options
from pipelines.comparison.compared_pages import load
from pipelines.comparison.figures import comparison
from pipelines.comparison.page_html import render_page
from pipelines.exit_codes import exit_code
from pipelines.report import wording
from schemas.errors import UsageError
from transforms import storage
from transforms.engine_choice import Share


def main(argv: list[str] | None = None) -> int:
    """Parses, runs the job, writes the comparison. Returns the exit code."""
    arguments, of_the_job = _parser().parse_known_args(argv)
    return exit_code(lambda: run(arguments, of_the_job))


def run(arguments: argparse.Namespace, of_the_job: list[str]) -> int:
    """The job with the second engine in the shadow of the first, then what its shadow table says."""
    first, second = _engines(arguments.engines)
    given = ["--input", arguments.input, "--output", arguments.output, "--engine", first, "--shadow", f"{second}:100"]
    settings, pipeline_options = options.parse([*given, *of_the_job])
    if (settings.engine, settings.experiment, settings.shadow) != (first, None, Share(second, 100.0)):
        raise UsageError("--engine, --experiment and --shadow have no place here: --engines names both engines")
    code = backfill.run(settings, pipeline_options)
    pages = load(settings.output, settings.run)
    if not pages:
        print("pagebeam: no page was read by an engine: there is nothing to compare", file=sys.stderr)
        return code
    found = {"input": settings.input, "run": settings.run, **comparison(pages)}
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    storage.write(f"{settings.folder}/comparison.json", _encoded(text), settings.scratch)
    html = f"{settings.folder}/comparison.html"
    storage.write(html, _encoded(render_page(found, pages, settings.input)), settings.scratch)
    storage.remove_folder(settings.scratch)
    print("\n".join(["", *_table(found), html]))
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pipelines.compare",
        description="Two engines on the same documents: where they differ, how much, and what each costs.",
        epilog="Options of the job (--run, --max_pages, --redo, ...) and Beam's own may follow.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("input", metavar="INPUT", help="a folder, a file, a glob, or manifests, as for the job; better a sample")
    add("--engines", metavar="A,B", required=True, help="the two engines; the first one's words go into the tables")
    add("--output", required=True, help="the folder for tables, overlays and reports")
    return parser


def _engines(text: str) -> tuple[str, str]:
    names = text.split(",")
    if len(names) != 2 or names[0] == names[1]:
        raise UsageError(f"--engines {text}: two different engines are wanted, as in native,tesseract")
    for name in names:
        if name not in ENGINES:
            raise UsageError(f"--engines {text}: there is no engine {name!r}: choose from {', '.join(ENGINES)}")
    return names[0], names[1]


def _encoded(text: str) -> bytes:
    # A lone surrogate can be in no table, but in the name of a file.
    return text.encode("utf-8", "replace")


def _table(found: dict[str, Any]) -> Iterator[str]:
    """The figures that matter most, for the terminal."""
    sides = (found["first"], found["second"])
    width = max(len("engine"), *(len(side["engine"]) for side in sides))
    yield f"{'engine':<{width}} {'failed':>7} {'words':>9} {'only here':>10} {'loose':>9} {'conf.':>6} {'CPU s':>7}"
    for side in sides:
        yield (
            f"{side['engine']:<{width}} {side['failed']:>7,} {side['words']:>9,} {side['only']:>10,} "
            f"{side['only_loose']:>9,} {wording.confidence(side['mean_confidence']):>6} "
            f"{wording.figure(side['cpu_seconds_per_page']):>7}"
        )
    pages = wording.count(found["pages"], "page")
    if found["pages"]:
        yield f"{pages}; agreement (F1) {found['agreement']:.3f}, loose {found['agreement_loose']:.3f}"
    else:
        yield f"{pages} that both read"


if __name__ == "__main__":
    sys.exit(main())
