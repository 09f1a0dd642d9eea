from __future__ import annotations

import csv
import json
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

from schemas.errors import BadManifestRow
from transforms.elements import ManifestEntry
from transforms.read_manifest import ReadManifest, is_manifest, read_entries, to_entry

WANTED = [
    ManifestEntry("/scans/a b.pdf", "ann", "v1", True),
    ManifestEntry("/scans/ä[1].pdf", None, None, True),
    ManifestEntry("gs://bucket/c.pdf", "7", None, False),
]
plain = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1)


def _write(path: Path, rows: list[dict[str, Any]]) -> str:
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    elif path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8-sig") as file:
            writer = csv.DictWriter(file, ["owner", "uri", "eligible", "source_version", "note"])
            writer.writeheader()
            writer.writerows(rows)
    else:
        pq.write_table(pa.Table.from_pylist(rows), path)
    return str(path)


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_each_format_gives_the_same_entries(tmp_path: Path, ending: str) -> None:
    rows = [
        {"uri": "/scans/a b.pdf", "owner": "ann", "source_version": "v1", "eligible": True, "note": "two\nlines"},
        {"uri": "/scans/ä[1].pdf", "owner": None, "source_version": None, "eligible": None, "note": None},
        {"uri": " gs://bucket/c.pdf ", "owner": "7", "source_version": "", "eligible": False, "note": 'a "b", c'},
    ]
    assert list(read_entries(_write(tmp_path / f"list.{ending}", rows))) == WANTED


def test_a_relative_uri_is_meant_from_where_the_manifest_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = _write(tmp_path / "list.jsonl", [{"uri": "sub/a.pdf"}])
    assert [entry.uri for entry in read_entries(manifest)] == [f"{tmp_path}/sub/a.pdf"]
    monkeypatch.chdir(tmp_path)
    assert [entry.uri for entry in read_entries("list.jsonl")] == ["./sub/a.pdf"]


@pytest.mark.parametrize(
    ("value", "eligible"),
    [(True, True), (False, False), (1, True), (0, False), ("Yes", True), ("no", False), (" TRUE ", True), ("", True)],
)
def test_eligible_has_several_spellings(value: Any, eligible: bool) -> None:
    assert to_entry({"uri": "a", "eligible": value}).eligible is eligible


BAD_LINES = {
    b"not JSON": "the line is not JSON",
    b'{"uri": "a"': "the line is not JSON",
    b'{"uri": "\xff"}': "the line is not JSON",
    b"[" * 200_000: "the line is not JSON",
    b'["a"]': "the row is not an object",
    b"3": "the row is not an object",
    b'{"owner": "ann"}': "the row has no uri",
    b'{"uri": ""}': "the row has no uri",
    b'{"uri": ["a"]}': "the row has no uri",
    b'{"uri": "a\\u0000"}': "uri has control characters",
    b'{"uri": "a\\nb"}': "uri has control characters",
    b'{"uri": "\\ud800"}': "uri has control characters or is not UTF-8",
    b'{"uri": "a", "owner": {"name": "ann"}}': "owner is not a text",
    b'{"uri": "a", "eligible": "perhaps"}': "eligible is 'perhaps'",
    b'{"uri": "a", "eligible": 2}': "eligible is '2'",
}


def test_a_bad_row_is_an_entry_with_its_line_and_its_neighbours_stay(tmp_path: Path) -> None:
    manifest = tmp_path / "list.jsonl"
    manifest.write_bytes(b"".join(b'{"uri": "/good"}\n' + bad + b"\n" for bad in BAD_LINES))
    found = list(read_entries(str(manifest)))
    assert [entry.uri for entry in found[0::2]] == ["/good"] * len(BAD_LINES)
    for number, (entry, message) in enumerate(zip(found[1::2], BAD_LINES.values(), strict=True), 1):
        assert entry.uri == f"{manifest}#{2 * number}"
        assert entry.error is not None
        assert entry.error.startswith(f"line {2 * number}: {message}")


def test_bad_rows_of_a_csv(tmp_path: Path) -> None:
    manifest = tmp_path / "list.csv"
    manifest.write_bytes(
        b"uri,owner\n/a,ann\n\xff.pdf,ann\n\n" + b'"' + b"x" * 200_000 + b'",ann\n,ann\n/b,"two\nlines"\n/c,\n/d\x00,\n'
    )
    found = {entry.uri: entry.error for entry in read_entries(str(manifest))}
    assert found.pop("/a") is None
    assert found.pop("/c") is None
    assert [uri.partition("#")[2] for uri in found] == ["3", "5", "6", "8", "10"]
    assert all(found.values())


