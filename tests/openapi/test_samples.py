"""The samples of the document run as they stand, against the real server on a real port."""

import sys
from pathlib import Path

import pytest

from pivotal_server.operations import OPERATIONS
from sdk.build import NODE, PYTHON
from tests.sdk.packages import typescript  # noqa: F401 – a fixture
from tests.support.app import document
from tests.support.live_server import Live, run
from tests.support.records import new_customer

RUNNERS = {
    "curl": ("bash", "-euo", "pipefail"),
    "python": (sys.executable,),
    "typescript": (NODE, "--experimental-strip-types", "--no-warnings"),
}
ENDINGS = {"curl": "sh", "python": "py", "typescript": "mts"}


@pytest.mark.parametrize("language", RUNNERS)
async def test_samples_run_as_they_stand(live: Live, language: str, typescript: Path) -> None:  # noqa: F811
    """One of each form: without a key, with one, with a query, with a JSON body, with a file."""
    _, key = await live.world.new_key("samples")
    async with live.world.client(key) as api:
        await new_customer(api, name="Aurora Outfitters", status="active")
    (typescript / "file.csv").write_text("name\nBright Future\n")
    answers = {
        "get-health": "ok",
        "get-me": "samples",
        "search-workspace": "Aurora Outfitters",
        "run-bulk": "succeeded",
        "create-import": "queued",
    }
    for name, told in answers.items():
        [operation] = [one for one in OPERATIONS if one.id == name]
        written = document()["paths"][f"/api/v1{operation.path}"][operation.method.lower()]
        [source] = [one["source"] for one in written["x-codeSamples"] if one["lang"] == language]
        program = typescript / f"{name}.{ENDINGS[language]}"
        program.write_text(source)
        output = await run(
            *("env", "-C", str(typescript), *RUNNERS[language], str(program)),
            PIVOTAL_BASE_URL=live.url,
            PIVOTAL_API_KEY=key,
            PYTHONPATH=str(PYTHON / "src"),
        )
        assert told in output, output
