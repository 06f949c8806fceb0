"""Why a date moved, in sentences (ONB-DATE-9)."""

from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import httpx
import pytest

from pivotal_server.kit import clock
from pivotal_server.tasks.date_words import note_words
from pivotal_server.tasks.service_page import NoteRow
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.pages import frame
from tests.support.people import set_settings
from tests.support.records import answered, new_customer, new_onboarding, new_task, patched
from tests.support.visits import text_of

ACTORS = {"user:ana": "Ana"}


def note(cause: str, **more: Any) -> NoteRow:
    """A date that moved from 12 to 17 July on the 3rd."""
    whole: dict[str, Any] = dict.fromkeys(NoteRow.__struct_fields__)
    moved = {"old_date": date(2026, 7, 12), "new_date": date(2026, 7, 17)}
    at = datetime(2026, 7, 3, 9, tzinfo=UTC)
    return NoteRow(**{**whole, **moved, "at": at, "cause": cause, "actor": "user:ana", **more})


def followed(old: date | None, new: date | None, reason: str | None = None) -> dict[str, Any]:
    return {"followed_old": old, "followed_new": new, "followed_reason": reason}


FIRST, SIXTH = date(2026, 8, 1), date(2026, 8, 6)
MAPPING = {"cause_title": "Data mapping"}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (note("manual"), ": changed by Ana, Jul 3."),
        (note("bulk"), ": changed by Ana, Jul 3."),
        (
            note("target_shifted", **followed(FIRST, SIXTH, "legal review")),
            ", because the target launch moved from Aug 1 to Aug 6 (Ana: legal review).",
        ),
        (
            note("target_shifted", **followed(None, SIXTH)),
            ", because the target launch was set to Aug 6 (Ana).",
        ),
        (note("target_shifted"), ", because the target launch moved (Ana)."),
        (
            note("dependency_moved", **MAPPING, **followed(FIRST, SIXTH)),
            ", because Data mapping is now due 5 days later.",
        ),
        (
            note("dependency_moved", **MAPPING, **followed(SIXTH, date(2026, 8, 5))),
            ", because Data mapping is now due 1 day earlier.",
        ),
        (note("dependency_moved"), ", because another task moved."),
        (
            note(
                "dependency_done", **MAPPING, cause_due=FIRST, cause_done_at=datetime(2026, 8, 6, tzinfo=UTC)
            ),
            ", because Data mapping was finished 5 days late.",
        ),
        (
            note(
                "dependency_done", **MAPPING, cause_due=SIXTH, cause_done_at=datetime(2026, 8, 5, tzinfo=UTC)
            ),
            ", because Data mapping was finished 1 day early.",
        ),
        (
            note(
                "dependency_done", **MAPPING, cause_due=SIXTH, cause_done_at=datetime(2026, 8, 6, tzinfo=UTC)
            ),
            ", because Data mapping was finished on time.",
        ),
        (note("dependency_done", **MAPPING), ", because Data mapping was finished."),
        (note("phase_entered"), ", because UAT was entered on Jul 3."),
        (note("resumed"), ", because the onboarding was paused for 5 days."),
        (
            note("accepted", reason="API: prod-server"),
            ": follows a change by API: prod-server, accepted by Ana, Jul 3.",
        ),
        (note("accepted"), ": follows a change, accepted by Ana, Jul 3."),
        (
            note("api", actor="api_key:x", key="prod-server", reason="Legal"),
            ": set by API: prod-server, Jul 3. Legal",
        ),
        (note("api", actor="api_key:x"), ": set by API, Jul 3."),
        (note("manual", actor="user:gone"), ": changed by somebody who left, Jul 3."),
    ],
)
def test_onb_date_9_each_cause_has_its_sentence(told: NoteRow, words: str) -> None:
    assert note_words(told, ACTORS, frame(), "UAT") == f"Jul 12 → Jul 17{words}"


def test_a_first_day_and_a_cleared_one_have_words() -> None:
    assert note_words(note("manual", old_date=None), ACTORS, frame()).startswith("Jul 17: changed")
    cleared = note_words(note("manual", new_date=None), ACTORS, frame())
    assert cleared.startswith("Jul 12 → no date: changed")


async def test_onb_date_9_the_sentences_name_what_a_date_followed(
    owner: Browser, api: httpx.AsyncClient, world: World
) -> None:
    await set_settings(world, dates_follow="always")
    onboarding = await new_onboarding(api, await new_customer(api), target_launch_date="2027-08-01")
    first = await new_task(api, onboarding, title="Mapping", due_anchor="target_launch", due_offset=-10)
    after = f"task:{first['id']}"
    await new_task(api, onboarding, title="Import", due_anchor=after, due_offset=2)
    await patched(api, onboarding, target_launch_date="2027-08-06", target_change_reason="legal review")

    async def shown(number: int) -> str:
        return text_of((await owner.get(f"/onboardings/1/tasks/{number}")).text)

    target = "because the target launch moved from Aug 1, 2027 to Aug 6, 2027 (API: local-dev: legal review)."
    assert f"Jul 22, 2027 → Jul 27, 2027, {target}" in await shown(1)
    moved = "Jul 24, 2027 → Jul 29, 2027, because Mapping is now due 5 days later."
    assert moved in await shown(2)
    assert moved in unescape((await owner.get("/onboardings/1")).text), "the mark in the list says the same"
    with clock.travel(timedelta(days=365 * 3)):
        answered(await api.post(f"/tasks/{first['id']}/complete", json={}))
    assert "because Mapping was finished" in await shown(2)


async def test_onb_date_5_an_accepted_date_names_whose_change_it_follows(
    owner: Browser, api: httpx.AsyncClient
) -> None:
    onboarding = await new_onboarding(api, await new_customer(api), target_launch_date="2027-08-01")
    first = await new_task(api, onboarding, title="Mapping", due_anchor="target_launch", due_offset=-10)
    second = await new_task(api, onboarding, title="Import", due_anchor=f"task:{first['id']}", due_offset=2)
    other = await new_task(api, onboarding, title="Workshop", due_date="2027-05-01")
    third = await new_task(api, onboarding, title="Report", due_anchor=f"task:{other['id']}", due_offset=1)
    await patched(api, onboarding, target_launch_date="2027-08-06")
    await patched(api, other, due_date="2027-05-05")
    ids = [task["id"] for task in (first, second, third)]
    await owner.get("/onboardings/1")
    assert (await owner.post("/onboardings/1/dates", {"offered": ids, "follow": ids})).status_code == 303
    for number in (1, 2, 4):
        panel = text_of((await owner.get(f"/onboardings/1/tasks/{number}")).text)
        assert "follows a change by API: local-dev, accepted by Dana Okafor" in panel
