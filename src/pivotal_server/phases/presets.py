"""The two lists of phases that a workspace can start with."""

from typing import Literal

from msgspec import Struct

Kind = Literal["normal", "launch", "terminal"]


class PhasePreset(Struct, frozen=True):
    """One phase of a preset; ``target_days`` is how long it should take."""

    key: str
    name: str
    target_days: int | None
    kind: Kind


DELIVERY = (
    PhasePreset("before_getting_started", "Before getting started", 7, "normal"),
    PhasePreset("program_design", "Program design", 14, "normal"),
    PhasePreset("review", "Review", 7, "normal"),
    PhasePreset("program_buildout", "Program buildout", 21, "normal"),
    PhasePreset("internal_qa", "Internal QA", 7, "normal"),
    PhasePreset("launch", "Launch", 7, "launch"),
    PhasePreset("completed", "Completed", None, "terminal"),
)
CLASSIC = (
    PhasePreset("kickoff", "Kickoff", 7, "normal"),
    PhasePreset("integration", "Integration", 21, "normal"),
    PhasePreset("uat", "UAT", 10, "normal"),
    PhasePreset("launch", "Launch", 7, "launch"),
    PhasePreset("adoption", "Adoption", 30, "normal"),
)
PRESETS = {"delivery": DELIVERY, "classic": CLASSIC}
