from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from apache_beam.testing.test_pipeline import TestPipeline as Pipeline
from apache_beam.testing.util import assert_that, equal_to
from hypothesis import given
from hypothesis import strategies as st

from schemas.records import DOCUMENTS, SCHEMAS, TABLES, DocumentRow, PageRow, Row
from tests.transforms.examples import RUN, document_row, page_end
from transforms import write_table
from transforms.elements import shard_of
from transforms.write_table import WriteTables, pack_rows, part_uri, shard_of_wave, to_parquet

places = st.lists(
    st.tuples(st.sampled_from(["", "ann", "bob"]), st.sampled_from("abc"), st.integers(0, 3)), unique=True
)


def _write(folder: Path, kind: type[Row], packed: list[Any], shards: int = 1, wave: int = 0) -> None:
    with Pipeline() as pipeline:
        rows = pipeline | beam.Create(packed).with_output_types(write_table.Packed)
        sizes = {TABLES[kind]: rows} | WriteTables(str(folder / "out"), str(folder / "scratch"), RUN, wave, shards)
        assert_that(sizes | beam.combiners.Count.Globally(), equal_to([shards]))


def _rows(*uris: str, **changes: Any) -> list[Any]:
    return [pack_rows(changes.get("owner"), uri, None, [document_row(uri, **changes)]) for uri in uris]


@pytest.mark.parametrize("kind", SCHEMAS, ids=lambda kind: TABLES[kind])
def test_a_table_without_rows_has_its_files(kind: type[Row]) -> None:
    empty = pq.read_table(pa.BufferReader(to_parquet(SCHEMAS[kind], [])))
    assert empty.num_rows == 0
    assert empty.schema == SCHEMAS[kind]


@given(places, st.randoms(use_true_random=False))
def test_rows_are_sorted_by_owner_file_and_page_whatever_order_they_came_in(given_places: Any, order: Any) -> None:
    packed = [pack_rows(owner, uri, page, [page_end(uri, page).row]) for owner, uri, page in given_places]
    data = to_parquet(SCHEMAS[PageRow], packed)
    order.shuffle(packed)
    assert to_parquet(SCHEMAS[PageRow], packed) == data
    rows = pq.read_table(pa.BufferReader(data)).to_pylist()
    assert [(row["uri"], row["page"]) for row in rows] == [(uri, page) for _, uri, page in sorted(given_places)]


def test_row_groups_are_bounded_and_texts_are_dictionaries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_table, "ROWS_A_GROUP", 10)
    data = to_parquet(DOCUMENTS, _rows(*(f"/{number:03d}" for number in range(25))))
    found = pq.read_metadata(pa.BufferReader(data))
    assert [found.row_group(index).num_rows for index in range(found.num_row_groups)] == [10, 10, 5]
    column = found.row_group(0).column(DOCUMENTS.names.index("uri"))
    assert column.compression == "ZSTD"
    assert "RLE_DICTIONARY" in column.encodings


def test_rows_that_are_joined_on_the_way_stay_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = _rows(*(f"/{number:03d}" for number in range(25)))
    as_it_is = pq.read_table(pa.BufferReader(to_parquet(DOCUMENTS, packed)))
    monkeypatch.setattr(write_table, "_JOINED", 4)
    assert pq.read_table(pa.BufferReader(to_parquet(DOCUMENTS, packed))) == as_it_is
    monkeypatch.setattr(write_table, "ROWS_A_GROUP", 10)
    data = to_parquet(DOCUMENTS, packed)
    assert pq.read_table(pa.BufferReader(data)) == as_it_is
    found = pq.read_metadata(pa.BufferReader(data))
    assert [found.row_group(index).num_rows for index in range(found.num_row_groups)] == [10, 10, 5]


def test_a_document_lies_in_the_part_of_the_same_number(tmp_path: Path) -> None:
    uris = [f"/{number}" for number in range(20)]
    _write(tmp_path, DocumentRow, _rows(*uris), shards=3, wave=7)
    for shard in range(3):
        part = pq.read_table(part_uri(str(tmp_path / "out"), "documents", RUN, 7, shard))
        assert part.schema.equals(DOCUMENTS)
        assert part.column("uri").to_pylist() == sorted(uri for uri in uris if shard_of_wave(uri, 3) == shard)
    assert not list((tmp_path / "scratch").iterdir())


def test_the_documents_of_a_wave_lie_in_all_its_parts() -> None:
    uris = [f"gs://bucket/{number:06d}.tif" for number in range(20_000)]
    of_wave = [uri for uri in uris if shard_of(uri, 20) == 3]
    assert len(of_wave) > 800
    for shards in (5, 10, 20):
        counted = Counter(shard_of_wave(uri, shards) for uri in of_wave)
        assert len(counted) == shards
        assert max(counted.values()) < 2 * len(of_wave) / shards


def test_parts_are_the_same_everywhere() -> None:
    assert [shard_of_wave(uri, 1000) for uri in ("", "/a.pdf", "gs://b/ä")] == [876, 749, 355]


def test_written_again_replaces_and_does_not_double(tmp_path: Path) -> None:
    _write(tmp_path, DocumentRow, _rows("/a", "/b", status="failed"), shards=2)
    _write(tmp_path, DocumentRow, _rows("/b", "/c"), shards=2)
    found = pq.read_table(tmp_path / "out" / "tables" / "documents").to_pylist()
    assert sorted((row["uri"], row["status"]) for row in found) == [("/b", "done"), ("/c", "done")]


def test_no_rows_at_all_write_each_part(tmp_path: Path) -> None:
    _write(tmp_path, DocumentRow, [], shards=2)
    parts = sorted((tmp_path / "out" / "tables" / "documents" / f"run={RUN}").iterdir())
    assert [part.name for part in parts] == ["part-00000-00000.parquet", "part-00000-00001.parquet"]
    assert all(pq.read_schema(part).equals(DOCUMENTS) for part in parts)


def test_a_row_that_does_not_fit_fails_where_it_is_packed() -> None:
    with pytest.raises(pa.ArrowInvalid, match="must not be null"):
        _rows("/a", status=None)


def test_tables_do_not_mix(tmp_path: Path) -> None:
    ends = [page_end("/a", 0).row, page_end("/a", 1).row]
    with Pipeline() as pipeline:
        documents, pages, none = (
            pipeline | name >> beam.Create(rows).with_output_types(write_table.Packed)
            for name, rows in (
                ("A", _rows("/a", "/b")),
                ("B", [pack_rows(None, row.uri, row.page, [row]) for row in ends]),
                ("C", []),
            )
        )
        tables = {"documents": documents, "pages": pages, "failures": none}
        sizes = tables | WriteTables(str(tmp_path / "out"), str(tmp_path / "scratch"), RUN, 0, 2)
        assert_that(sizes | beam.combiners.Count.Globally(), equal_to([6]))
    found = {
        name: pq.read_table(tmp_path / "out" / "tables" / name / f"run={RUN}", partitioning=None) for name in tables
    }
    assert {name: table.num_rows for name, table in found.items()} == {"documents": 2, "pages": 2, "failures": 0}
    assert found["pages"].column("page").to_pylist() == [0, 1]
