"""View models of Admin > Onboarding phases."""

from typing import Literal

import msgspec

from pivotal_server.onboardings.views import Ring
from pivotal_server.web.view import Form


class PhaseLine(msgspec.Struct, frozen=True):
    """One phase of the list. ``used``: open onboardings; ``template``: name of its default template."""

    key: str
    name: str
    ring: Ring
    target_days: int | None
    kind: str
    used: int
    template: str
    is_first: bool
    is_last: bool


class PhasesPage(msgspec.Struct, frozen=True):
    """Context ``page`` of ``phases/list.html``. ``archived``: pairs of key and name."""

    phases: tuple[PhaseLine, ...]
    archived: tuple[tuple[str, str], ...]
    may_use_preset: bool


class PhaseForm(msgspec.Struct, frozen=True):
    """Context ``page`` of ``phases/form.html``.

    ``act``: ``edit`` (name, target_days, kind), ``archive`` (to) or ``preset``. ``targets``: pairs of key and
    name of the phases that onboardings can move to.
    """

    act: Literal["edit", "archive", "preset"]
    title: str
    submit: str
    lead: str
    form: Form
    targets: tuple[tuple[str, str], ...] = ()
