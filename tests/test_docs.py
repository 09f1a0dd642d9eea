"""The texts say what is: options, columns, reasons, limits, queries and links are held against the code."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import schemas.errors
from documents import pictures, sizing
from documents.jail import Limits
from pipelines import options
from pipelines.report.explanations import REASONS
from schemas import records
from schemas.records import DocumentRow, FailureRow, PageRow, Row, TokenRow

ROOT = Path(__file__).parents[1]
TEXTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
TABLES, README = ROOT / "docs" / "tables.md", ROOT / "README.md"
FIRST, SECOND = "2026", "after"  # a run's name may look like a number


def _section(path: Path, title: str) -> str:
    """The text below a heading, up to the next one of any level."""
    text = path.read_text(encoding="utf-8")
    found = re.search(rf"^##+ {re.escape(title)}\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found, f"{path.name} has no section {title!r}"
    return found[1]


def _table(text: str) -> list[list[str]]:
    """The cells of the only table in a text, without its head."""
    rows = [re.split(r"\s*\|\s*", line.strip("| ")) for line in text.splitlines() if line.startswith("|")]
    return rows[2:]


def _blocks(path: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


def test_the_readme_has_every_option_in_the_words_of_its_help(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "1000")
    with pytest.raises(SystemExit):
        options.parse(["--help"])
    help_text = capsys.readouterr().out.partition("options:\n")[2].partition("\n\n")[0]
    helped = dict(re.findall(r"^  (--\w+)(?: \S+)?\s+(.+)$", help_text, re.MULTILINE))
    described = {name.strip("`").partition(" ")[0]: meaning for name, meaning in _table(_section(README, "Options"))}
    assert described == helped


def _type(type_: pa.DataType) -> str:
    """As a reader sees it: that a string is stored as a dictionary is not a reader's business."""
    return str(type_.value_type if pa.types.is_dictionary(type_) else type_)


@pytest.mark.parametrize("kind", records.SCHEMAS)
def test_every_column_is_described(kind: type[Row]) -> None:
    described = [tuple(cells[:3]) for cells in _table(_section(TABLES, records.TABLES[kind]))]
    schema = records.SCHEMAS[kind]
    assert described == [(field.name, _type(field.type), "yes" if field.nullable else "no") for field in schema]


@pytest.mark.parametrize(
    ("table", "column", "values"),
    [
        ("documents", "status", records.DOCUMENT_STATUSES),
        ("pages", "status", records.PAGE_STATUSES),
        ("pages", "category", records.CATEGORIES),
        ("tokens", "decision", records.DECISIONS),
    ],
)
def test_every_value_is_described(table: str, column: str, values: tuple[str, ...]) -> None:
    (meaning,) = [cells[3] for cells in _table(_section(TABLES, table)) if cells[0] == column]
    assert [word for word in re.findall(r"`(\w+)`", meaning) if word != "tokens"] == list(values)


def test_what_may_differ_is_named() -> None:
    (sentence,) = re.findall(r"in every run, but for (.*?)\. ", " ".join(TABLES.read_text(encoding="utf-8").split()))
    assert re.findall(r"`(\w+)`", sentence) == list(records.VOLATILE)


def _causes(root: type[schemas.errors.PagebeamError]) -> Iterator[str]:
    for cause in root.__subclasses__():
        if cause.__module__ == schemas.errors.__name__:
            yield cause.reason
            yield from _causes(cause)


def test_every_reason_is_described() -> None:
    described = dict(_table(_section(TABLES, "Reasons")))
    assert described == REASONS
    assert not set(_causes(schemas.errors.PagebeamError)) - {schemas.errors.UsageError.reason} - set(described)


def test_the_limits_are_those_of_the_code() -> None:
    text, limits = " ".join(_section(README, "Memory and limits").split()), Limits()
    for figure in (
        f"{limits.cpu_seconds:.0f} s of CPU",
        f"{limits.wall_seconds:.0f} s of wall clock",
        f"{limits.memory_bytes >> 30} GiB of memory",
        f"{pictures.MAX_PIXELS // 1_000_000} million pixels",
        f"{pictures.MAX_WEBP_PIXELS // 1_000_000} million)",
        f"{options.parse(['--input', 'i', '--output', 'o'])[0].max_bytes >> 20} MiB",
        f"{sizing.BOX} pixels",
        f"at most {sizing.LONG_SIDE}.",
    ):
        assert figure in text


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)]+)\)", path.read_text(encoding="utf-8")):
        name, _, anchor = target.partition("#")
        linked = path.parent / name if name else path
        assert linked.exists(), target
        headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
        assert not anchor or anchor in {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}, (
            target
        )


