"""`./run bench webhooks` runs to its end and prints every measure; how fast is not tested (acceptance 42)."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

MEASURES = [
    "CPU of signing with one secret",
    "CPU of one more secret",
    "CPU of fan-out with filter, per delivery",
    "CPU of the event of a create",
    "added time of a write that fires 3 events, 10 endpoints against none",
    "commit to first byte, idle, p95",
    "deliveries per second, 20 endpoints",
    "loss of the other 19 while 1 of 20 hangs",
    "worker memory with 1,000 pending above that with 1,000",
    "growth of worker memory over 1 s",
    "first page of the log of 2,000 deliveries, slowest single filter",
]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_small_run_prints_every_measure(kind: str, tmp_path: Path) -> None:
    small = {"events": 5, "rounds": 1, "deliveries": 2_000, "pending": 1_000, "soak": 1, "writes": 2}
    options = [f"--{name}={value}" for name, value in small.items()]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench", "webhooks", f"--database={kind}", f"--out={tmp_path}", *options,
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, told = await process.communicate()
    assert process.returncode == 0, told.decode()
    report = json.loads(out)
    assert {"machine", "versions", "databases"} == set(report)
    [database] = report["databases"]
    assert [one["measure"] for one in database["measures"]] == MEASURES, database
    assert all(one["value"] is not None and one["bar"] for one in database["measures"])
    assert (tmp_path / database["plot"]).read_text("utf-8").startswith("<svg")
