"""What the objects of the API have in common: made from JSON and written as JSON."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Mapping
from datetime import date, datetime, timezone
from typing import Any, ClassVar, Generic, TypeVar

from pivotal.errors import PivotalError

Id = int | str
M = TypeVar("M", bound="Model")
T = TypeVar("T")


class Omit:
    """The type of :data:`OMIT`: an argument that is not sent. ``None`` is sent, and clears."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "OMIT"


OMIT = Omit()


@dataclasses.dataclass(frozen=True, kw_only=True)
class ResponseInfo:
    """What came with an answer."""

    status: int
    request_id: str | None
    etag: str | None
    replayed: bool
    headers: Mapping[str, str]


class Model:
    """The base of all objects. ``extra`` keeps the keys that this release does not know."""

    __slots__ = ("_answer",)

    MODELS: ClassVar[Mapping[str, str]] = {}
    TIMES: ClassVar[frozenset[str]] = frozenset()
    DATES: ClassVar[frozenset[str]] = frozenset()
    OPTIONAL: ClassVar[frozenset[str]] = frozenset()
    WIRE: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def from_dict(cls: type[M], data: Mapping[str, Any]) -> M:
        """The object that JSON describes. Raises :class:`PivotalError` when a promised key is absent."""
        rest = dict(data)
        values: dict[str, Any] = {}
        for name in _names(cls):
            wire = cls.WIRE.get(name, name)
            if wire in rest:
                values[name] = cls._parsed(name, rest.pop(wire))
            elif name in cls.OPTIONAL:
                values[name] = None
            else:
                raise PivotalError(f"{cls.__name__}: the answer lacks {wire!r}")
        values["extra"] = rest
        return cls(**values)

    @classmethod
    def _parsed(cls, name: str, value: Any) -> Any:
        if value is None:
            return None
        if name in cls.TIMES:
            return datetime.fromisoformat(value.replace("Z", "+00:00"))
        if name in cls.DATES:
            return date.fromisoformat(value)
        model = cls.MODELS.get(name)
        if model is None:
            return value
        if isinstance(value, list):
            return [parsed(model, entry) for entry in value]
        return parsed(model, value)

    def to_dict(self) -> dict[str, Any]:
        """The object as JSON, with what it did not know; optional keys that are ``None`` are left out."""
        written: dict[str, Any] = {}
        for name in _names(type(self)):
            value = getattr(self, name)
            if value is not None or name not in self.OPTIONAL:
                written[self.WIRE.get(name, name)] = encoded(value)
        extra: Mapping[str, Any] = getattr(self, "extra", {})
        return {**written, **extra}


_NAMES: dict[type, tuple[str, ...]] = {}


def _names(model: Any) -> tuple[str, ...]:
    found = _NAMES.get(model)
    if found is None:
        found = tuple(field.name for field in dataclasses.fields(model) if field.name != "extra")
        _NAMES[model] = found
    return found


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Page(Model, Generic[T]):
    """One page of a list."""

    data: list[T]
    has_more: bool
    next_cursor: str | None
    total: int | None = None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    OPTIONAL: ClassVar[frozenset[str]] = frozenset({"total"})


def page_of(model: type[M], data: Mapping[str, Any]) -> Page[M]:
    """One page of objects of a class."""
    entries = [model.from_dict(entry) for entry in data["data"]]
    return Page[M].from_dict({**data, "data": entries})


def parsed(name: str, value: Any) -> Any:
    """A nested object, by the name of its class; ``[Name]`` is a page of them."""
    if not isinstance(value, Mapping):
        return value
    if name.startswith("["):
        return page_of(model_named(name[1:-1]), value)
    return model_named(name).from_dict(value)


def model_named(name: str) -> type[Model]:
    """The class of objects, loaded at its first use."""
    generated = importlib.import_module("pivotal._generated")
    module = importlib.import_module(f"pivotal._generated.models.{generated.MODELS[name]}")
    found: type[Model] = getattr(module, name)
    return found


def encoded(value: Any) -> Any:
    """A value as JSON has it. Raises :class:`ValueError` for a time without a zone."""
    if isinstance(value, Model):
        return value.to_dict()
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a datetime needs a time zone: datetime.now(timezone.utc)")
        return value.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): encoded(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [encoded(entry) for entry in value]
    return value


def answer_of(value: Any, answer: ResponseInfo) -> None:
    """Remember with which answer an object came."""
    object.__setattr__(value, "_answer", answer)


def response_of(value: Model) -> ResponseInfo:
    """The answer an object or a page came with. Raises :class:`PivotalError` for one that came with none."""
    found = getattr(value, "_answer", None)
    if not isinstance(found, ResponseInfo):
        raise PivotalError("this object did not come with an answer of its own")
    return found
