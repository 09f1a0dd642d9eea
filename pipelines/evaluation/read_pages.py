"""The pipeline of an evaluation: pages through an engine, what they scored into one file."""

from __future__ import annotations

import pickle
from pathlib import Path

import apache_beam as beam

from pipelines.evaluation.labelled_pages import LabelledPage
from pipelines.evaluation.measure import PageResult, measure
from transforms.read_words import engine_of_thread


def build(pipeline: beam.Pipeline, pages: list[LabelledPage], engine: str, results: Path) -> None:
    """Adds the pipeline, which writes the results (for `load`) to a file of this machine."""
    _ = (
        pipeline
        | "LabelledPages" >> beam.Create(pages)
        | "SpreadPages" >> beam.Reshuffle()
        | "MeasurePages" >> beam.Map(_measure, engine).with_output_types(PageResult)
        | "GatherResults" >> beam.combiners.ToList()
        | "WriteResults" >> beam.Map(_write, results)
    )


def load(results: Path) -> list[PageResult]:
    """What the pipeline found, in no order."""
    loaded: list[PageResult] = pickle.loads(results.read_bytes())
    return loaded


def _measure(page: LabelledPage, engine: str) -> PageResult:
    return measure(page, engine_of_thread(engine))


def _write(found: list[PageResult], results: Path) -> None:
    results.write_bytes(pickle.dumps(found))
