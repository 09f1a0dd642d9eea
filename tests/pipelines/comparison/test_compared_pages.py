from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.comparison.compared_pages import compared, load
from pipelines.evaluation.differences import ALIKE, EMPTY, SAME, WRONG
from schemas.geometry import Quad
from schemas.records import TABLES, Row, ShadowRow, TokenRow, to_arrow
from tests.transforms.examples import shadow_row, shadow_token, word
from transforms.write_table import part_uri

RUN = "a [1]"


def _token(uri: str, page: int, line: int, text: str, **changes: Any) -> TokenRow:
    values: dict[str, Any] = {
        "document_id": "ab",
        "uri": uri,
        "owner": None,
        "page": page,
        "line": line,
        "word": 0,
        "text": text,
        "joins_next": False,
        "confidence": 0.5,
        "left": 0.0,
        "top": 0.0,
        "right": 1.0,
        "bottom": 1.0,
        "quad": tuple(Quad.of_box(0.0, 0.0, 1.0, 1.0)),
        "decision": "kept",
        "engine": "standin",
    }
    return TokenRow(**{**values, **changes})


def _written(output: Path, kind: type[Row], rows: list[Any], run: str = RUN, part: int = 0) -> None:
    path = Path(part_uri(str(output), TABLES[kind], run, 0, part))
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_batches([to_arrow(kind, rows)]), path)


def test_sides_are_marked_against_each_other() -> None:
    row = shadow_row(shadow_tokens=tuple(map(shadow_token, ["total", "6.00", "--"])))
    page = compared(row, [word("Total:"), word("5.00"), word("5.00")])
    assert page.first.marks == (ALIKE, WRONG, WRONG)
    assert page.second.marks == (ALIKE, WRONG, EMPTY)
    assert (page.first.only, page.second.only) == (["5.00", "5.00"], ["6.00"])
    assert compared(row, [word("total")]).first.marks == (SAME,)


def test_what_differs_is_counted_where_both_read() -> None:
    assert compared(shadow_row(words_loose=5, shadow_words_loose=4, common_loose=3), []).differing == 3
    assert compared(shadow_row(common_loose=None), []).differing == -1


def test_a_runs_pages_come_with_the_words_of_both(tmp_path: Path) -> None:
    """Of that run alone, embedded words left out, the pages that differ most first."""
    rows = [
        shadow_row("/a", 0, common_loose=2),
        shadow_row("/a", 1, common_loose=0, shadow_tokens=(shadow_token("a"), shadow_token("b", 1))),
        shadow_row("/b", 0, common_loose=0, shadow_tokens=()),
        shadow_row("/b", 1, common_loose=None, shadow_words=None),
    ]
    _written(tmp_path, ShadowRow, rows[:2])
    _written(tmp_path, ShadowRow, rows[2:], part=1)
    _written(tmp_path, ShadowRow, rows, run="b")
    embedded = _token("/a", 1, 2, "known", decision="embedded", engine="embedded")
    tokens = [_token("/a", 0, 0, "x"), _token("/a", 1, 0, "one-", joins_next=True), _token("/a", 1, 1, "two"), embedded]
    _written(tmp_path, TokenRow, tokens)
    _written(tmp_path, TokenRow, [_token("/b", 0, 0, "y")], part=1)
    _written(tmp_path, TokenRow, tokens, run="b")
    pages = load(str(tmp_path), RUN)
    assert [(page.row.uri, page.row.page) for page in pages] == [("/a", 1), ("/b", 0), ("/a", 0), ("/b", 1)]
    first = pages[0]
    assert [(one.text, one.line) for one in first.first.words] == [("one-", 0), ("two", 1)]
    assert [one.text for one in first.first.text] == ["onetwo"]
    assert [(one.text, one.line) for one in first.second.words] == [("a", 0), ("b", 1)]
    assert first.second.words[0].quad == Quad(*[0.25, 0.5] * 4)
    assert [one.text for one in pages[2].first.words] == ["x"]


def test_a_run_without_a_shadow_has_no_pages(tmp_path: Path) -> None:
    assert load(str(tmp_path), RUN) == []
