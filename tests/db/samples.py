"""Rows for the tests of the data layer, and statements on them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, insert, select

from pivotal_server.db.statements import Statement, insert_of
from pivotal_server.db.tables import activity, contacts, customers, people, sign_in_requests, workspaces

NOW = datetime(2026, 5, 26, 17, 21, 9, 412345, tzinfo=UTC)

INSERT_PERSON = Statement.write(insert_of(people))
PERSON_NAME = Statement.scalar(select(people.c.name).where(people.c.id == bindparam("id")), str)
PEOPLE = Statement.scalar(select(people.c.id).order_by(people.c.id), str)
COUNT_PEOPLE = Statement.scalar(select(func.count()).select_from(people), int)

INSERT_CUSTOMER = Statement.write(insert_of(customers))
INSERT_CONTACT = Statement.write(insert_of(contacts))
FIRST_COLUMNS = ("id", "email", "name", "time_zone", "theme", "created_at")
"""Those of `people` as the first migration makes it."""
INSERT_FIRST_PERSON = Statement.write(
    insert(people).values({name: bindparam(name, type_=people.c[name].type) for name in FIRST_COLUMNS})
)
INSERT_WORKSPACE = Statement.write(insert_of(workspaces))
INSERT_ACTIVITY = Statement.write(insert_of(activity))
INSERT_REQUEST = Statement.write(insert_of(sign_in_requests))


def person(number: int | str, **changes: Any) -> dict[str, Any]:
    """A row of `people`."""
    row = {
        "id": f"p{number}",
        "email": f"p{number}@example.com",
        "name": f"Person {number}",
        "time_zone": None,
        "theme": "system",
        "preferences": None,
        "created_at": NOW,
    }
    return row | changes


def workspace(**changes: Any) -> dict[str, Any]:
    """A row of `workspaces`."""
    row = dict.fromkeys(workspaces.c.keys()) | {
        "id": "o1",
        "slug": "acme",
        "name": "Acme",
        "time_zone": "UTC",
        "settings": {},
        "created_at": NOW,
        "updated_at": NOW,
    }
    return row | changes


def customer(number: int, **changes: Any) -> dict[str, Any]:
    """A row of `customers`."""
    row: dict[str, Any] = dict.fromkeys((column.name for column in customers.c), None)
    row |= {
        "org_id": "o1",
        "id": f"c{number:024}",
        "display_id": number,
        "name": f"Customer {number}",
        "slug": f"customer-{number}",
        "status": "active",
        "tags": "[]",
        "custom_fields": "{}",
        "metadata": "{}",
        "livemode": True,
        "created_at": NOW + timedelta(microseconds=number),
        "updated_at": NOW,
    }
    return row | changes


def contact(number: int, customer_number: int, **changes: Any) -> dict[str, Any]:
    """A row of `contacts`."""
    row: dict[str, Any] = dict.fromkeys((column.name for column in contacts.c), None)
    row |= {
        "org_id": "o1",
        "id": f"k{number:024}",
        "display_id": number,
        "customer_id": f"c{customer_number:024}",
        "name": f"Contact {number}",
        "email": f"k{number}@example.com",
        "is_primary": False,
        "labels": "[]",
        "archived": False,
        "portal_access": True,
        "metadata": "{}",
        "livemode": True,
        "created_at": NOW + timedelta(microseconds=number),
        "updated_at": NOW,
    }
    return row | changes


def entry(number: int, **changes: Any) -> dict[str, Any]:
    """A row of `activity`."""
    row: dict[str, Any] = dict.fromkeys((column.name for column in activity.c), None)
    row |= {
        "org_id": "o1",
        "display_id": number,
        "id": f"a{number:024}",
        "created_at": NOW + timedelta(microseconds=number),
        "event": "customer.created",
        "target_type": "customer",
        "target_id": "c1",
        "actor_type": "system",
        "origin": "api",
        "livemode": True,
    }
    return row | changes
