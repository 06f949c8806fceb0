"""Planned dates that would follow a change, and what a person answers to that (ONB-DATE-5, -6)."""

from collections.abc import Collection
from datetime import date

from msgspec import Struct


class Offer(Struct, frozen=True):
    """A task whose day would move along: from ``old`` to ``new``."""

    id: str
    display_id: int
    title: str
    old: date | None
    new: date | None


class Unasked(Exception):
    """A change would move due dates of which the person has not been asked; nothing is changed."""


class Answer(Struct, frozen=True):
    """Which of the tasks that were ``offered`` move; the others leave the plan and keep their day.

    ``accepted``: the change that they follow was made by somebody else before.
    """

    offered: Collection[str] = ()
    chosen: Collection[str] = ()
    accepted: bool = False
