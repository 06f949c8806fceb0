"""Acting on many customers of the list at once: on those ticked, or on all that the filter holds."""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.bulk.answering import answered
from pivotal_server.bulk.rows import Asked
from pivotal_server.customers import bulk
from pivotal_server.customers.filtering import PATH, asked_of
from pivotal_server.customers.views_bulk import ASKED, Asking, facts_of
from pivotal_server.errors_catalogue import INVALID_REFERENCE
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import cuid, is_cuid
from pivotal_server.onboardings.views_ask import Ask
from pivotal_server.views.listings import PARAMETER
from pivotal_server.web.htmx import saved
from pivotal_server.web.queries import moment_in
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

BULK = f"{PATH}/bulk"
OF_LIST = ("q", "columns", "sort", "size", PARAMETER)
"""What the form sends along of the address of the list, to lead back to it."""
_CHOICE = ("everything", "filter", "selected_at", "without", "customer")
_REFRESH = ("rows", "total", "views")


def _chosen(visit: Visit, act: str) -> Asked:
    """Which customers the form means."""
    fields = visit.fields
    everything = fields.ticked("everything")
    return Asked(
        act=act,
        values={},
        moment=visit.frame.now,
        until=moment_in(fields.text("selected_at")) or visit.frame.now,
        filters={"q": fields.text("filter"), "me": visit.actor.id} if everything else {},
        ids=[] if everything else [id for id in dict.fromkeys(fields.all("customer")) if is_cuid(id)],
        without=[id for id in dict.fromkeys(fields.all("without")) if is_cuid(id)] if everything else [],
    )


def _sight(visit: Visit) -> dict[str, str | None]:
    return {} if visit.allows("see_all_customers") else {"visible_to": visit.actor.id}


async def _ask(
    visit: Visit,
    name: str,
    total: int,
    back: str,
    errors: Mapping[str, str] | None = None,
) -> Response:
    """The form of an act, with everything that says which customers it is for."""
    asking, sent = ASKED[name], visit.fields
    fields = await asking.fields(visit)
    shown = {field.name for field in fields}
    hidden = [(key, text) for key, text in sent.pairs() if key in (*OF_LIST, *_CHOICE)]
    hidden += [("act", name), ("sure", "yes")]
    if asking.first and asking.first not in shown:
        hidden.append((asking.first, sent.text(asking.first)))
    view = Ask(
        title=asking.titled(total),
        name="",
        url=back,
        submit="Next" if asking.first in shown else asking.submit,
        lead=asking.lead,
        danger=asking.danger,
        form=Form(
            id="bulk",
            action=BULK,
            cancel=back,
            submission=cuid(),
            values=sent.texts(*shown, "ready"),
            errors=errors or {},
        ),
        hidden=tuple(hidden),
        fields=fields,
        lists=asking.lists,
    )
    return visit.render_form("customers/ask.html", view, status=422 if errors else 200)


def _is_answered(visit: Visit, asking: Asking, shown: set[str]) -> bool:
    """Whether the form came with what its fields hold, rather than to be shown, or to show what follows."""
    return visit.fields.ticked("sure") and all(visit.fields.has(name) for name in shown - {asking.first})


@page("customers", capability="bulk_edit_customers")
async def act(visit: Visit) -> Response:
    """Ask about the act with the exact number of customers, then do it; or go on as a job."""
    fields, name = visit.fields, visit.fields.text("act")
    back = (await asked_of(visit, {key: fields.text(key) for key in OF_LIST if fields.has(key)})).url()
    if not name:
        return saved(visit.request, back, toast="Choose what to do with the selected ones")
    asking = ASKED.get(name)
    if asking is None:
        raise INVALID_REFERENCE(field="act", message="There is no such act")
    visit.require("bulk_edit_customers", facts_of(name))
    wanted, sight = _chosen(visit, name), _sight(visit)
    try:
        total = await bulk.count(visit.db, visit.org_id, wanted, sight) if _means_some(visit) else 0
    except ApiError as fault:
        if fault.field != "filter":
            raise
        toast = f"{fault.message}, so nothing was done"
        return saved(visit.request, back, toast=toast, refresh=_REFRESH)
    if not total:
        return saved(visit.request, back, toast="Nothing is selected", refresh=_REFRESH)
    shown = {field.name for field in await asking.fields(visit)}
    if not _is_answered(visit, asking, shown):
        return await _ask(visit, name, total, back)
    values, errors = await asking.read(visit, total)
    if errors:
        return await _ask(visit, name, total, back, errors)
    wanted.values.update(values)
    return await answered(visit, bulk.ROWS, wanted, sight, verb=asking.verb, back=back, refresh=_REFRESH)


def _means_some(visit: Visit) -> bool:
    return visit.fields.ticked("everything") or any(map(is_cuid, visit.fields.all("customer")))


routes = [Route(BULK, act, methods=["POST"])]
