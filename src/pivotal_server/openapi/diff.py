"""What changed between two OpenAPI documents, and what of it breaks clients.

The rules are those of version 1: inside it only additions. A request may be widened and an answer may gain
keys; nothing a client sends may be refused that was accepted, and nothing it reads may go, change its type
or turn null.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from pivotal_server.openapi.schemas import Change, Direction, SchemaDiff

Json = Mapping[str, Any]

__all__ = ["Change", "breaking", "diff"]


def diff(old: Json, new: Json) -> list[Change]:
    """Every change from ``old`` to ``new``, in the order of the document."""
    return list(dict.fromkeys(_Diff(old, new).changes()))


def breaking(old: Json, new: Json) -> list[Change]:
    """The changes that break clients."""
    return [change for change in diff(old, new) if change.breaks]


class Operation(msgspec.Struct, frozen=True):
    """One operation of a document."""

    place: str
    data: Json


def _operations(document: Json) -> dict[str, Operation]:
    found = {}
    for path, item in document.get("paths", {}).items():
        for method, data in item.items():
            place = f"{method.upper()} {path}"
            found[place] = Operation(place, data)
    return found


class _Diff:
    def __init__(self, old: Json, new: Json) -> None:
        self._old, self._new = old, new
        self._schemas = SchemaDiff(old, new)

    def changes(self) -> Iterator[Change]:
        yield from self._components()
        before, after = _operations(self._old), _operations(self._new)
        for place, operation in before.items():
            if place in after:
                yield from self._operation(place, operation.data, after[place].data)
            else:
                yield Change(place, "operation removed", breaks=True)
        for place in after:
            if place not in before:
                yield Change(place, "operation added", breaks=False)
        yield from self._webhooks()

    def _components(self) -> Iterator[Change]:
        names = self._new.get("components", {}).get("schemas", {})
        for name in self._old.get("components", {}).get("schemas", {}):
            if name not in names:
                yield Change(f"schema {name}", "removed or renamed", breaks=True)

    def _operation(self, place: str, old: Json, new: Json) -> Iterator[Change]:
        for key in ("operationId", "tags", "x-sdk"):
            if old.get(key) != new.get(key):
                yield Change(place, f"{key} changed from {old.get(key)} to {new.get(key)}", breaks=True)
        if not old.get("deprecated") and new.get("deprecated"):
            yield Change(place, "deprecated", breaks=False)
        yield from self._access(place, old, new)
        yield from self._parameters(place, old, new)
        yield from self._body(place, old.get("requestBody"), new.get("requestBody"))
        yield from self._responses(place, old["responses"], new["responses"])

    def _access(self, place: str, old: Json, new: Json) -> Iterator[Change]:
        if old.get("security") == [] and new.get("security") != []:
            yield Change(place, "authentication demanded", breaks=True)
        gained = set(new.get("x-scopes", ())) - set(old.get("x-scopes", ()))
        if gained:
            yield Change(place, f"scope demanded: {', '.join(sorted(gained))}", breaks=True)

    def _parameters(self, place: str, old: Json, new: Json) -> Iterator[Change]:
        before = {(one["in"], one["name"]): one for one in old.get("parameters", ())}
        after = {(one["in"], one["name"]): one for one in new.get("parameters", ())}
        for key, one in before.items():
            where = f"{place}, {key[0]} parameter {key[1]}"
            if key not in after:
                yield Change(where, "removed", breaks=True)
                continue
            if after[key].get("required") and not one.get("required"):
                yield Change(where, "became required", breaks=True)
            yield from self._schemas.compare(where, one["schema"], after[key]["schema"], "request")
        for key, one in after.items():
            if key not in before:
                required = bool(one.get("required"))
                kind = "required" if required else "optional"
                yield Change(f"{place}, {key[0]} parameter {key[1]}", f"added, {kind}", breaks=required)

    def _body(self, place: str, old: Json | None, new: Json | None) -> Iterator[Change]:
        where = f"{place}, request body"
        if old is None or new is None:
            if old is not None:
                yield Change(where, "removed", breaks=True)
            elif new is not None:
                yield Change(where, "added", breaks=bool(new.get("required")))
            return
        if new.get("required") and not old.get("required"):
            yield Change(where, "became required", breaks=True)
        yield from self._content(where, old["content"], new["content"], "request")

    def _content(self, where: str, old: Json, new: Json, direction: Direction) -> Iterator[Change]:
        for media_type, entry in old.items():
            if media_type not in new:
                yield Change(where, f"media type {media_type} removed", breaks=True)
            else:
                yield from self._schemas.compare(where, entry["schema"], new[media_type]["schema"], direction)

    def _responses(self, place: str, old: Json, new: Json) -> Iterator[Change]:
        good_before = {status for status in old if status < "300"}
        good_after = {status for status in new if status < "300"}
        if good_before != good_after:
            before, after = sorted(good_before), sorted(good_after)
            yield Change(place, f"success status changed from {before} to {after}", breaks=True)
        for status, answer in old.items():
            where = f"{place}, {status}"
            if status not in new:
                if status >= "300":
                    yield Change(where, "status removed", breaks=True)
                continue
            for header in answer.get("headers", {}):
                if header not in new[status].get("headers", {}):
                    yield Change(where, f"header {header} removed", breaks=True)
            yield from self._content(
                where, answer.get("content", {}), new[status].get("content", {}), "response"
            )
        yield from self._codes(place, old, new)

    def _codes(self, place: str, old: Json, new: Json) -> Iterator[Change]:
        before, after = _codes_of(old), _codes_of(new)
        for code, status in before.items():
            if code not in after:
                yield Change(place, f"error code {code} removed", breaks=True)
            elif after[code] != status:
                yield Change(place, f"error code {code} moved from {status} to {after[code]}", breaks=True)
            elif self._type_of(self._old, code) != self._type_of(self._new, code):
                yield Change(place, f"error code {code} changed its type", breaks=True)
        types = {self._type_of(self._old, code) for code in before}
        for code in after:
            if code not in before:
                kind = self._type_of(self._new, code)
                yield Change(place, f"error code {code} added", breaks=kind not in types)

    @staticmethod
    def _type_of(document: Json, code: str) -> Any:
        example = document.get("components", {}).get("examples", {}).get(code, {})
        return example.get("value", {}).get("error", {}).get("type")

    def _webhooks(self) -> Iterator[Change]:
        before, after = self._old.get("webhooks", {}), self._new.get("webhooks", {})
        for name, item in before.items():
            if name not in after:
                yield Change(f"event {name}", "removed", breaks=True)
                continue
            old, new = item["post"]["requestBody"]["content"], after[name]["post"]["requestBody"]["content"]
            # What we send to a receiver is to it what an answer is to a client.
            yield from self._content(f"event {name}", old, new, "response")
        for name in after:
            if name not in before:
                yield Change(f"event {name}", "added", breaks=False)


def _codes_of(responses: Json) -> dict[str, str]:
    return {code: status for status, answer in responses.items() for code in answer.get("x-error-codes", ())}
