"""The intermediate form: what both languages are written from. It knows neither OpenAPI nor a language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "string", "integer", "number", "boolean", "datetime", "date", "any", "object", "file", "enum", "ref",
    "page", "list", "map",
]  # fmt: skip


MOMENTS = frozenset(
    ("created_after", "created_before", "updated_since", "since", "until", "started_at", "target_launch_date")
)
"""Arguments that the document calls strings, since the server takes dates and times alike."""


@dataclass(frozen=True)
class Type:
    """A type. ``name`` is that of a ``ref`` or of the rows of a ``page``; ``open`` enums may grow."""

    kind: Kind
    name: str = ""
    item: "Type | None" = None
    values: tuple[str | bool, ...] = ()
    open: bool = False
    nullable: bool = False

    def refs(self) -> Iterator[str]:
        """The objects it names."""
        if self.kind in ("ref", "page"):
            yield self.name
        elif self.item is not None:
            yield from self.item.refs()


@dataclass(frozen=True)
class Field:
    """A key of an object, or an argument; ``read_only`` keys are accepted but not offered."""

    name: str
    type: Type
    required: bool
    text: str
    read_only: bool = False

    @property
    def argument_kind(self) -> Literal["id", "moment", ""]:
        """Which looser type it takes as an argument; ids may be numbers, and moments dates."""
        if self.type.kind != "string":
            return ""
        if self.name == "id" or self.name.endswith("_id"):
            return "id"
        return "moment" if self.name in MOMENTS else ""


@dataclass(frozen=True)
class Object:
    """A schema with keys; ``extensible`` for answers, whose unknown keys are kept."""

    name: str
    text: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Operation:
    """One operation. ``returns``: the schema of each success; ``rows``: that of the rows of a list."""

    id: str
    verb: str
    path: str
    sdk: tuple[str, ...]
    summary: str
    text: str
    tag: str
    path_names: tuple[str, ...]
    query: tuple[Field, ...]
    body: tuple[Field, ...] | None
    form: tuple[Field, ...] | None
    returns: Mapping[int, str]
    rows: str
    keyed: bool
    conditional: bool

    @property
    def method(self) -> str:
        """The name of its method, in words joined by ``_``."""
        return self.sdk[-1]

    @property
    def sent(self) -> tuple[Field, ...]:
        """What it sends beside ids and query, what is required first."""
        fields = self.body or self.form or ()
        return tuple(sorted(fields, key=lambda one: not one.required))

    @property
    def models(self) -> tuple[str, ...]:
        """The objects that it may return."""
        return (self.rows,) if self.rows else tuple(dict.fromkeys(self.returns.values()))


@dataclass
class Resource:
    """A group of methods, such as ``customers.contacts``; ``path`` is empty for the client itself."""

    path: tuple[str, ...]
    operations: list[Operation] = field(default_factory=list)
    children: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Event:
    """A type of event and the object that it carries."""

    type: str
    payload: str
    text: str


@dataclass(frozen=True)
class Api:
    """The whole API. ``groups`` says which file an object belongs to."""

    version: str
    objects: Mapping[str, Object]
    groups: Mapping[str, str]
    resources: Mapping[tuple[str, ...], Resource]
    events: tuple[Event, ...]

    @property
    def operations(self) -> list[Operation]:
        """Every operation, by the name of its method."""
        found = [one for resource in self.resources.values() for one in resource.operations]
        return sorted(found, key=lambda one: one.sdk)
