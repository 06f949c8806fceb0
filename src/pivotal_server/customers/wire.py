"""A stored customer as the API shows it, and the extra keys its events carry."""

from typing import Any

from pivotal_server.customers.repository import CustomerRow
from pivotal_server.customers.schemas import Customer
from pivotal_server.kit.clock import wire
from pivotal_server.kit.wire import plain_number


def to_wire(row: CustomerRow) -> Customer:
    """The REST object of a row. Stored JSON passes through without being decoded."""
    custom_fields: Any = row.custom_fields
    metadata: Any = row.metadata
    tags: Any = row.tags
    status: Any = row.status
    return Customer(
        id=row.id,
        display_id=row.display_id,
        name=row.name,
        slug=row.slug,
        domain=row.domain,
        status=status,
        plan=row.plan,
        mrr=plain_number(row.mrr),
        monthly_orders=plain_number(row.monthly_orders),
        hubspot_company_id=row.hubspot_company_id,
        hubspot_deal_id=row.hubspot_deal_id,
        stripe_customer_id=row.stripe_customer_id,
        intercom_company_id=row.intercom_company_id,
        slack_channel_id=row.slack_channel_id,
        owner_id=row.owner_id,
        tags=tags,
        custom_fields=custom_fields,
        metadata=metadata,
        external_id=row.external_id,
        health_score=row.health_score,
        livemode=row.livemode,
        created_at=wire(row.created_at),
        updated_at=wire(row.updated_at),
    )


def event_extra(row: CustomerRow, owner_email: str | None) -> dict[str, Any]:
    """The keys of ``data.object`` that the REST object lacks."""
    return {
        "previous_health_score": None,
        "health_bucket": None,
        "at_risk": row.status == "at_risk",
        "churned": row.status == "churned",
        "owner_email": owner_email,
    }
