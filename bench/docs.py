"""Server time of the docs: ``python -m bench.docs``. Every address 20 times, as ``Server-Timing`` says it."""

import http.client
import json
import os
import tempfile
from statistics import median

from bench.__main__ import free_port, start

TURNS = 20
SEARCHES = ("slug_taken", "how do i retry a webhook", "PIVOTAL_DATA", "custom")


def addresses(port: int) -> list[str]:
    """Pages, their Markdown, indexes and some searches."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/llms.txt")
    index = connection.getresponse().read().decode()
    connection.close()
    twins = [line.split("](", 1)[1].split(")", 1)[0] for line in index.splitlines() if line.startswith("- [")]
    pages = ["/docs" + twin.split("/docs", 1)[1].removesuffix(".md") for twin in twins]
    found = [address for page in pages for address in (page, f"{page}.md", f"{page}/llms.txt")]
    searches = [f"/docs/search.json?q={query.replace(' ', '+')}" for query in SEARCHES]
    return [*found, "/llms.txt", "/llms-full.txt", *searches]


def measured(port: int, paths: list[str]) -> dict[str, list[float]]:
    """Milliseconds of every address, in the order of its requests."""
    times: dict[str, list[float]] = {path: [] for path in paths}
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for _ in range(TURNS):
        for path in paths:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, (path, answer.status)
            times[path].append(float(answer.headers["Server-Timing"].partition("dur=")[2]))
    connection.close()
    return times


def main() -> None:
    """Start a server on an empty database and print what was measured."""
    with tempfile.TemporaryDirectory(prefix="pivotal-docs-") as folder:
        port = free_port()
        process, _ = start(["-m", "pivotal_server", "serve", "--port", str(port)], port, PIVOTAL_DATA=folder)
        try:
            times = measured(port, addresses(port))
        finally:
            process.terminate()
            process.wait()
    every = [one for row in times.values() for one in row]
    pages = [one for path, row in times.items() if "." not in path for one in row]
    slowest = max(times, key=lambda path: median(times[path]))
    print(
        json.dumps(
            {
                "addresses": len(times),
                "load average": round(os.getloadavg()[0], 1),
                "median, all (ms)": round(median(every), 2),
                "median, pages (ms)": round(median(pages), 2),
                "slowest by median": [slowest, round(median(times[slowest]), 2)],
                "slowest of the first requests (ms)": round(max(row[0] for row in times.values()), 2),
                "searches, median (ms)": round(
                    median(one for path, row in times.items() if "search" in path for one in row), 2
                ),
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
