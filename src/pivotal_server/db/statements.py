"""SQL as module-level constants: built once with SQLAlchemy Core, compiled once per dialect, run on drivers.

    CUSTOMER_BY_ID = Statement(
        select(*columns_of(CustomerRow, customers))
        .where(customers.c.org_id == bindparam("org_id"), customers.c.id == bindparam("id")),
        into=CustomerRow,
    )
    row = await db.fetch_one(CUSTOMER_BY_ID, {"org_id": org_id, "id": id})      # CustomerRow | None

Constants of a construct (`status == "active"`, `in_(("a", "b"))`, `limit(20)`) become part of the SQL text,
so that partial indexes apply; everything that varies is a named `bindparam`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, ClassVar, Final, Generic, Literal, TypeVar, cast, overload

import msgspec
from sqlalchemy import (
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    Enum,
    Executable,
    Float,
    Insert,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    bindparam,
    insert,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.dialects.sqlite.pysqlite import dialect as pysqlite_dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeEngine

from pivotal_server.db.types import Convert, PortableType

T = TypeVar("T")
V = TypeVar("V")
R = TypeVar("R", bound=msgspec.Struct)

DialectName = Literal["sqlite", "postgresql"]
Params = Mapping[str, Any]

_PLAIN_TYPES = (String, Integer, Float, LargeBinary, NullType)
_INLINE_TYPES = (str, int, float, bool)


class StatementError(Exception):
    """A statement is built wrongly; raised when it is first compiled, so by the first test that runs it."""


class _InlineConstants(SQLCompiler):
    """Writes the constants of a construct into the SQL text instead of binding them."""

    def visit_bindparam(self, bindparam: BindParameter[Any], **kw: Any) -> str:  # type: ignore[override]
        """The SQL of one parameter."""
        if bindparam.expanding and bindparam.required:
            raise StatementError(f"{bindparam.key!r}: bind a list with any_of()")
        constant = bindparam.unique and not bindparam.required and bindparam.callable is None
        if constant and (bindparam.expanding or isinstance(bindparam.value, _INLINE_TYPES)):
            kw["literal_binds"] = True
        return cast(str, super().visit_bindparam(bindparam, **kw))  # type: ignore[no-untyped-call]

    def get_from_hint_text(self, table: Any, text: str) -> str:  # type: ignore[override]  # noqa: ARG002
        """What follows the name of a table: `with_hint(table, "INDEXED BY name", "sqlite")`."""
        return text


def _dialect(base: Callable[..., Any], **options: Any) -> Dialect:
    made = base(**options)
    made.statement_compiler = type("Compiler", (_InlineConstants, made.statement_compiler), {})
    # SQLite takes a flag as a condition just as well, and then the condition of a partial index is met.
    made.supports_native_boolean = True
    return cast(Dialect, made)


DIALECTS: Final[dict[DialectName, Dialect]] = {
    "sqlite": _dialect(pysqlite_dialect, paramstyle="qmark"),
    "postgresql": _dialect(asyncpg_dialect),
}


class Plan(msgspec.Struct, Generic[T], frozen=True):
    """What a database needs to run one statement."""

    sql: str
    bind: Callable[[Params], tuple[Any, ...]]
    """Named values to the driver's positional ones; KeyError names one that is missing."""
    decode: Callable[[Any], T]
    """One row of the driver to what the caller wants."""


