"""The built assets: their addresses by plain name, and the icons of the sprite."""

import functools
from collections.abc import Mapping
from pathlib import Path

import msgspec

DIST = Path(__file__).parent / "static" / "dist"
PREFIX = "/static/"


class Manifest(msgspec.Struct, frozen=True):
    """``assets``: plain name → file named by its content. ``icons``: names in the sprite."""

    assets: Mapping[str, str]
    icons: frozenset[str]


class NotBuilt(Exception):
    """The assets were never built on this machine."""


@functools.cache
def manifest() -> Manifest:
    """What the last build wrote, read once. Raises :class:`NotBuilt`."""
    try:
        written = (DIST / "manifest.json").read_bytes()
    except FileNotFoundError:
        raise NotBuilt(
            "The web assets are not built; run: python -m pivotal_server.web.build_assets"
        ) from None
    return msgspec.json.decode(written, type=Manifest)


def asset_url(name: str) -> str:
    """The address of an asset, such as ``app.css``. Raises ``KeyError`` for a name that was not built."""
    return PREFIX + manifest().assets[name]


def icon_url(name: str) -> str:
    """The address of one icon in the sprite. Raises ``KeyError`` for an icon that is not in it."""
    if name not in manifest().icons:
        raise KeyError(f"icon {name!r} is not in the sprite; name it by a literal and build the assets")
    return f"{asset_url('icons.svg')}#{name}"
