"""Each record agrees with its Arrow schema, and what the code says agrees with both."""

from __future__ import annotations

import ast
import dataclasses
import datetime
import types
import typing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from schemas import records
from schemas.records import CATEGORIES, DECISIONS, DOCUMENT_STATUSES, PAGE_STATUSES, SCHEMAS, STAGES, TABLES, to_arrow

ROOT = Path(__file__).parents[2]
ARROW_OF: dict[Any, tuple[pa.DataType, ...]] = {
    str: (pa.string(), records.RUN),
    bool: (pa.bool_(),),
    int: (pa.int32(), pa.int64()),
    float: (pa.float32(),),
    datetime.datetime: (pa.timestamp("ms", tz="UTC"),),
    tuple[float, ...]: (pa.list_(pa.float32()),),
    dict[str, float]: (pa.struct([pa.field(stage, pa.float32()) for stage in STAGES]),),
    tuple[records.ShadowToken, ...]: (pa.list_(records.SHADOW_TOKEN),),
}
SHADOW_TOKEN = records.ShadowToken(text="x", line=3, joins_next=True, confidence=0.5, quad=[0.0, 0.25] * 4)
KINDS = pytest.mark.parametrize("kind", SCHEMAS, ids=lambda kind: TABLES[kind])


def example(kind: type[Any]) -> dict[str, Any]:
    """A value for each field."""
    of_type = {
        str: "x",
        bool: True,
        int: 3,
        float: 0.5,
        datetime.datetime: datetime.datetime(2024, 2, 29, 12, 0, 0, 250_000, datetime.timezone.utc),
        tuple[float, ...]: (0.0, 0.25, 0.5, 0.75, 1.0, 0.5, 0.25, 0.125),
        dict[str, float]: dict.fromkeys(STAGES, 1.5),
        tuple[records.ShadowToken, ...]: (SHADOW_TOKEN,),
    }
    return {name: of_type[_without_none(hint)] for name, hint in typing.get_type_hints(kind).items()}


def _without_none(hint: Any) -> Any:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        (hint,) = (part for part in typing.get_args(hint) if part is not types.NoneType)
    return hint


@KINDS
def test_a_record_has_the_columns_of_its_schema_in_their_order(kind: type[Any]) -> None:
    assert [field.name for field in dataclasses.fields(kind)] == SCHEMAS[kind].names


@KINDS
def test_types_and_nullability_agree(kind: type[Any]) -> None:
    for name, hint in typing.get_type_hints(kind).items():
        field = SCHEMAS[kind].field(name)
        assert field.nullable == (types.NoneType in typing.get_args(hint)), name
        assert field.type in ARROW_OF[_without_none(hint)], name


@KINDS
def test_rows_come_back_as_they_went_in(kind: type[Any]) -> None:
    values = example(kind)
    (row,) = to_arrow(kind, [kind(**values)]).to_pylist()
    assert row == {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


@KINDS
def test_null_is_taken_where_the_schema_allows_it_and_nowhere_else(kind: type[Any]) -> None:
    for field in SCHEMAS[kind]:
        row = kind(**{**example(kind), field.name: None})
        if field.nullable:
            assert to_arrow(kind, [row]).column(field.name).null_count == 1
        else:
            with pytest.raises(pa.ArrowInvalid, match=f"{TABLES[kind]}.{field.name} must not be null"):
                to_arrow(kind, [row])


@KINDS
def test_no_rows_make_an_empty_batch_of_the_schema(kind: type[Any]) -> None:
    batch = to_arrow(kind, [])
    assert batch.num_rows == 0
    assert batch.schema == SCHEMAS[kind]


def test_what_a_value_cannot_be_is_refused() -> None:
    values = example(records.TokenRow)
    for name, value in (("page", 1 << 40), ("page", "one"), ("text", "\ud800"), ("confidence", "high")):
        with pytest.raises((pa.ArrowInvalid, pa.ArrowTypeError, UnicodeEncodeError)):
            to_arrow(records.TokenRow, [records.TokenRow(**{**values, name: value})])


def test_times_of_stages_that_were_not_reached_are_null() -> None:
    row = records.PageRow(**{**example(records.PageRow), "times": {"fetch": 2.0}})
    (stored,) = to_arrow(records.PageRow, [row]).to_pylist()
    assert stored["times"] == {"fetch": 2.0} | {stage: None for stage in STAGES if stage != "fetch"}


def test_every_kind_has_a_table_of_its_own() -> None:
    assert set(TABLES) == set(SCHEMAS)
    assert sorted(TABLES.values()) == ["documents", "failures", "pages", "shadow", "tokens"]


def test_what_may_differ_between_runs_are_columns() -> None:
    columns = {name for schema in SCHEMAS.values() for name in schema.names}
    assert set(records.VOLATILE) <= columns


@pytest.mark.parametrize(
    ("keyword", "allowed"),
    [
        ("status", {*DOCUMENT_STATUSES, *PAGE_STATUSES}),
        ("category", {*CATEGORIES}),
        ("decision", {*DECISIONS}),
    ],
)
def test_the_code_says_only_words_of_the_schema(keyword: str, allowed: set[str]) -> None:
    said = set()
    for folder in ("documents", "models", "transforms", "pipelines"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                said |= _said(node, keyword)
    assert said <= allowed


def _said(node: ast.AST, keyword: str) -> set[str]:
    """Texts that are given as the argument `keyword`, or compared with the attribute of that name."""
    values: list[ast.expr] = []
    if isinstance(node, ast.keyword) and node.arg == keyword:
        values = [node.value]
    if isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute) and node.left.attr == keyword:
        values = node.comparators
    values += [branch for value in values if isinstance(value, ast.IfExp) for branch in (value.body, value.orelse)]
    return {value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)}


def test_the_code_times_only_stages_of_the_schema() -> None:
    said = set()
    for path in (ROOT / "transforms").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "spent":
                said.add(typing.cast(ast.Constant, node.args[0]).value)
    assert {"fetch", "inspect", "render", "read"} <= said <= set(STAGES)
