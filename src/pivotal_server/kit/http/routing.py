"""Finding an operation by method and path, in time that does not grow with the table."""

from collections.abc import Iterable

from pivotal_server.kit.codes import METHOD_NOT_ALLOWED, ROUTE_NOT_FOUND
from pivotal_server.kit.http.operations import Operation


class _Node:
    __slots__ = ("children", "methods", "parameter")

    def __init__(self) -> None:
        self.children: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.methods: dict[str, Operation] = {}


class Router:
    """The tree of all paths. A fixed segment stands above a parameter at the same place."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        for operation in operations:
            node = self._root
            for segment in operation.segments:
                if segment.startswith("{"):
                    node.parameter = node.parameter or _Node()
                    node = node.parameter
                else:
                    node = node.children.setdefault(segment, _Node())
            if operation.method in node.methods:
                raise ValueError(f"declared twice: {operation.method} {operation.path}")
            node.methods[operation.method] = operation

    def find(self, method: str, path: str) -> tuple[Operation, list[str]]:
        """The operation at ``path`` (which begins with a slash) and the values of its path parameters.

        HEAD finds what GET does. Raises ``route_not_found``, or ``method_not_allowed`` with the ``Allow``
        header.
        """
        node = self._root
        values: list[str] = []
        for segment in path[1:].split("/"):
            child = node.children.get(segment)
            if child is None:
                child = node.parameter
                if child is None or not segment:
                    raise ROUTE_NOT_FOUND()
                values.append(segment)
            node = child
        operation = node.methods.get("GET" if method == "HEAD" else method)
        if operation is None:
            if not node.methods:
                raise ROUTE_NOT_FOUND()
            allowed = ", ".join(sorted({*node.methods, *(["HEAD"] if "GET" in node.methods else [])}))
            raise METHOD_NOT_ALLOWED(method=method[:20], allowed=allowed, headers={"allow": allowed})
        return operation, values
