"""View models of saved views."""

from typing import Literal

import msgspec

from pivotal_server.web.view import Form


class Item(msgspec.Struct, frozen=True):
    """A view in the menu."""

    name: str
    url: str
    current: bool = False
    default: bool = False


class Menu(msgspec.Struct, frozen=True):
    """The menu of a list's views, drawn by the macro of ``views/menu.html``.

    ``name``: that of the current view, empty for a filter that belongs to none; ``current``: its id or key.
    ``edited``: the filter is not that of the view any more. ``query``: what of the address a view keeps;
    ``path``: where the list is shown. ``seen``: when the stored view was last changed. Addresses of what
    cannot be done are empty. ``is_default``: the list opens with the current view. ``stamp`` changes with the
    views. ``opening``: where the visitor goes who asks for no view, and has chosen one to open the list with.
    """

    list: str
    path: str
    query: str
    built_in: tuple[Item, ...]
    own: tuple[Item, ...]
    shared: tuple[Item, ...]
    name: str = ""
    current: str = ""
    edited: bool = False
    save_as_url: str = ""
    save_url: str = ""
    seen: str = ""
    reset_url: str = ""
    edit_url: str = ""
    delete_url: str = ""
    is_default: bool = False
    stamp: str = ""
    opening: str = ""


class ViewForm(msgspec.Struct, frozen=True):
    """Context ``page`` of ``views/form.html``.

    Fields of ``form``: ``name`` and, with ``may_share``, ``shared``. ``hidden``: names and values sent along.
    """

    title: str
    submit: str
    form: Form
    act: Literal["edit", "delete"] = "edit"
    lead: str = ""
    may_share: bool = False
    hidden: tuple[tuple[str, str], ...] = ()
    list_title: str = ""
    list_url: str = ""