def _document(uri: str, run: str, hour: int, status: str = "done", reason: str | None = None) -> DocumentRow:
    return DocumentRow(
        document_id="ab" * 32,
        uri=uri,
        source_version=None,
        owner=None,
        media_type="application/pdf",
        bytes=1000,
        page_count=1,
        pages_read=1,
        capped=False,
        status=status,
        reason=reason,
        words=2,
        mean_confidence=0.9,
        overlay_uri=None,
        engine="rapidocr",
        engine_version="3",
        run=run,
        started_at=datetime.datetime(2026, 1, 1, hour, tzinfo=datetime.timezone.utc),
        cpu_seconds=1.0,
    )


def _page(uri: str) -> PageRow:
    nothing: dict[str, Any] = dict.fromkeys(
        ("ocrable", "quarter_turns", "skew", "corners", "width", "height", "width_pt", "height_pt", "reason")
    )
    times = dict.fromkeys(records.STAGES, 1.0)
    return PageRow(
        document_id="ab" * 32,
        uri=uri,
        page=0,
        category="image_text",
        words=2,
        mean_confidence=0.9,
        status="done",
        times=times,
        **nothing,
    )


def _token(uri: str, word: int, text: str) -> TokenRow:
    return TokenRow(
        document_id="ab" * 32,
        uri=uri,
        owner=None,
        page=0,
        line=0,
        word=word,
        text=text,
        joins_next=False,
        confidence=0.9,
        left=0.1,
        top=0.1,
        right=0.2,
        bottom=0.2,
        quad=(0.1, 0.1, 0.2, 0.1, 0.2, 0.2, 0.1, 0.2),
        decision="kept",
        engine="rapidocr",
    )


def _failure(uri: str, run: str) -> FailureRow:
    return FailureRow(
        document_id=None, uri=uri, page=None, stage="CapPages", error="corrupt", message="", attempts=1, run=run
    )


@pytest.fixture
def two_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder has out/tables of two runs: `a` was read in both, `b` in the first one alone."""
    first = [_document("a", FIRST, 1), _document("b", FIRST, 1)]
    again = _document("a", SECOND, 3, status="skipped", reason="duplicate_entry")
    second = [_document("a", SECOND, 2), again]
    for run, documents, word in ((FIRST, first, "old"), (SECOND, second, "new")):
        names = sorted({row.uri for row in documents})
        tables: list[tuple[type[Row], list[Any]]] = [
            (DocumentRow, documents),
            (PageRow, [_page(name) for name in names]),
            (TokenRow, [_token(name, index, text) for name in names for index, text in enumerate(("invoice", word))]),
            (FailureRow, [_failure("c", run)]),
        ]
        for kind, rows in tables:
            folder = tmp_path / "out" / "tables" / records.TABLES[kind] / f"run={run}"
            folder.mkdir(parents=True)
            pq.write_table(pa.Table.from_batches([records.to_arrow(kind, rows)]), folder / "part-00000-00000.parquet")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("two_runs")
def test_the_queries_for_duckdb_run_and_find_the_latest_rows() -> None:
    connection = duckdb.connect()
    found = []
    for query in [*_blocks(README, "sql"), *_blocks(TABLES, "sql")]:
        result = connection.sql(query)
        found.append(0 if query.startswith("CREATE") else len(result.fetchall()))
    assert found == [3, 0, 3, 1, 0, 4]
    assert connection.sql("SELECT uri, run FROM latest ORDER BY uri").fetchall() == [("a", SECOND), ("b", FIRST)]
    texts = connection.sql(_blocks(TABLES, "sql")[-1]).project("uri, text").fetchall()
    assert texts == [("a", "invoice"), ("a", "new"), ("b", "invoice"), ("b", "old")]


@pytest.mark.usefixtures("two_runs")
def test_the_lines_for_pandas_run_and_find_the_latest_rows() -> None:
    (in_readme,), (in_tables,) = _blocks(README, "python"), _blocks(TABLES, "python")
    exec(compile(in_readme, "README.md", "exec"), {})
    names: dict[str, Any] = {}
    exec(compile(in_tables, "tables.md", "exec"), names)
    assert sorted(names["words"][["uri", "text"]].itertuples(index=False, name=None)) == [
        ("a", "invoice"),
        ("a", "new"),
        ("b", "invoice"),
        ("b", "old"),
    ]
    assert len(names["pages"]) == 3
    assert len(names["failures"]) == 2
