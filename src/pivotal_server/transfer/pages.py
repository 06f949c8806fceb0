"""Importing a file in the app: upload, match columns, check (APP-IMP-1 … 4). Running is in ``pages_runs``."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from pivotal_server.auth.sessions import is_csrf_token
from pivotal_server.custom_fields import service as custom_fields
from pivotal_server.custom_fields.schemas import CustomFieldCreate
from pivotal_server.errors_catalogue import FILE_NOT_FOUND
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.http.multipart import Upload, received
from pivotal_server.kit.http.request import Request as RawRequest
from pivotal_server.limits.catalogue import IMPORT_BYTES
from pivotal_server.transfer import drafts
from pivotal_server.transfer.columns import CUSTOM, REQUIRED
from pivotal_server.transfer.drafts import Draft, Look
from pivotal_server.transfer.format import DELIMITER_NAMES
from pivotal_server.transfer.importing import ImportPayload
from pivotal_server.transfer.reading import BadFile
from pivotal_server.transfer.views import (
    ENCODINGS,
    MATCHES,
    NEW,
    PATH,
    Column,
    MatchPage,
    UploadPage,
    choices_of,
    label_of,
)
from pivotal_server.web.answers import status_of
from pivotal_server.web.faults import out_of_date
from pivotal_server.web.formats import count
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

NAV = "customers"
_KINDS: dict[str, drafts.Kind] = {"customer": "customer", "contact": "contact"}
_ENCODINGS = {"utf-8-sig": "utf-8", "utf-8": "utf-8", "cp1252": "windows-1252"}
_EXAMPLES = 3
_SHOWN = 60


class _Fields(msgspec.Struct, kw_only=True):
    """The fields of the upload beside the file."""

    csrf_token: str = ""
    resource: str = "customer"


_UPLOAD = Upload.of(_Fields, IMPORT_BYTES.default)


# ── Upload ───────────────────────────────────────────────────────────────────────────────────────
def _upload_page(visit: Visit, resource: str, fault: str = "", status: int = 200) -> Response:
    form = Form(
        id="import",
        action=PATH,
        cancel="/customers",
        values={"resource": resource},
        errors={"file": fault} if fault else {},
    )
    return visit.render("transfer/upload.html", UploadPage(form), status=status)


@page(NAV, capability="import_data")
async def ask_upload(visit: Visit) -> Response:
    """The first step: which file, and what its rows are."""
    resource = visit.request.query_params.get("kind", "customer")
    return _upload_page(visit, resource if resource in _KINDS else "customer")


@page(NAV, capability="import_data", reads_form=False)
async def upload(visit: Visit) -> Response:
    """Take a file; one that is no CSV is refused and nothing of it kept."""
    raw = RawRequest(visit.request.scope, visit.request.receive)
    resource = "customer"
    try:
        async with received(raw, _UPLOAD, visit.services.files.new_path) as form:
            if not is_csrf_token(form.fields.csrf_token, visit.browser, visit.session.forms):
                raise out_of_date()
            resource = form.fields.resource if form.fields.resource in _KINDS else "customer"
            await drafts.look(form.file.path, form.file.name)
            async with visit.work() as uow:
                id = await drafts.start_draft(uow, _KINDS[resource], form.file)
    except BadFile as fault:
        return _upload_page(visit, resource, _sentence(str(fault)), 422)
    except ApiError as fault:
        if fault.field != "file" and fault.code.code not in ("body_too_large", "limit_reached"):
            raise
        return _upload_page(visit, resource, _words(fault), status_of(fault))
    return RedirectResponse(f"{PATH}/{id}", status_code=303)


def _sentence(text: str) -> str:
    return text if text.endswith(".") else f"{text}."


def _words(fault: ApiError) -> str:
    match fault.code.code:
        case "missing_field" | "invalid_type":
            return "Choose a file."
        case "too_small":
            return "The file is empty."
        case "body_too_large":
            return "The file is too large; the limit is 500 MB."
        case _:
            return _sentence(fault.message)


# ── Match columns ────────────────────────────────────────────────────────────────────────────────
async def look_at(visit: Visit, draft: Draft, encoding: str | None, delimiter: str | None) -> Look:
    """The beginning of a draft's file. Raises ``file_not_found`` when it is not kept any more."""
    try:
        return await drafts.look(
            visit.services.files.path_of(draft.file_id), draft.file_name, encoding, delimiter
        )
    except FileNotFoundError:
        raise FILE_NOT_FOUND() from None


