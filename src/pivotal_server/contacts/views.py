"""View models of contacts."""

import msgspec

from pivotal_server.contacts.schemas import Contact
from pivotal_server.contacts.service import ContactRow
from pivotal_server.web.view import Form


class ContactView(msgspec.Struct, frozen=True):
    """One contact on the card or in the list."""

    id: str
    display_id: int
    name: str
    email: str
    title: str | None
    phone: str | None
    livemode: bool
    primary: bool = False
    archived: bool = False
    labels: tuple[str, ...] = ()


def contact_view(contact: ContactRow | Contact) -> ContactView:
    """A contact, stored or as the API shows it, as pages draw it."""
    return ContactView(
        id=contact.id,
        display_id=contact.display_id,
        name=contact.name,
        email=contact.email,
        title=contact.title,
        phone=contact.phone,
        livemode=contact.livemode,
        primary=contact.is_primary,
        archived=contact.archived,
        labels=tuple(msgspec.json.decode(msgspec.json.encode(contact.labels), type=list[str])),
    )


class ContactsTab(msgspec.Struct, frozen=True):
    """The tab Contacts of a customer: one page of its active or ``archived`` contacts, the oldest first.

    ``next_url``: the next page, if there is one. ``select_url``: the same page where contacts can be chosen
    for an act on several, or, when ``selecting``, where that has ended.
    """

    rows: tuple[ContactView, ...]
    archived: bool
    total: int
    next_url: str | None = None
    selecting: bool = False
    select_url: str = ""


class ContactsCard(msgspec.Struct, frozen=True):
    """The contacts of a customer: the primary one on top, then the others; ``total`` counts all."""

    primary: ContactView | None
    others: tuple[ContactView, ...]
    total: int


class ContactForm(msgspec.Struct, frozen=True):
    """Context ``page`` of ``contacts/new.html``.

    Fields of ``form``: ``name``, ``email``, ``title``, ``phone``, ``labels`` (when ``editing``) and
    ``is_primary`` (a box, "yes" when ticked). ``first``: the customer has no contact yet, so this one becomes
    primary whatever is ticked. ``editing``: the contact is there already; ``was`` holds what it was.
    """

    customer_name: str
    customer_url: str
    first: bool
    form: Form
    editing: bool = False
    was: tuple[tuple[str, str], ...] = ()
