"""Lists: lazy walks over all rows of all pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Generic, TypeVar

from pivotal._model import Page
from pivotal.errors import PivotalError

T = TypeVar("T")


class _Walk:
    """Where a walk stands. A cursor that repeats would walk in circles for ever."""

    def __init__(self) -> None:
        self.cursor: str | None = None
        self._seen: set[str] = set()

    def goes_on(self, has_more: bool, cursor: str | None) -> bool:
        if not has_more:
            return False
        if cursor is None or cursor in self._seen:
            raise PivotalError(f"the list does not end: its cursor {cursor!r} leads nowhere new")
        self._seen.add(cursor)
        self.cursor = cursor
        return True


class Paginator(Generic[T]):
    """All rows of a list. Nothing is asked before the first row is; each walk begins anew."""

    def __init__(self, fetch: Callable[[str | None], Page[T]]) -> None:
        self._fetch = fetch

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from page.data

    def pages(self) -> Iterator[Page[T]]:
        """Page by page."""
        walk = _Walk()
        while True:
            page = self._fetch(walk.cursor)
            yield page
            if not walk.goes_on(page.has_more, page.next_cursor):
                return

    def first_page(self) -> Page[T]:
        """Only the first page."""
        return self._fetch(None)

    def to_list(self, max_items: int | None = None) -> list[T]:
        """All rows, or the first ``max_items``; pages beyond them are not asked for."""
        rows: list[T] = []
        for page in self.pages():
            rows += page.data
            if max_items is not None and len(rows) >= max_items:
                return rows[:max_items]
        return rows


class AsyncPaginator(Generic[T]):
    """The same for ``async for``."""

    def __init__(self, fetch: Callable[[str | None], Awaitable[Page[T]]]) -> None:
        self._fetch = fetch

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for row in page.data:
                yield row

    async def pages(self) -> AsyncIterator[Page[T]]:
        """Page by page."""
        walk = _Walk()
        while True:
            page = await self._fetch(walk.cursor)
            yield page
            if not walk.goes_on(page.has_more, page.next_cursor):
                return

    async def first_page(self) -> Page[T]:
        """Only the first page."""
        return await self._fetch(None)

    async def to_list(self, max_items: int | None = None) -> list[T]:
        """All rows, or the first ``max_items``; pages beyond them are not asked for."""
        rows: list[T] = []
        async for page in self.pages():
            rows += page.data
            if max_items is not None and len(rows) >= max_items:
                return rows[:max_items]
        return rows
