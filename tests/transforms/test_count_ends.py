from __future__ import annotations

from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.metrics import MetricsFilter
from apache_beam.testing.test_pipeline import TestPipeline as Pipeline
from apache_beam.testing.util import assert_that, equal_to

from tests.transforms.examples import document_end, page_end
from transforms.count_ends import NAMESPACE, CountEnds, Progress


def _counted(ends: list[Any], folder: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Counters, and how often each distribution was told something."""
    pipeline = Pipeline()
    counted = pipeline | beam.Create(ends) | CountEnds(str(folder))
    assert_that(counted, equal_to(ends))
    found = pipeline.run().metrics().query(MetricsFilter().with_namespace(NAMESPACE))
    counters = {one.key.metric.name: one.committed for one in found["counters"]}
    return counters, {one.key.metric.name: one.committed.count for one in found["distributions"]}


def test_pages_are_counted_timed_and_let_pass(tmp_path: Path) -> None:
    ends = [page_end("/a", 0), page_end("/a", 1), page_end("/a", 2, category=None, words=0, times={"fetch": 1.0})]
    counters, distributions = _counted(ends, tmp_path)
    assert counters == {"pages_image_text": 2, "pages_failed": 1, "words": 4}
    assert distributions == {"fetch_ms": 3, "read_ms": 2}
    assert Progress(str(tmp_path)).counted() == {"documents": 0, "pages": 3}


def test_documents_are_counted_by_ending(tmp_path: Path) -> None:
    ends = [document_end("/a"), document_end("/b", status="skipped", reason="empty")]
    counters, distributions = _counted(ends, tmp_path)
    assert counters == {"documents_done": 1, "documents_skipped": 1, "reason_empty": 1}
    assert distributions == {"document_cpu_ms": 2}
    assert Progress(str(tmp_path)).counted() == {"documents": 2, "pages": 0}


def test_progress_of_several_workers_adds_up_and_none_is_told_elsewhere(tmp_path: Path) -> None:
    Progress(str(tmp_path)).ended("pages")
    (tmp_path / "pages-1").write_bytes(b"...")
    assert Progress(str(tmp_path)).counted()["pages"] == 4
    nowhere = Progress(None)
    nowhere.ended("pages")
    assert nowhere.counted() == {"documents": 0, "pages": 0}
