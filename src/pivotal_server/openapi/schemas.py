"""What changed between two JSON Schemas, read as what clients send or as what they get."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

Json = Mapping[str, Any]
Direction = Literal["request", "response"]

# Keyword → whether a larger value lets more through.
_BOUNDS = {
    "maximum": True,
    "exclusiveMaximum": True,
    "maxLength": True,
    "maxItems": True,
    "maxProperties": True,
    "minimum": False,
    "exclusiveMinimum": False,
    "minLength": False,
    "minItems": False,
    "minProperties": False,
}


class Change(msgspec.Struct, frozen=True):
    """One change: where, what, and whether it breaks clients."""

    where: str
    what: str
    breaks: bool

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class SchemaDiff:
    """Compares schemas of two documents; each named schema once per direction."""

    def __init__(self, old: Json, new: Json) -> None:
        self._old = old.get("components", {}).get("schemas", {})
        self._new = new.get("components", {}).get("schemas", {})
        self._seen: set[tuple[str, str]] = set()

    def compare(self, where: str, old: Json, new: Json, direction: Direction) -> Iterator[Change]:
        """The changes from ``old`` to ``new``; ``where`` names their place."""
        name = old.get("$ref", "").rpartition("/")[2]
        if name:
            if (name, direction) in self._seen:
                return
            self._seen.add((name, direction))
            where = f"{direction} {name}"
            old = self._old[name]
        if "$ref" in new:
            target = new["$ref"].rpartition("/")[2]
            if name and target != name:
                yield Change(where, f"is now {target}", breaks=True)
                return
            new = self._new.get(target, {})
        yield from self._types(where, old, new, direction)
        yield from self._values(where, old, new, direction)
        yield from self._properties(where, old, new, direction)
        for keyword in ("items", "additionalProperties"):
            if isinstance(old.get(keyword), Mapping) and isinstance(new.get(keyword), Mapping):
                yield from self.compare(f"{where}[]", old[keyword], new[keyword], direction)
        yield from self._branches(where, old, new, direction)

    def _types(self, where: str, old: Json, new: Json, direction: Direction) -> Iterator[Change]:
        before, after = _types_of(old), _types_of(new)
        if not before or not after or before == after:
            return
        lost = {
            kind for kind in before if kind not in after and not (kind == "integer" and "number" in after)
        }
        gained = {
            kind for kind in after if kind not in before and not (kind == "integer" and "number" in before)
        }
        wrong = lost if direction == "request" else gained
        if wrong:
            shown = f"{' or '.join(sorted(before))} to {' or '.join(sorted(after))}"
            yield Change(where, f"type changed from {shown}", breaks=True)
        elif lost or gained:
            verb = "widened" if gained else "narrowed"
            yield Change(where, f"type {verb} to {' or '.join(sorted(after))}", breaks=False)

    def _values(self, where: str, old: Json, new: Json, direction: Direction) -> Iterator[Change]:
        before, after = _enum_of(old), _enum_of(new)
        if before is not None and after is not None:
            for value in before:
                if value not in after:
                    yield Change(where, f"enum value {value!r} removed", breaks=True)
            open_ended = bool(old.get("x-extensible-enum")) or direction == "request"
            for value in after:
                if value not in before:
                    yield Change(where, f"enum value {value!r} added", breaks=not open_ended)
        elif after is not None and direction == "request" and "$ref" not in old:
            yield Change(where, "narrowed to an enum", breaks=True)
        elif before is not None and direction == "response":
            yield Change(where, "no longer an enum", breaks=True)
        for keyword in ("pattern", "format"):
            if old.get(keyword) != new.get(keyword):
                narrowed = new.get(keyword) is not None
                breaks = narrowed if direction == "request" else old.get(keyword) is not None
                yield Change(where, f"{keyword} changed to {new.get(keyword)}", breaks=breaks)
        for keyword, larger_is_wider in _BOUNDS.items():
            yield from _bound(where, keyword, old.get(keyword), new.get(keyword), larger_is_wider, direction)
        if direction == "request" and old.get("default") != new.get("default"):
            yield Change(where, f"default changed to {new.get('default')!r}", breaks=True)

    def _properties(self, where: str, old: Json, new: Json, direction: Direction) -> Iterator[Change]:
        before, after = old.get("properties", {}), new.get("properties", {})
        must_before, must_after = set(old.get("required", ())), set(new.get("required", ()))
        for name, schema in before.items():
            here = f"{where}.{name}"
            if name not in after:
                yield Change(here, "key removed", breaks=True)
                continue
            if direction == "request" and name in must_after - must_before:
                yield Change(here, "became required", breaks=True)
            if direction == "response" and name in must_before - must_after:
                yield Change(here, "may now be absent", breaks=True)
            yield from self.compare(here, schema, after[name], direction)
        for name in after:
            if name not in before:
                breaks = direction == "request" and name in must_after
                yield Change(f"{where}.{name}", f"key added{', required' if breaks else ''}", breaks=breaks)
        closed = new.get("additionalProperties") is False and old.get("additionalProperties") is not False
        if direction == "request" and closed:
            yield Change(where, "unknown keys are now refused", breaks=True)

    def _branches(self, where: str, old: Json, new: Json, direction: Direction) -> Iterator[Change]:
        """The one branch beside ``null`` of two nullable schemas, whose other rules are compared too."""
        before = [branch for branch in old.get("anyOf", ()) if branch != {"type": "null"}]
        after = [branch for branch in new.get("anyOf", ()) if branch != {"type": "null"}]
        if not before and not after:
            return
        left = before[0] if len(before) == 1 else None if before else _without_null(old)
        right = after[0] if len(after) == 1 else None if after else _without_null(new)
        if left is not None and right is not None:
            yield from self.compare(where, left, right, direction)


def _types_of(schema: Json) -> set[str]:
    if "anyOf" in schema:
        return {kind for branch in schema["anyOf"] for kind in _types_of(branch)}
    kind = schema.get("type")
    if kind is None:
        return {"object"} if "$ref" in schema else set()
    return set(kind) if isinstance(kind, list) else {kind}


def _without_null(schema: Json) -> Json:
    return {key: value for key, value in schema.items() if key != "type"} | {
        "type": sorted(_types_of(schema) - {"null"})
    }


def _enum_of(schema: Json) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return schema.get("enum")


def _bound(
    where: str, keyword: str, old: Any, new: Any, larger_is_wider: bool, direction: Direction
) -> Iterator[Change]:
    if old == new:
        return
    unbounded = old is None or new is None
    wider = new is None if unbounded else (new > old) is larger_is_wider
    breaks = wider is (direction == "response")
    yield Change(where, f"{keyword} changed from {old} to {new}", breaks=breaks)
