import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, bindparam, delete, select, text
from sqlalchemy.schema import CreateTable

from pivotal_server.db.engine import Database
from pivotal_server.db.statements import DIALECTS, Statement, insert_of
from pivotal_server.db.types import CalendarDay, Flag, Json, Key, RawJson, Timestamp, from_micros, micros

sample = Table(
    "type_samples",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("key", Key),
    Column("at", Timestamp),
    Column("day", CalendarDay),
    Column("json", Json),
    Column("raw", RawJson),
    Column("flag", Flag),
)
WRITE = Statement.write(insert_of(sample))
READ = Statement.rows(
    select(sample.c.key, sample.c.at, sample.c.day, sample.c.json, sample.c.raw, sample.c.flag)
)
CLEAR = Statement.write(delete(sample))

# PostgreSQL stores no NUL and no lone surrogates; neither does the server.
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
MOMENTS = st.datetimes(
    datetime(1, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-8))]),
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | TEXT
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=10,
)


@pytest.fixture
async def samples(database: Database) -> Database:
    ddl = str(CreateTable(sample).compile(dialect=DIALECTS[database.dialect]))
    await database.execute(Statement.write(text(ddl)))
    return database


@given(
    key=st.none() | TEXT,
    at=st.none() | MOMENTS,
    day=st.none() | st.dates(),
    value=JSON,
    raw=st.none() | JSON,
    flag=st.none() | st.booleans(),
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
async def test_every_value_comes_back(
    samples: Database, key: Any, at: Any, day: Any, value: Any, raw: Any, flag: Any
) -> None:
    written = None if raw is None else msgspec.json.encode(raw)
    async with samples.transaction() as tx:
        await tx.execute(CLEAR)
        await tx.execute(
            WRITE, {"id": 1, "key": key, "at": at, "day": day, "json": value, "raw": written, "flag": flag}
        )
        row = await tx.fetch_one(READ)
    assert row is not None
    assert row[:4] == (key, at, day, value)
    assert row[1] is None or row[1].tzinfo is UTC or row[1].utcoffset() == timedelta(0)
    assert (None if row[4] is None else bytes(row[4])) == written
    assert row[5] is flag


@pytest.mark.parametrize("given_as", [str, str.encode, lambda text: msgspec.Raw(text.encode())])
async def test_raw_json_keeps_its_text(samples: Database, given_as: Any) -> None:
    text_of_it = '{"b": 1.50, "a": [1e3,  "é"]}'
    row = {"id": 1, "key": None, "at": None, "day": None, "json": None, "flag": None}
    await samples.execute(WRITE, row | {"raw": given_as(text_of_it)})
    found = await samples.fetch_one(Statement.scalar(select(sample.c.raw), msgspec.Raw))
    assert found is not None
    assert bytes(found).decode() == text_of_it
    assert msgspec.json.encode({"metadata": found}).decode() == f'{{"metadata":{text_of_it}}}'


async def test_json_keeps_the_order_of_keys(samples: Database) -> None:
    value = {"z": 1, "a": {"y": 2, "b": 3}}
    row = {"id": 1, "key": None, "at": None, "day": None, "raw": None, "flag": None}
    await samples.execute(WRITE, row | {"json": value})
    found = await samples.fetch_one(Statement.scalar(select(sample.c.json), dict))
    assert json.dumps(found) == json.dumps(value)


async def test_keys_sort_byte_by_byte(samples: Database) -> None:
    keys = ["b", "B", "a-1", "a1", "A", "é", "_", "10", "9"]
    rows = [
        {"id": i, "key": key, "at": None, "day": None, "json": None, "raw": None, "flag": None}
        for i, key in enumerate(keys)
    ]
    await samples.execute_many(WRITE, rows)
    ordered = await samples.fetch_all(Statement.scalar(select(sample.c.key).order_by(sample.c.key), str))
    assert ordered == sorted(keys, key=str.encode)


async def test_a_flag_is_a_condition(samples: Database) -> None:
    rows = [
        {"id": i, "key": None, "at": None, "day": None, "json": None, "raw": None, "flag": flag}
        for i, flag in enumerate([True, False, None])
    ]
    await samples.execute_many(WRITE, rows)
    for condition, expected in (
        (sample.c.flag, [0]),
        (~sample.c.flag, [1]),
        (sample.c.flag.is_(True), [0]),
        (sample.c.flag.is_(None), [2]),
        (sample.c.flag == bindparam("flag"), [1]),
    ):
        found = await samples.fetch_all(
            Statement.scalar(select(sample.c.id).where(condition), int), {"flag": False}
        )
        assert found == expected


@pytest.mark.parametrize(
    ("column", "value"),
    [("at", datetime(2026, 1, 1)), ("day", datetime(2026, 1, 1, tzinfo=UTC))],  # noqa: DTZ001 - refused
)
async def test_wrong_kinds_of_dates_are_refused(samples: Database, column: str, value: Any) -> None:
    row = {"id": 1, "key": None, "at": None, "day": None, "json": None, "raw": None, "flag": None}
    with pytest.raises(TypeError):
        await samples.execute(WRITE, row | {column: value})


@given(st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999))
def test_microseconds_are_exact(value: int) -> None:
    assert micros(from_micros(value)) == value


def test_microseconds_are_those_of_utc() -> None:
    assert (
        micros(datetime(2026, 5, 26, 19, 21, 9, 1, tzinfo=timezone(timedelta(hours=2)))) == 1779816069000001
    )
    assert from_micros(0) == datetime(1970, 1, 1, tzinfo=UTC)
    assert CalendarDay().process_result_value("2026-06-01", DIALECTS["sqlite"]) == date(2026, 6, 1)
