"""``pivotal openapi``: write, compare and freeze the OpenAPI document."""

from pathlib import Path
from typing import Annotated, Literal

import cyclopts
import msgspec
from cyclopts import Parameter

from pivotal_server import operations_releases as releases
from pivotal_server.cli_common import JsonOption, fail, out, print_json
from pivotal_server.openapi.diff import diff
from pivotal_server.operations_releases import CannotFreeze

openapi_app = cyclopts.App(name="openapi", help="Write, compare and freeze the OpenAPI document.")


@openapi_app.command
def write(path: Path = releases.CURRENT) -> None:
    """Write the document of this program to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(releases.build())
    out.print(f"Wrote {path}")


@openapi_app.command(name="diff")
def compare(
    old: Annotated[Path | None, Parameter(help="Default: the last frozen document.")] = None,
    new: Annotated[Path | None, Parameter(help="Default: the document of this program.")] = None,
    *,
    fail_on: Annotated[
        Literal["breaking", "any", "nothing"], Parameter(help="Which changes give exit code 1.")
    ] = "nothing",
    json: JsonOption = False,
) -> None:
    """Show what changed between two documents, breaking changes first."""
    if old is None:
        frozen = releases.frozen(Path())
        if not frozen:
            fail("no release is frozen yet; name the document to compare with")
        old = frozen[-1]
    try:
        before = releases.read(old)
        after = msgspec.json.decode(releases.build()) if new is None else releases.read(new)
    except (OSError, msgspec.MsgspecError) as fault:
        fail(f"{fault}")
    found = sorted(diff(before, after), key=lambda change: not change.breaks)
    if json:
        print_json(found)
    else:
        for change in found:
            out.print(f"{'BREAKING ' if change.breaks else ''}{change}")
    if (fail_on == "any" and found) or (fail_on == "breaking" and any(change.breaks for change in found)):
        raise SystemExit(1)


@openapi_app.command
def freeze() -> None:
    """Keep the document of this release in openapi/releases, where it is never edited again."""
    try:
        out.print(f"Froze {releases.freeze(Path())}")
    except CannotFreeze as fault:
        fail(str(fault))
