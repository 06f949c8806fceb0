"""Files as clients send them, and what the server keeps of them."""

from pathlib import Path

import httpx

from pivotal_server.files.store import Files
from pivotal_server.kit.ids import is_cuid
from tests.support.records import Json, answered

PDF = b"%PDF-1.7\n1 0 obj\n"


async def attach(
    api: httpx.AsyncClient, record: Json, name: str = "plan.pdf", content: bytes = PDF, visibility: str = ""
) -> Json:
    """A file on a comment or task."""
    return answered(await send_file(api, record, name, content, visibility=visibility), 201)


async def send_file(
    api: httpx.AsyncClient,
    record: Json,
    name: str = "plan.pdf",
    content: bytes = PDF,
    *,
    type: str = "application/pdf",
    headers: dict[str, str] | None = None,
    visibility: str = "",
) -> httpx.Response:
    """The answer to putting a file on a comment or task."""
    path = f"/{record['object']}s/{record['id']}/attachments"
    return await api.post(
        path,
        files={"file": (name, content, type)},
        data={"visibility": visibility} if visibility else {},
        headers=headers,
    )


def stored(files: Files) -> list[Path]:
    """Every file that lies in the folder of a server, those put aside too."""
    return sorted(path for path in files.folder.rglob("*") if is_cuid(path.name))
