"""What importing the Python SDK costs beyond httpx, in milliseconds: ``python -m bench.sdk``."""

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

TURNS = 15
SDK = Path(__file__).parents[1] / "sdk/python/src"
_PROGRAM = """
import time
import httpx
wall, work = time.perf_counter(), time.process_time()
import pivotal
print((time.perf_counter() - wall) * 1000, (time.process_time() - work) * 1000)
"""


def once() -> tuple[float, float]:
    """Wall time and processor time of one import."""
    environment = {**os.environ, "PYTHONPATH": str(SDK)}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM], env=environment, capture_output=True, text=True, check=True
    )
    wall, work = map(float, done.stdout.split())
    return wall, work


def main() -> None:
    """Print the medians."""
    once()
    walls, works = zip(*(once() for _ in range(TURNS)), strict=True)
    print(
        json.dumps(
            {
                "load average": round(os.getloadavg()[0], 1),
                "import, wall ms": round(median(walls), 1),
                "import, processor ms": round(median(works), 1),
            }
        )
    )


if __name__ == "__main__":
    main()
