"""What a page handler says to htmx, and the plain answer to browsers without scripts."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response


def is_htmx(request: Request) -> bool:
    """Whether a script asks: it wants a fragment, not a page."""
    return request.headers.get("HX-Request") == "true"


def wanted_fragments(request: Request, known: Collection[str]) -> list[str] | None:
    """The fragments that a script asks for by ``?fragment=…``, in order; None when a page is wanted.

    Names that are not ``known`` are passed over, so that pages of an older release keep working.
    """
    if not is_htmx(request):
        return None
    asked = request.query_params.getlist("fragment")
    return [name for name in dict.fromkeys(asked) if name in known] if asked else None


def go_to(request: Request, url: str) -> Response:
    """Send the browser to another page after a form: 303, or for htmx 204 with ``HX-Redirect``."""
    if is_htmx(request):
        return Response(status_code=204, headers={"HX-Redirect": quote(url, safe="/:?&=#%+,;@!$'()*~[]")})
    return RedirectResponse(url, status_code=303)


def saved(
    request: Request,
    back_to: str,
    *,
    toast: str,
    detail: str = "",
    act: tuple[str, str] | None = None,
    undo: bool = False,
    more: Mapping[str, Any] | None = None,
    refresh: Sequence[str] = (),
) -> Response:
    """Answer a form that was saved in a dialog.

    A script closes the dialog, shows the toast and asks for the fragments ``refresh`` again. ``act``: label
    and address of a button on the toast; it opens a dialog or, with ``undo``, posts to the address. ``more``
    is for the script of the form. Without
    scripts the browser goes to ``back_to``.
    """
    if not is_htmx(request):
        return RedirectResponse(back_to, status_code=303)
    event: dict[str, Any] = {"toast": toast, "detail": detail, "refresh": list(refresh)}
    if act is not None:
        event["act"] = {"label": act[0], "url": act[1], "undo": undo}
    event = {"saved": {**event, **(more or {})}}
    # A header holds Latin-1 only; JSON can spell the rest.
    text = msgspec.json.encode(event).decode()
    escaped = "".join(letter if letter.isascii() else _escape(letter) for letter in text)
    return Response(status_code=204, headers={"HX-Trigger": escaped})


def _escape(letter: str) -> str:
    units = letter.encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
