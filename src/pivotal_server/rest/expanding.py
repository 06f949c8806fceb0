"""``expand``: further objects in the answer, each kind fetched once for all objects of a page."""

from collections.abc import Sequence
from typing import Any

import msgspec

from pivotal_server.auth.scopes import allows
from pivotal_server.errors_catalogue import INSUFFICIENT_SCOPE
from pivotal_server.kit.http import Operation
from pivotal_server.kit.wire import Page, raw
from pivotal_server.rest.context import ENCODER, Context


def asked_for(operation: Operation, context: Context, granted: frozenset[str]) -> list[str]:
    """The names in ``expand``, each once. Raises ``insufficient_scope`` for one that the key may not read."""
    if not operation.expansions or context.query.expand is None:
        return []
    names: list[str] = list(dict.fromkeys(context.query.expand))
    for name in names:
        scope = operation.expansions[name].scope
        if not allows(granted, scope):
            raise INSUFFICIENT_SCOPE(field="expand", scope=scope)
    return names


async def expanded(operation: Operation, context: Context, value: Any, names: Sequence[str]) -> Any:
    """``value``, a wire object or a page of them, with what ``names`` add to each object."""
    objects: list[Any] = value.data if isinstance(value, Page) else [value]
    # The text of each object up to its closing brace, so that the wire types need not know of one another.
    texts = [bytearray(ENCODER.encode(one)[:-1]) for one in objects]
    for name in names if objects else ():
        found = await operation.expansions[name].fetch(context, objects)
        for text, one in zip(texts, found, strict=True):
            text.extend(b',"%b":%b' % (name.encode("ascii"), ENCODER.encode(one)))
    whole = [raw(bytes(text) + b"}") for text in texts]
    return msgspec.structs.replace(value, data=whole) if isinstance(value, Page) else whole[0]
