"""Wire types of contacts."""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from pivotal_server.contacts.checks import check_email, check_labels
from pivotal_server.kit.validation import BOUNDED_TEXT, checked, doc
from pivotal_server.kit.wire import (
    DisplayId,
    Id,
    Labels,
    ListQuery,
    Livemode,
    Metadata,
    Moment,
    Page,
    optional_text,
)

Name = Annotated[str, Meta(min_length=1, max_length=200), doc("Full name.", "Mira Chen")]
Email = Annotated[
    str,
    checked(check_email, *BOUNDED_TEXT),
    Meta(extra_json_schema={"format": "email", "maxLength": 254}),
    doc("E-mail address, unique per customer among its contacts.", "mira@aurora.com"),
]
Title = Annotated[str | None, optional_text(200), doc("Job title.", "Head of Ops")]
Phone = Annotated[str | None, optional_text(50), doc("Telephone number, free text.", "+1 555 0100")]
IsPrimary = Annotated[
    bool, doc("Whether this is the customer's main contact. Setting it unsets the one before.", True)
]
LabelList = Annotated[
    Labels,
    Meta(max_length=20),
    checked(check_labels, *BOUNDED_TEXT),
    doc("Labels.", ["executive"]),
]
Archived = Annotated[bool, doc("Whether the contact is put away.", False)]
PortalAccess = Annotated[bool, doc("Whether the contact may use the portal.", True)]
ExternalId = Annotated[
    str | None, optional_text(255), doc("Your own id of the record, unique per workspace.", "person-77")
]


class Contact(Struct, tag_field="object", tag="contact"):
    """A person at a customer."""

    id: Id
    display_id: DisplayId
    customer_id: Annotated[str, doc("Id of the customer.", "cmb4kvj50ce9uvw53efr4edt2")]
    name: Annotated[str, doc("Full name.", "Mira Chen")]
    email: Annotated[str, doc("E-mail address.", "mira@aurora.com")]
    title: Annotated[str | None, doc("Job title.", "Head of Ops")]
    phone: Annotated[str | None, doc("Telephone number.", "+1 555 0100")]
    is_primary: Annotated[bool, doc("Whether this is the customer's main contact.", True)]
    labels: Annotated[list[str], doc("Labels.", ["executive"])]
    archived: Archived
    portal_access: PortalAccess
    metadata: Annotated[dict[str, Any], doc("Your own data.", {})]
    external_id: Annotated[str | None, doc("Your own id of the record.", "person-77")]
    livemode: Livemode
    created_at: Moment
    updated_at: Moment


class ContactCreate(Struct, kw_only=True):
    """A new contact."""

    name: Name
    email: Email
    title: Title = None
    phone: Phone = None
    is_primary: IsPrimary | UnsetType = UNSET
    labels: LabelList | UnsetType = UNSET
    archived: Archived = False
    portal_access: PortalAccess = True
    metadata: Metadata | UnsetType = UNSET
    external_id: ExternalId = None


class ContactUpdate(Struct, kw_only=True):
    """Changes to a contact: an absent key stays as it is, ``null`` clears."""

    name: Name | UnsetType = UNSET
    email: Email | UnsetType = UNSET
    title: Title | UnsetType = UNSET
    phone: Phone | UnsetType = UNSET
    is_primary: IsPrimary | UnsetType = UNSET
    labels: LabelList | UnsetType = UNSET
    archived: Archived | UnsetType = UNSET
    portal_access: PortalAccess | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET
    external_id: ExternalId | UnsetType = UNSET


class ContactPage(Page[Contact], kw_only=True):
    """One page of contacts."""


class ContactQuery(ListQuery, kw_only=True):
    """Filters of the list of a customer's contacts."""

    email: Annotated[str | None, doc("The contact with this address.", "mira@aurora.com")] = None
    archived: Annotated[bool | None, doc("Only archived, or only active, contacts.", False)] = None
