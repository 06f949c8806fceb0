"""``pivotal docs``: build and check the docs site."""

from pathlib import Path

import cyclopts

from pivotal_server import __version__
from pivotal_server.cli_common import fail, out

docs_app = cyclopts.App(name="docs", help="Build and check the docs site.")

ROOT = Path(__file__).parents[2]
CONTENT = ROOT / "docs" / "content"


def build_docs(target: Path | None = None, root: Path = ROOT) -> int:
    """Build the docs of this source checkout into ``target``; the number of pages.

    ``root`` holds changelog and frozen documents.

    Raises ``BadContent``, ``UnknownFact``, ``UnknownMark`` or ``Refused`` for a page that cannot be built.
    """
    import msgspec

    from pivotal_server import cli
    from pivotal_server.docs import building, changelog, commands, facts, library, reference, source, trying
    from pivotal_server.docs.schemas import NavTab
    from pivotal_server.operations_releases import build, frozen

    current = build()
    document = msgspec.json.decode(current)
    kept = {path.stem: path.read_bytes() for path in frozen(root)} | {changelog.UNRELEASED: current}
    told = (root / "CHANGELOG.md").read_text("utf-8")
    content = source.read_content(CONTENT)
    written = reference.Reference(document)
    given = {
        "errors": lambda: facts.errors(reference.senders(document)),
        "commands": lambda: commands.described(cli.app),
        "operations": written.overview_table,
        "tools": written.tools,
        "sdkmethods": written.sdk_methods,
        "changelog": lambda: changelog.entries(
            told, {name: msgspec.json.decode(text) for name, text in kept.items()}
        ),
    }
    pages = [msgspec.structs.replace(page, text=facts.expanded(page.text, given)) for page in content.pages]
    tabs = [
        NavTab(tab.title, (*tab.groups, *written.groups())) if tab.title == "API reference" else tab
        for tab in content.tabs
    ]
    files = [path for path in CONTENT.rglob("*") if path.is_file()]
    return building.build(
        target or library.BUILT,
        [*pages, *written.pages()],
        tabs,
        content.redirects,
        trying.trials(document),
        kept,
        changes=told,
        release=__version__,
        stamp=building.stamp_of(files, CONTENT),
    )


@docs_app.command(name="build")
def build_command() -> None:
    """Build the docs of a source checkout into the one file that they are served from."""
    _only_in_a_checkout()
    out.print(f"Built {_built()} pages of docs")


@docs_app.command(name="check")
def check_command() -> None:
    """Build the docs anew and report links and anchors that lead nowhere."""
    import tempfile

    from pivotal_server.docs.checking import faults
    from pivotal_server.docs.library import Library

    _only_in_a_checkout()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "docs.sqlite"
        _built(file)
        library = Library(file)
        found = faults(library)
        count = len(library.links)
        library.close()
    for fault in found:
        out.print(fault)
    if found:
        fail(f"{len(found)} faults in the docs")
    out.print(f"{count} pages of docs, every link and anchor resolves")


def _only_in_a_checkout() -> None:
    if not CONTENT.is_dir():
        fail("the docs are built in a source checkout; an installed server has the built file")


def _built(target: Path | None = None) -> int:
    from pivotal_server.docs.facts import UnknownFact
    from pivotal_server.docs.marks import UnknownMark
    from pivotal_server.docs.rendering import Refused
    from pivotal_server.docs.source import BadContent

    try:
        return build_docs(target)
    except (BadContent, UnknownFact, UnknownMark, Refused) as fault:
        fail(f"{type(fault).__name__}: {fault}")
