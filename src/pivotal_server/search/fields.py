"""The fields that a query may name, and what the values of each may be (WB-SRCH, 6.1)."""

from collections.abc import Mapping

from msgspec import Struct

from pivotal_server.db.search_conditions import Kind

KINDS: tuple[Kind, ...] = ("customer", "contact", "onboarding", "task")

TEXTS = ("name", "domain", "slug", "email", "contact", "title")
"""Matched by the beginnings of words."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "status": ("onboarding", "active", "at_risk", "churned", "archived"),
    "state": ("active", "waiting", "at_risk", "paused", "done"),
    "bucket": ("healthy", "watch", "at_risk", "none"),
    "lane": ("this_week", "next_week", "later", "none"),
}
"""Fields whose values are known beforehand."""

PEOPLE = ("owner", "csm", "assignee")
NUMBERS = ("health", "mrr", "monthly_orders")
AHEAD = ("launch", "due")
"""Days to come: ``7d`` reaches forward."""
BACK = ("created", "updated", "activity")
IS = (
    "mine",
    "open",
    "done",
    "overdue",
    "locked",
    "orphaned",
    "unassigned",
    "customer_facing",
    "duplicate",
    "churned",
    "archived",
    "test",
)
HAS = ("onboarding", "primary", "target", "comments", "files")

BUILT_IN = (
    *TEXTS,
    *CHOICES,
    "phase",
    "plan",
    "external_id",
    "tag",
    *PEOPLE,
    *NUMBERS,
    *AHEAD,
    *BACK,
    "is",
    "has",
    "type",
    "id",
)
"""Every field there is but the custom ones. They win over custom fields of the same slug."""

CUSTOM_PREFIX = "cf."
NONE = ""
"""Stands for "has none" among the values of a field."""


class Teammate(Struct, frozen=True):
    """A member as queries name one."""

    id: str
    name: str
    email: str


class Phase(Struct, frozen=True):
    """A phase as queries name one."""

    key: str
    name: str
