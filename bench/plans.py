"""``./run bench plans``: the time, the cost and the plan of each page of each list, slowest first.

A list costs the same at any depth and for any declared filter when no page stands out.
"""

import time
from statistics import median

from bench.data import Made
from bench.inside import application
from bench.lists import cost_of, pages, run_page

REPEATS = 7


async def show(made: Made, *, slow_ms: float = 2.0) -> int:
    """Print a line for each page, and the plans of those over ``slow_ms``; how many those are."""
    lines = []
    async with application(made) as (app, api):
        db = app.services.db
        unit = "1,000 steps" if db.dialect == "sqlite" else "rows seen"
        for asked in pages(made):
            statements = await run_page(api, db, asked)
            took = []
            for _ in range(REPEATS):
                began = time.perf_counter()
                for ran in statements:
                    await db.fetch_all(ran.statement, ran.params)
                took.append((time.perf_counter() - began) * 1000)
            lines.append((min(took), median(took), asked, await cost_of(db, statements)))
    lines.sort(key=lambda line: -line[0])
    print(f"{db.dialect}: best ms, median ms, {unit}, blocks, statements, page")
    slow = 0
    for best, usual, asked, cost in lines:
        print(
            f"{best:8.2f} {usual:8.2f} {cost.work:10,.1f} {cost.blocks:6} {len(cost.plans):2}"
            f"  {asked.operation.path} {asked.what}"
        )
        if best > slow_ms:
            slow += 1
            for plan in cost.plans:
                print("\n".join(f"{'':32}{step}" for step in plan.splitlines()))
    return slow
