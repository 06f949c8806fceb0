"""What every page of one onboarding shows, read once: header, strip, banners, facts."""

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from msgspec import Struct

from pivotal_server.activity import service_audit as audit
from pivotal_server.activity.wording import REASONS
from pivotal_server.kit.clock import wire_micros
from pivotal_server.members import service as members
from pivotal_server.members.service import MemberRow
from pivotal_server.onboardings.resolve import Opened
from pivotal_server.onboardings.rights import is_at_the_end
from pivotal_server.onboardings.service_page import History, history, progress_of
from pivotal_server.onboardings.states import RUNNING
from pivotal_server.onboardings.views import onboarding_view
from pivotal_server.onboardings.views_record import Acts, Banner, Choice, Record, StaffRole, Tab
from pivotal_server.tasks import service_page as tasks
from pivotal_server.tasks.date_words import note_words
from pivotal_server.tasks.service_page import NoteRow, PhaseCount
from pivotal_server.web.formats import STATE_NAMES
from pivotal_server.web.markdown import to_html
from pivotal_server.web.session import Visit
from pivotal_server.web.view import Person

STAFF_LABELS = (
    ("csm_id", "CSM"),
    ("se_id", "Engineer"),
    ("designer_id", "Designer"),
    ("product_ops_id", "Product ops"),
)
STATE_ACTS: Mapping[str, str] = {
    "active": "Active",
    "waiting": "Waiting on customer…",
    "at_risk": "At risk…",
    "paused": "Pause…",
}
_SHIFTS = 3


class Read(Struct, frozen=True):
    """The record, and what its tab may need of what was read for it."""

    record: Record
    counts: tuple[PhaseCount, ...]
    history: History
    team: tuple[MemberRow, ...]

    @property
    def people(self) -> dict[str, Person]:
        """The members of the workspace by id."""
        return {member.id: Person(member.id, member.name) for member in self.team}

    @property
    def staff(self) -> tuple[tuple[str, str], ...]:
        """Pairs of id and name of whoever can be given work."""
        return staff_of(self.team)


def staff_of(team: Sequence[MemberRow]) -> tuple[tuple[str, str], ...]:
    """Pairs of id and name of active members who are no viewers."""
    return tuple((one.id, one.name) for one in team if one.active and one.role != "viewer")


async def read_record(visit: Visit, found: Opened, tab: Tab) -> Read:
    """Read what surrounds a tab of an onboarding."""
    row = found.row
    past = await history(visit.db, visit.org_id, row, found.phases)
    team = await members.all_members(visit.db, visit.org_id)
    counts = await tasks.counts(visit.db, visit.org_id, [row.id])
    notes = []
    if row.target_launch_date is not None:
        notes = await tasks.notes_of_target(visit.db, visit.org_id, row.id, _SHIFTS)
    newest = await audit.newest(visit.db, visit.org_id, row.id)
    progress = progress_of(counts, found.phases, {row.id: row.phase})[row.id]
    zone = visit.frame.zone
    shown = [one for one in found.phases.all.values() if one.archived_at is None or one.key == row.phase]
    people = {member.id: Person(member.id, member.name) for member in team}
    view = onboarding_view(
        id=row.id,
        display_id=row.display_id,
        name=row.name,
        state=row.state,
        phase=row.phase,
        phase_entered_at=row.phase_entered_at,
        target=row.target_launch_date,
        csm=None,
        livemode=row.livemode,
        phases=shown,
        stays={
            key: (start.astimezone(zone).date(), end.astimezone(zone).date())
            for key, (start, end) in past.stays.items()
        },
        frame=visit.frame,
        skipped=past.skipped,
    )
    open_now = sum(one.open for one in counts if one.phase == row.phase)
    all_now = sum(one.all for one in counts if one.phase == row.phase)
    acts = acts_of(found)
    seen = "" if newest is None else wire_micros(newest)
    record = Record(
        id=row.id,
        number=row.display_id,
        name=row.name,
        url=found.url,
        customer_id=found.customer.id,
        customer_name=found.customer.name,
        customer_url=found.customer_url,
        state=row.state,
        phase=row.phase,
        place=view.place,
        steps=view.steps,
        livemode=row.livemode,
        tab=tab,
        acts=acts,
        banners=tuple(_banners(found, acts, ready=all_now > 0 and open_now == 0)),
        target=row.target_launch_date,
        target_late=_is_late(row.target_launch_date, row.launched_at is not None, visit.frame.today),
        shifts=shift_words(notes, {f"user:{id}": one.name for id, one in people.items()}, visit),
        staff=tuple(
            StaffRole(name, label, people.get(getattr(row, name) or "")) for name, label in STAFF_LABELS
        ),
        team=staff_of(team),
        done=progress.done,
        total=progress.total,
        started_at=row.started_at,
        launched_at=row.launched_at,
        completed_at=row.completed_at,
        notes_html=to_html(row.notes or "", names={id: one.name for id, one in people.items()}),
        asks_dates=found.may_work and row.state in RUNNING,
        live_url=f"{found.url}/live?{urlencode({'seen': seen})}",
    )
    return Read(record, tuple(counts), past, tuple(team))


