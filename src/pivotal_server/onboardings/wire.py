"""A stored onboarding as the API shows it, and the extra keys its events carry."""

from datetime import date
from typing import Any

from pivotal_server.db.wire import day_text
from pivotal_server.kit.clock import wire, wire_or_none
from pivotal_server.onboardings.repository import OnboardingRow
from pivotal_server.onboardings.schemas import Onboarding


def day_to_wire(day: date | None) -> str | None:
    """A calendar day as its midnight UTC, the way the API writes target dates."""
    return None if day is None else day_text(day)


def to_wire(row: OnboardingRow) -> Onboarding:
    """The REST object of a row. Stored JSON passes through without being decoded."""
    metadata: Any = row.metadata
    state: Any = row.state
    return Onboarding(
        id=row.id,
        display_id=row.display_id,
        customer_id=row.customer_id,
        name=row.name,
        template_id=row.template_id,
        phase=row.phase,
        state=state,
        started_at=wire(row.started_at),
        launched_at=wire_or_none(row.launched_at),
        completed_at=wire_or_none(row.completed_at),
        target_launch_date=day_to_wire(row.target_launch_date),
        csm_id=row.csm_id,
        se_id=row.se_id,
        designer_id=row.designer_id,
        product_ops_id=row.product_ops_id,
        notes=row.notes,
        waiting_on_customer=row.waiting_on_customer,
        reminders_enabled=row.reminders_enabled,
        reminder_frequency_days=row.reminder_frequency_days,
        metadata=metadata,
        external_id=row.external_id,
        livemode=row.livemode,
        created_at=wire(row.created_at),
        updated_at=wire(row.updated_at),
    )


def event_extra(row: OnboardingRow, csm_email: str | None) -> dict[str, Any]:
    """The keys of ``data.object`` that the REST object lacks."""
    return {"owner_email": csm_email, "at_risk": row.state == "at_risk"}