def test_a_csv_without_the_column_fails_row_by_row(tmp_path: Path) -> None:
    manifest = tmp_path / "list.csv"
    manifest.write_text("path,owner\n/a,ann\n")
    (entry,) = read_entries(str(manifest))
    assert entry.error == "line 2: the row has no uri"


def test_a_parquet_file_that_breaks_off_keeps_what_was_read(tmp_path: Path) -> None:
    whole = Path(_write(tmp_path / "list.parquet", [{"uri": f"/{n}" * 50} for n in range(100)]))
    (entry,) = _entries(tmp_path / "cut.parquet", whole.read_bytes()[:-20])
    assert entry.error is not None
    assert entry.error.startswith("line 1: ")
    (entry,) = _entries(tmp_path / "empty.parquet", b"")
    assert entry.error is not None

    table = pa.table({"uri": [f"/{n}" for n in range(20_000)]})
    pq.write_table(table, whole, row_group_size=10_000, compression="none", use_dictionary=False)
    data = bytearray(whole.read_bytes())
    start = pq.read_metadata(whole).row_group(1).column(0).data_page_offset
    data[start : start + 200] = b"\xff" * 200
    found = _entries(tmp_path / "damaged.parquet", bytes(data))
    assert [entry.uri for entry in found[:10_000]] == table.column("uri").to_pylist()[:10_000]
    assert [entry.error is not None for entry in found[10_000:]] == [True]


def test_a_parquet_row_that_is_no_text_costs_itself_alone(tmp_path: Path) -> None:
    texts = pa.array([b"/a", b"\xff", b"/c"], pa.binary()).cast(pa.string(), safe=False)
    # A column that is none of ours is not even looked at.
    other = pa.array([2**62] * 3, pa.timestamp("ms"))
    pq.write_table(pa.table({"uri": texts, "when": other}), tmp_path / "list.parquet")
    found = list(read_entries(str(tmp_path / "list.parquet")))
    assert [entry.uri for entry in found] == ["/a", f"{tmp_path}/list.parquet#2", "/c"]


def test_a_parquet_file_without_the_column_fails_row_by_row(tmp_path: Path) -> None:
    found = list(read_entries(_write(tmp_path / "list.parquet", [{"path": "/a"}, {"path": "/b"}])))
    assert [entry.error for entry in found] == ["line 1: the row has no uri", "line 2: the row has no uri"]


def _entries(path: Path, data: bytes) -> list[ManifestEntry]:
    path.write_bytes(data)
    return list(read_entries(str(path)))


@pytest.mark.parametrize(
    ("name", "manifest"), [("a.JSONL", True), ("gs://b/a.csv", True), ("a.json", False), ("csv", False)]
)
def test_manifests_are_told_by_their_ending(name: str, manifest: bool) -> None:
    assert is_manifest(name) is manifest


@given(plain, st.none() | plain, st.none() | plain, st.booleans())
def test_what_was_written_is_read(uri: str, owner: str | None, version: str | None, eligible: bool) -> None:
    row = {"uri": uri, "owner": owner, "source_version": version, "eligible": eligible}
    if uri.strip():
        assert to_entry(json.loads(json.dumps(row))) == ManifestEntry(uri.strip(), owner, version, eligible)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["uri", "owner", "eligible"]), inner),
    max_leaves=5,
)


@given(json_values)
def test_any_row_is_an_entry_or_a_bad_row(row: Any) -> None:
    try:
        entry = to_entry(row)
    except BadManifestRow as error:
        str(error).encode()  # a table can hold it
    else:
        (entry.uri + (entry.owner or "")).encode()
        assert "\x00" not in entry.uri


def test_shards_are_read_side_by_side(tmp_path: Path) -> None:
    shards = [_write(tmp_path / f"list-{n}.jsonl", [{"uri": f"/{n}/{m}"} for m in range(n)]) for n in range(4)]
    with Pipeline() as pipeline:
        entries = pipeline | beam.Create(shards) | ReadManifest()
        assert_that(entries, equal_to([ManifestEntry(f"/{n}/{m}") for n in range(4) for m in range(n)]))