def _is_late(target: date | None, launched: bool, today: date) -> bool:
    return target is not None and not launched and target < today


def shift_words(notes: Sequence[NoteRow], actors: Mapping[str, str], visit: Visit) -> tuple[str, ...]:
    """The last changes of the target in words, newest first."""
    return tuple(note_words(note, actors, visit.frame) for note in notes)


def acts_of(found: Opened) -> Acts:
    """What the reader may do to an onboarding, as buttons and menus show it."""
    row, rights, phases = found.row, found.rights, found.phases
    running = row.state in RUNNING
    ahead, before = phases.ahead(row.phase), phases.before(row.phase)

    def move(key: str, label: str, kind: str = "") -> Choice:
        return Choice(label, f"{found.url}/move?{urlencode({'to': key, 'from': row.phase})}", kind)

    def state(value: str, label: str) -> Choice:
        return Choice(label, f"{found.url}/state?{urlencode({'to': value})}", value)

    names = {phase.key: phase.name for phase in phases.open}
    can_end = rights.finish and running and (is_at_the_end(phases, row.phase) or rights.skip)
    return Acts(
        may_work=found.may_work,
        may_move=running and rights.move,
        may_delete=rights.delete and found.may_work,
        advance=move(ahead[0], f"Advance to {names[ahead[0]]}")
        if running and rights.move and ahead
        else None,
        finish=state("done", "Mark done") if can_end else None,
        resume=state("active", "Resume") if row.state in ("paused", "done") and rights.state else None,
        back=tuple(move(key, names[key], "send_back") for key in before) if running and rights.move else (),
        jump=tuple(move(key, names[key], "skip") for key in ahead[1:]) if running and rights.skip else (),
        states=tuple(state(value, label) for value, label in STATE_ACTS.items() if value != row.state)
        if running and rights.state
        else (),
    )


def _banners(found: Opened, acts: Acts, *, ready: bool) -> list[Banner]:
    row = found.row
    banners: list[Banner] = []
    reason = REASONS.get(row.state_reason or "", row.state_reason or "")
    if row.state in ("paused", "done"):
        at = row.state_since or row.completed_at
        tone = "good" if row.state == "done" else "info"
        banners.append(Banner(tone, STATE_NAMES[row.state], reason, at, acts.resume))
    elif row.state in ("waiting", "at_risk"):
        tone = "warn"
        banners.append(Banner(tone, STATE_NAMES[row.state], reason, row.state_since))
    elif ready and (acts.advance or acts.finish):
        banners.append(
            Banner(
                "good",
                "Ready to advance",
                "All tasks of this phase are done.",
                act=acts.advance or acts.finish,
            )
        )
    if found.customer.status == "churned":
        banners.append(
            Banner("warn", "The customer has churned", "What is paused stays paused until resumed.")
        )
    if found.customer.status == "archived":
        banners.append(
            Banner("info", "The customer is archived", "This onboarding stands in no list or board.")
        )
    return banners
