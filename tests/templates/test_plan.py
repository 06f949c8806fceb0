"""What applying a template creates and skips, without a database."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.templates.plan import GONE, PRESENT, Item, plan
from pivotal_server.templates.schemas import TemplateSubtask, TemplateTask

NEVER: Any = {"all": [{"field": "plan", "operator": "equals", "value": "Enterprise"}]}


def task(key: str, *depends_on: str, **fields: Any) -> TemplateTask:
    return TemplateTask(key=key, title=key.upper(), depends_on=list(depends_on), **fields)


def sub(key: str, **fields: Any) -> TemplateSubtask:
    return TemplateSubtask(key=key, title=key.upper(), **fields)


def by_key(items: list[Item]) -> dict[str, Item]:
    return {item.key: item for item in items}


def test_tasks_come_in_order_each_before_its_subtasks() -> None:
    items, skips = plan([task("a", subtasks=[sub("a1"), sub("a2")]), task("b", "a")], {}, {})
    assert [(item.key, item.parent) for item in items] == [
        ("a", None),
        ("a1", "a"),
        ("a2", "a"),
        ("b", None),
    ]
    assert skips == []
    assert items[3].depends_on == ("a",)


def test_onb_tpl_4_the_predecessors_of_a_skipped_task_are_inherited() -> None:
    tasks = [task("a"), task("b", "a", condition=NEVER), task("c", "b", condition=NEVER), task("d", "c", "a")]
    items, skips = plan(tasks, {}, {})
    assert by_key(items)["d"].depends_on == ("a",)
    assert [(skip.key, skip.reason) for skip in skips] == [
        ("b", "plan is not Enterprise"),
        ("c", "plan is not Enterprise"),
    ]


def test_a_date_that_hangs_on_a_skipped_task_is_dropped() -> None:
    tasks = [
        task("a", condition=NEVER),
        task("b", due_anchor="task:a", due_offset=3, subtasks=[sub("b1", due_offset=1)]),
        task("c", due_anchor="task:b", subtasks=[sub("c1", due_offset=-1), sub("c2")]),
    ]
    found = by_key(plan(tasks, {}, {})[0])
    assert {key: (item.anchor, item.offset) for key, item in found.items()} == {
        "b": (None, None),
        "b1": (None, None),
        "c": ("task:b", 0),
        "c1": ("task:b", -1),
        "c2": (None, None),
    }


def test_onb_tpl_5_6_what_is_there_is_not_created_again() -> None:
    tasks = [task("a", subtasks=[sub("a1"), sub("a2")]), task("b", "a", due_anchor="task:a")]
    items, skips = plan(tasks, {}, {"a": "id-a", "a1": "id-a1"})
    assert [(item.key, item.parent, item.depends_on, item.anchor) for item in items] == [
        ("a2", "id-a", (), None),
        ("b", None, ("id-a",), "task:id-a"),
    ]
    assert [(skip.key, skip.reason) for skip in skips] == [("a", PRESENT), ("a1", PRESENT)]
    # Present tasks stay what others depend on, even when their condition holds no more.
    items, _ = plan([task("a", condition=NEVER), task("b", "a")], {}, {"a": "id-a"})
    assert items[0].depends_on == ("id-a",)


def test_what_was_deleted_is_left_out_and_nothing_hangs_on_it() -> None:
    tasks = [
        task("a"),
        task("b", "a", subtasks=[sub("b1")]),
        task("c", "b", due_anchor="task:b", subtasks=[sub("c1"), sub("c2")]),
    ]
    items, skips = plan(tasks, {}, {"a": "id-a"}, gone=["a", "b", "b1", "c1"])
    assert [(item.key, item.parent, item.depends_on, item.anchor) for item in items] == [
        ("c", None, ("id-a",), None),
        ("c2", "c", (), None),
    ]
    assert [(skip.key, skip.reason) for skip in skips] == [("a", PRESENT), ("b", GONE), ("c1", GONE)]


def test_a_template_that_does_not_fit_creates_nothing() -> None:
    items, skips = plan([task("a", subtasks=[sub("a1")])], {}, {}, unfit="plan is empty")
    assert items == []
    assert [(skip.key, skip.reason) for skip in skips] == [("a", "plan is empty")]


@given(
    skipped=st.sets(st.integers(0, 9)),
    there=st.sets(st.integers(0, 9)),
    edges=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20),
)
def test_every_dependency_of_the_plan_exists(
    skipped: set[int], there: set[int], edges: list[tuple[int, int]]
) -> None:
    tasks = [
        task(
            str(n),
            *sorted({str(low) for low, high in edges if high == n and low < n}),
            condition=NEVER if n in skipped else None,
        )
        for n in range(10)
    ]
    present = {str(n): f"id-{n}" for n in there}
    items, skips = plan(tasks, {}, present)
    assert {item.key for item in items} == {str(n) for n in range(10) if n not in skipped | there}
    assert len(items) + len(skips) == 10
    usable = {item.key for item in items} | set(present.values())
    assert all(set(item.depends_on) <= usable for item in items)
    again = plan(tasks, {}, {**present, **{item.key: f"id-{item.key}" for item in items}})
    assert again[0] == []