class Statement(Generic[T]):
    """One SQL statement and the shape of its rows.

    `into` is a `msgspec.Struct` whose fields are in the order of the selected columns and carry their names.
    `sqlite` and `postgresql` replace the construct on that database only. `global_lookup` says why a
    statement on tables of a workspace may do without its `org_id`; the tenancy lint reads it.
    """

    __slots__ = ("_constructs", "_make", "global_lookup", "origin", "postgresql_plan", "sqlite_plan")

    registry: ClassVar[list[Statement[Any]]] = []

    def __init__(
        self,
        stmt: Executable,
        into: type[T],
        *,
        sqlite: Executable | None = None,
        postgresql: Executable | None = None,
        global_lookup: str | None = None,
    ) -> None:
        self._begin(stmt, into, sqlite, postgresql, global_lookup)

    def _begin(
        self,
        stmt: Executable,
        make: Any,
        sqlite: Executable | None,
        postgresql: Executable | None,
        global_lookup: str | None,
    ) -> None:
        self._constructs: dict[DialectName, Executable] = {
            "sqlite": stmt if sqlite is None else sqlite,
            "postgresql": stmt if postgresql is None else postgresql,
        }
        self._make = make
        self.global_lookup = global_lookup
        self.sqlite_plan: Plan[T] | None = None
        self.postgresql_plan: Plan[T] | None = None
        self.origin = _caller()
        Statement.registry.append(self)

    @classmethod
    def _of(cls, make: Any, stmt: Executable, options: dict[str, Any]) -> Statement[Any]:
        made: Statement[Any] = cls.__new__(cls)
        made._begin(
            stmt, make, options.get("sqlite"), options.get("postgresql"), options.get("global_lookup")
        )
        return made

    @overload
    @classmethod
    def scalar(cls, stmt: Executable, of: type[V], **options: Any) -> Statement[V]: ...
    @overload
    @classmethod
    def scalar(cls, stmt: Executable, of: None = None, **options: Any) -> Statement[Any]: ...
    @classmethod
    def scalar(cls, stmt: Executable, of: Any = None, **options: Any) -> Statement[Any]:  # noqa: ARG003 - for types
        """A statement whose rows are the values of its first column; `of` tells the type checker which."""
        return cls._of(itemgetter(0), stmt, options)

    @classmethod
    def rows(cls, stmt: Executable, **options: Any) -> Statement[tuple[Any, ...]]:
        """A statement whose rows are plain tuples."""
        return cls._of(tuple, stmt, options)

    @classmethod
    def write(cls, stmt: Executable, **options: Any) -> Statement[None]:
        """A statement without rows, for `execute` and `execute_many`."""
        return cls._of(None, stmt, options)

    def construct(self, dialect: DialectName) -> Executable:
        """The SQLAlchemy construct for the dialect."""
        return self._constructs[dialect]

    def compile(self, dialect: DialectName) -> Plan[T]:
        """The plan for the dialect, made at the first call and kept. StatementError if it cannot work."""
        kept = self.sqlite_plan if dialect == "sqlite" else self.postgresql_plan
        if kept is not None:
            return kept
        try:
            plan: Plan[T] = _plan(self._constructs[dialect], self._make, dialect)
        except StatementError as error:
            raise StatementError(f"{self.origin}: {error}") from None
        if dialect == "sqlite":
            self.sqlite_plan = plan
        else:
            self.postgresql_plan = plan
        return plan

    def __repr__(self) -> str:
        """Where the statement was made."""
        return f"<Statement {self.origin}>"


