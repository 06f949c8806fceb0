"""The benchmark's command runs to its end and reports each line of its table; how fast is not tested."""

import asyncio
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

LINES = (
    "memory at rest",
    "restart to answering",
    "GET one customer",
    "list of 20, page 1",
    "list of 20, filtered by status, deep",
    "durable create, 16 clients",
    "bulk, 1,000 rows a call, new customers",
    "import, new customers",
    "first start to answering",
    "board of 200 cards",
    "onboarding with 300 tasks",
    "onboarding with 2,000 tasks",
    "timeline of 2,000 tasks",
    "timeline of all onboardings",
    "applying a template of 200 tasks",
)


async def test_a_small_run_measures_a_server_and_writes_its_report(tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    small = [
        "--customers",
        "2000",
        "--tasks",
        "2000",
        "--entries",
        "4000",
        "--rounds",
        "1",
        "--seconds",
        "0.3",
    ]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench", *small, "--report", str(report),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    # A server that is measured has come up before it is told to end.
    assert "ended before it listened" not in out.decode()
    rows = re.findall(r"^\| (.+?) \| .*\d", report.read_text("utf-8"), re.MULTILINE)
    assert set(LINES) <= set(rows), rows
