"""How the eighteen onboardings of the sample go, in days before the clock."""

from dataclasses import dataclass
from typing import Any

from pivotal_server.phases.presets import PRESETS


@dataclass(frozen=True)
class Act:
    """Something that happens to an onboarding ``ago`` days before the clock."""

    ago: int
    what: str
    detail: Any = None
    reason: str | None = None


@dataclass(frozen=True)
class Arc:
    """One onboarding: begun and entering its next phases so many days ago.

    ``target``: days from the clock to the target launch. ``moves`` are the days of entering the second phase
    of Classic, the third and so on. ``share`` of the tasks of the present phase is done. ``left_open``: the
    phase of Classic, counted from 0, in which a task is carried over.
    """

    company: str
    name: str
    start: int
    target: int | None
    moves: tuple[int, ...] = ()
    acts: tuple[Act, ...] = ()
    share: float = 0.4
    left_open: int | None = None


ARCS = (
    Arc("Harbor Bank", "Core rollout", 119, -64, (110, 80, 66, 58), (Act(25, "finish"),), share=1),
    Arc("Acme", "Acme onboarding", 118, -68, (109, 86, 74, 66), (Act(34, "finish"),), share=1),
    Arc("Fernhill Foods", "Fernhill Foods onboarding", 104, -66, (96, 72, 62, 54), share=0.5),
    Arc(
        "Globex",
        "Loyalty launch",
        96,
        -20,
        (88, 70),
        (
            Act(58, "send_back", 1, "Defect found"),
            Act(45, "advance", 2),
            Act(38, "target", -10, "Their shop moves to a new platform first"),
            Act(24, "target", 0, "Test accounts came a week late"),
            Act(12, "target", 13, "Legal review of the terms"),
            Act(11, "state", "at_risk", "Third shift of the launch in a row"),
        ),
    ),
    Arc("Quayside Hotels", "Quayside Hotels onboarding", 90, -25, (80,), (Act(30, "archive"),)),
    Arc(
        "Larkspur Health",
        "Larkspur Health onboarding",
        88,
        -9,
        (79, 40),
        (Act(8, "state", "at_risk", "Target missed, no new day agreed yet"),),
        share=0.3,
    ),
    Arc("Harbor Bank", "Branch offices", 75, 2, (66, 38, 10), share=0.4),
    Arc("Cobalt Energy", "Cobalt Energy onboarding", 70, -12, (60,), (Act(19, "churn"),)),
    Arc(
        "Bright Future Tech",
        "Bright Future Tech onboarding",
        61,
        -22,
        (),
        (
            Act(52, "later_task", 1),
            Act(50, "skip", 2, "They bring their data themselves"),
            Act(24, "advance", 3),
        ),
    ),
    Arc("Aurora Outfitters", "Aurora Outfitters onboarding", 52, 14, (46, 20), left_open=1),
    Arc("Sable Insurance", "Sable Insurance onboarding", 47, 11, (39, 17, 5), share=0.3),
    Arc("Acme", "EMEA rollout", 40, 24, (33,), (Act(26, "delay", 6),), share=0.5),
    Arc(
        "Orbit Freight",
        "Orbit Freight onboarding",
        33,
        30,
        (25,),
        (Act(11, "state", "paused", "Budget freeze until the next quarter"),),
    ),
    Arc("Globex", "Returns portal", 22, 45, (12,), (Act(16, "delay", 3), Act(5, "pending")), share=0.4),
    Arc("Fernhill Foods", "Wholesale", 16, 52, (8,), (Act(4, "state", "waiting"),)),
    Arc("Aurora Outfitters", "Gift cards", 9, 60, share=1),
    Arc("Tidewater Labs", "Tidewater Labs onboarding", 6, 50, (), (Act(3, "state", "waiting"),)),
    Arc("Orbit Freight", "Driver app", 4, None, share=0.3),
)

_PLACE = {"classic": (0, 1, 2, 3, 4), "delivery": (0, 1, 4, 5, 6)}
_LONG = {"classic": 1, "delivery": 3}
"""How many phases stand for the integration of Classic."""


@dataclass(frozen=True)
class Stay:
    """A stay in the phase ``key`` from ``since`` to ``until`` days ago; ``None`` for the present one.

    ``how`` it was entered: create, advance, send_back, skip; ``why``, where there is a reason.
    ``carried``: a task stays open when it is left.
    """

    key: str
    since: int
    until: int | None
    how: str
    why: str | None
    carried: bool


def stays_of(arc: Arc, number: int, preset: str) -> list[Stay]:
    """The stays of an onboarding in the phases of a preset; ``number`` spreads present ones over Delivery."""
    places, keys = _PLACE[preset], [phase.key for phase in PRESETS[preset]]
    entered: list[tuple[int, int, str, str | None]] = [(arc.start, 0, "create", None)]
    for index, ago in enumerate(arc.moves, 1):
        entered.append((ago, index, "advance", None))
    moves = [act for act in arc.acts if act.what in ("advance", "send_back", "skip")]
    entered += [(act.ago, act.detail, act.what, act.reason) for act in moves]
    entered.sort(key=lambda one: -one[0])
    found: list[tuple[int, int, str, str | None, int]] = []
    for at, (ago, index, how, why) in enumerate(entered):
        until = entered[at + 1][0] if at + 1 < len(entered) else None
        place, many = places[index], _LONG[preset] if index == 1 else 1
        if how == "send_back":
            found.append((ago, place + many - 1, how, why, index))
            continue
        last = many if until is not None else 1 + number % many
        span = ago - (until or 0)
        found += [(ago - span * step // (last + 1), place + step, how, why, index) for step in range(last)]
    return [
        Stay(
            keys[place],
            ago,
            found[at + 1][0] if at + 1 < len(found) else None,
            how,
            why,
            arc.left_open == index and at + 1 < len(found) and found[at + 1][4] != index,
        )
        for at, (ago, place, how, why, index) in enumerate(found)
    ]
