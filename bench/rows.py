"""The rows of a workspace of a given size, as the services write them; each follows from its number."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec

from pivotal_server.db import tables as t
from pivotal_server.kit import clock
from pivotal_server.phases.presets import DELIVERY
from pivotal_server.search.repository import scope_word
from pivotal_server.search.words import run_of

Row = dict[str, Any]

STATUSES = ("active", "active", "active", "onboarding", "at_risk", "churned", "archived")
STATES = ("active", "active", "waiting", "at_risk", "paused", "done", "done")
PLANS = ("Starter", "Growth", "Scale", None)
PHASES = tuple(phase.key for phase in DELIVERY)
MEMBERS = 20
FIRST = (
    "Aurora",
    "Beacon",
    "Cedar",
    "Delta",
    "Ember",
    "Fjord",
    "Granite",
    "Harbor",
    "Iris",
    "Juniper",
    "Keel",
)
SECOND = ("Outfitters", "Foods", "Logistics", "Paper", "Motors", "Clinics", "Studios")
LAST = ("Group", "Inc", "Group", "Holding", "Group", "Partners")
WORK = ("Send", "Review", "Sign", "Import", "Train", "Connect", "Invite", "Configure")
WHAT = ("contract", "catalogue", "price list", "warehouse staff", "payment provider", "domain", "brand guide")
EVENTS = ("task.updated", "task.completed", "customer.updated", "onboarding.phase_changed", "contact.updated")
ENTRIES = (
    "task.field_changed",
    "task.completed",
    "customer.field_changed",
    "onboarding.phase_changed",
    "contact.field_changed",
)
RAREST = 5_000
"""One row in so many has the rare value of a filter, and those are the oldest ones."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many rows there are of each kind; onboardings and contacts are as many as customers."""

    customers: int = 100_000
    tasks: int = 1_000_000
    entries: int = 10_000_000

    @property
    def events(self) -> int:
        """Events are kept for a time only."""
        return self.entries // 10

    @property
    def deliveries(self) -> int:
        """Deliveries to one endpoint."""
        return self.events // 5

    @property
    def comments(self) -> int:
        """Comments; a tenth of them at the first customer."""
        return self.tasks // 10

    @property
    def large(self) -> tuple[int, int]:
        """Tasks of the first two onboardings."""
        return min(2_000, self.tasks // 10), min(300, self.tasks // 50)


def id_of(kind: str, number: int) -> str:
    """The id of a row: in the form of real ones, rising with its number."""
    return f"c{kind}{number:09d}".ljust(25, "0")


def name_of(number: int) -> str:
    """The name of a customer."""
    words = FIRST[number % 11], SECOND[number % 7], LAST[number % 6]
    return f"{' '.join(words)} {number}"


class Maker:
    """The rows of each table, from their numbers."""

    def __init__(self, org_id: str, members: tuple[str, ...], size: Size) -> None:
        self.org_id, self.members, self.size = org_id, members, size
        self.now = clock.now()
        self.start = self.now - timedelta(days=400)

    def _at(self, number: int, of: int) -> Any:
        """Moments rise evenly through 400 days."""
        return self.start + timedelta(microseconds=number * (400 * 86_400_000_000 // of))

    def _owner(self, number: int) -> str | None:
        if number % RAREST == 0:
            return self.members[-1]
        return None if number % 10 == 3 else self.members[number % (len(self.members) - 1)]

    def customers(self) -> Iterator[Row]:
        blank = dict.fromkeys(t.customers.c.keys())
        for n in range(self.size.customers):
            at = self._at(n, self.size.customers)
            rare = n % RAREST == 0
            tags = ["Retail"] * (n % 9 == 0) + ["Pilot"] * rare
            yield {
                **blank,
                "org_id": self.org_id,
                "id": id_of("a", n),
                "display_id": n + 1,
                "name": name_of(n),
                "slug": f"customer-{n + 1}",
                "domain": f"customer{n + 1}.example",
                "status": STATUSES[n % len(STATUSES)],
                "plan": "Legacy" if rare else PLANS[n % len(PLANS)],
                "mrr": float(n % 5000),
                "hubspot_company_id": f"hs{n % 50_000}",
                "stripe_customer_id": f"cus_{n}",
                "owner_id": self._owner(n),
                "tags": msgspec.json.encode(tags),
                "custom_fields": "{}",
                "metadata": "{}",
                "external_id": f"crm-{n}",
                "livemode": not rare,
                "created_at": at,
                "updated_at": at + timedelta(days=n % 3),
            }

    def customer_tags(self) -> Iterator[Row]:
        for n in range(self.size.customers):
            common = {
                "org_id": self.org_id,
                "customer_id": id_of("a", n),
                "created_at": self._at(n, self.size.customers),
            }
            if n % 9 == 0:
                yield {**common, "tag": "retail"}
            if n % RAREST == 0:
                yield {**common, "tag": "pilot"}

    def contacts(self) -> Iterator[Row]:
        blank = dict.fromkeys(t.contacts.c.keys())
        for n in range(self.size.customers):
            at = self._at(n, self.size.customers)
            yield {
                **blank,
                "org_id": self.org_id,
                "id": id_of("b", n),
                "display_id": n + 1,
                "customer_id": id_of("a", n),
                "name": f"Person {FIRST[n % 11]} {n}",
                "email": f"person{n}@customer{n + 1}.example",
                "is_primary": True,
                "labels": "[]",
                "archived": n % 50 == 0,
                "portal_access": False,
                "metadata": "{}",
                "livemode": n % RAREST != 0,
                "created_at": at,
                "updated_at": at,
            }

    def onboardings(self) -> Iterator[Row]:
        blank = dict.fromkeys(t.onboardings.c.keys())
        for n in range(self.size.customers):
            at = self._at(n, self.size.customers)
            state = STATES[n % len(STATES)]
            yield {
                **blank,
                "org_id": self.org_id,
                "id": id_of("d", n),
                "display_id": n + 1,
                "customer_id": id_of("a", n),
                "name": f"Rollout {n + 1}",
                "phase": PHASES[-1] if state == "done" else PHASES[n % (len(PHASES) - 1)],
                "phase_entered_at": at,
                "shifts_in_phase": 0,
                "state": state,
                "started_at": at,
                "launched_at": at if state == "done" else None,
                "completed_at": at if state == "done" else None,
                "target_launch_date": (at + timedelta(days=60)).date(),
                "csm_id": self._owner(n),
                "waiting_on_customer": False,
                "reminders_enabled": False,
                "reminder_frequency_days": 7,
                "metadata": "{}",
                "customer_hidden": STATUSES[n % len(STATUSES)] == "archived",
                "livemode": n % RAREST != 0,
                "created_at": at,
                "updated_at": at,
            }

    def _home(self, number: int) -> int:
        """The onboarding of a task: the first two have many, the others about as many each."""
        first, second = self.size.large
        if number < first:
            return 0
        if number < first + second:
            return 1
        return 2 + number % (self.size.customers - 2)

    def tasks(self) -> Iterator[Row]:
        blank = dict.fromkeys(t.tasks.c.keys())
        for n in range(self.size.tasks):
            at = self._at(n, self.size.tasks)
            home = self._home(n)
            done = n % 3 != 0
            yield {
                **blank,
                "org_id": self.org_id,
                "id": id_of("e", n),
                "display_id": n + 1,
                "onboarding_id": id_of("d", home),
                "customer_id": id_of("a", home),
                "phase": PHASES[n % len(PHASES)],
                "title": f"{WORK[n % 8]} the {WHAT[n % 7]} {n}",
                "assignee_id": self._owner(n * 7),
                "due_date": None if n % 4 == 0 else (at + timedelta(days=20)).date(),
                "done": done,
                "customer_facing": n % 2 == 0,
                "completed_at": at if done else None,
                "auto": False,
                "links": "[]",
                "depends_on": "[]",
                "position": n,
                "orphaned": False,
                "metadata": "{}",
                "customer_hidden": STATUSES[home % len(STATUSES)] == "archived",
                "livemode": n % RAREST != 0,
                "created_at": at,
                "updated_at": at,
            }

    def comments(self) -> Iterator[Row]:
        blank = dict.fromkeys(t.comments.c.keys())
        for n in range(self.size.comments):
            at = self._at(n, self.size.comments)
            customer = 0 if n % 10 == 0 else n % self.size.customers
            plan = id_of("d", customer) if n % 3 else None
            yield {
                **blank,
                "org_id": self.org_id,
                "id": id_of("f", n),
                "display_id": n + 1,
                "customer_id": id_of("a", customer),
                "onboarding_id": plan,
                "body": f"Note {n}",
                "visibility": "internal",
                "mentions": "[]",
                "attachments": "[]",
                "created_by": "system",
                "livemode": True,
                "created_at": at,
                "updated_at": at,
            }

    def activity(self) -> Iterator[Row]:
        blank = dict.fromkeys(t.activity.c.keys())
        customers = self.size.customers
        for n in range(self.size.entries):
            customer = n * 31 % customers
            rare, quiet = n % (RAREST * 20) == 0, n % 20 == 7
            yield {
                **blank,
                "org_id": self.org_id,
                "display_id": 1000 + n,
                "id": id_of("g", n),
                "created_at": self._at(n, self.size.entries),
                "event": "customer.deleted" if rare else ENTRIES[n % 5],
                "target_type": "task" if n % 5 < 2 else "customer",
                "target_id": id_of("a", customer),
                "target_display_id": customer + 1,
                "customer_id": id_of("a", customer),
                "onboarding_id": id_of("d", customer) if n % 2 else None,
                "actor_type": "system" if quiet else "member",
                "actor_id": None if quiet else self.members[-1 if rare else n % (len(self.members) - 1)],
                "actor": "Pivotal" if quiet else None,
                "origin": "system" if quiet else "app",
                "request_id": None,
                "livemode": not rare,
            }

    def events(self) -> Iterator[Row]:
        blank = dict.fromkeys(t.events.c.keys())
        for n in range(self.size.events):
            at = self._at(n, self.size.events)
            id = f"evt_{n:027d}"
            customer = n % self.size.customers
            rare = n % RAREST == 0
            name = "customer.deleted" if rare else EVENTS[n % 5]
            yield {
                **blank,
                "org_id": self.org_id,
                "id": id,
                "created_at": at,
                "type": name,
                "source": "change",
                "object_id": id_of("a", customer),
                "customer_id": id_of("a", customer),
                "livemode": not rare,
                "payload": (
                    f'{{"id":"{id}","type":"{name}","created_at":"{clock.wire(at)}","org_id":"{self.org_id}",'
                    '"livemode":true,"api_version":"v1","actor":"system","request_id":null,'
                    f'"data":{{"object":{{"object":"customer","id":"{id_of("a", customer)}"}},'
                    '"previous_attributes":null}}'
                ),
            }

    def deliveries(self, endpoint_id: str) -> Iterator[Row]:
        """Of the first events, each: nearly all delivered."""
        blank = dict.fromkeys(t.webhook_deliveries.c.keys())
        for n in range(self.size.deliveries):
            at = self._at(n, self.size.events)
            rare = n % RAREST == 0
            yield {
                **blank,
                "org_id": self.org_id,
                "id": f"msg_{n:027d}",
                "endpoint_id": endpoint_id,
                "event_id": f"evt_{n:027d}",
                "event_type": "customer.deleted" if rare else EVENTS[n % 5],
                "event_at": at,
                "source": "test" if rare else "change",
                "livemode": not rare,
                "status": "failed" if rare else "delivered",
                "trigger": "scheduled",
                "max_attempts": 8,
                "run_attempt": 1,
                "run_started_at": at,
                "attempt_count": 1,
                "ready": False,
                "last_attempt_at": at,
                "response_status": 500 if rare else 200,
                "response_class": "5xx" if rare else "2xx",
                "error_code": "http_status" if rare else None,
                "duration_ms": 40,
                "created_at": at,
                "finished_at": at,
                "delivered_at": None if rare else at,
            }

    def search_rows(self) -> Iterator[Row]:
        numbers = itertools.count(1)

        def row(kind: str, id: str, customer: int, name: str, **more: str) -> Row:
            texts = (
                dict.fromkeys(("domain", "slug", "email", "contact", "title", "fields", "more"), "") | more
            )
            words = " ".join(one for one in (name, *texts.values(), scope_word(self.org_id, kind)) if one)
            return {
                "org_id": self.org_id,
                "object_id": id,
                "kind": kind,
                "seq": next(numbers),
                "customer_id": id_of("a", customer),
                "name": name,
                **texts,
                "words": words,
            }

        for n in range(self.size.customers):
            home = run_of(name_of(n))
            person, email = (
                run_of(f"Person {FIRST[n % 11]} {n}"),
                run_of(f"person{n}@customer{n + 1}.example"),
            )
            yield row(
                "customer",
                id_of("a", n),
                n,
                home,
                domain=f"customer{n + 1} example",
                slug=f"customer {n + 1}",
                contact=person,
                email=email,
                more=f"crm {n}",
            )
            yield row("contact", id_of("b", n), n, person, email=email)
            yield row("onboarding", id_of("d", n), n, f"rollout {n + 1}", more=home)
        for n in range(self.size.tasks):
            title = f"{WORK[n % 8]} the {WHAT[n % 7]} {n}".lower()
            yield row("task", id_of("e", n), self._home(n), title)
