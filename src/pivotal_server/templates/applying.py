"""Applying a template to an onboarding: by hand, at creation, and on entering a phase (ONB-TPL-1 … 8)."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from pivotal_server.activity.entries import Change
from pivotal_server.contacts import service as contacts
from pivotal_server.customers import service as customers
from pivotal_server.customers.service import CustomerRow
from pivotal_server.errors_catalogue import ONBOARDING_DONE
from pivotal_server.limits import service as limits
from pivotal_server.limits.catalogue import TASKS_PER_ONBOARDING
from pivotal_server.members import service as members
from pivotal_server.tasks import adding
from pivotal_server.tasks.adding import NewTask, TaskRow
from pivotal_server.tasks.home import Home
from pivotal_server.templates import repository
from pivotal_server.templates.conditions import CUSTOM, Facts, why_not
from pivotal_server.templates.plan import Item, Skip, plan
from pivotal_server.templates.repository import TemplateRow
from pivotal_server.templates.schemas import MEMBER, TemplateTask
from pivotal_server.unit_of_work import UnitOfWork

_TASKS = msgspec.json.Decoder(list[TemplateTask])


class StaffedHome(Home, Protocol):
    """An onboarding with the people that assignee rules name."""

    @property
    def csm_id(self) -> str | None:
        """Its customer success manager."""

    @property
    def se_id(self) -> str | None:
        """Its solutions engineer."""

    @property
    def designer_id(self) -> str | None:
        """Its designer."""

    @property
    def product_ops_id(self) -> str | None:
        """Its product operations person."""


class Applied(Struct, frozen=True):
    """What applying a template did."""

    template: TemplateRow
    created: Sequence[TaskRow]
    skipped: Sequence[Skip]


async def apply_template(
    uow: UnitOfWork, home: StaffedHome, template: TemplateRow, *, add_copies: bool = False
) -> Applied:
    """Add those tasks of a template to a locked onboarding whose conditions hold and that it has not yet.

    Raises ``onboarding_done``, and ``limit_reached`` when the onboarding cannot take them.
    """
    if home.state == "done":
        raise ONBOARDING_DONE()
    applied = await _apply(uow, home, template, add_copies=add_copies, limited=True)
    assert applied is not None
    return applied


async def apply_default(uow: UnitOfWork, home: StaffedHome, phase: str) -> Applied | None:
    """Apply the default template of a phase that was entered, if it has one whose condition holds."""
    template = await repository.default_of(uow.tx, uow.org_id, phase)
    if template is None:
        return None
    return await _apply(uow, home, template, add_copies=False, limited=False)


async def check_again(
    uow: UnitOfWork, home: StaffedHome, entered: Sequence[str], chosen: str | None
) -> list[Applied]:
    """Add to a locked onboarding what its templates would add now that they did not before (ONB-TPL-3).

    Its templates: those it has tasks from, the ``chosen`` one, and the defaults of the phases ``entered``.
    Nothing is removed, and what was deleted does not come back. Raises ``onboarding_done``,
    ``limit_reached``.
    """
    if home.state == "done":
        raise ONBOARDING_DONE()
    ids = dict.fromkeys([*await adding.templates_of(uow, home), *([chosen] if chosen else [])])
    found = [await repository.find(uow.tx, uow.org_id, id=id) for id in ids]
    found += [await repository.default_of(uow.tx, uow.org_id, phase) for phase in entered]
    known = {row.id: row for row in found if row is not None and row.deleted_at is None}
    done = [
        await _apply(uow, home, row, add_copies=False, limited=False, again=True)
        for row in sorted(known.values(), key=lambda row: row.display_id)
    ]
    applied = [one for one in done if one is not None]
    if applied:
        await limits.check_room(uow, TASKS_PER_ONBOARDING, await adding.count(uow, home), 0)
    return applied


async def _apply(
    uow: UnitOfWork,
    home: StaffedHome,
    template: TemplateRow,
    *,
    add_copies: bool,
    limited: bool,
    again: bool = False,
) -> Applied | None:
    """``limited``: somebody asked for it, so it may be refused, and that nothing was added is an answer.

    ``again``: what it had from the template and lost since is not added.
    """
    customer = await customers.get_customer(uow.tx, uow.org_id, home.customer_id, deleted=True)
    facts = facts_of(customer)
    condition = None if template.applies_when is None else msgspec.json.decode(template.applies_when)
    unfit = why_not(condition, facts)
    if unfit is not None and not limited:
        return None
    present = {} if add_copies else await adding.present(uow, home, template.id)
    gone = await adding.deleted(uow, home, template.id) if again else []
    items, skips = plan(_TASKS.decode(template.tasks), facts, present, gone=gone, unfit=unfit)
    if not items and not limited:
        return None
    if limited:
        used = await adding.count(uow, home)
        await limits.check_room(uow, TASKS_PER_ONBOARDING, used, len(items))
    _record(uow, home, template, items, skips)
    people = await _people(uow, home, customer, items)
    new = [_new(item, people.get(item.source.assignee_rule)) for item in items]
    created = await adding.add_tasks(uow, home, template.phase, template.id, new)
    return Applied(template, created, skips)


def facts_of(customer: CustomerRow) -> Facts:
    """What conditions can compare of a customer."""
    custom: Mapping[str, Any] = msgspec.json.decode(customer.custom_fields)
    return {
        "status": customer.status,
        "plan": customer.plan,
        "owner_id": customer.owner_id,
        "tags": msgspec.json.decode(customer.tags),
        "domain": customer.domain,
        "mrr": customer.mrr,
        "monthly_orders": customer.monthly_orders,
        **{f"{CUSTOM}{slug}": value for slug, value in custom.items()},
    }


async def _people(
    uow: UnitOfWork, home: StaffedHome, customer: CustomerRow, items: Sequence[Item]
) -> dict[str, str]:
    """Each assignee rule among ``items`` to the person it finds; a rule that finds nobody is left out."""
    rules = {item.source.assignee_rule for item in items}
    named = {
        "csm": home.csm_id,
        "se": home.se_id,
        "designer": home.designer_id,
        "product_ops": home.product_ops_id,
        "account_owner": customer.owner_id,
        **{rule: rule[len(MEMBER) :] for rule in rules if rule.startswith(MEMBER)},
    }
    team = await members.by_ids(uow.tx, uow.org_id, [named.get(rule) for rule in rules])
    found = {
        rule: member.id
        for rule in rules
        if (member := team.get(named.get(rule))) is not None and member.active and member.role != "viewer"
    }
    if "customer_primary_contact" in rules:
        for contact in await contacts.card(uow.tx, uow.org_id, customer.id, 1):
            if contact.is_primary:
                found["customer_primary_contact"] = contact.id
    return found


def _new(item: Item, assignee_id: str | None) -> NewTask:
    source = item.source
    task = source if isinstance(source, TemplateTask) else None
    return NewTask(
        key=item.key,
        parent=item.parent,
        title=source.title,
        description=None if task is None else task.description,
        assignee_id=assignee_id,
        customer_facing=item.customer_facing,
        links=() if task is None else task.links,
        depends_on=item.depends_on,
        anchor=item.anchor,
        offset=item.offset,
    )


def _record(
    uow: UnitOfWork, home: Home, template: TemplateRow, items: Sequence[Item], skips: Sequence[Skip]
) -> None:
    uow.record(
        "onboarding.template_applied",
        target=("onboarding", home.id, home.display_id),
        customer_id=home.customer_id,
        onboarding_id=home.id,
        diff=[
            Change("template_id", None, template.id),
            Change("template", None, template.name),
            Change("version", None, template.version),
            Change("created", None, len(items)),
            Change("skipped", None, [f"{skip.title}: {skip.reason}" for skip in skips]),
        ],
        livemode=home.livemode,
    )
