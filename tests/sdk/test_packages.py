"""What a running server hands out can be installed, and the first sample of each README then runs."""

import json
import os
import re
import sys
from pathlib import Path

import httpx

from sdk.build import NODE, PYTHON, TYPESCRIPT
from tests.sdk.packages import built, node
from tests.support.live_server import Live, run

NPM = Path(NODE).parents[1] / "lib/node_modules/npm/bin/npm-cli.js"


def first_block(readme: Path, language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", readme.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_install_line_of_each_readme_names_the_package_that_is_there() -> None:
    for readme, language in ((PYTHON, "python"), (TYPESCRIPT, "typescript")):
        assert f"/sdk/{language}/{built(language).name}\n" in (readme / "README.md").read_text("utf-8")


async def test_the_wheel_installs_and_its_first_sample_runs(live: Live, tmp_path: Path) -> None:
    _, key = await live.world.new_key("wheel")
    address = f"{live.url}/sdk/python/{built('python').name}"
    home = tmp_path / "installed"
    install = ("-m", "uv", "pip", "install", "--no-index", "--no-cache", "--no-deps", "--target", str(home))
    await run(sys.executable, *install, f"pivotal @ {address}")
    program = tmp_path / "first.py"
    program.write_text(first_block(PYTHON / "README.md", "python"))
    settings = {"PIVOTAL_API_KEY": key, "PIVOTAL_BASE_URL": live.url, "PYTHONPATH": str(home)}
    assert await run(sys.executable, str(program), **settings) == "1 Loyalty launch\n"
    beside = "import pivotal, pivotal_server; print(pivotal.__file__)"
    assert str(home) in await run(sys.executable, "-c", beside, **settings)


async def test_the_tarball_installs_and_its_first_sample_runs(live: Live, tmp_path: Path) -> None:
    _, key = await live.world.new_key("tarball")
    (tmp_path / "package.json").write_text(json.dumps({"name": "mine", "version": "1.0.0", "type": "module"}))
    npm = (str(NPM), "install", "--prefix", str(tmp_path), "--no-audit", "--no-fund", "--ignore-scripts")
    kept = {"npm_config_cache": str(tmp_path / "cache"), "npm_config_registry": live.url}
    path = f"{Path(NODE).parent}{os.pathsep}{os.environ['PATH']}"
    await node(*npm, f"{live.url}/sdk/typescript/{built('typescript').name}", PATH=path, **kept)
    program = tmp_path / "first.mts"
    program.write_text(first_block(TYPESCRIPT / "README.md", "ts"))
    settings = {"PIVOTAL_API_KEY": key, "PIVOTAL_BASE_URL": live.url}
    told = await node("--experimental-strip-types", "--no-warnings", str(program), **settings)
    assert told == "1 Loyalty launch\n"


async def test_other_names_get_a_404_that_says_what_there_is(live: Live) -> None:
    async with httpx.AsyncClient(base_url=live.url) as client:
        for path in (
            "/sdk/python/pivotal-9.9.9-py3-none-any.whl",
            "/sdk/cobol/x.whl",
            "/sdk/python/..%2f..%2fx",
        ):
            answer = await client.get(path)
            assert answer.status_code == 404, path
        assert built("python").name in (await client.get("/sdk/python/x.whl")).text
