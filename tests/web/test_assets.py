"""The built assets: what the manifest promises, how large pages are, and when the build runs."""

import gzip
import re
from pathlib import Path

import pytest

from pivotal_server.web import assets, build_assets
from pivotal_server.web.assets import DIST, asset_url, icon_url, manifest

PAGE_BUDGET = 130 * 1024
PAGE_STYLES = sorted(path.name for path in (build_assets.ASSETS / "css/pages").glob("*.css"))


def test_every_file_of_the_manifest_is_there_and_named_by_its_content() -> None:
    names = manifest().assets
    assert {"app.css", "app.js", "early.js", "icons.svg", "pivotal.svg", "licences.txt", *PAGE_STYLES} <= set(
        names
    )
    for plain, file in names.items():
        stem, _, suffix = plain.rpartition(".")
        assert re.fullmatch(rf"{re.escape(stem)}-[0-9a-zA-Z]{{8}}\.{suffix}", file)
        assert (DIST / file).stat().st_size > 0


def test_nothing_else_is_built() -> None:
    expected = {"manifest.json", "stamp", *manifest().assets.values()}
    expected |= {f"{file}.gz" for file in expected if Path(file).suffix in {".css", ".js", ".svg", ".txt"}}
    assert {path.name for path in DIST.iterdir()} == expected


def test_compressed_files_hold_the_same() -> None:
    compressed = list(DIST.glob("*.gz"))
    assert compressed
    for path in compressed:
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes()


@pytest.mark.parametrize("style", PAGE_STYLES)
def test_styles_and_scripts_of_a_page_keep_the_budget(style: str) -> None:
    names = [manifest().assets[name] for name in ("app.css", "app.js", "early.js", style)]
    assert sum((DIST / f"{name}.gz").stat().st_size for name in names) <= PAGE_BUDGET


def test_only_latin_fonts_are_shipped() -> None:
    fonts = [name for name in manifest().assets if name.endswith(".woff2")]
    assert len(fonts) == 4
    assert all(re.search(r"-latin(-ext)?-wght-normal\.woff2$", name) for name in fonts)


def test_styles_and_scripts_name_only_files_of_the_server() -> None:
    style = (DIST / manifest().assets["app.css"]).read_text("utf-8")
    used = set(re.findall(r"url\([\"']?/static/([^)\"']+)", style))
    assert used
    assert used <= set(manifest().assets.values())
    # The icons of Basecoat are data: addresses; ours are declared later and so they are never used.
    for name in ("--chevron-down-icon", "--chevron-down-icon-50", "--check-icon"):
        assert re.findall(rf"{name}: ?url\([\"']?([^)]{{8}})", style)[-1] == "/static/"


def test_the_licences_of_what_is_shipped_go_along() -> None:
    text = (DIST / manifest().assets["licences.txt"]).read_text("utf-8")
    for name in ("basecoat-css", "htmx.org", "idiomorph", "lucide-static", "@fontsource-variable/inter"):
        assert re.search(rf"^{re.escape(name)} \d", text, re.MULTILINE)


def test_the_sprite_holds_every_icon_that_templates_and_scripts_name_and_no_other() -> None:
    named = build_assets.icon_names()
    assert "plus" in named
    sprite = (DIST / manifest().assets["icons.svg"]).read_text("utf-8")
    assert re.findall(r'<symbol id="([^"]+)"', sprite) == named
    assert manifest().icons == set(named)


def test_addresses() -> None:
    assert asset_url("app.css") == f"/static/{manifest().assets['app.css']}"
    assert icon_url("plus") == f"{asset_url('icons.svg')}#plus"
    with pytest.raises(KeyError, match="no-such-file"):
        asset_url("no-such-file")
    with pytest.raises(KeyError, match="not in the sprite"):
        icon_url("no-such-icon")


def test_a_missing_build_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(assets, "DIST", tmp_path)
    with pytest.raises(assets.NotBuilt, match="build_assets"):
        manifest.__wrapped__()


def test_nothing_is_built_while_the_sources_are_the_same() -> None:
    before = (DIST / "manifest.json").stat()
    assert build_assets.build() is False
    assert (DIST / "manifest.json").stat() == before


@pytest.fixture
def copied_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A small tree of sources, so that a test can change them."""
    web = tmp_path / "web"
    for name, text in {
        "assets/package.json": "{}",
        "assets/package-lock.json": "{}",
        "assets/build.mjs": "",
        "assets/css/app.css": "",
        "assets/js/app.js": 'icon("x")',
        "assets/img/check.svg": "<svg/>",
        "templates/layout.html": '{{ icon("plus") }} {{ icon("plus", "sm") }}',
    }.items():
        path = web / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(build_assets, "SERVER", tmp_path)
    monkeypatch.setattr(build_assets, "ASSETS", web / "assets")
    monkeypatch.setattr(build_assets, "DIST", web / "static/dist")
    return web


@pytest.mark.parametrize(
    "name",
    [
        "package.json",
        "package-lock.json",
        "build.mjs",
        "css/app.css",
        "css/new.css",
        "js/app.js",
        "img/check.svg",
    ],
)
def test_every_source_counts(copied_sources: Path, name: str) -> None:
    before = build_assets.stamp()
    (copied_sources / "assets" / name).write_text("changed")
    assert build_assets.stamp() != before


def test_of_templates_only_the_icons_count(copied_sources: Path) -> None:
    assert build_assets.icon_names() == ["plus", "x"]
    before = build_assets.stamp()
    template = copied_sources / "templates/layout.html"
    template.write_text('Other words. {{ icon("plus") }}')
    assert build_assets.stamp() == before
    template.write_text("{{ icon('plus') }} {{ icon('copy') }}")
    assert build_assets.icon_names() == ["copy", "plus", "x"]
    assert build_assets.stamp() != before


def test_a_folder_without_a_stamp_is_not_current(copied_sources: Path) -> None:
    dist = copied_sources / "static/dist"
    assert not build_assets.is_current()
    dist.mkdir(parents=True)
    (dist / "stamp").write_text(build_assets.stamp())
    assert build_assets.is_current()
    (copied_sources / "assets/css/app.css").write_text("changed")
    assert not build_assets.is_current()


def test_a_failed_build_ends_the_command_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> bool:
        raise build_assets.BuildFailed("npm ci failed")

    monkeypatch.setattr(build_assets, "build", fail)
    assert build_assets.main() == 1
    assert capsys.readouterr().err == "npm ci failed\n"
