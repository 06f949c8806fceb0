"""Sending to an endpoint by hand: a test message, and what it is missing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.errors_catalogue import JOB_NOT_FOUND, TOO_SMALL
from pivotal_server.events.described import DESCRIPTIONS
from pivotal_server.events.types import ALL_TYPES
from pivotal_server.jobs import service as jobs
from pivotal_server.jobs.wire import to_wire as job_to_wire
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.ids import is_cuid
from pivotal_server.kit.json import decode_json
from pivotal_server.kit.validation import Body
from pivotal_server.web.htmx import go_to, is_htmx
from pivotal_server.web.queries import local_moment
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form
from pivotal_server.webhooks import service, service_deliveries, service_recovery
from pivotal_server.webhooks.opening import (
    NAV,
    endpoint_view_path,
    opened,
    reference,
    sentence_of,
    shown,
    status_of,
)
from pivotal_server.webhooks.schemas_deliveries import WebhookTestData
from pivotal_server.webhooks.service import EndpointRow
from pivotal_server.webhooks.service_recovery import Window
from pivotal_server.webhooks.views import PATH, address, endpoint_view
from pivotal_server.webhooks.views_log import delivery_view, pretty
from pivotal_server.webhooks.views_sending import (
    AnswerView,
    RecoverPage,
    TestPage,
    recovery_page,
)

_DATA = Body(WebhookTestData)
_LONGEST_SHOWN = 4_000
"""Characters of a response that the dialog shows; the delivery's page shows all that was kept."""
_FIRST_TYPE = "customer.created"


# ── A test message ─────────────────────────────────────────────────────────────────────────────
async def _test_page(
    visit: Visit,
    row: EndpointRow,
    values: dict[str, str],
    *,
    errors: dict[str, str] | None = None,
    fault: str | None = None,
    answer: AnswerView | None = None,
    status: int = 200,
) -> Response:
    path = address(row.display_id, "test")
    form = Form("test", path, address(row.display_id), "", values, errors or {}, fault)
    types = tuple((name, DESCRIPTIONS[name].replace("`", "")) for name in ALL_TYPES)
    view = TestPage(form, endpoint_view(await shown(visit, row)), types, answer)
    return visit.render_form("webhooks/test.html", view, status=status)


@page(NAV, capability="administer")
async def ask_test(visit: Visit) -> Response:
    """The dialog of a test message, with the example of the chosen type."""
    row = await opened(visit)
    asked = visit.request.query_params.get("type", "")
    event_type = asked if asked in ALL_TYPES else _FIRST_TYPE
    example = service_deliveries.example_data(event_type, row)
    text = msgspec.json.format(msgspec.json.encode(example), indent=2).decode()
    return await _test_page(visit, row, {"type": event_type, "data": text})


@page(NAV, capability="administer")
async def send_test(visit: Visit) -> Response:
    """Send a test message; what was typed stays in the dialog, and the answer appears beside it."""
    row = await opened(visit)
    values = visit.fields.texts("type", "data")
    try:
        data = _DATA.check(decode_json(values["data"].encode()), "data")
    except (ApiError, UnicodeEncodeError) as fault:
        said = sentence_of(fault) if isinstance(fault, ApiError) else "This is no JSON."
        return await _test_page(visit, row, values, errors={"data": said}, status=422)
    try:
        async with visit.work() as uow:
            locked = await service.get_endpoint(uow.tx, visit.actor, reference(visit), lock=True)
            sent = await service_deliveries.send_test(uow, locked, values["type"], data)
    except ApiError as fault:
        field = fault.field or ""
        errors = {field.partition(".")[0]: sentence_of(fault)} if field else {}
        whole = None if errors else sentence_of(fault)
        return await _test_page(visit, row, values, errors=errors, fault=whole, status=status_of(fault))
    return await _test_page(visit, row, values, answer=await _answer(visit, row, sent.id))


async def _answer(visit: Visit, row: EndpointRow, id: str) -> AnswerView:
    found = await service_deliveries.read_delivery(visit.db, visit.org_id, row.id, id)
    last = found.attempts[-1] if found.attempts else None
    body = (last.response_body or "") if last is not None else ""
    if last is not None and last.response_body_encoding == "base64":
        body = "Binary"
    return AnswerView(
        delivery=delivery_view(found, endpoint_view_path(row)),
        body=pretty(body)[:_LONGEST_SHOWN],
        message=(last.error_message or "") if last is not None else "",
        poll_url=address(row.display_id, "deliveries", id, "answer"),
    )


@page(NAV, capability="administer")
async def answer(visit: Visit) -> Response:
    """What was answered to a test message, for the dialog that waits for it."""
    row = await opened(visit)
    id = visit.request.path_params["delivery"]
    if not is_htmx(visit.request):
        return RedirectResponse(address(row.display_id, "deliveries", id), status_code=303)
    return visit.render_with("webhooks/answer.html", {"answer": await _answer(visit, row, id)})


# ── What is missing ────────────────────────────────────────────────────────────────────────────
def _asked(visit: Visit) -> dict[str, str]:
    """What the form says: in the address of a question, in the body when it is sent."""
    names = ("window", "since", "until", "never_sent")
    if visit.request.method == "POST":
        return visit.fields.texts(*names)
    query = visit.request.query_params
    values = {name: query.get(name, "")[:64] for name in names}
    if not values["window"]:
        values["window"] = "24"
        since = query.get("missed_since", "")
        try:
            moment = local_moment(since, visit.frame).astimezone(visit.frame.zone) if since else None
        except (ValueError, OverflowError):
            moment = None
        if moment is not None:
            values |= {"window": "own", "never_sent": "yes"}
            values["since"] = moment.replace(tzinfo=None, microsecond=0).isoformat(timespec="minutes")
    return values


