"""The Contacts tab of a customer."""

from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.contacts import service as contacts
from pivotal_server.contacts.views import ContactsTab, contact_view
from pivotal_server.customers.pages_record import customer_page
from pivotal_server.customers.resolve import address_of, visible_customer
from pivotal_server.kit.clock import wire_micros
from pivotal_server.kit.pagination import Slice
from pivotal_server.web.queries import moment_in
from pivotal_server.web.session import Visit, page

ROWS = 100


@page("customers")
async def contacts_tab(visit: Visit) -> Response:
    """The contacts of a customer, active or archived, 100 a page."""
    row = await visible_customer(visit, visit.request.path_params["customer"])
    query = visit.request.query_params
    archived = query.get("archived") == "yes"
    filters = {"archived": archived}
    part = Slice(ROWS, moment_in(query.get("after")), ascending=True)
    found, following = await contacts.read_contacts(visit.db, visit.org_id, row.id, part, filters)
    total = len(found)
    if following is not None or part.cursor is not None:
        total = await contacts.count_contacts(visit.db, visit.org_id, row.id, Slice(), filters)
    selecting = query.get("select") == "1"
    here = {"archived": "yes"} if archived else {}
    chosen = {"select": "1"} if selecting else {}
    after = {"after": query["after"]} if part.cursor is not None else {}
    url = f"{address_of(row)}/contacts"
    people = ContactsTab(
        rows=tuple(contact_view(one) for one in found),
        archived=archived,
        total=total,
        next_url=_with(url, here | chosen | {"after": wire_micros(following)}) if following else None,
        selecting=selecting,
        select_url=_with(url, here | after | ({} if selecting else {"select": "1"})),
    )
    return await customer_page(visit, row, "contacts", people=people)


def _with(url: str, query: dict[str, str]) -> str:
    return f"{url}?{urlencode(query)}" if query else url


routes = [Route("/customers/{customer}/contacts", contacts_tab, methods=["GET"])]
