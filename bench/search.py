"""``./run bench search``: the time of searches as the palette makes them, slowest first.

Processor time of the whole answer: meaning, statements, counts, suggestions. A search costs the same however
many records hold its words.
"""

import sys
import time
from statistics import median

from bench.data import Made
from bench.inside import visitor

REPEATS = 9
MOST_MS = 400.0
"""What misses the budget by far is not asked again and again."""
BUDGET_MS = 20.0
QUERIES = (
    # As typed, from one letter on: what very many records hold, and what few do.
    "a", "au", "aurora", "aurora g", "c", "customer", "customer1", "p", "person", "person9", "s",
    "send", "send the", "r", "rollout", "rollout 99", "g", "group", "9", "99", "crm", "crm 77",
    "example", "t", "the contract",
    # Equal names, behind very many newer ones; nothing at all; addresses and numbers.
    "aurora outfitters group 1", "rollout 7", "person aurora 0", "send the contract 0", "zzzz",
    "auorra", "customer1.example", "person0@customer1.example", "#7", "#99999",
    # What the grammar can ask, common and rare, alone and with words.
    "is:archived", "aurora is:archived", "a is:archived", "is:churned", "status:active",
    "status:at_risk a", "owner:me", "is:mine", "is:mine a", "is:overdue", "is:open send",
    "type:task is:overdue", "type:task assignee:me", "is:unassigned", "is:locked", "is:duplicate",
    "has:comments", "has:files", "tag:pilot", "tag:retail", "tag:retail a", "plan:growth",
    "plan:legacy", "mrr:>1000", "phase:launch", "state:paused", "launch:this_week", "due:today",
    "created:<2020-01-01", "-status:active", "name:aurora", "domain:customer1", "-aurora",
    "type:contact person", "activity:7d",
)  # fmt: skip


async def show(made: Made) -> int:
    """Print a line for each search; how many miss the budget."""
    lines = []
    for who, member in (("all", None), ("a twentieth", made.members[1]), ("few", made.limited)):
        async with visitor(made, member) as app:
            for query in QUERIES:
                took: list[float] = []
                while len(took) < REPEATS and sum(took) < MOST_MS:
                    began = time.process_time()
                    answer = await app.get("/search", params={"q": query}, headers={"HX-Request": "true"})
                    took.append((time.process_time() - began) * 1000)
                    if answer.status_code != 200:
                        raise SystemExit(f"{query} answered {answer.status_code}: {answer.text[:300]}")
                lines.append((median(took), took[0], who, query))
                print(f"{lines[-1][0]:8.2f} {who:11} {query}", file=sys.stderr, flush=True)
    lines.sort(key=lambda line: -line[0])
    print("median ms, first ms, who sees, search")
    for usual, first, who, query in lines:
        print(f"{usual:8.2f} {first:8.2f}  {who:11} {query}")
    return sum(usual > BUDGET_MS for usual, *_ in lines)
