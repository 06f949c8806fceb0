"""``python -m sdk.generator``: write the generated files anew. Files that no longer belong are removed."""

import json
from pathlib import Path

from sdk.generator import python, typescript
from sdk.generator.reading import Reader

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "openapi/current.json"
TARGETS = {
    "python": ROOT / "sdk/python/src/pivotal/_generated",
    "typescript": ROOT / "sdk/typescript/src/_generated",
}


def generated() -> dict[Path, str]:
    """Every generated file with its text."""
    api = Reader(json.loads(DOCUMENT.read_text("utf-8"))).api()
    made = {"python": python.files(api), "typescript": typescript.files(api)}
    return {
        TARGETS[language] / name: text for language, files in made.items() for name, text in files.items()
    }


def write() -> None:
    """Make the folders hold exactly what is generated."""
    wanted = generated()
    for folder in TARGETS.values():
        for path in folder.rglob("*"):
            if path.is_file() and path not in wanted and "__pycache__" not in path.parts:
                path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


if __name__ == "__main__":
    write()
