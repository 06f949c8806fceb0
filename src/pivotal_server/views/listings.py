"""The lists that have saved views, and the views that each of them brings along.

A view is nothing but part of an address: the names of a listing with their values. Opening one leads to the
list with these values and ``saved=<id>``, so that an address says all that a page shows, and a page reads no
view to be drawn. A list gets saved views by an entry here, by :func:`~pivotal_server.views.menu.menu_of` in
its page and the macro of ``views/menu.html`` in its toolbar.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

import msgspec

LONGEST_QUERY = 4_000
PARAMETER = "saved"
"""Name of the view in an address."""


class BuiltIn(msgspec.Struct, frozen=True):
    """A view that everybody has and nobody changes. ``path``: the only one that can show it."""

    key: str
    name: str
    query: str = ""
    path: str = ""


class Listing(msgspec.Struct, frozen=True):
    """A list with saved views.

    ``paths``: where it is shown, the first of them unless another one is asked for. ``names``: what of an
    address a view keeps, in the order in which it is written; ``blank``: those that mean something also when
    they are empty. The first of ``built_in`` is the list as it is without any view.
    """

    key: str
    title: str
    paths: tuple[str, ...]
    names: tuple[str, ...]
    built_in: tuple[BuiltIn, ...]
    blank: tuple[str, ...] = ()

    def query_of(self, values: Mapping[str, str]) -> str:
        """What a view keeps of the values of an address, always written alike."""
        found = [
            (name, values[name].strip())
            for name in self.names
            if name in values and (name in self.blank or values[name].strip())
        ]
        return urlencode(found)

    def checked(self, query: str) -> str:
        """A query that a form brings, with what a view does not keep left out."""
        return self.query_of(dict(parse_qsl(query[:LONGEST_QUERY], keep_blank_values=True)))

    def path(self, asked: str) -> str:
        """One of its paths."""
        return asked if asked in self.paths else self.paths[0]

    def url(self, path: str, id: str, query: str) -> str:
        """The address that opens a view."""
        return f"{path}?{urlencode({PARAMETER: id})}{'&' if query else ''}{query}"


def _q(text: str) -> str:
    return urlencode({"q": text})


_CURRENT = "-status:churned,archived"
LISTINGS: Mapping[str, Listing] = {
    one.key: one
    for one in (
        Listing(
            "customers",
            "Customers",
            ("/customers",),
            ("q", "columns", "sort", "size"),
            (
                BuiltIn("current", "All active"),
                BuiltIn("mine", "My customers", _q(f"is:mine {_CURRENT}")),
                BuiltIn("onboarding", "Onboarding", _q("status:onboarding")),
                BuiltIn("at_risk", "At risk", _q("status:at_risk")),
                BuiltIn("churned", "Churned", _q("status:churned")),
                BuiltIn("archived", "Archived", _q("status:archived")),
                BuiltIn("no_primary", "No primary contact", _q(f"-has:primary {_CURRENT}")),
                BuiltIn("duplicates", "Duplicate domains", _q(f"is:duplicate {_CURRENT}")),
            ),
            blank=("q",),
        ),
        Listing(
            "onboardings",
            "Onboardings",
            ("/onboardings", "/onboardings/board", "/onboardings/timeline"),
            ("csm", "state", "phase", "lanes", "group"),
            (
                BuiltIn("open", "All open"),
                BuiltIn("mine", "Mine", "csm=me"),
                BuiltIn("waiting", "Waiting on customer", "state=waiting"),
                BuiltIn("at_risk", "At risk", "state=at_risk"),
                BuiltIn("done", "Done", "state=done", "/onboardings"),
            ),
        ),
    )
}
