from __future__ import annotations

import dataclasses
import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from schemas.records import DocumentRow, FailureRow, Row, to_arrow
from tests.transforms.examples import document_row
from transforms.read_history import ForeignTable, Past, latest, read_documents, read_failures, wave_of
from transforms.write_table import part_uri


def written(path: Path, kind: type[Row], rows: list[Row]) -> str:
    pq.write_table(pa.Table.from_batches([to_arrow(kind, rows)]), path)
    return str(path)


def test_a_row_is_read_as_it_was_written(tmp_path: Path) -> None:
    row = document_row("/a", owner="ann", reason="pages_failed", overlay_uri="/out/overlays/a.pdf")
    part = written(tmp_path / "part.parquet", DocumentRow, [row, document_row("/b", source_version=None)])
    (uri, first), (other, second) = read_documents(part)
    assert (uri, other, second.source_version) == ("/a", "/b", None)
    values = {**dataclasses.asdict(row), "started_at": 1_704_153_600_000}
    assert first == Past(**{name: values[name] for name in Past._fields})


def test_failures_are_read_by_their_place(tmp_path: Path) -> None:
    row = FailureRow(
        document_id=None, uri="/a", page=None, stage="CapPages", error="corrupt", message="", attempts=1, run="r"
    )
    assert list(read_failures(written(tmp_path / "part.parquet", FailureRow, [row]))) == [("/a", ("r", "corrupt"))]


def test_a_part_knows_its_wave() -> None:
    assert wave_of(part_uri("/out", "documents", "2026-01-01_x", 12, 3)) == ("2026-01-01_x", 12)
    assert wave_of(part_uri("gs://b/out", "documents", "a", 123456, 0)) == ("a", 123456)
    with pytest.raises(ValueError, match="no part file"):
        wave_of("/out/tables/documents/mine.parquet")


def test_of_rows_of_the_same_moment_the_later_run_counts(tmp_path: Path) -> None:
    day = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    rows = [document_row("/a", run=run, started_at=day) for run in ("b", "c", "a")]
    found = [past for _, past in read_documents(written(tmp_path / "part.parquet", DocumentRow, list(rows)))]
    newest = latest(found)
    assert newest is not None
    assert newest.run == "c"
    assert latest([]) is None


def test_what_is_no_table_of_ours_is_said_to_be_none(tmp_path: Path) -> None:
    part = tmp_path / "part.parquet"
    part.write_bytes(b"no table")
    with pytest.raises(ForeignTable, match="no whole Parquet file"):
        list(read_documents(str(part)))
    pq.write_table(pa.table({"uri": ["/a"], "run": ["x"]}), part)
    with pytest.raises(ForeignTable, match="column run is missing or of another type"):
        list(read_failures(str(part)))
