"""``/sdk/python/…whl`` and ``/sdk/typescript/….tgz``: public, so that an install line needs no key."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

DIST = Path(__file__).parent / "dist"
_TYPES = {".whl": "application/zip", ".tgz": "application/gzip"}


async def _package(request: Request) -> Response:
    """A built package. Only names that a folder lists are looked at, so no name leads out of it."""
    built = {f"{path.parent.name}/{path.name}": path for path in DIST.glob("*/*") if path.suffix in _TYPES}
    found = built.get("{language}/{name}".format_map(request.path_params))
    if found is None:
        there = " ".join(sorted(f"/sdk/{name}" for name in built))
        return PlainTextResponse(f"There is no such package. This server has: {there or 'none'}\n", 404)
    return FileResponse(found, media_type=_TYPES[found.suffix], headers={"Cache-Control": "no-cache"})


routes = [Route("/sdk/{language}/{name}", _package, methods=["GET"])]
