"""What ``expand`` may add, declared once and named by the operations that offer it.

A page of objects costs one statement for each name asked for, whatever its size. Of records that can be many
the newest 20 stand in the answer as a list, whose cursor goes on in the list of its own.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from pivotal_server.contacts import service as contacts
from pivotal_server.contacts.schemas import ContactPage
from pivotal_server.customers import service as customers
from pivotal_server.customers.schemas import Customer
from pivotal_server.db.lists import Firsts
from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.http import Expansion
from pivotal_server.kit.wire import Page
from pivotal_server.members import service as members
from pivotal_server.members.schemas import Member
from pivotal_server.members.wire import to_wire
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.schemas import Onboarding, OnboardingPage
from pivotal_server.rest.context import Context
from pivotal_server.tasks import service as tasks
from pivotal_server.tasks.schemas import TaskPage

NEWEST = 20

P = TypeVar("P", bound=Page[Any])
Fetch = Callable[[Any, Sequence[Any]], Awaitable[Sequence[Any]]]


def _pages(kind: type[P], objects: Sequence[Any], found: Firsts[Any]) -> list[P]:
    pages = []
    for one in objects:
        rows, following = found[one.id]
        cursor = None if following is None else wire_micros(following)
        pages.append(kind(data=rows, has_more=following is not None, next_cursor=cursor))
    return pages


async def _contacts(context: Context, objects: Sequence[Struct]) -> Sequence[ContactPage]:
    ids = _ids(objects, "id")
    return _pages(ContactPage, objects, await contacts.newest_of(context.db, context.org_id, ids, NEWEST))


async def _onboardings(context: Context, objects: Sequence[Struct]) -> Sequence[OnboardingPage]:
    ids = _ids(objects, "id")
    found = await onboardings.newest_of(context.db, context.org_id, ids, NEWEST)
    return _pages(OnboardingPage, objects, found)


async def _tasks(context: Context, objects: Sequence[Struct]) -> Sequence[TaskPage]:
    ids = _ids(objects, "id")
    return _pages(TaskPage, objects, await tasks.newest_of(context.db, context.org_id, ids, NEWEST))


async def _customer(context: Context, objects: Sequence[Struct]) -> Sequence[Customer | None]:
    ids = _ids(objects, "customer_id")
    found = await customers.read_many(context.db, context.org_id, ids)
    return [found.get(id) for id in ids]


async def _onboarding(context: Context, objects: Sequence[Struct]) -> Sequence[Onboarding | None]:
    ids = _ids(objects, "onboarding_id")
    found = await onboardings.read_many(context.db, context.org_id, ids)
    return [found.get(id) for id in ids]


def _member(field: str) -> Fetch:
    async def fetch(context: Context, objects: Sequence[Struct]) -> Sequence[Member | None]:
        ids = _ids(objects, field)
        found = await members.by_ids(context.db, context.org_id, ids)
        return [to_wire(member) if (member := found.get(id)) is not None else None for id in ids]

    return fetch


def _ids(objects: Sequence[Struct], field: str) -> list[Any]:
    return [getattr(one, field) for one in objects]


CONTACTS = Expansion("contacts", "its newest 20 contacts", ContactPage, "read:contacts", _contacts)
ONBOARDINGS = Expansion(
    "onboardings", "its newest 20 onboardings", OnboardingPage, "read:onboardings", _onboardings
)
TASKS = Expansion("tasks", "its newest 20 tasks and subtasks", TaskPage, "read:tasks", _tasks)
CUSTOMER = Expansion("customer", "its customer, unless deleted", Customer, "read:customers", _customer)
ONBOARDING = Expansion(
    "onboarding", "its onboarding, unless deleted", Onboarding, "read:onboardings", _onboarding
)
OWNER = Expansion("owner", "the member who owns it", Member, "read:workspace", _member("owner_id"))
CSM = Expansion("csm", "the member who is its CSM", Member, "read:workspace", _member("csm_id"))
