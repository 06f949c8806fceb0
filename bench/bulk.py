"""Many rows at once against a running server: bulk calls one after the other, and one import."""

import http.client
import json
import time
from typing import Any

CALLS = 10
ROWS = 20_000


def _request(port: int, method: str, path: str, key: str, body: bytes = b"", kind: str = "") -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Authorization": f"Bearer {key}", **({"Content-Type": kind} if kind else {})}
    connection.request(method, f"/api/v1{path}", body or None, headers)
    answer = connection.getresponse()
    found = answer.read()
    connection.close()
    if answer.status >= 300:
        raise SystemExit(f"{method} {path} answered {answer.status}: {found[:500]!r}")
    return found


def bulk_rate(port: int, key: str) -> float:
    """New customers a second by bulk calls of 1,000, one after the other."""
    bodies = []
    for call in range(CALLS + 1):
        operations = [
            {
                "action": "create",
                "resource": "customer",
                "data": {"name": f"Bulk {call} {n}", "domain": f"b{call}-{n}.example", "mrr": 1200},
            }
            for n in range(1_000)
        ]
        bodies.append(json.dumps({"operations": operations}).encode())
    _request(port, "POST", "/bulk", key, bodies.pop(), "application/json")
    began = time.perf_counter()
    for body in bodies:
        if b'"failed":0,' not in _request(port, "POST", "/bulk", key, body, "application/json"):
            raise SystemExit("a bulk operation failed")
    return CALLS * 1_000 / (time.perf_counter() - began)


def import_rate(port: int, key: str) -> float:
    """Rows a second of one import of new customers, from the upload to the end of its job."""
    rows = "".join(f"Import {n},i{n}.example,Growth,{n % 5000}\r\n" for n in range(ROWS))
    parts = (
        '--x\r\nContent-Disposition: form-data; name="resource"\r\n\r\ncustomer\r\n'
        '--x\r\nContent-Disposition: form-data; name="file"; filename="rows.csv"\r\n\r\n'
        f"name,domain,plan,mrr\r\n{rows}\r\n--x--\r\n"
    )
    began = time.perf_counter()
    kind = "multipart/form-data; boundary=x"
    job: dict[str, Any] = json.loads(_request(port, "POST", "/imports", key, parts.encode(), kind))
    while job["status"] in ("queued", "running"):
        time.sleep(0.05)
        job = json.loads(_request(port, "GET", f"/jobs/{job['id']}", key))
    if job["counts"]["created"] != ROWS:
        raise SystemExit(f"the import ended as {job}")
    return ROWS / (time.perf_counter() - began)
