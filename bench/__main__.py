"""``python -m bench``: measure, write ``bench/report.md``; ``python -m bench plans|search``: see there.

Reads and their ceiling are measured in turn, many short rounds, and the median of the ratios is reported, so
that a noisy machine disturbs both alike.
"""

import argparse
import asyncio
import http.client
import json
import os
import platform
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench import onboardings, search
from bench.bulk import bulk_rate, import_rate
from bench.data import Made
from bench.plans import show
from bench.rows import Size
from bench.sets import filled

HERE = Path(__file__).parent


@dataclass
class Line:
    """One line of the report."""

    work: str
    measured: str
    budget: str
    met: bool


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(arguments: list[str], port: int, **environ: str) -> tuple[subprocess.Popen[bytes], float]:
    """A server process that answers on ``port``, and the seconds until it did."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": f"{HERE.parent / 'src'}:{HERE.parent}", **environ},
        stdout=subprocess.DEVNULL,
    )
    while time.monotonic() - began < 30:
        if answers(port):
            return process, time.monotonic() - began
        if process.poll() is not None:
            raise SystemExit(f"{arguments} ended with {process.returncode}")
        time.sleep(0.005)
    raise SystemExit(f"{arguments} did not answer")


def answers(port: int) -> bool:
    """Whether a server answers requests there. One that starts takes connections before that."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/api/v1/health")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def memory_mb(pid: int) -> float:
    """Resident memory of a process, shared pages counted by share (PSS), in MB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def cpu_seconds(pid: int) -> float:
    """Processor time that a process has used."""
    times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


class Bench:
    """One run of everything."""

    def __init__(self, made: Made, rounds: int, seconds: float) -> None:
        self.rounds, self.seconds = rounds, seconds
        self.size = made.size
        self.path = Path(made.target)
        self.folder = self.path.parent
        self.org_id, self.key = made.org_id, made.key
        self.lines: list[Line] = []
        self.runs = 0

    def load(self, port: int, path: str, clients: int, **job: Any) -> dict[str, Any]:
        """One measurement by the load generator."""
        self.runs += 1
        whole = {
            "port": port, "path": path, "clients": clients, "method": "GET", "status": 200, "first": 1,
            "variants": 500, "seconds": self.seconds, "run": self.runs, "headers": {}, **job,
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-m", "bench.load"], input=json.dumps(whole), capture_output=True, text=True,
            check=True, cwd=HERE.parent,
        )  # fmt: skip
        result: dict[str, Any] = json.loads(done.stdout)
        if result["bad"]:
            raise SystemExit(
                f"{path}: {result['bad']} answers were not {whole['status']}: {result['example']}"
            )
        return result

    def compare(self, work: str, ceiling: tuple[int, str], ours: tuple[int, str], budget: float) -> None:
        """Measure the ceiling and ours in turn; report the median of the ratios."""
        auth = {"authorization": f"Bearer {self.key}"}
        bare, full, ratios = [], [], []
        for _ in range(self.rounds):
            bare.append(self.load(*ceiling, clients=16)["rate"])
            full.append(self.load(*ours, clients=16, headers=auth)["rate"])
            ratios.append(full[-1] / bare[-1])
        ratio = median(ratios)
        text = f"{ratio:.2f} of the ceiling ({median(full):,.0f}/s of {median(bare):,.0f}/s)"
        self.add(Line(work, text, f">= {budget:.2f}", ratio >= budget))

    def add(self, line: Line) -> None:
        self.lines.append(line)
        print(
            f"{'met   ' if line.met else 'MISSED'} {line.work}: {line.measured} (budget {line.budget})",
            flush=True,
        )

    def cursor(self, page: int) -> str:
        """The cursor that leads to ``page`` of a list of 20."""
        connection = sqlite3.connect(self.path)
        row = connection.execute(
            "SELECT created_at FROM customers WHERE org_id = ? AND deleted_at IS NULL"
            " ORDER BY created_at DESC LIMIT 1 OFFSET ?",
            (self.org_id, (page - 1) * 20 - 1),
        ).fetchone()
        connection.close()
        seconds, micros = divmod(row[0], 1_000_000)
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{micros:06d}Z"

    def reads(self, server: int, ceiling: int) -> None:
        one = (server, "/api/v1/customers/{n}")
        self.compare("GET one customer", (ceiling, "/one/{n}"), one, 0.5)
        first = (server, "/api/v1/customers?limit=20")
        self.compare("list of 20, page 1", (ceiling, "/list"), first, 0.5)
        deep = min(4_000, self.size.customers // 25)
        path = f"/api/v1/customers?limit=20&cursor={self.cursor(deep)}"
        self.compare(f"list of 20, page {deep:,}", (ceiling, "/list"), (server, path), 0.5)
        path = f"/api/v1/customers?limit=20&status=at_risk&cursor={self.cursor(deep // 2)}"
        self.compare("list of 20, filtered by status, deep", (ceiling, "/list"), (server, path), 0.5)

    def writes(self, server: int) -> None:
        auth = {"authorization": f"Bearer {self.key}"}
        job = {
            "method": "POST", "status": 201, "headers": auth, "idempotent": True, "variants": 20_000,
            "body": '{"name":"Bench {n}","domain":"bench{n}.example","status":"onboarding","mrr":1200}',
        }  # fmt: skip
        many = [
            self.load(server, "/api/v1/customers", 16, first=1_000_000 * (n + 1), **job)
            for n in range(self.rounds)
        ]
        rate = median(run["rate"] for run in many)
        p99 = median(run["p99_ms"] for run in many)
        text = f"{rate:,.0f}/s, p99 {p99:.1f} ms"
        self.add(Line("durable create, 16 clients", text, ">= 1,000/s", rate >= 1000))
        alone = [
            self.load(server, "/api/v1/customers", 1, first=100_000_000 * (n + 1), **job)
            for n in range(self.rounds)
        ]
        took = median(run["median_ms"] for run in alone)
        fsync = self.fsync_ms()
        text = f"median {took:.2f} ms (a bare 4 KB write + fsync on this disk: {fsync:.2f} ms)"
        self.add(Line("durable create, alone", text, "<= 2 ms", took <= 2.0))

    def many_rows(self, server: int) -> None:
        for work, measure in (("bulk, 1,000 rows a call", bulk_rate), ("import", import_rate)):
            rate = measure(server, self.key)
            self.add(Line(f"{work}, new customers", f"{rate:,.0f} rows/s", ">= 5,000 rows/s", rate >= 5_000))

    def fsync_ms(self) -> float:
        """The median of a 4 KB append and fsync beside the database."""
        took = []
        with (self.folder / "fsync").open("wb") as file:
            for _ in range(200):
                began = time.perf_counter()
                file.write(b"x" * 4096)
                file.flush()
                os.fdatasync(file.fileno())
                took.append((time.perf_counter() - began) * 1000)
        return median(took)

    def run(self) -> None:
        ceiling_port, port = free_port(), free_port()
        bare, _ = start(["-m", "bench.ceiling", str(ceiling_port), str(self.path), self.org_id], ceiling_port)
        data = {"PIVOTAL_DATA": str(self.folder), "PIVOTAL_LOG_LEVEL": "error"}
        full, again = start(["-m", "pivotal_server", "serve", "--port", str(port)], port, **data)
        try:
            time.sleep(1)
            rest = memory_mb(full.pid)
            self.add(Line("memory at rest", f"{rest:.0f} MB", "<= 150 MB", rest <= 150))
            self.add(Line("restart to answering", f"{again:.2f} s", "<= 1.5 s", again <= 1.5))
            self.reads(port, ceiling_port)
            self.writes(port)
            self.many_rows(port)
            loaded = memory_mb(full.pid)
            self.add(Line("memory under load", f"{loaded:.0f} MB", "<= 300 MB", loaded <= 300))
        finally:
            for process in (bare, full):
                process.terminate()
            for process in (bare, full):
                process.wait(20)
        with tempfile.TemporaryDirectory() as folder:
            port = free_port()
            first, took = start(
                ["-m", "pivotal_server", "serve", "--port", str(port)], port, PIVOTAL_DATA=folder
            )
            self.add(Line("first start to answering", f"{took:.2f} s", "<= 3 s", took <= 3.0))
            first.terminate()
            first.wait(20)

    def report(self) -> str:
        rows = "\n".join(
            f"| {line.work} | {line.measured} | {line.budget} | {'yes' if line.met else '**no**'} |"
            for line in self.lines
        )
        size = self.size
        return (
            "# Benchmark report\n\n"
            f"Embedded default (SQLite, one process) with {size.customers:,} customers, {size.tasks:,} tasks "
            f"and {size.entries:,} activity entries; {os.cpu_count()} cores, {platform.machine()}, "
            f"Python {platform.python_version()}. Ratios compare with a bare ASGI function on the same "
            "server (one SELECT on the raw driver, one encode), measured in turn "
            f"with ours, {self.rounds} rounds of {self.seconds:g} s with 16 clients. "
            "Made by `./run bench`.\n\n"
            f"| Work | Measured | Budget | Met |\n|---|---|---|---|\n{rows}\n"
        )


def main() -> None:
    """Parse the command line, measure, write the report."""
    if sys.argv[1:2] == ["webhooks"]:
        from bench import webhooks  # noqa: PLC0415 - it takes this module's helpers

        webhooks.main(sys.argv[2:])
        return
    if sys.argv[1:2] == ["onboardings"]:
        onboardings.main(sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("report", "plans", "search"), default="report")
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--tasks", type=int, default=1_000_000)
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the filled database there, or use it")
    parser.add_argument("--postgres", action="store_true", help="plans and search: on a private PostgreSQL")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1.5)
    parser.add_argument("--report", type=Path, default=HERE / "report.md")
    options = parser.parse_args()
    size = Size(customers=options.customers, tasks=options.tasks, entries=options.entries)
    postgres = options.postgres and options.what in ("plans", "search")
    with filled(size, postgres=postgres, keep=options.keep) as made:
        if options.what == "plans":
            asyncio.run(show(made))
            return
        if options.what == "search":
            asyncio.run(search.show(made))
            return
        bench = Bench(made, options.rounds, options.seconds)
        bench.run()
        for cost in asyncio.run(onboardings.costs(options.rounds)):
            bench.add(Line(cost.work, cost.measured, cost.budget, cost.met))
        options.report.write_text(bench.report())


if __name__ == "__main__":
    main()
