"""``/static/…``: the built assets, from memory.

Only names of the manifest are answered, so a path can lead nowhere else. Names change with the content,
so browsers may keep what they have for good.
"""

import functools
from pathlib import PurePath

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pivotal_server.web.assets import DIST, PREFIX, manifest

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}


class _File(msgspec.Struct, frozen=True):
    headers: dict[str, str]
    body: bytes
    gzipped: bytes | None


@functools.cache
def _files() -> dict[str, _File]:
    files = {}
    for name in manifest().assets.values():
        gzipped = DIST / f"{name}.gz"
        headers = {
            "Content-Type": _TYPES[PurePath(name).suffix],
            "Cache-Control": "public, max-age=31536000, immutable",
            "ETag": f'"{PurePath(name).stem}"',
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
        }
        files[name] = _File(
            headers, (DIST / name).read_bytes(), gzipped.read_bytes() if gzipped.is_file() else None
        )
    return files


def _accepts_gzip(header: str) -> bool:
    """Whether an ``Accept-Encoding`` header allows gzip (RFC 9110, 12.5.3)."""
    for part in header.lower().split(","):
        coding, _, quality = part.partition(";")
        if coding.strip() in ("gzip", "*"):
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


async def serve(request: Request) -> Response:
    """Answer one asset: 200, 304 when the browser has it, or 404."""
    file = _files().get(request.path_params["name"])
    if file is None:
        return Response("Not found", 404, {"X-Content-Type-Options": "nosniff"}, "text/plain")
    headers = dict(file.headers)
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    body = file.body
    if file.gzipped is not None and _accepts_gzip(request.headers.get("Accept-Encoding", "")):
        body = file.gzipped
        headers["Content-Encoding"] = "gzip"
    if request.method == "HEAD":
        headers["Content-Length"] = str(len(body))
        body = b""
    return Response(body, headers=headers)


ROUTE = Route(f"{PREFIX}{{name:path}}", serve, methods=["GET"])
