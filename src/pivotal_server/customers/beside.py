"""What rows of the list of customers show beside the customer itself, as far as columns ask for it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct

from pivotal_server.activity import service as activity
from pivotal_server.contacts import service as contacts
from pivotal_server.customers.service import CustomerRow
from pivotal_server.db.engine import Executor
from pivotal_server.members import service as members
from pivotal_server.members.service import MemberRow
from pivotal_server.onboardings import service as onboardings
from pivotal_server.onboardings.service import OpenSummary


class Beside(Struct, frozen=True):
    """Owners by their ids; by the id of the customer its open onboardings, the moment of the last act of
    people, and the name of the primary contact.
    """

    owners: Mapping[str | None, MemberRow]
    opened: Mapping[str, Sequence[OpenSummary]]
    last: Mapping[str, datetime | None]
    primary: Mapping[str, str]

    def next_launch(self, customer_id: str) -> date | None:
        """The earliest target among the open, unlaunched onboardings of a customer."""
        days = [
            one.target_launch_date
            for one in self.opened.get(customer_id, ())
            if one.target_launch_date and not one.launched_at
        ]
        return min(days, default=None)


async def read_beside(
    db: Executor, org_id: str, rows: Sequence[CustomerRow], columns: Collection[str]
) -> Beside:
    """What stands beside these rows in these columns, by at most four statements."""
    ids = [row.id for row in rows]
    opened: dict[str, list[OpenSummary]] = {}
    if "onboardings" in columns or "launch" in columns:
        for one in await onboardings.open_of_customers(db, org_id, ids):
            opened.setdefault(one.customer_id, []).append(one)
    return Beside(
        owners=await members.by_ids(db, org_id, [row.owner_id for row in rows]) if "owner" in columns else {},
        opened=opened,
        last=await activity.last_of_customers(db, org_id, ids) if "activity" in columns else {},
        primary=await contacts.primary_names(db, org_id, ids) if "contact" in columns else {},
    )
