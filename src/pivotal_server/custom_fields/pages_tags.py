"""Admin > Custom fields > Tags: renaming, merging and deleting tags, making a field of one."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.custom_fields import service
from pivotal_server.custom_fields.pages import CAPABILITY, HOME
from pivotal_server.custom_fields.schemas import CustomFieldCreate
from pivotal_server.custom_fields.views import TagForm, TagsPage
from pivotal_server.customers import retagging
from pivotal_server.customers.retagging import Retag
from pivotal_server.errors_catalogue import ROUTE_NOT_FOUND
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.text import line
from pivotal_server.tags import service as tags
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.web.answers import status_of
from pivotal_server.web.formats import count
from pivotal_server.web.forms import sentence
from pivotal_server.web.htmx import saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

NAV = "custom-fields"
PATH = f"{HOME}/tags"
TAGS = 100
ACTS = ("rename", "merge", "delete", "field")
DONE = {"rename": "Tag renamed", "merge": "Tags merged", "delete": "Tag deleted", "field": "Field added"}
STRETCHES = 5
"""So many stretches are changed while the browser waits; a job does what is left."""
WORDS = {
    ("to", "too_small"): "Enter a tag.",
    ("to", "too_big"): "Use at most 50 characters.",
    ("to", "invalid_string"): "A tag holds no comma.",
    ("label", "too_small"): "Enter a label.",
    ("label", "too_big"): "Use at most 80 characters.",
    ("tag", "invalid_reference"): "Nobody carries this tag any more.",
}


@page(NAV, capability=CAPABILITY)
async def tags_page(visit: Visit) -> Response:
    """The tags in the order of their letters, with how many customers carry each."""
    after = visit.request.query_params.get("after", "").replace("\0", "")[:200]
    found, following = await tags.read_tags(visit.db, visit.org_id, TAGS, after or None)
    next_url = f"{PATH}?{urlencode({'after': following})}" if following else None
    view = TagsPage(tuple(found), next_url)
    return visit.render("custom_fields/tags.html", view, fragments=("tags",))


def _act(visit: Visit) -> str:
    act: str = visit.request.path_params["act"]
    if act not in ACTS:
        raise ROUTE_NOT_FOUND()
    return act


async def _form(
    visit: Visit, act: str, values: dict[str, str], errors: dict[str, str], status: int = 200
) -> Response:
    fault = errors.get("tag")
    form = Form("tag", f"{PATH}/act/{act}", PATH, values=values, errors=errors, fault=fault)
    uses = await tags.uses_of(visit.db, visit.org_id, values["tag"])
    return visit.render_form("custom_fields/tag.html", TagForm(act, form, uses), status=status)


@page(NAV, capability=CAPABILITY)
async def ask(visit: Visit) -> Response:
    """The form of an act on a tag."""
    act = _act(visit)
    tag = visit.request.query_params.get("tag", "").replace("\0", "")[:100]
    values = {"tag": tag, "to": tag if act == "rename" else "", "label": tag, "drops": "yes"}
    return await _form(visit, act, values, {})


@page(NAV, capability=CAPABILITY)
async def do(visit: Visit) -> Response:
    """Act on a tag: at once when few customers carry it, else in the background."""
    act = _act(visit)
    values = visit.fields.texts("tag", "to", "label", "drops")
    retag: Retag | None
    try:
        async with visit.work() as uow:
            retag = await _BEGIN[act](uow, values)
            first = retag
            retag = await retagging.retag_some(uow, retag)
    except ApiError as fault:
        if fault.field not in values:
            raise
        errors = {fault.field: sentence(fault.field, fault, WORDS)}
        return await _form(visit, act, values, errors, status_of(fault))
    for _ in range(STRETCHES - 1):
        if retag is None:
            break
        async with visit.work() as uow:
            retag = await retagging.retag_some(uow, retag)
    detail = ""
    if retag is not None:
        async with visit.work() as uow:
            await retagging.enqueue_rest(uow, retag)
        detail = "The other customers follow in the background."
    elif first.to is not None:
        uses = await tags.uses_of(visit.db, visit.org_id, first.to)
        detail = f"{first.to}: {count(uses, 'customer')}"
    return saved(visit.request, PATH, toast=DONE[act], detail=detail, refresh=("tags",))


def _plain(act: str) -> Callable[[UnitOfWork, dict[str, str]], Awaitable[Retag]]:
    async def begin(uow: UnitOfWork, values: dict[str, str]) -> Retag:
        return await retagging.begin(uow, act, values["tag"], to=values["to"])

    return begin


async def _field(uow: UnitOfWork, values: dict[str, str]) -> Retag:
    label = line(values["label"], "label", 1, 80)
    # First, so that no field is made of a tag that nobody carries.
    retag = await retagging.begin(uow, "field", values["tag"], drops=bool(values["drops"]))
    try:
        row = await service.create_field(uow, CustomFieldCreate(label=label, type="boolean"))
    except ApiError as fault:
        raise fault.code(field="label", message=fault.message) from None
    return await retagging.begin(uow, "field", values["tag"], field=row.slug, drops=retag.drops)


_BEGIN: dict[str, Any] = {act: _plain(act) for act in ACTS if act != "field"} | {"field": _field}

routes = [
    Route(PATH, tags_page, methods=["GET"]),
    Route(f"{PATH}/act/{{act}}", ask, methods=["GET"]),
    Route(f"{PATH}/act/{{act}}", do, methods=["POST"]),
]
