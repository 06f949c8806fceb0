"""Signing in by a link or its code: asking for one, looking at it, using it.

A stranger who asks for a link costs the same statements as a member and gets the same answers, down to the
tries left after a wrong code: a link without a person is stored, and a mail without a workspace.
"""

import asyncio
import time
from datetime import timedelta
from urllib.parse import quote

import msgspec
import structlog

from pivotal_server.auth import actor, repository, session_store
from pivotal_server.auth.actor import server
from pivotal_server.auth.addresses import neighbourhood
from pivotal_server.auth.links import (
    MAX_TRIES,
    LinkState,
    NewLink,
    Verdict,
    judge_code,
    judge_link,
    new_link,
    tries_left,
)
from pivotal_server.auth.repository import LinkFacts, LinkRow
from pivotal_server.auth.session_store import Client, from_where
from pivotal_server.auth.tokens import hash_token, is_token
from pivotal_server.contacts.checks import check_email
from pivotal_server.db.engine import Executor, Transaction
from pivotal_server.kit import clock
from pivotal_server.kit.ids import cuid
from pivotal_server.members.service import MemberRow
from pivotal_server.notifications import service as notifications
from pivotal_server.notifications.service import NOBODY, SIGN_IN
from pivotal_server.services import Services
from pivotal_server.unit_of_work import UnitOfWork, unit_of_work

__all__ = [
    "Client",
    "Refusal",
    "Sight",
    "SignedIn",
    "check_address",
    "consume_code",
    "consume_link",
    "peek_link",
    "request_link",
    "server_link",
]

MAIL_WINDOW = timedelta(minutes=15)
MAILS_PER_ADDRESS = 5
MAILS_PER_CLIENT = 20
REFUSAL_SECONDS = 0.1
"""A refusal takes at least this long, so that the entry about a member cannot be noticed by its time."""
MOST_RECORDED = 2 * MAX_TRIES
"""Entries that refusals of one link may write; whoever asked for it can go on trying for ever."""

_log = structlog.get_logger(__name__)


class Sight(msgspec.Struct, frozen=True):
    """What somebody sees who opens a link. ``email`` is empty for a link that was never there."""

    verdict: Verdict
    email: str = ""


class SignedIn(msgspec.Struct, frozen=True):
    """Somebody has signed in. ``token`` goes into the session cookie."""

    token: str

    def __repr__(self) -> str:
        return "SignedIn()"


class Refusal(msgspec.Struct, frozen=True):
    """Nobody has signed in. ``left``: wrong codes the link still bears. ``email`` as in :class:`Sight`."""

    verdict: Verdict
    email: str = ""
    left: int = 0


def check_address(text: str) -> str:
    """An address as people type it into the sign-in page, lower case. Raises ``invalid_string``."""
    return check_email(text, "email")


# ── Asking ─────────────────────────────────────────────────────────────────────────────────────
async def request_link(
    services: Services, email: str, *, client: Client, browser: str, next_path: str = ""
) -> None:
    """Send a sign-in link to ``email`` (checked by :func:`check_address`) if a member has this address.

    ``browser`` is the token of the browser that asks; ``next_path`` is where the link leads after signing
    in. Older links of the person that were asked for end. Past 5 mails to an address or 20 from a client in
    15 minutes nothing is sent and nothing ends. The caller cannot tell what happened, nor how.
    """
    # An IPv6 client holds a whole /64.
    asker = neighbourhood(client.address).hex()
    found = await repository.addressee(services.db, email)
    org_id = NOBODY if found is None else found.org_id
    person_id = f"stranger {hash_token(email)}" if found is None else found.person_id
    workspace_name = "Pivotal" if found is None else found.workspace_name
    async with unit_of_work(services.db, server(org_id)) as uow:
        await repository.take_turn(uow.tx, email, asker)
        to_address, from_client = await repository.count_requests(uow.tx, email, asker, uow.now - MAIL_WINDOW)
        if to_address >= MAILS_PER_ADDRESS or from_client >= MAILS_PER_CLIENT:
            return
        await repository.insert_request(uow.tx, cuid(), email, asker, uow.now)
        await repository.void_requested_links(uow.tx, person_id, uow.now)
        link = new_link(uow.now, browser=browser)
        await _insert(uow.tx, link, person_id, org_id, uow)
        url = _url(services, link.token, next_path)
        await notifications.keep_mail(
            uow,
            services.box,
            kind=SIGN_IN,
            recipient=email,
            subject=f"Sign in to {workspace_name}",
            body=_body(workspace_name, url, link.code or ""),
        )
    if found is not None:
        _log.info("sign-in link", to=email, url=url, code=link.code)


async def server_link(services: Services, org_id: str, member: MemberRow) -> str:
    """A sign-in link for ``member`` that the server or an operator prints: for any browser, without code."""
    async with unit_of_work(services.db, server(org_id)) as uow:
        link = new_link(uow.now)
        await _insert(uow.tx, link, member.person_id, org_id, uow)
    return _url(services, link.token)


async def _insert(tx: Transaction, link: NewLink, person_id: str, org_id: str, uow: UnitOfWork) -> None:
    state = link.state
    row = LinkRow(
        token_hash=state.token_hash,
        person_id=person_id,
        org_id=org_id,
        code_hash=state.code_hash,
        browser_hash=state.browser_hash,
        tries=state.tries,
        created_at=uow.now,
        expires_at=state.expires_at,
        used_at=None,
    )
    await repository.insert_link(tx, row)


