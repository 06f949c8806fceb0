"""Which tasks wait for which, as pure functions: circles, locks, unlocks (ONB-DEP-1 … 5)."""

from collections.abc import Collection, Mapping, Sequence

Edges = Mapping[str, Sequence[str]]
"""A task to the tasks that it waits for."""


def circle(edges: Edges, start: str) -> list[str] | None:
    """A way from ``start`` along ``edges`` back to itself, both ends included, or ``None``."""
    came_from: dict[str, str] = {}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for there in edges.get(here, ()):
            if there == start:
                return [start, *reversed(_back(came_from, here, start)), start]
            if there not in came_from:
                came_from[there] = here
                waiting.append(there)
    return None


def _back(came_from: Mapping[str, str], last: str, start: str) -> list[str]:
    way = []
    while last != start:
        way.append(last)
        last = came_from[last]
    return way


def any_circle(edges: Edges) -> list[str] | None:
    """A circle anywhere among ``edges``, its first member also at the end; ``None`` when there is none."""
    # Whoever waits only for tasks that are already cleared is cleared too; what stays waits in a circle.
    left = {task: set(before) & set(edges) for task, before in edges.items()}
    followers: dict[str, list[str]] = {}
    for task, before in left.items():
        for one in before:
            followers.setdefault(one, []).append(task)
    cleared = [task for task, before in left.items() if not before]
    for task in cleared:
        del left[task]
        for follower in followers.get(task, ()):
            left[follower].discard(task)
            if not left[follower]:
                cleared.append(follower)
    return next((found for task in left if (found := circle(edges, task)) is not None), None)


def turned(
    among: Sequence[str], was_locked: Collection[str], is_locked: Collection[str]
) -> tuple[list[str], list[str]]:
    """Those ``among`` that became free and those that became locked, in the order given."""
    freed = [task for task in among if task in was_locked and task not in is_locked]
    return freed, [task for task in among if task in is_locked and task not in was_locked]