def _caller() -> str:
    """`module:line` of the code outside this module that is making a statement."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals["__name__"] == __name__:
        frame = frame.f_back
    if frame is None:
        return "unknown"
    return f"{frame.f_globals['__name__']}:{frame.f_lineno}"


# ── Compiling ──────────────────────────────────────────────────────────────────────────────────
def _plan(construct: Executable, make: Any, dialect: DialectName) -> Plan[Any]:
    compiled = cast(Any, construct).compile(dialect=DIALECTS[dialect])
    return Plan(
        sql=compiled.string,
        bind=_binder([compiled.binds[name] for name in compiled.positiontup or ()], dialect),
        decode=_decoder(construct, make, dialect),
    )


def _encoder_of(type_: TypeEngine[Any], dialect: DialectName) -> Convert | None:
    if isinstance(type_, PortableType):
        return type_.encoder(dialect)
    if isinstance(type_, _PLAIN_TYPES) and not isinstance(type_, Enum):
        return None
    implementation = type_.dialect_impl(DIALECTS[dialect])
    return cast("Convert | None", implementation.bind_processor(DIALECTS[dialect]))


def _decoder_of(type_: TypeEngine[Any], dialect: DialectName) -> Convert | None:
    if isinstance(type_, PortableType):
        return type_.decoder(dialect)
    if isinstance(type_, Boolean):
        return bool if dialect == "sqlite" else None
    if isinstance(type_, _PLAIN_TYPES) and not isinstance(type_, Enum):
        return None
    implementation = type_.dialect_impl(DIALECTS[dialect])
    return cast("Convert | None", implementation.result_processor(DIALECTS[dialect], None))


def _function(source: str, names: dict[str, Any]) -> Callable[[Any], Any]:
    """The function `f` of a source text that this module wrote; loops over columns cost twice as much."""
    exec(source, names)  # noqa: S102 - the text holds no names or values of anyone else
    return cast("Callable[[Any], Any]", names["f"])


def _binder(
    parameters: list[BindParameter[Any]], dialect: DialectName
) -> Callable[[Params], tuple[Any, ...]]:
    names: dict[str, Any] = {}
    prepare: list[str] = []
    items: list[str] = []
    for i, parameter in enumerate(parameters):
        encode = _encoder_of(parameter.type, dialect)
        if parameter.unique and not parameter.required:
            value = parameter.effective_value
            names[f"c{i}"] = value if value is None or encode is None else encode(value)
            items.append(f"c{i}")
            continue
        names[f"k{i}"] = parameter.key
        if encode is None:
            items.append(f"p[k{i}]")
        else:
            names[f"e{i}"] = encode
            prepare.append(f"    v{i} = p[k{i}]\n")
            items.append(f"None if v{i} is None else e{i}(v{i})")
    if len(items) > 1 and all(item.startswith("p[") for item in items):
        return itemgetter(*(parameter.key for parameter in parameters))
    tuple_source = "".join(f"{item}, " for item in items)
    return _function(f"def f(p):\n{''.join(prepare)}    return ({tuple_source})\n", names)


def _decoder(construct: Executable, make: Any, dialect: DialectName) -> Callable[[Any], Any]:
    if make is None:
        return _no_rows
    columns = list(getattr(construct, "exported_columns", ()))
    if isinstance(make, type) and issubclass(make, msgspec.Struct):
        _check_names(columns, make)
    decoders = [_decoder_of(column.type, dialect) for column in columns]
    if isinstance(make, itemgetter):
        first = decoders[0] if decoders else None
        if first is None:
            return make
        return _function("def f(r):\n    v = r[0]\n    return None if v is None else d(v)\n", {"d": first})
    if make is tuple and not any(decoders):
        return tuple
    names: dict[str, Any] = {"make": make}
    variables = "".join(f"v{i}, " for i in range(len(columns)))
    items = []
    for i, decode in enumerate(decoders):
        if decode is None:
            items.append(f"v{i}, ")
        else:
            names[f"d{i}"] = decode
            items.append(f"None if v{i} is None else d{i}(v{i}), ")
    arguments = "".join(items)
    result = f"({arguments})" if make is tuple else f"make({arguments})"
    return _function(f"def f(r):\n    {variables} = r\n    return {result}\n", names)


def _no_rows(_row: Any) -> None:
    return None


def _check_names(columns: list[Any], make: type[msgspec.Struct]) -> None:
    selected = [str(column.key) for column in columns]
    fields = list(make.__struct_fields__)
    if selected != fields:
        raise StatementError(
            f"{make.__name__} does not fit the statement: it has {fields}, selected are {selected}"
        )


# ── Building ───────────────────────────────────────────────────────────────────────────────────
def columns_of(row: type[msgspec.Struct], table: Table) -> list[Column[Any]]:
    """The columns of `table` that the fields of `row` name, in their order. KeyError for an unknown one."""
    return [table.c[name] for name in row.__struct_fields__]


def insert_of(table: Table) -> Insert:
    """An insert that binds every column of `table` under its own name."""
    return insert(table).values({c.name: bindparam(c.name, type_=c.type) for c in table.c}).inline()


def insert_if_new(table: Table, names: Sequence[str] = (), **conflict: Any) -> Statement[None]:
    """A write that inserts a row, all of its columns or those of ``names``, and nothing where one is already.

    ``conflict`` names the unique index that counts, as SQLAlchemy's ``on_conflict_do_nothing`` takes it; else
    each does. How many rows it touched tells whether it was inserted.
    """
    columns = [table.c[name] for name in names] or list(table.c)
    values = {column.name: bindparam(column.name, type_=column.type) for column in columns}
    return Statement.write(
        sqlite.insert(table).values(values).on_conflict_do_nothing(**conflict),
        postgresql=postgresql.insert(table).values(values).on_conflict_do_nothing(**conflict),
    )


class _ListOf(PortableType):
    """A list bound as one parameter: a JSON array on SQLite, an array on PostgreSQL."""

    impl = Text
    cache_ok = False

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def encoder(self, dialect: str) -> Convert | None:
        """Encodes each item, and for SQLite the list."""
        name = cast(DialectName, dialect)
        one = _encoder_of(self.item, name)
        if name == "sqlite":
            return lambda values: msgspec.json.encode(
                list(values) if one is None else [one(v) for v in values]
            ).decode()
        return list if one is None else lambda values: [one(v) for v in values]

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text, or an array of what the items are stored as."""
        if dialect.name == "sqlite":
            return Text()
        item = self.item
        return ARRAY(item.storage["postgresql"] if isinstance(item, PortableType) else item)


