"""The operations about the API itself: who am I, is it up."""

from typing import Annotated, Literal

from msgspec import Struct

from pivotal_server import __version__
from pivotal_server.api_keys import service as api_keys
from pivotal_server.auth.keys import shown_prefix
from pivotal_server.kit import clock
from pivotal_server.kit.http import ANY_SCOPE, OperationTable
from pivotal_server.kit.validation import doc
from pivotal_server.kit.wire import Id, Moment
from pivotal_server.limits.catalogue import changed_in
from pivotal_server.limits.tiers import tier_of
from pivotal_server.rest.context import Context

table = OperationTable("Meta")


class KeyFacts(Struct, kw_only=True):
    """The key that made the request."""

    id: Id
    name: Annotated[str, doc("Name of the key.", "local-dev")]
    prefix: Annotated[str, doc("The part of the key that may be shown.", "pivotal_abc1")]
    scopes: Annotated[list[str], doc("What the key is narrowed to; empty means everything.", [])]
    rate_limit_tier: Annotated[str, doc("The tier of its rate limit.", "standard")]
    expires_at: Annotated[str | None, doc("When it expires.", None)]


class Organization(Struct, kw_only=True):
    """The workspace of the key."""

    id: Annotated[str, doc("Id of the workspace.", "org_E2Zs8IQ9Y7aJZqhB6baeCN6Zj4a")]
    slug: Annotated[str, doc("Slug of the workspace.", "vml")]
    name: Annotated[str, doc("Name of the workspace.", "VML")]


class ApiKeyIdentity(Struct, kw_only=True):
    """A key and the workspace it belongs to."""

    object: Annotated[Literal["api_key_identity"], doc("Always `api_key_identity`.", "api_key_identity")] = (
        "api_key_identity"
    )
    key_name: Annotated[str, doc("Name of the key.", "local-dev")]
    key_prefix: Annotated[str, doc("The part of the key that may be shown.", "pivotal_abc1")]
    org_id: Annotated[str, doc("Id of the workspace.", "org_E2Zs8IQ9Y7aJZqhB6baeCN6Zj4a")]
    org_slug: Annotated[str, doc("Slug of the workspace.", "vml")]
    mode: Annotated[Literal["live", "test"], doc("Mode of the key.", "live")]
    api_key: KeyFacts
    organization: Organization


class Health(Struct, kw_only=True):
    """A sign of life."""

    status: Annotated[Literal["ok"], doc("Always `ok`.", "ok")] = "ok"
    timestamp: Moment
    version: Annotated[str, doc("Release of the server.", "1.0.0")]


@table.operation(
    "GET",
    "/me",
    id="get-me",
    sdk="me",
    tools=["whoami"],
    summary="Identify the key",
    scope=ANY_SCOPE,
    answers=(200, ApiKeyIdentity),
)
async def get_me(context: Context) -> ApiKeyIdentity:
    """The key that makes the request and the workspace it belongs to. Has no side effects."""
    assert context.actor is not None, "the operation is not public"
    assert context.actor.id is not None, "every key has an id"
    key, workspace = await api_keys.identity(context.db, context.org_id, context.actor.id)
    prefix = shown_prefix("live" if key.mode == "live" else "test", key.public_id)
    tier = tier_of(
        livemode=key.mode == "live",
        own=key.rate_limit,
        changed=changed_in(workspace.settings),
    )
    return ApiKeyIdentity(
        key_name=key.name,
        key_prefix=prefix,
        org_id=workspace.id,
        org_slug=workspace.slug,
        mode="live" if key.mode == "live" else "test",
        api_key=KeyFacts(
            id=key.id,
            name=key.name,
            prefix=prefix,
            scopes=key.scopes,
            rate_limit_tier=tier.name,
            expires_at=clock.wire_or_none(key.expires_at),
        ),
        organization=Organization(id=workspace.id, slug=workspace.slug, name=workspace.name),
    )


@table.operation(
    "GET",
    "/health",
    id="get-health",
    sdk="health",
    summary="Is the server up",
    scope=None,
    answers=(200, Health),
)
async def get_health(_context: Context) -> Health:
    """Answers as long as the server runs. Needs no key and counts against no limit."""
    return Health(timestamp=clock.wire(clock.now()), version=__version__)
