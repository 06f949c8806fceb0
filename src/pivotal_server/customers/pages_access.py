"""The Access tab of a customer: who sees it and why, giving access, taking it away."""

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.auth.permissions import ROLES, Role
from pivotal_server.customers import access
from pivotal_server.customers.pages_record import access_facts, customer_page
from pivotal_server.customers.resolve import address_of, visible_customer
from pivotal_server.customers.service import CustomerRow, get_customer
from pivotal_server.customers.views import AccessForm, AccessLine, AccessTab
from pivotal_server.errors_catalogue import MEMBER_NOT_FOUND
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.references import digits_in
from pivotal_server.web.answers import status_of
from pivotal_server.web.htmx import saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form, Person

REFRESH = ("access", "activity")


async def _customer(visit: Visit) -> CustomerRow:
    row = await visible_customer(visit, visit.request.path_params["customer"])
    visit.require("manage_access", access_facts(visit, row))
    return row


@page("customers")
async def access_tab(visit: Visit) -> Response:
    """Everybody who sees the customer."""
    row = await _customer(visit)
    seen, others = await access.who_sees(visit.db, visit.org_id, row, visit.access)
    lines = tuple(
        AccessLine(
            Person(one.member.id, one.member.name),
            one.member.display_id,
            ROLES[Role(one.member.role)].title,
            one.reasons,
            one.given,
        )
        for one in seen
    )
    return await customer_page(visit, row, "access", access=AccessTab(lines, bool(others)))


async def _ask(visit: Visit, row: CustomerRow, error: str = "", status: int = 200) -> Response:
    _, others = await access.who_sees(visit.db, visit.org_id, row, visit.access)
    url = f"{address_of(row)}/access"
    form = Form(
        "access",
        f"{url}/new",
        url,
        values=visit.fields.texts("member"),
        errors={"member": error} if error else {},
    )
    options = tuple((str(one.display_id), f"{one.name}, {ROLES[Role(one.role)].title}") for one in others)
    view = AccessForm(form, row.name, (("", "Choose somebody"), *options))
    return visit.render_form("customers/access_new.html", view, status=status)


@page("customers")
async def new(visit: Visit) -> Response:
    """The form that asks to whom access is given."""
    return await _ask(visit, await _customer(visit))


@page("customers")
async def give(visit: Visit) -> Response:
    """Give access to whom the form names."""
    row = await _customer(visit)
    try:
        async with visit.work() as uow:
            locked = await get_customer(uow.tx, uow.org_id, row.id, lock=True)
            member = await access.grant_access(uow, locked, visit.fields.text("member"))
    except ApiError as fault:
        if fault.field != "member":
            raise
        return await _ask(visit, row, "Choose an active member or viewer.", status_of(fault))
    return _done(visit, row, f"{member.name} has access")


@page("customers")
async def remove(visit: Visit) -> Response:
    """Take away what was given; a toast can give it again."""
    row = await _customer(visit)
    reference = _member(visit)
    async with visit.work() as uow:
        locked = await get_customer(uow.tx, uow.org_id, row.id, lock=True)
        member = await access.revoke_access(uow, locked, reference)
    undo = f"{address_of(row)}/access/{member.display_id}/give"
    return _done(visit, row, f"Removed the access of {member.name}", undo)


@page("customers")
async def give_again(visit: Visit) -> Response:
    """Give access to somebody it was taken from."""
    row = await _customer(visit)
    reference = _member(visit)
    async with visit.work() as uow:
        locked = await get_customer(uow.tx, uow.org_id, row.id, lock=True)
        member = await access.grant_access(uow, locked, reference)
    return _done(visit, row, f"{member.name} has access")


def _member(visit: Visit) -> str:
    number = digits_in(visit.request.path_params["number"])
    if number is None:
        raise MEMBER_NOT_FOUND()
    return str(number)


def _done(visit: Visit, row: CustomerRow, toast: str, undo: str = "") -> Response:
    return saved(
        visit.request,
        f"{address_of(row)}/access",
        toast=toast,
        act=("Undo", undo) if undo else None,
        undo=bool(undo),
        refresh=REFRESH,
    )


_TAB = "/customers/{customer}/access"
routes = [
    Route(_TAB, access_tab, methods=["GET"]),
    Route(f"{_TAB}/new", new, methods=["GET"]),
    Route(f"{_TAB}/new", give, methods=["POST"]),
    Route(f"{_TAB}/{{number}}/remove", remove, methods=["POST"]),
    Route(f"{_TAB}/{{number}}/give", give_again, methods=["POST"]),
]
