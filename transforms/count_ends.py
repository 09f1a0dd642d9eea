"""Metrics for the runner's dashboard, and, for a local run, the progress that its launcher shows."""

from __future__ import annotations

import contextlib
import dataclasses
import os
from collections.abc import Iterator

import apache_beam as beam
from apache_beam.metrics import Metrics

from transforms.elements import DocumentEnd, PageEnd

NAMESPACE = "pagebeam"
KINDS = ("documents", "pages")


class Progress:
    """A folder of files that grow by one byte for each ending: workers append without asking one another."""

    def __init__(self, folder: str | None) -> None:
        self._folder = folder

    def ended(self, kind: str, count: int = 1) -> None:
        """So many more of one of KINDS."""
        if self._folder is not None and count:
            # A full disk is no reason to end a run that may write elsewhere.
            with contextlib.suppress(OSError), open(os.path.join(self._folder, f"{kind}-{os.getpid()}"), "ab") as file:
                file.write(b"." * count)

    def counted(self) -> dict[str, int]:
        """How many of each kind, over all workers."""
        counts = dict.fromkeys(KINDS, 0)
        if self._folder is not None:
            for found in os.scandir(self._folder):
                counts[found.name.partition("-")[0]] += found.stat().st_size
        return counts


class _CountEnds(beam.DoFn):
    def __init__(self, progress_folder: str | None) -> None:
        self._progress = Progress(progress_folder)

    def process(self, end: PageEnd | DocumentEnd) -> Iterator[PageEnd | DocumentEnd]:
        if isinstance(end, PageEnd):
            self._progress.ended("pages")
            Metrics.counter(NAMESPACE, f"pages_{end.row.category or 'failed'}").inc()
            Metrics.counter(NAMESPACE, "words").inc(end.row.words)
            for stage, milliseconds in end.row.times.items():
                Metrics.distribution(NAMESPACE, f"{stage}_ms").update(round(milliseconds))
        else:
            self._progress.ended("documents")
            Metrics.counter(NAMESPACE, f"documents_{end.row.status}").inc()
            if end.row.reason:
                Metrics.counter(NAMESPACE, f"reason_{end.row.reason}").inc()
            Metrics.distribution(NAMESPACE, "document_cpu_ms").update(round(end.row.cpu_seconds * 1000))
        yield end


@dataclasses.dataclass(eq=False)
class CountEnds(beam.PTransform):
    """Counts ends of pages or documents and lets them pass."""

    progress_folder: str | None = None

    def expand(self, ends: beam.PCollection[PageEnd | DocumentEnd]) -> beam.PCollection[PageEnd | DocumentEnd]:
        return ends | "Count" >> beam.ParDo(_CountEnds(self.progress_folder)).with_output_types(ends.element_type)
