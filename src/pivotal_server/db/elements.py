"""Parts of SQL that the two databases write differently."""

from typing import Any, TypeVar

from sqlalchemy import Boolean, ColumnElement, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Float, Text

V = TypeVar("V")


class MatchesGroups(FunctionElement[bool]):
    """A text matches one pattern at least of each group; the groups are bound as one JSON text."""

    inherit_cache = True
    name = "matches_groups"
    type = Boolean()


@compiles(MatchesGroups, "sqlite")
def _matches_sqlite(element: MatchesGroups, compiler: SQLCompiler, **kw: Any) -> str:
    column, groups = (compiler.process(clause, **kw) for clause in element.clauses)
    return (
        f"(NOT EXISTS (SELECT 1 FROM json_each({groups}) AS g WHERE NOT EXISTS (SELECT 1 "  # noqa: S608 - no values
        f"FROM json_each(g.value) AS p WHERE (' ' || {column} || ' ') LIKE p.value)))"
    )


@compiles(MatchesGroups, "postgresql")
def _matches_postgresql(element: MatchesGroups, compiler: SQLCompiler, **kw: Any) -> str:
    # A plain condition: joined, it would be asked of every pair of rows where statistics are not there yet.
    column, groups = (compiler.process(clause, **kw) for clause in element.clauses)
    return (
        f"((NOT EXISTS (SELECT 1 FROM jsonb_array_elements(CAST({groups} AS JSONB)) AS g(v) WHERE NOT EXISTS "  # noqa: S608
        f"(SELECT 1 FROM jsonb_array_elements_text(g.v) AS p(v) WHERE (' ' || {column} || ' ') LIKE p.v)))"
        " IS TRUE)"
    )


class JsonNumber(FunctionElement[float]):
    """A number in a JSON object that is stored as text."""

    inherit_cache = True
    name = "json_number"
    type = Float()


@compiles(JsonNumber, "postgresql")
def _number_postgresql(element: JsonNumber, compiler: SQLCompiler, **kw: Any) -> str:
    column, key = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"CAST(CAST({column} AS JSONB) ->> {key} AS DOUBLE PRECISION)"


class JsonText(FunctionElement[str]):
    """A text in a JSON object that is stored as text."""

    inherit_cache = True
    name = "json_word"
    type = Text()


@compiles(JsonNumber, "sqlite")
@compiles(JsonText, "sqlite")
def _member_sqlite(element: JsonNumber | JsonText, compiler: SQLCompiler, **kw: Any) -> str:
    column, key = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"json_extract({column}, '$.' || {key})"


@compiles(JsonText, "postgresql")
def _word_postgresql(element: JsonText, compiler: SQLCompiler, **kw: Any) -> str:
    column, key = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"(CAST({column} AS JSONB) ->> {key})"


class PassedOver(FunctionElement[Any]):
    """A column in a condition for which SQLite shall use no index."""

    inherit_cache = True
    name = "passed_over"


@compiles(PassedOver, "sqlite")
def _passed_over_sqlite(element: PassedOver, compiler: SQLCompiler, **kw: Any) -> str:
    return f"+{compiler.process(element.clauses, **kw)}"


@compiles(PassedOver, "postgresql")
def _passed_over_postgresql(element: PassedOver, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


def passed_over(column: ColumnElement[V]) -> ColumnElement[V]:
    """``column``, for which SQLite shall use no index in this condition."""
    return type_coerce(PassedOver(column), column.type)
