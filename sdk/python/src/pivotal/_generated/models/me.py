"""Objects of `me`. Generated; do not edit."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pivotal._model import Model


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyIdentity(Model):
    """A key and the workspace it belongs to."""

    object: Literal["api_key_identity"]
    key_name: str
    key_prefix: str
    org_id: str
    org_slug: str
    mode: Literal["live", "test"]
    api_key: KeyFacts
    organization: Organization
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    MODELS: ClassVar[Mapping[str, str]] = {"api_key": "KeyFacts", "organization": "Organization"}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts(Model):
    """The key that made the request."""

    id: str
    name: str
    prefix: str
    scopes: list[str]
    rate_limit_tier: str
    expires_at: str | None
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Organization(Model):
    """The workspace of the key."""

    id: str
    slug: str
    name: str
    extra: Mapping[str, Any] = dataclasses.field(default_factory=dict)
