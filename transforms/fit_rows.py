"""A row that its table would refuse ends as a failure, and not the job with it."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any, TypeVar

import apache_beam as beam
import pyarrow as pa

from schemas.errors import PagebeamError
from schemas.records import SCHEMAS, TABLES, DocumentRow, FailureRow, PageRow, ShadowRow, to_arrow
from transforms.elements import DocumentEnd, PageEnd
from transforms.endings import INTERNAL_ERROR, failure

STAGE = "FitRows"
R = TypeVar("R", DocumentRow, PageRow, FailureRow, ShadowRow)


class MisfitRow(PagebeamError):
    """A row with values that its table does not take: a bug of ours."""

    reason = INTERNAL_ERROR


def fit_page(end: PageEnd, run: str) -> PageEnd:
    """The end of a page as it is, or, where its row does not fit, its failed end."""
    row, error = fitted(end.row)
    if error is None:
        return end
    row = dataclasses.replace(row, status="failed", reason=error.reason, category=None, words=0, mean_confidence=None)
    return dataclasses.replace(
        end,
        row=row,
        tokens=None,
        gained=0,
        confidence_sum=0.0,
        confidence_count=0,
        failure=fitted(failure(error, STAGE, run, row.uri, row.document_id, row.page))[0],
    )


def fit_document(end: DocumentEnd, run: str) -> DocumentEnd:
    """The end of a document as it is, or, where its row does not fit, its failed end; each failure so that it fits."""
    row, error = fitted(end.row)
    failures = tuple(fitted(one)[0] for one in end.failures)
    if error is None:
        return end if failures == end.failures else dataclasses.replace(end, failures=failures)
    row = dataclasses.replace(row, status="failed", reason=error.reason)
    told = failure(error, STAGE, run, row.uri, row.document_id)
    return DocumentEnd(row, (*failures, fitted(told)[0]))


def fitted(row: R) -> tuple[R, MisfitRow | None]:
    """The row, and what was wrong with it: values that do not fit are nothing, or the least that there is."""
    kind = type(row)
    try:
        to_arrow(kind, [row])
    except Exception as error:  # pyarrow's, and those of whatever stands where a number should
        changes = {field.name: value for field in SCHEMAS[kind] for value in _changed(field, getattr(row, field.name))}
        misfit = MisfitRow(f"the row of {TABLES[kind]} does not fit ({type(error).__name__}): {', '.join(changes)}")
        return dataclasses.replace(row, **changes), misfit
    return row, None


def _changed(field: pa.Field[Any], value: Any) -> list[Any]:
    """What stands for a value that does not fit; nothing where it does."""
    text = pa.types.is_string(field.type) or pa.types.is_dictionary(field.type)
    try:
        pa.array([value], type=field.type)
        if value is not None or field.nullable:
            return []
    except Exception:  # as above
        if text and isinstance(value, str):
            return [value.encode("utf-8", "backslashreplace").decode()]
    return [None if field.nullable else _least(field.type)]


def _least(kind: pa.DataType) -> Any:
    if pa.types.is_string(kind) or pa.types.is_dictionary(kind):
        return ""
    if pa.types.is_boolean(kind):
        return False
    if pa.types.is_timestamp(kind):
        return datetime.datetime.fromtimestamp(0, datetime.timezone.utc)
    if pa.types.is_struct(kind):
        return {}
    return () if pa.types.is_list(kind) else 0


@beam.typehints.with_input_types(PageEnd)
@beam.typehints.with_output_types(PageEnd)
@dataclasses.dataclass(eq=False)
class FitPages(beam.PTransform):
    """Lets ends of pages pass, those whose rows fit no table as failed."""

    run: str

    def expand(self, ends: beam.PCollection[PageEnd]) -> beam.PCollection[PageEnd]:
        return ends | "Fit" >> beam.Map(fit_page, self.run)


@beam.typehints.with_input_types(DocumentEnd)
@beam.typehints.with_output_types(DocumentEnd)
@dataclasses.dataclass(eq=False)
class FitDocuments(beam.PTransform):
    """Lets ends of documents pass, those whose rows fit no table as failed."""

    run: str

    def expand(self, ends: beam.PCollection[DocumentEnd]) -> beam.PCollection[DocumentEnd]:
        return ends | "Fit" >> beam.Map(fit_document, self.run)
