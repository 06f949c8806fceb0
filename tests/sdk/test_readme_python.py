"""Every block of the Python SDK's README runs, in order, and passes strict type checks."""

import re
import sys
from pathlib import Path

from tests.lint.files import ROOT
from tests.support.live_server import Live, run

SOURCE = ROOT / "sdk/python/src"
BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "sdk/python/README.md").read_text("utf-8"), re.DOTALL)


async def test_every_block_runs(live: Live, tmp_path: Path) -> None:
    _, key = await live.world.new_key("readme")
    assert len(BLOCKS) >= 6
    printed = []
    for number, block in enumerate(BLOCKS):
        program = tmp_path / f"block_{number}.py"
        program.write_text(block)
        settings = {"PIVOTAL_API_KEY": key, "PIVOTAL_BASE_URL": live.url, "PYTHONPATH": str(SOURCE)}
        printed.append(await run(sys.executable, "-W", "error", str(program), **settings))
    assert printed[0] == "1 Loyalty launch\n"
    assert printed[1] == "Aurora Outfitters\n"
    assert "slug_taken slug" in printed[3]


async def test_every_block_passes_strict_types(tmp_path: Path) -> None:
    for number, block in enumerate(BLOCKS):
        (tmp_path / f"block_{number}.py").write_text(block)
    kept = f"--cache-dir={ROOT / '.cache/mypy-readme'}"
    options = ("--strict", kept, "--config-file=", "--python-version=3.10")
    told = await run(sys.executable, "-m", "mypy", *options, str(tmp_path), MYPYPATH=str(SOURCE))
    assert told.startswith("Success")
