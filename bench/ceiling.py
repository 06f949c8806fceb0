"""The ceiling: a bare ASGI function on the same server, one SELECT on the raw driver, one encode.

No authentication, no limits, no headers beyond the content type, no validation, no error handling.
Run as ``python -m bench.ceiling PORT DATABASE ORG``.
"""

import asyncio
import sqlite3
import sys
from typing import Any

import msgspec
import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server

COLUMNS = (
    "id, display_id, name, slug, domain, status, plan, mrr, monthly_orders, hubspot_company_id,"
    " hubspot_deal_id, stripe_customer_id, intercom_company_id, slack_channel_id, owner_id, tags,"
    " custom_fields, metadata, external_id, health_score, livemode, created_at, updated_at"
)
NAMES = COLUMNS.split(", ")


def application(path: str, org_id: str) -> Any:
    """The bare function: ``/one/<display_id>`` and ``/list``."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    one = f"SELECT {COLUMNS} FROM customers WHERE org_id = ? AND display_id = ?"
    page = (
        f"SELECT {COLUMNS} FROM customers WHERE org_id = ? AND deleted_at IS NULL"
        " ORDER BY created_at DESC LIMIT 20"
    )
    encode = msgspec.json.Encoder().encode
    headers = [(b"content-type", b"application/json")]

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        where = scope["path"]
        if where == "/list":
            rows = connection.execute(page, (org_id,)).fetchall()
            body = encode({"object": "list", "data": [dict(zip(NAMES, row, strict=True)) for row in rows]})
        else:
            row = connection.execute(one, (org_id, int(where[5:]))).fetchone()
            body = encode(dict(zip(NAMES, row, strict=True)))
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [*headers, (b"content-length", b"%d" % len(body))],
            }
        )
        await send({"type": "http.response.body", "body": body})

    return app


async def serve(port: int, path: str, org_id: str) -> None:
    """Serve until killed."""
    server = Server(
        application(path, org_id),
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
    )
    await server.serve()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
