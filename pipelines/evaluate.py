"""How well an engine reads folders of labelled pages.

python -m pipelines.evaluate FOLDER [FOLDER ...] --engine rapidocr --output OUT
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import logging
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

from models.engines import ENGINES, check_engine
from pipelines import local_runner
from pipelines.evaluation import read_pages
from pipelines.evaluation.figures import Circumstances, evaluation
from pipelines.evaluation.labelled_pages import LabelledPage, read_folder
from pipelines.evaluation.measure import PageResult
from pipelines.evaluation.page_html import render_page
from pipelines.options import positive
from schemas.errors import UsageError

DONE, USAGE = 0, 2  # exit codes


def main(argv: list[str] | None = None) -> int:
    """Parses, reads, writes. Returns the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        return run(arguments)
    except UsageError as error:
        print(f"pagebeam: {error}", file=sys.stderr)
        return USAGE


def run(arguments: argparse.Namespace) -> int:
    """Reads all pages, then writes and prints what they scored."""
    if importlib.util.find_spec("rapidfuzz") is None:
        raise UsageError("an evaluation needs the Python package rapidfuzz: install the extra `evaluate`")
    check_engine(arguments.engine)
    pages = _pages(arguments.folders, arguments.split, arguments.limit)
    options = PipelineOptions([f"--direct_num_workers={arguments.workers}"])
    results = _read(pages, arguments.engine, options)
    circumstances = Circumstances(
        engine=arguments.engine,
        folders=tuple(map(str, arguments.folders)),
        split=arguments.split,
        limit=arguments.limit,
        workers=local_runner.workers(options),
    )
    found = evaluation(circumstances, results)
    html = arguments.output / "evaluation.html"
    arguments.output.mkdir(parents=True, exist_ok=True)
    (arguments.output / "evaluation.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    html.write_text(render_page(found, results), encoding="utf-8")
    print("\n".join(_table(found)))
    print(html)
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pipelines.evaluate",
        description="How well an engine reads labelled pages: word scores, CER, boxes, confidence, cost.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("folders", metavar="FOLDER", nargs="+", type=Path, help="labelled pages: NAME.jpg or .png, NAME.txt, NAME.json")
    add("--engine", required=True, choices=ENGINES, help="what reads the pages")
    add("--output", required=True, type=Path, help="the folder for evaluation.json and evaluation.html")
    add("--split", metavar="PART", help="this part alone of the sets that have a split.csv (default: all)")
    add("--limit", metavar="N", type=positive, help="pages of each folder, spread evenly (default: all)")
    add("--workers", metavar="N", type=positive, default=0, help="processes (default: one a core)")
    return parser


def _pages(folders: Sequence[Path], split: str | None, limit: int | None) -> list[LabelledPage]:
    by_folder = [read_folder(folder, split, limit) for folder in folders]
    names = [pages[0].category for pages in by_folder]
    if len(set(names)) < len(names):
        raise UsageError(f"two folders have one name, and scores are told apart by it: {', '.join(sorted(names))}")
    return [page for pages in by_folder for page in pages]


def _read(pages: list[LabelledPage], engine: str, options: PipelineOptions) -> list[PageResult]:
    logging.getLogger().setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="pagebeam-") as folder:
        results = Path(folder, "results")
        runner = local_runner.local_runner(options, str(Path(folder, "workers.log")))
        pipeline = beam.Pipeline(runner=runner, options=options)
        read_pages.build(pipeline, pages, engine, results)
        pipeline.run().wait_until_finish()
        return read_pages.load(results)


def _table(found: dict[str, Any]) -> Iterator[str]:
    """The figures that matter most, for the terminal."""
    yield f"{'set':<20} {'pages':>5} {'F1 loose':>8} {'strict':>8} {'CER':>8} {'boxes R':>8} {'P':>8} {'CPU s':>8}"
    for name, figures in [*found["categories"].items(), ("all", found["overall"])]:
        boxes = figures["detection"] or {"recall": None, "precision": None}
        values = (
            figures["words"]["loose"]["f1"],
            figures["words"]["strict"]["f1"],
            figures["cer"],
            boxes["recall"],
            boxes["precision"],
            figures["cpu_seconds_per_page"]["read"],
        )
        cells = " ".join(f"{'-' if value is None else format(value, '.3f'):>8}" for value in values)
        yield f"{name:<20} {figures['pages']:>5} {cells}"


if __name__ == "__main__":
    sys.exit(main())
