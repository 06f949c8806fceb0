"""The Jinja environment of the app and the one way to answer with HTML.

Templates of the frame lie in ``web/templates``; those of a room in ``<room>/templates`` and are named with
the room in front: ``customers/list.html``. The macros of ``components.html`` are the global ``c``, those of
``forms.html`` the global ``f``, in every template and block.
"""

import functools
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from jinja2_fragments import render_block
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from pivotal_server.kit.ids import cuid
from pivotal_server.web.assets import asset_url, icon_url
from pivotal_server.web.compiled import Compiled
from pivotal_server.web.formats import FILTERS, STATE_NAMES, STATUS_NAMES
from pivotal_server.web.htmx import wanted_fragments

_SERVER = Path(__file__).parents[1]
_HTMX_CONFIG = {
    # Nothing inline and nothing evaluated: the content policy forbids both.
    "includeIndicatorStyles": False,
    "allowEval": False,
    "allowScriptTags": False,
    "attributesToSettle": ["class"],
    "selfRequestsOnly": True,
    "historyCacheSize": 0,
    "timeout": 30_000,
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        # forms.js decides what becomes of a refusal.
        {"code": "[45]..", "swap": False, "error": True},
    ],
}
_EXTENDS = re.compile(r"""\{%-?\s*extends\s+["']([a-z_/.]+)["']\s*-?%\}""")
_HEADERS = {"Cache-Control": "no-store", "Vary": "HX-Request"}


@functools.cache
def icon(name: str, size: str = "") -> Markup:
    """An icon of the sprite; ``size`` empty (16 px) or ``sm`` (14 px). Words stand beside it."""
    classes = f"icon {size}".strip()
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>').format(classes, icon_url(name))


@functools.cache
def environment() -> Environment:
    """The environment, made once; every template is compiled once."""
    rooms = {
        folder.parent.name: FileSystemLoader(folder)
        for folder in sorted(_SERVER.glob("*/templates"))
        if folder.parent.name != "web"
    }
    env = Environment(
        loader=ChoiceLoader([FileSystemLoader(_SERVER / "web" / "templates"), PrefixLoader(rooms)]),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        cache_size=-1,
        bytecode_cache=Compiled(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(FILTERS)
    env.globals.update(
        asset_url=asset_url,
        icon=icon,
        new_token=cuid,
        status_names=STATUS_NAMES,
        state_names=STATE_NAMES,
        htmx_config=msgspec.json.encode(_HTMX_CONFIG).decode(),
    )
    env.globals["c"] = env.get_template("components.html").module
    env.globals["f"] = env.get_template("forms.html").module
    return env


def render_text(name: str, context: Mapping[str, Any], *, block: str | Sequence[str] | None = None) -> str:
    """The HTML of a template, or of its blocks in the order given."""
    if block is None:
        return environment().get_template(name).render(context)
    names = [block] if isinstance(block, str) else block
    return "".join(render_block(environment(), _holder(name, one), one, **context) for one in names)


@functools.cache
def _holder(name: str, block: str) -> str:
    """The template that holds a block: ``name`` itself, or the nearest one that it extends."""
    env = environment()
    while block not in env.get_template(name).blocks:
        assert env.loader is not None
        parent = _EXTENDS.search(env.loader.get_source(env, name)[0])
        if parent is None:
            break
        name = parent[1]
    return name


def render(
    request: Request,
    name: str,
    context: Mapping[str, Any],
    *,
    block: str | Sequence[str] | None = None,
    fragments: Collection[str] = (),
    status: int = 200,
) -> HTMLResponse:
    """Answer with a template, or with a part of it.

    ``context`` holds ``frame`` and what the page needs. ``block`` names the block, or blocks, to answer with.
    Without it, ``fragments`` are the blocks that a script may ask for by ``?fragment=…``. Nobody keeps a copy
    of the answer: pages show what the reader may see now.
    """
    if block is None and fragments:
        block = wanted_fragments(request, fragments)
    return HTMLResponse(render_text(name, context, block=block), status, _HEADERS)
