"""What the ids in a task's fields name: people, other tasks, phases."""

from collections.abc import Sequence

from msgspec import Struct

from pivotal_server.contacts import service as contacts
from pivotal_server.errors_catalogue import (
    DEPENDENCY_CYCLE,
    INVALID_ENUM_VALUE,
    INVALID_REFERENCE,
    UNKNOWN_PHASE,
)
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.references import number_in
from pivotal_server.limits import service as limits
from pivotal_server.limits.catalogue import PREDECESSORS_PER_TASK
from pivotal_server.members import service as members
from pivotal_server.phases import service as phases
from pivotal_server.tasks import repository
from pivotal_server.tasks.dates import anchor_task
from pivotal_server.tasks.graph import circle
from pivotal_server.tasks.repository import NodeRow
from pivotal_server.tasks.schemas import AFTER_TASK
from pivotal_server.tasks.writing import predecessors
from pivotal_server.unit_of_work import UnitOfWork


class Assignee(Struct, frozen=True):
    """Whoever a task is assigned to."""

    id: str | None
    is_contact: bool = False


async def find_assignee(uow: UnitOfWork, customer_id: str, reference: str | None) -> Assignee:
    """The member, or the contact of the customer, whom ``reference`` names; digits name a member.

    Raises ``invalid_reference`` for anybody who cannot be assigned a task.
    """
    if reference is None:
        return Assignee(None)
    if number_in(reference) is None:
        try:
            contact = await contacts.get_contact(uow.tx, uow.org_id, reference)
        except ApiError:
            contact = None
        if contact is not None and contact.customer_id == customer_id and not contact.archived:
            return Assignee(contact.id, True)
    try:
        return Assignee(await members.staff_id(uow.tx, uow.org_id, reference, "assignee_id"))
    except ApiError:
        raise INVALID_REFERENCE(
            field="assignee_id", name="assignee_id", kind="member or contact of this customer"
        ) from None


async def is_contact(uow: UnitOfWork, assignee_id: str | None) -> bool:
    """Whether an assignee is a contact and not a member."""
    if assignee_id is None:
        return False
    return not await members.by_ids(uow.tx, uow.org_id, [assignee_id])


def refuse_internal(facing: bool, *, for_contact: bool) -> None:
    """Raises ``invalid_enum_value`` where a contact's task would not be customer-facing."""
    if for_contact and not facing:
        raise INVALID_ENUM_VALUE(
            field="customer_facing", message="A task of a contact is customer-facing. Assign it to a member"
        )


async def usable_phase(uow: UnitOfWork, key: str) -> str:
    """The key of an unarchived phase. Raises ``unknown_phase``, listing the valid keys."""
    usable = [phase.key for phase in await phases.all_phases(uow.tx, uow.org_id) if phase.archived_at is None]
    if key not in usable:
        raise UNKNOWN_PHASE(field="phase", phase=key[:100], valid=", ".join(usable))
    return key


class Plan:
    """The tasks of one onboarding, to name others and to find circles among them."""

    def __init__(self, nodes: Sequence[NodeRow]) -> None:
        self._nodes = {node.id: node for node in nodes}
        self._numbers = {node.display_id: node for node in nodes}

    @classmethod
    async def of(cls, uow: UnitOfWork, onboarding_id: str) -> "Plan":
        """The plan of an onboarding as it is stored."""
        return cls(await repository.nodes(uow.tx, uow.org_id, onboarding_id))

    def find(self, reference: str, field: str) -> NodeRow:
        """The task that ``reference`` names. Raises ``invalid_reference`` for one of another onboarding."""
        number = number_in(reference)
        node = self._nodes.get(reference) if number is None else self._numbers.get(number)
        if node is None:
            raise INVALID_REFERENCE(field=field, name=field, kind="task of this onboarding")
        return node

    async def before(self, uow: UnitOfWork, references: Sequence[str]) -> list[str]:
        """The ids of the tasks to depend on, doubles dropped.

        Raises ``invalid_reference`` and ``limit_reached``.
        """
        found = [self.find(one, f"depends_on.{index}").id for index, one in enumerate(references)]
        ids = list(dict.fromkeys(found))
        await limits.check_room(uow, PREDECESSORS_PER_TASK, 0, len(ids), field="depends_on")
        return ids

    def anchor(self, anchor: str | None) -> str | None:
        """An anchor with the id of the task that it names. Raises ``invalid_reference``."""
        reference = anchor_task(anchor)
        return anchor if reference is None else AFTER_TASK + self.find(reference, "due_anchor").id

    def check(
        self, task_id: str, title: str, parent_id: str | None, depends_on: Sequence[str], anchor: str | None
    ) -> None:
        """Raises ``dependency_cycle`` when a task with these fields would wait for itself (ONB-DEP-2)."""
        family = {parent_id, *(node.id for node in self._nodes.values() if node.parent_task_id == task_id)}
        for other in depends_on:
            if other in family:
                path = f"{title} → {self._nodes[other].title}"
                raise DEPENDENCY_CYCLE(
                    field="depends_on",
                    message=f"A task cannot depend on its parent or its subtask: {path}",
                )
        edges = {node.id: predecessors(node) for node in self._nodes.values()}
        self._refuse_circle({**edges, task_id: list(depends_on)}, task_id, title, "depends_on")
        anchors = {
            node.id: [before]
            for node in self._nodes.values()
            if (before := anchor_task(node.due_anchor)) is not None
        }
        anchors.pop(task_id, None)
        hangs_on = anchor_task(anchor)
        if hangs_on is not None:
            self._refuse_circle({**anchors, task_id: [hangs_on]}, task_id, title, "due_anchor")

    def _refuse_circle(self, edges: dict[str, list[str]], task_id: str, title: str, field: str) -> None:
        found = circle(edges, task_id)
        if found is not None:
            path = " → ".join(title if one == task_id else self._nodes[one].title for one in found)
            raise DEPENDENCY_CYCLE(field=field, path=path)
