"""Who a comment mentions (ONB-COM-2).

A mention is ``<@id>`` in the body, with the id of a member or contact and no name: names are looked up where
the text is shown, so that nobody is named who is gone.
"""

import re
from collections.abc import Collection

from pivotal_server.contacts import service as contacts
from pivotal_server.errors_catalogue import INVALID_REFERENCE
from pivotal_server.kit.errors import ApiError
from pivotal_server.members import service as members
from pivotal_server.unit_of_work import UnitOfWork

_MENTION = re.compile(r"<@(c[a-z0-9]{24})>")


def ids_in(body: str) -> list[str]:
    """The ids that a body mentions, each once, in their order."""
    return list(dict.fromkeys(_MENTION.findall(body)))


async def mentioned(
    uow: UnitOfWork,
    customer_id: str,
    body: str,
    visibility: str,
    *,
    known: Collection[str] = (),
    strict: bool = True,
) -> list[str]:
    """The ids of those whom ``body`` mentions and who can read it: active members, and contacts of the
    customer where it is shown to the customer.

    ``known`` were mentioned before and may have left meanwhile. Raises ``invalid_reference`` for anybody
    else; when not ``strict`` such a mention is passed over.
    """
    ids = ids_in(body)
    team = await members.by_ids(uow.tx, uow.org_id, ids)
    found = []
    for id in ids:
        fault = None
        if id in team:
            if not team[id].active and id not in known:
                fault = f"<@{id}> is no active member"
        elif not await _is_contact(uow, customer_id, id, archived=id in known):
            fault = f"<@{id}> is nobody who can be mentioned here"
        elif visibility == "internal":
            fault = "Contacts cannot read internal comments"
        if fault is None:
            found.append(id)
        elif strict:
            raise INVALID_REFERENCE(field="body", message=fault)
    return found


async def _is_contact(uow: UnitOfWork, customer_id: str, id: str, *, archived: bool) -> bool:
    try:
        contact = await contacts.get_contact(uow.tx, uow.org_id, id, deleted=archived)
    except ApiError:
        return False
    return contact.customer_id == customer_id and (archived or not contact.archived)