class _AnyOf(FunctionElement[bool]):
    inherit_cache = True
    name = "any_of"
    type = Boolean()


@compiles(_AnyOf, "sqlite")
def _any_of_sqlite(element: _AnyOf, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({values})))"  # noqa: S608 - compiled SQL, no values


@compiles(_AnyOf, "postgresql")
def _any_of_postgresql(element: _AnyOf, compiler: SQLCompiler, **kw: Any) -> str:
    column, values = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"({column} = ANY ({values}))"


def any_of(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """`column` equals one item of the list bound under `name`; any length, one statement."""
    return _AnyOf(column, list_of(name, column.type))


def list_of(name: str, item: TypeEngine[Any]) -> BindParameter[Any]:
    """The list bound under `name`: a JSON array on SQLite, an array on PostgreSQL."""
    return bindparam(name, type_=_ListOf(item))


class StatementCache(Generic[T]):
    """A list with optional filters: one statement per combination that is asked for, built once.

    `build` gets the set of filters that are given, out of `filters`, and returns their statement.
    """

    __slots__ = ("_build", "_kept", "filters", "origin")

    registry: ClassVar[list[StatementCache[Any]]] = []

    def __init__(self, build: Callable[[frozenset[str]], Statement[T]], filters: Iterable[str]) -> None:
        self._build = build
        self._kept: dict[frozenset[str], Statement[T]] = {}
        self.filters = tuple(filters)
        self.origin = _caller()
        StatementCache.registry.append(self)

    def get(self, given: frozenset[str]) -> Statement[T]:
        """The statement for exactly these filters. KeyError for one that was not declared."""
        statement = self._kept.get(given)
        if statement is None:
            if unknown := given.difference(self.filters):
                raise KeyError(*sorted(unknown))
            statement = self._kept[given] = self._build(given)
        return statement

    def pick(self, params: Params) -> Statement[T]:
        """The statement for those declared filters that `params` holds a value for, None included."""
        return self.get(frozenset(name for name in self.filters if name in params))
