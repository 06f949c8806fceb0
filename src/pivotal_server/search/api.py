"""The REST operation of search."""

import base64
import binascii

import msgspec

from pivotal_server.errors_catalogue import INVALID_STRING, MISSING_FIELD
from pivotal_server.kit import clock
from pivotal_server.kit.http import OperationTable
from pivotal_server.rest.context import Context
from pivotal_server.search import service
from pivotal_server.search.schemas import SearchPage, SearchQuery, SearchResult
from pivotal_server.search.service import Hit, Place, Seeker

table = OperationTable("Search")


def _cursor(place: Place) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode("ascii")


def _place(cursor: str | None) -> Place | None:
    if cursor is None:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
        place = msgspec.json.decode(text, type=Place)
        # What no page ever gave may lie outside of what a database can hold.
        place.behind("customer")
        if max(abs(place.tier), abs(place.number)) < 2**62:
            return place
    except (ValueError, OverflowError, binascii.Error, msgspec.MsgspecError):
        pass
    raise INVALID_STRING(field="cursor", message="Invalid cursor")


def _result(hit: Hit) -> SearchResult:
    record = hit.record
    day = None if record.day is None else record.day.isoformat()
    detail = {
        "customer": record.domain,
        "contact": record.email,
        "onboarding": record.phase,
        "task": day,
    }[hit.kind]
    return SearchResult(
        id=record.id,
        display_id=record.display_id,
        type=hit.kind,
        name=record.name,
        detail=detail,
        customer_id=record.customer_id,
        customer_name=record.customer_name,
        onboarding_id=record.onboarding_id,
        livemode=record.livemode,
        updated_at=clock.wire(record.updated_at),
    )


@table.operation(
    "GET",
    "/search",
    id="search-workspace",
    sdk="search",
    tools=["search"],
    summary="Search the workspace",
    scope="read:workspace",
    query=SearchQuery,
    answers=(200, SearchPage),
    errors=[MISSING_FIELD],
)
async def search_workspace(context: Context) -> SearchPage:
    """Customers, contacts, onboardings and tasks that hold all terms of `q`, the best first. Archived ones
    are found with `is:archived` or `status:archived`. Nothing in `q` is an error: `hints` says what was not
    understood. Of words that very many records hold, the newest changed ones are ranked.
    """
    query: SearchQuery = context.query
    if query.q is None:
        raise MISSING_FIELD(field="q", name="q")
    place = _place(query.cursor)
    seeker = Seeker(org_id=context.org_id)
    wanted = await service.understand(context.db, seeker, query.q)
    hits = await service.search(context.db, seeker, wanted, limit=query.limit + 1, after=place)
    more = len(hits) > query.limit
    shown = hits[: query.limit]
    return SearchPage(
        data=[_result(hit) for hit in shown],
        has_more=more,
        next_cursor=_cursor(Place.of(shown[-1])) if more else None,
        hints=list(wanted.hints),
    )
