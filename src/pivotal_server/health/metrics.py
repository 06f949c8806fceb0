"""``GET /metrics``: figures of this process and of the queues, in the text format of Prometheus.

Open to the machine itself and to signed-in administrators, as the deep health check is.
"""

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from pivotal_server.db.errors import DatabaseError
from pivotal_server.kit.http import respond
from pivotal_server.kit.http.request import Send
from pivotal_server.services import Services
from pivotal_server.webhooks import service_figures as webhooks
from pivotal_server.webhooks.metrics import REGISTRY

PATH = "/metrics"


class Metrics:
    """The ASGI application of this one address."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def answer(self, send: Send) -> None:
        """Tell every figure. Those of the queues are looked at now, and are those of all processes."""
        try:
            await webhooks.measure(self._services.db)
        except DatabaseError:
            await respond(send, 503, [(b"content-type", b"text/plain")], b"the database cannot be reached\n")
            return
        headers = [
            (b"content-type", CONTENT_TYPE_PLAIN_0_0_4.encode("ascii")),
            (b"cache-control", b"no-store"),
        ]
        await respond(send, 200, headers, generate_latest(REGISTRY))
