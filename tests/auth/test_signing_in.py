"""Signing in by link and code, from the services up, on both databases."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from pivotal_server.auth import session_store, signing_in
from pivotal_server.auth.links import Verdict
from pivotal_server.auth.signing_in import Client, Refusal, SignedIn
from pivotal_server.auth.tokens import new_token
from pivotal_server.db.engine import counting
from pivotal_server.kit import clock
from pivotal_server.kit.errors import ApiError
from pivotal_server.notifications import service as notifications
from pivotal_server.unit_of_work import UnitOfWork
from pivotal_server.workspaces import service as workspaces
from tests.support.app import World
from tests.support.people import (
    change_member,
    count_rows,
    entries_of,
    mail_count,
    new_member,
    newest_mail,
    rows_of_signing_in,
)

MINUTE = timedelta(minutes=1)
DANA = "dana@vml.example"
STRANGER = "nobody@elsewhere.example"
CLIENT = Client("203.0.113.9", "Firefox/140.0")
BROWSER, OTHER = new_token(), new_token()


@pytest.fixture(autouse=True)
def _no_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "REFUSAL_SECONDS", 0.0)


async def ask(world: World, email: str = DANA, *, browser: str = BROWSER, client: Client = CLIENT) -> None:
    await signing_in.request_link(world.services, email, client=client, browser=browser)


async def token_and_code(world: World, recipient: str = DANA) -> tuple[str, str]:
    """What the newest mail to somebody holds."""
    body = await newest_mail(world, recipient)
    found = re.search(r"token=(\w+).*code: (\d{6})", body, re.DOTALL)
    assert found
    return found[1], found[2]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


async def use(
    world: World, token: str, *, browser: str | None = BROWSER, code: str | None = None
) -> SignedIn | Refusal:
    return await signing_in.consume_link(world.services, token, browser=browser, code=code, client=CLIENT)


async def type_code(world: World, code: str, browser: str = BROWSER) -> SignedIn | Refusal:
    return await signing_in.consume_code(world.services, code, browser=browser, client=CLIENT)


# ── Asking ─────────────────────────────────────────────────────────────────────────────────────
async def test_app_auth_1_a_stranger_costs_the_same_statements_as_a_member(world: World) -> None:
    counts = []
    for email in (DANA, STRANGER, DANA, STRANGER):
        with counting() as counted:
            await ask(world, email, browser=new_token())
        counts.append(counted.value)
    assert len(set(counts)) == 1


async def test_app_auth_1_only_a_member_gets_mail(world: World) -> None:
    await ask(world)
    await ask(world, STRANGER)
    [mail] = (await notifications.list_mails(world.db, world.workspace.id)).mails
    assert (mail.recipient, mail.subject, mail.state) == (DANA, "Sign in to VML", "kept")


async def test_app_auth_1_a_stranger_gets_the_same_answers_to_codes(world: World) -> None:
    answers = []
    for email in (DANA, STRANGER):
        browser = new_token()
        await ask(world, email, browser=browser)
        # A member's right code is one in a million; both type what is surely wrong.
        code = wrong((await token_and_code(world))[1])
        answers.append([await type_code(world, code, browser) for _ in range(7)])
    assert answers[0] == answers[1]
    assert [answer.verdict for answer in answers[0] if isinstance(answer, Refusal)] == (
        [Verdict.WRONG_CODE] * 5 + [Verdict.GONE] * 2
    )


async def test_app_auth_1_strangers_do_not_end_each_others_links(world: World) -> None:
    await ask(world, STRANGER, browser=BROWSER)
    await ask(world, "another@elsewhere.example", browser=OTHER)
    answer = await type_code(world, "000000", BROWSER)
    assert isinstance(answer, Refusal)
    assert answer.verdict is Verdict.WRONG_CODE


async def test_a_person_who_was_deactivated_is_a_stranger(world: World) -> None:
    ana = await new_member(world, "Ana Ruiz", "member")
    await ask(world, ana.email)
    token, _ = await token_and_code(world, ana.email)
    await change_member(world, ana, active=False)
    assert (await signing_in.peek_link(world.db, token, browser=BROWSER)).verdict is Verdict.GONE
    assert isinstance(await use(world, token), Refusal)
    before = await mail_count(world)
    await ask(world, ana.email)
    assert await mail_count(world) == before


async def test_app_auth_2_a_new_request_voids_the_older_link(world: World) -> None:
    await ask(world)
    token, _ = await token_and_code(world)
    await ask(world)
    newer, _ = await token_and_code(world)
    assert isinstance(await use(world, token), Refusal)
    assert isinstance(await use(world, newer), SignedIn)


async def test_app_auth_2_a_link_printed_by_the_server_outlives_requests_of_strangers(world: World) -> None:
    token = (await signing_in.server_link(world.services, world.workspace.id, world.owner)).partition("=")[2]
    await ask(world)
    assert isinstance(await use(world, token, browser=None), SignedIn)


async def test_app_auth_2_a_link_ends_after_15_minutes(world: World) -> None:
    await ask(world)
    token, code = await token_and_code(world)
    with clock.travel(15 * MINUTE):
        assert (await signing_in.peek_link(world.db, token, browser=BROWSER)).verdict is Verdict.GONE
        assert isinstance(await use(world, token), Refusal)
        assert isinstance(await type_code(world, code), Refusal)


async def test_app_auth_4_five_mails_to_an_address_in_15_minutes(world: World) -> None:
    for number in range(8):
        await ask(world, client=Client(f"203.0.113.{number}"))
    assert await mail_count(world) == 5
    token, _ = await token_and_code(world)
    assert (await signing_in.peek_link(world.db, token, browser=BROWSER)).verdict is Verdict.OK
    with clock.travel(15 * MINUTE):
        await ask(world)
        assert await mail_count(world) == 6


async def test_app_auth_4_asking_at_the_same_moment_does_not_pass_the_limit(world: World) -> None:
    await asyncio.gather(*(ask(world, client=Client(f"203.0.113.{number}")) for number in range(12)))
    assert await mail_count(world) == 5


async def test_app_auth_4_twenty_mails_from_a_client_in_15_minutes(world: World) -> None:
    for number in range(19):
        await ask(world, f"stranger-{number}@elsewhere.example")
    await ask(world)
    assert await mail_count(world) == 1
    await ask(world)
    assert await mail_count(world) == 1
    await ask(world, client=Client("203.0.113.10"))
    assert await mail_count(world) == 2


async def test_app_auth_4_an_ipv6_client_counts_as_its_network(world: World) -> None:
    for number in range(21):
        await ask(world, f"stranger-{number}@elsewhere.example", client=Client(f"2001:db8:1:2::{number + 1}"))
    await ask(world, client=Client("2001:db8:1:2:ffff::1"))
    assert await mail_count(world) == 0
    await ask(world, client=Client("2001:db8:1:3::1"))
    assert await mail_count(world) == 1


async def test_app_auth_8_without_a_mail_server_the_link_is_logged(world: World) -> None:
    with capture_logs() as logs:
        await ask(world)
        await ask(world, STRANGER)
    token, code = await token_and_code(world)
    [line] = [line for line in logs if line["event"] == "sign-in link"]
    assert line["to"] == DANA
    assert line["url"] == f"http://localhost:8000/login/confirm?token={token}"
    assert line["code"] == code


async def test_app_auth_2_neither_link_nor_code_is_stored_readably(world: World) -> None:
    await ask(world)
    token, code = await token_and_code(world)
    stored = await rows_of_signing_in(world)
    assert token not in stored
    assert f"code: {code}" not in stored
    assert f"'{code}'" not in stored


@pytest.mark.parametrize(
    "text", ["", " ", "ana", "ana@", "a b@vml.example", "ana@vml.example\r\nBcc: x@y.example"]
)
def test_a_malformed_address_is_refused(text: str) -> None:
    with pytest.raises(ApiError):
        signing_in.check_address(text)


def test_an_address_is_known_in_any_case() -> None:
    assert signing_in.check_address(" Dana@VML.Example ") == DANA


# ── Using ──────────────────────────────────────────────────────────────────────────────────────
async def test_app_auth_3_looking_uses_nothing_up(world: World) -> None:
    await ask(world)
    token, _ = await token_and_code(world)
    sights = [await signing_in.peek_link(world.db, token, browser=None) for _ in range(3)]
    assert {(sight.verdict, sight.email) for sight in sights} == {(Verdict.NEEDS_CODE, DANA)}
    assert isinstance(await use(world, token), SignedIn)
    assert isinstance(await use(world, token), Refusal)


async def test_app_auth_3_another_browser_needs_the_code(world: World) -> None:
    await ask(world)
    token, code = await token_and_code(world)
    without = await use(world, token, browser=OTHER)
    assert without == Refusal(Verdict.NEEDS_CODE, DANA, 5)
    assert await use(world, token, browser=OTHER, code=wrong(code)) == Refusal(Verdict.WRONG_CODE, DANA, 4)
    assert isinstance(await use(world, token, browser=OTHER, code=code), SignedIn)


async def test_app_auth_3_the_code_works_only_in_the_browser_that_asked(world: World) -> None:
    await ask(world)
    _, code = await token_and_code(world)
    assert await type_code(world, code, OTHER) == Refusal(Verdict.GONE)
    assert isinstance(await type_code(world, f"{code[:3]} {code[3:]}"), SignedIn)
    assert isinstance(await type_code(world, code), Refusal)


async def test_app_auth_4_a_code_may_be_tried_five_times(world: World) -> None:
    await ask(world)
    token, code = await token_and_code(world)
    left = [await type_code(world, wrong(code)) for _ in range(5)]
    assert [answer.left for answer in left if isinstance(answer, Refusal)] == [4, 3, 2, 1, 0]
    assert isinstance(await type_code(world, code), Refusal)
    assert isinstance(await use(world, token), Refusal)


@pytest.mark.parametrize("way", ["link", "code", "both"])
async def test_app_auth_3_many_at_once_make_one_session(world: World, way: str) -> None:
    await ask(world)
    token, code = await token_and_code(world)
    ways: dict[str, list[Callable[[], Awaitable[SignedIn | Refusal]]]] = {
        "link": [lambda: use(world, token)] * 6,
        "code": [lambda: type_code(world, code)] * 6,
        "both": [lambda: use(world, token), lambda: type_code(world, code)] * 3,
    }
    outcomes = await asyncio.gather(*(attempt() for attempt in ways[way]))
    assert sum(isinstance(outcome, SignedIn) for outcome in outcomes) == 1
    assert len(await session_store.list_sessions(world.db, world.owner.person_id)) == 1


async def test_app_auth_4_wrong_codes_at_once_all_count(world: World) -> None:
    await ask(world)
    _, code = await token_and_code(world)
    outcomes = await asyncio.gather(*(type_code(world, wrong(code)) for _ in range(9)))
    verdicts = [outcome.verdict for outcome in outcomes if isinstance(outcome, Refusal)]
    assert verdicts.count(Verdict.WRONG_CODE) == 5
    assert verdicts.count(Verdict.GONE) == 4


@pytest.mark.parametrize("token", ["", "short", "a" * 43, "é" * 43, "\0" * 43])
async def test_a_token_that_was_never_made_is_gone(world: World, token: str) -> None:
    assert await signing_in.peek_link(world.db, token, browser=BROWSER) == signing_in.Sight(Verdict.GONE)
    assert await use(world, token) == Refusal(Verdict.GONE)


async def test_app_auth_5_a_dead_link_still_tells_whose_it_was(world: World) -> None:
    await ask(world)
    token, _ = await token_and_code(world)
    await use(world, token)
    assert await signing_in.peek_link(world.db, token, browser=BROWSER) == signing_in.Sight(
        Verdict.GONE, DANA
    )


async def test_app_auth_10_signing_in_and_refusals_are_in_the_activity_stream(world: World) -> None:
    await ask(world)
    token, code = await token_and_code(world)
    await type_code(world, wrong(code))
    await use(world, token)
    await use(world, token)
    found = [
        (entry.event, entry.reason, entry.target_id, entry.origin)
        for entry in await entries_of(world, "member.sign")
    ]
    assert found == [
        ("member.sign_in_refused", "Wrong code, from 203.0.113.9", world.owner.id, "app"),
        ("member.signed_in", "Signed in from 203.0.113.9", world.owner.id, "app"),
        ("member.sign_in_refused", "Link used or too old, from 203.0.113.9", world.owner.id, "app"),
    ]


async def test_a_dead_link_cannot_fill_the_activity_stream(world: World) -> None:
    await ask(world)
    _, code = await token_and_code(world)
    for _ in range(15):
        await type_code(world, wrong(code))
    assert len(await entries_of(world, "member.sign_in_refused")) == signing_in.MOST_RECORDED


async def test_a_link_opens_the_workspace_that_was_used_last(world: World) -> None:
    second, owner = await workspaces.create_workspace(
        world.db, name="Acme", slug="acme", owner_email=DANA, owner_name="Dana Okafor"
    )
    await ask(world)
    assert await mail_count(world) == 1, "the workspace joined first, before there is any session"
    token = (await signing_in.server_link(world.services, second.id, owner)).partition("=")[2]
    signed_in = await use(world, token)
    assert isinstance(signed_in, SignedIn)
    session = await session_store.load(world.db, signed_in.token)
    assert session is not None
    assert session.workspace_slug == "acme"
    with clock.travel(MINUTE):
        await ask(world)
    assert len((await notifications.list_mails(world.db, second.id)).mails) == 1


async def test_signing_in_ends_the_session_that_the_browser_had(world: World) -> None:
    tokens: list[str] = []
    for replaces in (None, "first"):
        link = await signing_in.server_link(world.services, world.workspace.id, world.owner)
        outcome = await signing_in.consume_link(
            world.services,
            link.partition("=")[2],
            browser=None,
            code=None,
            client=CLIENT,
            replaces=tokens[0] if replaces else None,
        )
        assert isinstance(outcome, SignedIn)
        tokens.append(outcome.token)
    assert tokens[0] != tokens[1]
    assert await session_store.load(world.db, tokens[0]) is None
    assert await session_store.load(world.db, tokens[1]) is not None
    [entry] = await entries_of(world, "member.session_ended")
    assert entry.reason == "Signed out from 203.0.113.9"


async def test_two_who_change_workspaces_at_once_do_not_wait_for_each_other(world: World) -> None:
    second, second_owner = await workspaces.create_workspace(
        world.db, name="Acme", slug="acme", owner_email="ana@acme.example", owner_name="Ana Lima"
    )
    owners = [(world.workspace.id, world.owner), (second.id, second_owner)]

    async def sign_in(place: int, replaces: str | None) -> str:
        org_id, owner = owners[place]
        token = (await signing_in.server_link(world.services, org_id, owner)).partition("=")[2]
        outcome = await signing_in.consume_link(
            world.services, token, browser=None, code=None, client=CLIENT, replaces=replaces
        )
        assert isinstance(outcome, SignedIn)
        return outcome.token

    # Each browser goes back and forth between the two, four of them in step with each other and four against.
    tokens: list[str | None] = [None] * 8
    for turn in range(6):
        places = [(turn + browser) % 2 for browser in range(8)]
        tokens = list(await asyncio.gather(*map(sign_in, places, tokens)))
    ended = await entries_of(world, "member.session_ended")
    assert len(ended) == 20


# ── Upkeep ─────────────────────────────────────────────────────────────────────────────────────
async def test_purging_keeps_what_is_still_needed(world: World) -> None:
    await ask(world)
    await ask(world, STRANGER)
    token, _ = await token_and_code(world)
    signed_in = await use(world, token)
    assert isinstance(signed_in, SignedIn)
    await session_store.purge(world.db)
    assert await session_store.load(world.db, signed_in.token) is not None
    assert (await signing_in.peek_link(world.db, token, browser=BROWSER)).email == DANA
    assert await mail_count(world) == 1
    with clock.travel(timedelta(days=2)):
        await session_store.purge(world.db)
    assert (await signing_in.peek_link(world.db, token, browser=BROWSER)).email == ""
    counts = await count_rows(world, "sign_in_links", "sign_in_requests", "sessions", "mails")
    assert counts == [0, 0, 1, 1]
    with clock.travel(timedelta(days=31)):
        await session_store.purge(world.db)
    assert await count_rows(world, "sessions") == [0]


async def test_a_failed_entry_leaves_no_session_behind(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await ask(world)
    token, _ = await token_and_code(world)

    async def fail(*_: object) -> None:
        raise RuntimeError("the disk is on fire")

    with monkeypatch.context() as patched:
        patched.setattr(UnitOfWork, "flush", fail)
        with pytest.raises(RuntimeError, match="fire"):
            await use(world, token)
    assert await count_rows(world, "sessions") == [0]
    assert isinstance(await use(world, token), SignedIn)
