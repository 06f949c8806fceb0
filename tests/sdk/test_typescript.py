"""The TypeScript SDK, built as it is handed out: the contract, its README, its types and its size."""

import gzip
import json
import re
from pathlib import Path

import pytest

from sdk.build import TYPESCRIPT
from sdk.generator.__main__ import DOCUMENT
from sdk.generator.reading import Reader
from tests.lint.files import ROOT
from tests.sdk import contract
from tests.sdk.packages import node, typescript  # noqa: F401 – a fixture
from tests.support.live_server import Live

COMPILER = TYPESCRIPT / "node_modules/typescript/bin/tsc"
README = (TYPESCRIPT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```ts\n(.*?)```", README, re.DOTALL)
STRICT = ("--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "ES2022", "--lib", "ES2022,DOM")


async def test_the_contract(live: Live, typescript: Path) -> None:  # noqa: F811
    _, key = await live.world.new_key("contract")
    api = Reader(json.loads(DOCUMENT.read_text("utf-8"))).api()
    taking = [".".join(one.sdk) for one in api.operations if one.sent or one.query]
    scenarios = [{"id": "setup", **contract.CONTRACT["setup"]}, *contract.CONTRACT["live"]]
    work = {
        "params": [*taking, *(name.partition(".")[2] for name in taking if "customers.contacts" in name)],
        "key": contract.KEY,
        "address": contract.ADDRESS,
        "live": {"scenarios": scenarios, "url": live.url, "key": key},
        "scripted": contract.scripted(),
        "webhook": contract.messages(),
    }
    (typescript / "work.json").write_text(json.dumps(work))
    sdk = typescript / "node_modules/@pivotal/api/dist/esm/index.js"
    told = await node(str(ROOT / "tests/sdk/driver.mjs"), str(sdk), str(typescript / "work.json"))
    outcomes = json.loads(told)
    assert contract.faults_of_live(outcomes["live"]) == {}
    assert contract.faults_of_scripted(outcomes["scripted"]) == {}
    assert contract.faults_of_webhooks(outcomes["webhook"]) == {}


async def test_every_block_of_the_readme_runs(live: Live, typescript: Path) -> None:  # noqa: F811
    _, key = await live.world.new_key("readme")
    assert len(BLOCKS) >= 5
    printed = []
    for number, block in enumerate(BLOCKS):
        program = typescript / f"block_{number}.mts"
        program.write_text(block)
        settings = {"PIVOTAL_API_KEY": key, "PIVOTAL_BASE_URL": live.url}
        printed.append(await node("--experimental-strip-types", "--no-warnings", str(program), **settings))
    assert printed[0] == "1 Loyalty launch\n"
    assert "slug_taken slug" in printed[2]


@pytest.mark.parametrize(("modules", "resolution"), [("nodenext", "nodenext"), ("esnext", "bundler")])
async def test_the_readme_is_strictly_typed(typescript: Path, modules: str, resolution: str) -> None:  # noqa: F811
    for number, block in enumerate(BLOCKS):
        (typescript / f"block_{number}.mts").write_text(block)
    programs = [str(typescript / f"block_{number}.mts") for number in range(len(BLOCKS))]
    options = (*STRICT, "--module", modules, "--moduleResolution", resolution)
    assert await node(str(COMPILER), *options, *programs) == ""


async def test_it_can_be_required_too(typescript: Path) -> None:  # noqa: F811
    program = typescript / "required.cjs"
    program.write_text("const { PivotalApi } = require('@pivotal/api'); console.log(PivotalApi.name);")
    assert await node(str(program)) == "PivotalApi\n"


async def test_a_browser_is_refused_and_the_key_is_in_no_text(typescript: Path) -> None:  # noqa: F811
    program = typescript / "browser.mjs"
    program.write_text(
        "import { inspect } from 'node:util'; import { PivotalApi } from '@pivotal/api';\n"
        "const api = new PivotalApi({ apiKey: 'pivotal_secret' });\n"
        "console.log(inspect(api, { depth: 9, showHidden: true }).includes('pivotal_secret'));\n"
        "globalThis.window = {}; globalThis.document = {};\n"
        "try { new PivotalApi({ apiKey: 'k' }); } catch (error) { console.log(error.message.slice(0, 9)); }\n"
        "new PivotalApi({ apiKey: 'k', allowBrowser: true });\n"
    )
    assert await node(str(program)) == "false\neverybody\n"


async def test_it_is_small_and_depends_on_nothing(typescript: Path) -> None:  # noqa: F811
    package = typescript / "node_modules/@pivotal/api"
    manifest = json.loads((package / "package.json").read_text("utf-8"))
    assert "dependencies" not in manifest
    assert manifest["version"] == json.loads(DOCUMENT.read_text("utf-8"))["info"]["version"]
    program = TYPESCRIPT / "node_modules/esbuild/bin/esbuild"
    bundle = await node(
        str(program), str(package / "dist/esm/index.js"), "--bundle", "--minify", "--format=esm"
    )
    assert len(gzip.compress(bundle.encode())) < 30_000
