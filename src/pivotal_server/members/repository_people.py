"""SQL of what people say of themselves, and of new addresses that wait to be confirmed."""

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, select, update

from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.db.statements import Statement, columns_of, insert_of
from pivotal_server.db.tables import address_changes, people

_P, _A = people.c, address_changes.c


class ProfileRow(msgspec.Struct, frozen=True):
    """A person as their profile shows them."""

    id: str
    email: str
    name: str
    time_zone: str | None
    theme: str
    preferences: dict[str, Any] | None


class AddressChange(msgspec.Struct, frozen=True):
    """A new address that waits for the link in the mail to be opened."""

    token_hash: str
    person_id: str
    org_id: str
    email: str
    created_at: datetime
    expires_at: datetime


_OWN = ("name", "time_zone", "theme", "preferences")
PROFILE = Statement(
    select(*columns_of(ProfileRow, people)).where(_P.id == bindparam("id")).with_for_update(), into=ProfileRow
)
SAVE = Statement.write(
    update(people)
    .where(_P.id == bindparam("of_id"))
    .values({name: bindparam(name, type_=_P[name].type) for name in _OWN})
)
SET_EMAIL = Statement.write(
    update(people).where(_P.id == bindparam("of_id")).values(email=bindparam("to_email"))
)
TAKEN = Statement.scalar(select(func.count()).select_from(people).where(_P.email == bindparam("email")), int)
INSERT_CHANGE = Statement.write(insert_of(address_changes))
CHANGES = Statement(
    select(*columns_of(AddressChange, address_changes))
    .where(_A.person_id == bindparam("person_id"))
    .order_by(_A.created_at.desc())
    .with_for_update(),
    into=AddressChange,
)
BY_TOKEN = Statement(
    select(*columns_of(AddressChange, address_changes)).where(_A.token_hash == bindparam("token_hash")),
    into=AddressChange,
)
FORGET = Statement.write(delete(address_changes).where(_A.person_id == bindparam("person_id")))


async def profile(tx: Transaction, id: str) -> ProfileRow | None:
    """A person, kept from changing by others."""
    return await tx.fetch_one(PROFILE, {"id": id})


async def save(tx: Transaction, row: ProfileRow) -> None:
    """Write what a person says of themselves."""
    await tx.execute(SAVE, {"of_id": row.id, **{name: getattr(row, name) for name in _OWN}})


async def set_email(tx: Transaction, id: str, email: str) -> None:
    """Give a person another address. Raises ``UniqueViolation``."""
    await tx.execute(SET_EMAIL, {"of_id": id, "to_email": email})


async def is_taken(db: Executor, email: str) -> bool:
    """Whether a person has this address."""
    return (await db.fetch_one(TAKEN, {"email": email}) or 0) > 0


async def insert_change(tx: Transaction, row: AddressChange) -> None:
    """Remember a new address that is to be confirmed."""
    await tx.execute(INSERT_CHANGE, msgspec.structs.asdict(row))


async def changes(tx: Transaction, person_id: str) -> list[AddressChange]:
    """The new addresses that a person has asked for, the newest first, locked."""
    return await tx.fetch_all(CHANGES, {"person_id": person_id})


async def by_token(db: Executor, token_hash: str) -> AddressChange | None:
    """The new address that waits for this token."""
    return await db.fetch_one(BY_TOKEN, {"token_hash": token_hash})


async def forget_changes(tx: Transaction, person_id: str) -> None:
    """Forget every new address that a person has asked for."""
    await tx.execute(FORGET, {"person_id": person_id})
