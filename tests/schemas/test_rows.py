"""Any row of the contract, through Arrow and Parquet and back."""

from __future__ import annotations

import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.records import SCHEMAS, TABLES, Row, to_arrow

TIMES = st.datetimes(
    datetime.datetime(1, 1, 2), datetime.datetime(9999, 12, 30), timezones=st.just(datetime.timezone.utc)
)
NUMBERS = {pa.int32(): 31, pa.int64(): 63}


def values(kind: pa.DataType) -> st.SearchStrategy[Any]:
    """What a column of that type may hold."""
    if pa.types.is_string(kind) or pa.types.is_dictionary(kind):
        return st.text()
    if pa.types.is_boolean(kind):
        return st.booleans()
    if pa.types.is_integer(kind):
        return st.integers(-(1 << NUMBERS[kind]), (1 << NUMBERS[kind]) - 1)
    if pa.types.is_floating(kind):
        return st.floats(width=32, allow_nan=False)
    if pa.types.is_timestamp(kind):
        return TIMES.map(lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000))
    if pa.types.is_list(kind):
        return st.lists(values(kind.value_type), max_size=8)
    assert pa.types.is_struct(kind), kind
    return st.fixed_dictionaries({field.name: st.none() | values(field.type) for field in kind})


def rows(kind: type[Row]) -> st.SearchStrategy[list[Any]]:
    """Some rows of one table."""
    columns = {
        field.name: values(field.type) | (st.none() if field.nullable else st.nothing()) for field in SCHEMAS[kind]
    }
    return st.lists(st.builds(kind, **columns), min_size=1, max_size=4)


@pytest.mark.parametrize("kind", SCHEMAS, ids=lambda kind: TABLES[kind])
@settings(max_examples=25)
@given(st.data())
def test_every_row_comes_back_as_it_was(kind: type[Row], data: st.DataObject) -> None:
    found = data.draw(rows(kind))
    batch = to_arrow(kind, found)
    assert batch.schema == SCHEMAS[kind]
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_batches([batch]), sink)
    read = pq.read_table(pa.BufferReader(sink.getvalue())).to_pylist()
    assert read == [{field.name: getattr(row, field.name) for field in SCHEMAS[kind]} for row in found]


@pytest.mark.parametrize("kind", SCHEMAS, ids=lambda kind: TABLES[kind])
@settings(max_examples=25)
@given(st.data())
def test_what_must_not_be_null_is_refused(kind: type[Row], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([field.name for field in SCHEMAS[kind] if not field.nullable]))
    row = data.draw(rows(kind))[0]
    object.__setattr__(row, name, None)
    with pytest.raises(pa.ArrowInvalid, match=f"{TABLES[kind]}.{name} must not be null"):
        to_arrow(kind, [row])
