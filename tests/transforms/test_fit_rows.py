from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.testing.test_pipeline import TestPipeline as Pipeline
from apache_beam.testing.util import assert_that, equal_to
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import DocumentRow, FailureRow, PageRow, to_arrow
from tests.transforms.examples import RUN, document_end, document_row, page_end
from transforms.elements import DocumentEnd
from transforms.fit_rows import FitDocuments, FitPages, fit_document, fit_page, fitted

LONE = "\ud800"  # a surrogate without its other half: text that no file can hold
MISFITS: list[tuple[str, Any]] = [
    ("width", 1 << 40),
    ("words", None),
    ("times", None),
    ("times", {"read": "soon"}),
    ("corners", ("left",)),
    ("skew", "steep"),
    ("category", LONE),
    ("page", "first"),
]
anything = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.just(LONE))


def failures() -> FailureRow:
    return FailureRow(
        document_id=None, uri="/a", page=None, stage="s", error="e", message=LONE, attempts=1 << 40, run=RUN
    )


@pytest.mark.parametrize(("name", "value"), MISFITS)
def test_a_page_whose_row_does_not_fit_ends_as_failed(name: str, value: Any) -> None:
    row = dataclasses.replace(page_end().row, **{name: value})
    end = dataclasses.replace(page_end(), row=row, tokens=b"words", gained=2)
    fit = fit_page(end, RUN)
    to_arrow(PageRow, [fit.row])
    assert fit.failure is not None
    to_arrow(FailureRow, [fit.failure])
    assert (fit.row.status, fit.row.reason, fit.row.uri) == ("failed", "internal_error", "/a.pdf")
    assert (fit.failure.error, fit.failure.stage) == ("internal_error", "FitRows")
    assert fit.failure.message.startswith("the row of pages does not fit")
    assert name in fit.failure.message
    assert (fit.tokens, fit.gained, fit.row.words) == (None, 0, 0)


def test_a_document_whose_row_does_not_fit_ends_as_failed_and_keeps_its_failures() -> None:
    end = DocumentEnd(document_row(words=None, bytes=1 << 70, owner=LONE), (failures(),))
    fit = fit_document(end, RUN)
    to_arrow(DocumentRow, [fit.row])
    to_arrow(FailureRow, list(fit.failures))
    assert (fit.row.status, fit.row.reason, fit.row.bytes) == ("failed", "internal_error", None)
    assert fit.row.owner == "\\ud800"
    assert [one.error for one in fit.failures] == ["e", "internal_error"]
    assert fit.failures[1].message.endswith("): owner, bytes, words")


def test_a_failure_that_does_not_fit_is_told_all_the_same() -> None:
    fit = fit_document(DocumentEnd(document_row(), (failures(),)), RUN)
    assert fit.row == document_row()
    assert (fit.failures[0].message, fit.failures[0].attempts) == ("\\ud800", 0)


def test_what_fits_passes_as_it_is() -> None:
    page, document = page_end(), document_end()
    assert fit_page(page, RUN) is page
    assert fit_document(document, RUN) is document


@given(st.dictionaries(st.sampled_from([field.name for field in dataclasses.fields(DocumentRow)]), anything))
def test_every_row_fits_in_the_end_and_keeps_what_was_right(changes: dict[str, Any]) -> None:
    given_row = dataclasses.replace(document_row(), **changes)
    row, misfit = fitted(given_row)
    to_arrow(DocumentRow, [row])
    if misfit is None:
        assert row is given_row
    for name in {field.name for field in dataclasses.fields(DocumentRow)} - set(changes):
        assert getattr(row, name) == getattr(given_row, name)


def test_a_time_that_is_none_becomes_the_first() -> None:
    row, _ = fitted(document_row(started_at=None))
    assert row.started_at == datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def test_in_a_pipeline_neighbours_are_not_touched() -> None:
    with Pipeline() as pipeline:
        pages = pipeline | "Pages" >> beam.Create([page_end("/a"), page_end("/b", width=1 << 40)]) | FitPages(RUN)
        documents = (
            pipeline
            | "Documents" >> beam.Create([document_end("/a"), document_end("/b", words=None)])
            | FitDocuments(RUN)
        )
        assert_that(
            pages | "P" >> beam.Map(lambda end: (end.row.uri, end.row.status)),
            equal_to([("/a", "done"), ("/b", "failed")]),
        )
        assert_that(
            documents | "D" >> beam.Map(lambda end: (end.row.uri, end.row.status, len(end.failures))),
            equal_to([("/a", "done", 0), ("/b", "failed", 1)]),
            label="documents",
        )
