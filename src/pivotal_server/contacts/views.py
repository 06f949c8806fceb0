"""View models of contacts."""

import msgspec

from pivotal_server.web.view import Form


class ContactView(msgspec.Struct, frozen=True):
    """One contact on the card."""

    id: str
    display_id: int
    name: str
    email: str
    title: str | None
    phone: str | None
    livemode: bool


class ContactsCard(msgspec.Struct, frozen=True):
    """The contacts of a customer: the primary one on top, then the others; ``total`` counts all."""

    primary: ContactView | None
    others: tuple[ContactView, ...]
    total: int


class ContactForm(msgspec.Struct, frozen=True):
    """Context ``page`` of ``contacts/new.html``.

    Fields of ``form``: ``name``, ``email``, ``title``, ``phone``, ``is_primary`` (a box, "yes" when ticked).
    ``first``: the customer has no contact yet, so this one becomes primary whatever is ticked.
    """

    customer_name: str
    customer_url: str
    first: bool
    form: Form
