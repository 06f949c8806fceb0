"""The Details tab of a customer: every field, saved one by one as they are left (APP-EDIT-1 … 3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.auth.permissions import Facts
from pivotal_server.custom_fields import service as custom_fields
from pivotal_server.custom_fields.service import FieldRow
from pivotal_server.customers import changes, service
from pivotal_server.customers.editing import CUSTOM, FOREIGN_IDS, TEXTS, stored_texts, wanted
from pivotal_server.customers.pages_record import customer_page
from pivotal_server.customers.resolve import address_of, visible_customer
from pivotal_server.customers.schemas import CustomerUpdate
from pivotal_server.customers.service import CustomerRow
from pivotal_server.customers.views import CustomField, DetailsForm
from pivotal_server.kit.errors import ApiError
from pivotal_server.kit.validation import Body
from pivotal_server.members import service as members
from pivotal_server.web.answers import status_of
from pivotal_server.web.forms import Overtaken, refuse_overtaken, sentence
from pivotal_server.web.htmx import go_to, saved
from pivotal_server.web.session import Visit, page
from pivotal_server.web.view import Form

REFRESH = ("header", "fields", "details", "activity")
_NUMBER = "Enter a number such as 4200."
WORDS = {
    ("name", "too_small"): "Enter the name of the customer.",
    ("name", "too_big"): "Use at most 200 characters.",
    ("domain", "invalid_string"): "Enter a domain such as acme.com.",
    ("slug", "too_small"): "Enter a slug, such as acme.",
    ("slug", "invalid_string"): "Use lower-case letters, digits and single hyphens, not digits alone.",
    ("plan", "too_big"): "Use at most 100 characters.",
    ("mrr", "too_small"): "Enter 0 or more.",
    ("monthly_orders", "too_small"): "Enter 0 or more.",
    ("mrr", "invalid_type"): _NUMBER,
    ("monthly_orders", "invalid_type"): _NUMBER,
    ("owner_id", "invalid_reference"): "This person cannot own customers. Choose another.",
    ("tags", "too_big"): "Use at most 50 tags of 50 characters each.",
    ("tags", "too_small"): "A tag needs a letter.",
    ("external_id", "external_id_taken"): "Another customer has this external id.",
}
_UPDATE = Body(CustomerUpdate)


def _usable(fields: Sequence[FieldRow]) -> list[FieldRow]:
    return [field for field in fields if field.archived_at is None]


def _options(field: FieldRow, stored: Mapping[str, str]) -> tuple[str, ...]:
    """The options of a field; one that it no longer has but the customer does stays as it is."""
    now = stored[f"{CUSTOM}{field.slug}"]
    return (*field.options, now) if now and now not in field.options else tuple(field.options)


async def _view(
    visit: Visit,
    row: CustomerRow,
    fields: Sequence[FieldRow],
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    fault: str | None = None,
) -> DetailsForm:
    stored = stored_texts(row, fields)
    team = await members.all_members(visit.db, visit.org_id)
    owners = [(one.id, one.name) for one in team if one.active and one.role != "viewer"]
    if row.owner_id is not None and row.owner_id not in dict(owners):
        left = next((one.name for one in team if one.id == row.owner_id), "Somebody who left")
        owners.append((row.owner_id, left))
    return DetailsForm(
        form=Form(
            id="details",
            action=f"{address_of(row)}/details",
            cancel=address_of(row),
            values={**stored, **(typed or {})},
            errors=errors or {},
            fault=fault,
        ),
        stored=stored,
        owners=tuple(owners),
        foreign_ids=FOREIGN_IDS,
        custom=tuple(
            CustomField(
                name=f"{CUSTOM}{one.slug}",
                label=one.label,
                type=one.type,
                group=one.group or "",
                help=one.help or "",
                options=_options(one, stored),
            )
            for one in fields
        ),
        metadata=bytes(row.metadata).decode(),
        may_edit=visit.allows("edit_customers", Facts(visible=True)),
    )


@page("customers")
async def details(visit: Visit) -> Response:
    """Every field of a customer."""
    row = await visible_customer(visit, visit.request.path_params["customer"])
    fields = _usable(await custom_fields.all_fields(visit.db, visit.org_id))
    return await customer_page(visit, row, "details", form=await _view(visit, row, fields))


@page("customers", capability="edit_customers")
async def edit(visit: Visit) -> Response:
    """Save what differs from what the form showed, so that fields of two people do not meet."""
    row = await visible_customer(visit, visit.request.path_params["customer"])
    visit.require("edit_customers", Facts(visible=True))
    fields = _usable(await custom_fields.all_fields(visit.db, visit.org_id))
    names = (*TEXTS, *(f"{CUSTOM}{one.slug}" for one in fields))
    typed = {name: visit.fields.text(name).replace("\r\n", "\n") for name in names}
    seen = {name: visit.fields.text(f"was_{name}").replace("\r\n", "\n") for name in names}
    changed = {name for name in names if typed[name] != seen[name]}

    async def refused(errors: Mapping[str, str], status: int, fault: str | None = None) -> Response:
        # What was not changed here shows what stands there now.
        now = await visible_customer(visit, visit.request.path_params["customer"])
        kept = {name: typed[name] for name in changed}
        form = await _view(visit, now, fields, typed=kept, errors=errors, fault=fault)
        return await customer_page(visit, now, "details", form=form, status=status)

    def same(name: str, one: str, other: str) -> bool:
        return one == other or _meaning(name, one, fields) == _meaning(name, other, fields)

    try:
        data, errors = _update(typed, changed, fields)
        if errors:
            return await refused(errors, 422)
        async with visit.work() as uow:
            locked = await service.get_customer(uow.tx, uow.org_id, row.id, lock=True)
            refuse_overtaken(changed, typed, seen, stored_texts(locked, fields), same)
            after = await changes.update_customer(uow, locked, data)
    except Overtaken as overtaken:
        return await refused(overtaken.errors, 409)
    except ApiError as fault:
        name = _form_field(fault.field)
        if name not in names:
            return await refused({}, status_of(fault), sentence("", fault, WORDS))
        message = sentence(name, fault, WORDS)
        if fault.code.code == "slug_taken":
            free = await service.suggest_slug(visit.db, visit.org_id, typed["slug"])
            message = f"The slug {typed['slug']} is taken. {free} is free."
        return await refused({name: message}, status_of(fault))
    if after.slug != row.slug:
        return go_to(visit.request, f"{address_of(after)}/details")
    return saved(visit.request, f"{address_of(after)}/details", toast="", refresh=REFRESH)


def _meaning(name: str, text: str, fields: Sequence[FieldRow]) -> Any:
    """The value that a text of a field stands for, so that other spellings of it are no change."""
    try:
        values, custom = wanted({name: text}, {name}, fields)
        if custom:
            value = custom[name.removeprefix(CUSTOM)]
            return value.strip() if isinstance(value, str) else value
        return _UPDATE.fields[name](values[name], name)
    except ApiError:
        return text


def _form_field(path: str | None) -> str:
    """The form field at fault: ``tags.3`` is in ``tags``, ``custom_fields.region`` has its own."""
    if path is not None and path.startswith("custom_fields."):
        return f"{CUSTOM}{path.removeprefix('custom_fields.')}"
    return (path or "").partition(".")[0]


def _update(
    typed: Mapping[str, str], changed: set[str], fields: Sequence[FieldRow]
) -> tuple[CustomerUpdate, dict[str, str]]:
    values, custom = wanted(typed, changed, fields)
    found: dict[str, Any] = {"custom_fields": custom} if custom else {}
    errors: dict[str, str] = {}
    for name, value in values.items():
        try:
            found[name] = _UPDATE.fields[name](value, name)
        except ApiError as fault:
            errors[name] = sentence(name, fault, WORDS)
    return CustomerUpdate(**({} if errors else found)), errors


routes = [
    Route("/customers/{customer}/details", details, methods=["GET"]),
    Route("/customers/{customer}/details", edit, methods=["POST"]),
]
