"""Streams of server-sent events: sse-starlette, loaded without uvicorn.

Where uvicorn is installed, as the MCP library brings it along, sse-starlette loads it to hear of its end.
This server is another one (Granian), so that would only make each start slower.
"""

import sys

_known = sys.modules.get("uvicorn")
sys.modules["uvicorn"] = None  # type: ignore[assignment]  # Python's word for "there is none"
try:
    from sse_starlette import EventSourceResponse, ServerSentEvent
finally:
    del sys.modules["uvicorn"]
    if _known is not None:
        sys.modules["uvicorn"] = _known

__all__ = ["EventSourceResponse", "ServerSentEvent"]
