"""A stored contact as the API shows it."""

from typing import Any

from pivotal_server.contacts.repository import ContactRow
from pivotal_server.contacts.schemas import Contact
from pivotal_server.kit.clock import wire


def to_wire(row: ContactRow) -> Contact:
    """The REST object of a row. Stored JSON passes through without being decoded."""
    labels: Any = row.labels
    metadata: Any = row.metadata
    return Contact(
        id=row.id,
        display_id=row.display_id,
        customer_id=row.customer_id,
        name=row.name,
        email=row.email,
        title=row.title,
        phone=row.phone,
        is_primary=row.is_primary,
        labels=labels,
        archived=row.archived,
        portal_access=row.portal_access,
        metadata=metadata,
        external_id=row.external_id,
        livemode=row.livemode,
        created_at=wire(row.created_at),
        updated_at=wire(row.updated_at),
    )
