"""What docs/nightly.md says is held against the code."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines import changes, lock, options, survey
from schemas import records
from schemas.records import DocumentRow
from tests.test_docs import ROOT, TABLES, _blocks, _section, _table
from tests.transforms.examples import document_row
from transforms import compare_entries
from transforms.compare_entries import KINDS, MOST_TRIES, PASSING_ERRORS, STORAGE_ERRORS

NIGHTLY = ROOT / "docs" / "nightly.md"


def _help(capsys: pytest.CaptureFixture[str], nightly: bool) -> dict[str, str]:
    with pytest.raises(SystemExit):
        options.parse(["--help"], nightly)
    text = capsys.readouterr().out.partition("options:\n")[2].partition("\n\n")[0]
    return dict(re.findall(r"^  (--\w+)(?: \S+)?\s+(.+)$", text, re.MULTILINE))


def test_the_options_of_a_night_are_in_the_words_of_its_help(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    added = {name: text for name, text in _help(capsys, True).items() if name not in _help(capsys, False)}
    described = _table(NIGHTLY.read_text(encoding="utf-8").partition("\n## ")[0])
    assert {name.strip("`"): meaning for name, meaning in described} == added


def test_every_verdict_is_described() -> None:
    described = [cells[0].strip("`") for cells in _table(_section(NIGHTLY, "What is done"))]
    assert sorted(described) == sorted(kind.replace("_", " ") for kind in KINDS)


def test_the_reasons_that_may_be_over_and_the_limits_are_those_of_the_code() -> None:
    text = " ".join(NIGHTLY.read_text(encoding="utf-8").split())
    (sentence,) = re.findall(r"Reasons that may be over are (.*?)\. ", text)
    assert set(re.findall(r"`(\w+)`", sentence)) == STORAGE_ERRORS | PASSING_ERRORS
    assert "three times" in sentence
    assert MOST_TRIES == 3
    assert f"more than {changes.MOST_DELETED:.0%}".replace("%", " %") in text
    assert f"(and more than {changes.FEW_DELETED})" in text
    assert f"every {lock.RENEWED_SECONDS:.0f} s" in text
    assert f"for {lock.SILENT_SECONDS:.0f} s" in text
    assert f"renew it for {lock.SURE_SECONDS:.0f} s" in text
    assert f"reads {survey.SAMPLE} pages" in text
    assert compare_entries.NOT_IN_MANIFEST in text


def test_the_query_finds_the_pdfs_that_nothing_needs_any_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first = [document_row(uri, run="1", overlay_uri=f"/o{uri}.pdf") for uri in ("/gone", "/there", "/other")]
    second = [
        document_row("/gone", run="2", status="deleted", overlay_uri="/o/gone.pdf"),
        document_row("/other", run="2", overlay_uri="/o/new.pdf"),
    ]
    for run, rows in (("1", first), ("2", second)):
        folder = tmp_path / "out" / "tables" / "documents" / f"run={run}"
        folder.mkdir(parents=True)
        pq.write_table(pa.Table.from_batches([records.to_arrow(DocumentRow, rows)]), folder / "part.parquet")
    connection = duckdb.connect()
    connection.sql(next(query for query in _blocks(TABLES, "sql") if query.startswith("CREATE")))
    (query,) = _blocks(NIGHTLY, "sql")
    assert connection.sql(query).fetchall() == [("/o/gone.pdf",), ("/o/other.pdf",)]