def _url(services: Services, token: str, next_path: str = "") -> str:
    after = f"&next={quote(next_path, safe='/')}" if next_path else ""
    return f"{services.config.public_url}/login/confirm?token={token}{after}"


def _body(workspace_name: str, url: str, code: str) -> str:
    return (
        f"Open this link to sign in to {workspace_name}:\n\n{url}\n\n"
        f"Your code: {code}\n"
        "Type it where you asked to sign in, or when the link asks for it.\n\n"
        "Link and code work once, within 15 minutes. If you did not ask for them, you need not do anything.\n"
    )


# ── Using ──────────────────────────────────────────────────────────────────────────────────────
async def peek_link(db: Executor, token: str, *, browser: str | None) -> Sight:
    """What the link with this token would do in this browser. Changes nothing, however often it is asked."""
    link = await repository.link(db, hash_token(token)) if is_token(token) else None
    if link is None:
        return Sight(Verdict.GONE)
    if link.member_id is None:
        return Sight(Verdict.GONE, link.email or "")
    return Sight(judge_link(_state(link), clock.now(), browser=browser), link.email or "")


async def consume_link(
    services: Services,
    token: str,
    *,
    browser: str | None,
    code: str | None,
    client: Client,
    replaces: str | None = None,
    request_id: str | None = None,
) -> SignedIn | Refusal:
    """Sign in by a link, with its ``code`` in another browser than the one that asked.

    ``replaces`` is the token of a session that this browser has; it ends. A link signs in once, however many
    try at the same moment.
    """
    started = time.monotonic()
    async with services.db.transaction() as tx:
        link = await repository.link(tx, hash_token(token), lock=True) if is_token(token) else None
        verdict = Verdict.GONE
        if link is not None:
            verdict = judge_link(_state(link), clock.now(), browser=browser, code=code)
        outcome = await _decide(tx, link, verdict, client, replaces, request_id)
    return await _evenly(outcome, started)


async def consume_code(
    services: Services,
    code: str,
    *,
    browser: str,
    client: Client,
    replaces: str | None = None,
    request_id: str | None = None,
) -> SignedIn | Refusal:
    """Sign in by the code alone, in the browser that asked for it last. Otherwise as :func:`consume_link`."""
    started = time.monotonic()
    async with services.db.transaction() as tx:
        link = await repository.locked_link_of_browser(tx, hash_token(browser))
        verdict = Verdict.GONE
        if link is not None:
            verdict = judge_code(_state(link), clock.now(), browser=browser, code=code)
        outcome = await _decide(tx, link, verdict, client, replaces, request_id)
    if isinstance(outcome, Refusal):
        # Whether the address has a person must not show.
        outcome = msgspec.structs.replace(outcome, email="")
    return await _evenly(outcome, started)


async def _decide(
    tx: Transaction,
    link: LinkFacts | None,
    verdict: Verdict,
    client: Client,
    replaces: str | None,
    request_id: str | None,
) -> SignedIn | Refusal:
    if link is None:
        return Refusal(Verdict.GONE)
    email = link.email or ""
    if verdict is Verdict.NEEDS_CODE:
        return Refusal(verdict, email, tries_left(link.tries))
    uow = _work_of(tx, link, request_id)
    if (
        verdict is not Verdict.OK
        or uow is None
        or not await repository.use_link(tx, link.token_hash, uow.now)
    ):
        verdict = Verdict.WRONG_CODE if verdict is Verdict.WRONG_CODE else Verdict.GONE
        await _refuse(tx, uow, link, verdict, client)
        return Refusal(verdict, email, tries_left(link.tries + 1))
    ended = await session_store.end_replaced(tx, replaces, client, request_id)
    token = await session_store.start(tx, link.person_id, link.org_id, client, uow.now)
    uow.record("member.signed_in", target=_target(link), reason=f"Signed in {from_where(client.address)}")
    await session_store.flush_in_order([*ended, uow])
    return SignedIn(token)


async def _refuse(
    tx: Transaction, uow: UnitOfWork | None, link: LinkFacts, verdict: Verdict, client: Client
) -> None:
    """Count a refused attempt, and tell of it when it concerns a member."""
    if link.tries >= MOST_RECORDED:
        return
    await repository.count_try(tx, link.token_hash)
    if uow is not None:
        what = "Wrong code" if verdict is Verdict.WRONG_CODE else "Link used or too old"
        reason = f"{what}, {from_where(client.address)}"
        uow.record("member.sign_in_refused", target=_target(link), reason=reason)
        await uow.flush()


def _target(link: LinkFacts) -> tuple[str, str, int | None]:
    return "member", link.member_id or "", link.member_number


def _work_of(tx: Transaction, link: LinkFacts, request_id: str | None) -> UnitOfWork | None:
    """The work of the member whose link it is; ``None`` for a stranger's."""
    if link.member_id is None:
        return None
    member = actor.member(link.org_id, link.member_id, link.name or "", link.role or "")
    return UnitOfWork(tx, member, request_id)


def _state(link: LinkFacts) -> LinkState:
    return LinkState(
        token_hash=link.token_hash,
        code_hash=link.code_hash,
        browser_hash=link.browser_hash,
        tries=link.tries,
        expires_at=link.expires_at,
        used_at=link.used_at,
    )


async def _evenly(outcome: SignedIn | Refusal, started: float) -> SignedIn | Refusal:
    if isinstance(outcome, Refusal):
        await asyncio.sleep(max(0.0, REFUSAL_SECONDS - (time.monotonic() - started)))
    return outcome