def _told(values: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The encoding and the separator that somebody chose; ``None`` leaves it to the content."""
    encoding, delimiter = values.get("encoding", ""), values.get("delimiter", "")
    return (
        encoding if encoding in dict(ENCODINGS) else None,
        delimiter if delimiter in DELIMITER_NAMES else None,
    )


async def _match_page(
    visit: Visit, id: str, values: dict[str, str], errors: dict[str, str], fault: str | None = None
) -> Response:
    job, draft = await drafts.get_draft(visit.db, visit.org_id, id)
    encoding, delimiter = _told(values)
    try:
        found = await look_at(visit, draft, encoding, delimiter)
    except BadFile as bad:
        found, fault = Look(await _shape(visit, draft), [], []), _sentence(str(bad))
    guessed = await drafts.guesses(visit.db, visit.org_id, draft.resource, found.header)
    fields = await custom_fields.all_fields(visit.db, visit.org_id)
    choices = choices_of(draft.resource, fields)
    offered = {value for value, _ in choices}
    columns = []
    for number, name in enumerate(found.header):
        field = f"column_{number}"
        if field not in values:
            guess = guessed.get(name) or ""
            values[field] = guess if guess in offered else ""
        examples = tuple(row[number][:_SHOWN] for row in found.rows if number < len(row) and row[number])
        columns.append(Column(field, name or f"Column {number + 1}", examples[:_EXAMPLES]))
    values.setdefault("key", "display_id" if "display_id" in values.values() else "")
    values.setdefault("on_match", "update")
    values.setdefault("blank_cells", "leave")
    values.setdefault("send_webhooks", "yes")
    values["encoding"] = encoding or _ENCODINGS.get(found.shape.codec, "utf-16")
    names = {mark: name for name, mark in DELIMITER_NAMES.items()}
    values["delimiter"] = delimiter or names.get(found.shape.delimiter, "comma")
    total = (job.counts or {}).get("total")
    view = MatchPage(
        form=Form(id="match", action=f"{PATH}/{id}", cancel=PATH, values=values, errors=errors, fault=fault),
        file_name=draft.file_name,
        resource=draft.resource,
        rows="" if total is None else count(total, "row"),
        columns=tuple(columns),
        choices=choices,
        matches=MATCHES[draft.resource],
        check=values.get("check", ""),
    )
    return visit.render("transfer/match.html", view, status=422 if errors or fault else 200)


async def _shape(visit: Visit, draft: Draft) -> Any:
    return (await look_at(visit, draft, None, None)).shape


@page(NAV, capability="import_data")
async def ask_match(visit: Visit) -> Response:
    """The second step, with what the names of the columns say; after a check, with what it was made with."""
    id, query = visit.request.path_params["id"], visit.request.query_params
    _, draft = await drafts.get_draft(visit.db, visit.org_id, id)
    values = {name: query[name] for name in ("encoding", "delimiter") if name in query}
    if query.get("check") and not values:
        _, payload = await drafts.get_check(visit.db, visit.org_id, query["check"], draft.file_id)
        found = await look_at(visit, draft, payload.encoding, payload.delimiter)
        values = _values_of(payload, found.header) | {"check": query["check"]}
    return await _match_page(visit, id, values, {})


def _values_of(payload: ImportPayload, header: list[str]) -> dict[str, str]:
    columns = {f"column_{n}": payload.mapping.get(name.strip()) or "" for n, name in enumerate(header)}
    return {
        **columns,
        "key": payload.by if payload.mode == "upsert" else "",
        "on_match": payload.on_match,
        "blank_cells": "clear" if payload.clear_blanks else "leave",
        "send_webhooks": "yes" if payload.send_webhooks else "",
        "encoding": payload.encoding or "",
        "delimiter": payload.delimiter or "",
    }


@page(NAV, capability="import_data")
async def match(visit: Visit) -> Response:
    """Take how columns are matched and the rules, and start the check."""
    id = visit.request.path_params["id"]
    _, draft = await drafts.get_draft(visit.db, visit.org_id, id)
    values = {name: text for name, text in visit.fields.pairs() if name != "csrf_token"}
    values.setdefault("send_webhooks", "")
    encoding, delimiter = _told(values)
    try:
        found = await look_at(visit, draft, encoding, delimiter)
    except BadFile:
        return await _match_page(visit, id, values, {})
    if values.pop("read", ""):
        if sum(name.startswith("column_") for name in values) != len(found.header):
            # Read otherwise it has other columns, so what was chosen for the old ones says nothing.
            values = {name: text for name, text in values.items() if not name.startswith("column_")}
        return await _match_page(visit, id, values, {})
    chosen = {name.strip(): values.get(f"column_{n}", "") for n, name in enumerate(found.header)}
    errors, fault = _faults(draft.resource, found.header, values)
    fields = await custom_fields.all_fields(visit.db, visit.org_id)
    offered = {value for value, _ in choices_of(draft.resource, fields)}
    chosen = {name: field if field in offered else "" for name, field in chosen.items()}
    if errors or fault:
        return await _match_page(visit, id, values, errors, fault)
    key = values.get("key", "")
    try:
        async with visit.work() as uow:
            mapping: dict[str, str | None] = {}
            for name, field in chosen.items():
                if field.startswith(NEW):
                    visit.require("edit_phases_and_fields")
                    mapping[name] = await _new_field(uow, name, field.removeprefix(NEW))
                else:
                    mapping[name] = field or None
            payload = ImportPayload(
                file_id=draft.file_id,
                file_name=draft.file_name,
                resource=draft.resource,
                mode="upsert" if key else "create",
                by=key or "external_id",
                mapping=mapping,
                format="csv",
                encoding=encoding,
                delimiter=delimiter,
                clear_blanks=values.get("blank_cells") == "clear",
                send_webhooks=bool(values.get("send_webhooks")),
                contacts=True,
                on_match=_on_match(values.get("on_match", "")) if key else "update",
            )
            check = await drafts.start_check(uow, payload, values.get("check", ""))
    except ApiError as refused:
        if refused.code.type == "permission_error":
            raise
        return await _match_page(visit, id, values, {}, _sentence(refused.message))
    return RedirectResponse(f"{PATH}/{id}/checks/{check}", status_code=303)


def _on_match(text: str) -> Any:
    return text if text in ("update", "skip", "fill") else "update"


async def _new_field(uow: Any, name: str, kind: str) -> str:
    typed: Any = kind
    field = await custom_fields.create_field(uow, CustomFieldCreate(label=name[:100], type=typed))
    return f"{CUSTOM}{field.slug}"


def _faults(resource: str, header: list[str], values: dict[str, str]) -> tuple[dict[str, str], str | None]:
    """What is wrong with the matching: by form field, and as a whole."""
    errors: dict[str, str] = {}
    taken: dict[str, str] = {}
    called: dict[str, str] = {}
    for number, name in enumerate(header):
        field = values.get(f"column_{number}", "")
        if called.setdefault(name.strip(), field) != field:
            # A mapping says it by the name of the column.
            errors[f"column_{number}"] = f"Two columns are called “{name.strip()}”. Rename one in the file."
        if not field or field.startswith(NEW):
            continue
        if field in taken:
            errors[f"column_{number}"] = f"The column {taken[field]} is matched with this already."
        taken[field] = name
    key = values.get("key", "")
    if key not in dict(MATCHES[resource]):
        errors["key"] = "Choose one of these."
    elif key and key not in taken:
        errors["key"] = f"Match a column with {label_of(key)}, or choose something else."
    missing = [
        " or ".join(label_of(one) for one in group)
        for group in REQUIRED[resource]
        if not key and not taken.keys() & set(group)
    ]
    return errors, f"Match a column with {'; '.join(missing)}." if missing else None


routes = [
    Route(PATH, ask_upload, methods=["GET"]),
    Route(PATH, upload, methods=["POST"]),
    Route(f"{PATH}/{{id}}", ask_match, methods=["GET"]),
    Route(f"{PATH}/{{id}}", match, methods=["POST"]),
]