def _window(visit: Visit, values: dict[str, str], now: datetime) -> tuple[Window, str]:
    """What is to be sent again, and how the API names it. Raises ``ValueError`` with the faulty field."""
    scope = "all" if values["never_sent"] else "failed"
    hours = values["window"]
    if hours in ("1", "6", "24", "72"):
        return Window(now - timedelta(hours=int(hours)), now, scope), scope
    moments = []
    for name in ("since", "until"):
        text = values[name]
        try:
            if name == "until" and not text:
                moments.append(now)
            else:
                moments.append(local_moment(text, visit.frame).astimezone(UTC))
        except (ValueError, OverflowError):
            raise TOO_SMALL(field=name, message="Enter a date and a time") from None
    window = Window(moments[0], moments[1], scope)
    if window.until <= window.since:
        raise TOO_SMALL(field="until", message="Choose a moment after the beginning")
    days = visit.services.retention_days
    service_recovery.check_window(window.since, window.until, now, days)
    return window, scope


async def _recover_page(
    visit: Visit,
    row: EndpointRow,
    values: dict[str, str],
    *,
    matched: int | None = None,
    errors: dict[str, str] | None = None,
    fault: str | None = None,
    status: int = 200,
) -> Response:
    form = Form(
        "recover",
        address(row.display_id, "recover"),
        address(row.display_id),
        "",
        values,
        errors or {},
        fault,
    )
    view = RecoverPage(form, endpoint_view(await shown(visit, row)), matched, visit.frame.time_zone)
    return visit.render_form("webhooks/recover.html", view, status=status)


async def _count(visit: Visit, row: EndpointRow, values: dict[str, str]) -> tuple[int | None, dict[str, str]]:
    try:
        window, _ = _window(visit, values, visit.frame.now)
        return await service_recovery.count(visit.db, visit.org_id, row, window), {}
    except ApiError as fault:
        return None, {fault.field or "since": sentence_of(fault)}


@page(NAV, capability="administer")
async def ask_recover(visit: Visit) -> Response:
    """The dialog of a recovery, with the number of a dry run."""
    row = await opened(visit)
    values = _asked(visit)
    matched, errors = await _count(visit, row, values)
    return await _recover_page(visit, row, values, matched=matched, errors=errors)


@page(NAV, capability="administer")
async def count_recover(visit: Visit) -> Response:
    """The number alone, for the dialog whose choice has changed."""
    row = await opened(visit)
    matched, errors = await _count(visit, row, _asked(visit))
    said = next(iter(errors.values()), "")
    return visit.render_with("webhooks/matched.html", {"matched": matched, "said": said})


@page(NAV, capability="administer")
async def recover(visit: Visit) -> Response:
    """Start the job that sends again what is missing."""
    values = _asked(visit)
    row = await opened(visit)
    try:
        window, scope = _window(visit, values, visit.frame.now)
        matched = await service_recovery.count(visit.db, visit.org_id, row, window)
        async with visit.work() as uow:
            locked = await service.get_endpoint(uow.tx, visit.actor, reference(visit), lock=True)
            job = await service_recovery.start(uow, locked, window, scope)
    except ApiError as fault:
        errors = {fault.field: sentence_of(fault)} if fault.field else {}
        whole = None if errors else sentence_of(fault)
        return await _recover_page(visit, row, values, errors=errors, fault=whole, status=status_of(fault))
    return go_to(visit.request, address(row.display_id, "recoveries", job.id, of=str(matched)))


@page(NAV, capability="administer")
async def recovery(visit: Visit) -> Response:
    """How far a recovery is."""
    row = await opened(visit)
    id = visit.request.path_params["job"]
    found = await jobs.get_job(visit.db, visit.org_id, id) if is_cuid(id) else None
    payload: Any = found.payload if found is not None else {}
    if found is None or found.kind != service_recovery.KIND or payload["endpoint_id"] != row.id:
        raise JOB_NOT_FOUND()
    job = job_to_wire(found, [], visit.services.files, visit.actor.string)
    of = visit.request.query_params.get("of", "")
    expected = int(of) if of.isascii() and of.isdigit() and len(of) < 10 else 0
    error = "" if job.error is None else job.error.message
    url = address(row.display_id, "recoveries", id, of=str(expected) if expected else "")
    view = recovery_page(endpoint_view(await shown(visit, row)), url, job.status, job.counts, expected, error)
    block = "progress" if is_htmx(visit.request) else None
    return visit.render("webhooks/recovery.html", view, block=block)


_ONE = f"{PATH}/{{number}}"
routes = [
    Route(f"{_ONE}/test", ask_test, methods=["GET"]),
    Route(f"{_ONE}/test", send_test, methods=["POST"]),
    Route(f"{_ONE}/deliveries/{{delivery}}/answer", answer, methods=["GET"]),
    Route(f"{_ONE}/recover", ask_recover, methods=["GET"]),
    Route(f"{_ONE}/recover/count", count_recover, methods=["GET"]),
    Route(f"{_ONE}/recover", recover, methods=["POST"]),
    Route(f"{_ONE}/recoveries/{{job}}", recovery, methods=["GET"]),
]
