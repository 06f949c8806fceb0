"""Which customer an address names, and who may see it (APP-URL-1 … 3, APP-ACC-1)."""

from starlette.responses import RedirectResponse, Response

from pivotal_server.customers import repository
from pivotal_server.customers.repository import CustomerRow
from pivotal_server.customers.views import customer_url
from pivotal_server.db.engine import Executor
from pivotal_server.errors_catalogue import CUSTOMER_NOT_FOUND
from pivotal_server.kit.references import digits_in
from pivotal_server.web.session import Visit


def address_of(row: CustomerRow) -> str:
    """The canonical address of a customer."""
    return customer_url(row.display_id, row.slug)


async def _live(db: Executor, org_id: str, number: int) -> CustomerRow | None:
    row = await repository.find(db, org_id, number=number)
    return None if row is None or row.deleted_at is not None else row


async def resolve(db: Executor, org_id: str, reference: str) -> CustomerRow | None:
    """The live customer that one segment of a path names.

    In this order: digits are a number; ``n-rest`` where ``rest`` is the slug of customer n; a slug; ``n-…``
    is number n; a former slug, whose last holder is meant.
    """
    number = digits_in(reference)
    if number is not None:
        return await _live(db, org_id, number)
    if "\0" in reference:
        return None
    head, dash, rest = reference.partition("-")
    number = digits_in(head) if dash else None
    numbered = None if number is None else await _live(db, org_id, number)
    if numbered is not None and numbered.slug == rest:
        return numbered
    return (
        await repository.by_slug(db, org_id, reference)
        or numbered
        or await repository.by_former_slug(db, org_id, reference)
    )


async def visible_customer(visit: Visit, reference: str) -> CustomerRow:
    """The customer that an address names. Raises ``customer_not_found`` also when it is not visible."""
    row = await resolve(visit.db, visit.org_id, reference)
    if row is None:
        raise CUSTOMER_NOT_FOUND()
    await _check_sight(visit, row)
    return row


async def visible_by_id(visit: Visit, id: str) -> CustomerRow:
    """The customer with this id, live and visible. Raises ``customer_not_found``."""
    row = await repository.find(visit.db, visit.org_id, id=id)
    if row is None or row.deleted_at is not None:
        raise CUSTOMER_NOT_FOUND()
    await _check_sight(visit, row)
    return row


async def _check_sight(visit: Visit, row: CustomerRow) -> None:
    if visit.allows("see_all_customers"):
        return
    if not await repository.is_visible(visit.db, visit.org_id, row.id, visit.actor.id or ""):
        raise CUSTOMER_NOT_FOUND()


def elsewhere(visit: Visit, row: CustomerRow, tail: str = "") -> Response | None:
    """The way to the canonical address, query kept; ``None`` when the request stands there already."""
    canonical = customer_url(row.display_id, row.slug)
    if visit.request.path_params["customer"] == canonical.rpartition("/")[2]:
        return None
    query = visit.request.url.query
    return RedirectResponse(f"{canonical}{tail}{'?' + query if query else ''}", status_code=302)
