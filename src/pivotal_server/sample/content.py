"""Who and what the sample workspace holds: people, companies, contacts, templates and their words.

Every name is invented, and every address ends in ``.example``, to which no mail can go.
"""

from dataclasses import dataclass
from typing import Any

NAME = "Sample workspace"
DOMAIN = "pivotal-sample.example"
FIELDS: tuple[dict[str, Any], ...] = (
    {"label": "Region", "slug": "region", "type": "select", "options": ["na", "emea", "apac"]},
    {"label": "ARR", "slug": "arr", "type": "number", "help": "Annual recurring revenue."},
)


@dataclass(frozen=True)
class Colleague:
    """A member of the sample team; ``part`` is the role they have in onboardings."""

    key: str
    name: str
    role: str
    part: str | None

    @property
    def email(self) -> str:
        """Where they cannot be reached."""
        return f"{self.name.lower().replace(' ', '.')}@{DOMAIN}"


TEAM = (
    Colleague("priya", "Priya Raman", "member", "csm"),
    Colleague("tom", "Tom Okafor", "member", "csm"),
    Colleague("ines", "Ines Duarte", "member", "se"),
    Colleague("jonas", "Jonas Weber", "member", "designer"),
    Colleague("leah", "Leah Novak", "viewer", None),
)


@dataclass(frozen=True)
class Company:
    """A customer of the sample; ``contacts`` are name and title, the first one primary if any is."""

    name: str
    plan: str
    arr: int | None
    region: str
    csm: str
    contacts: tuple[tuple[str, str], ...]
    status: str = "onboarding"
    tags: tuple[str, ...] = ()
    domain: str | None = None
    has_primary: bool = True

    @property
    def at(self) -> str:
        """The domain of its addresses."""
        return self.domain or "".join(self.name.lower().split()) + ".example"


COMPANIES = (
    Company(
        "Acme",
        "Enterprise",
        96_000,
        "na",
        "priya",
        (("Jordan Hale", "VP Operations"), ("Sofia Marsh", "Project lead"), ("Eli Brandt", "IT manager")),
        "active",
        ("vip",),
    ),
    Company(
        "Globex",
        "Enterprise",
        132_000,
        "emea",
        "tom",
        (("Dana Ortiz", "Head of Digital"), ("Henrik Lund", "Solution architect"), ("Ada Moreau", "Buyer")),
        tags=("vip",),
    ),
    Company(
        "Aurora Outfitters",
        "Growth",
        42_000,
        "na",
        "priya",
        (
            ("Mira Chen", "Head of Ops"),
            ("Luis Prado", "E-commerce manager"),
            ("Grace Odum", "Data analyst"),
        ),
        tags=("pilot",),
    ),
    Company(
        "Bright Future Tech",
        "Starter",
        9_600,
        "apac",
        "tom",
        (("Kenji Mori", "Founder"), ("Aiko Tan", "Operations")),
        tags=("pilot",),
    ),
    Company(
        "Harbor Bank",
        "Enterprise",
        210_000,
        "emea",
        "priya",
        (
            ("Claire Dubois", "Programme director"),
            ("Marek Zielinski", "Security officer"),
            ("Ruth Kane", "Legal"),
        ),
        "active",
        ("vip",),
    ),
    Company(
        "Larkspur Health",
        "Growth",
        58_000,
        "na",
        "tom",
        (("Nadia Rahman", "COO"), ("Peter Voss", "Clinical systems"), ("Ivy Lam", "Analyst")),
        "at_risk",
    ),
    Company(
        "Orbit Freight",
        "Growth",
        37_500,
        "emea",
        "priya",
        (("Oskar Lindqvist", "Logistics lead"), ("Tara Singh", "Developer")),
    ),
    Company(
        "Cobalt Energy",
        "Starter",
        12_000,
        "na",
        "tom",
        (("Will Jensen", "Plant manager"), ("Rosa Iglesias", "Controller")),
    ),
    Company(
        "Fernhill Foods",
        "Growth",
        31_000,
        "emea",
        "priya",
        (("Beth Crowley", "Supply chain"), ("Owen Price", "Finance")),
        "active",
        has_primary=False,
    ),
    Company(
        "Quayside Hotels",
        "Starter",
        None,
        "apac",
        "tom",
        (("Mei Watanabe", "General manager"), ("Liam Frost", "Front office")),
    ),
    Company(
        "Sable Insurance",
        "Enterprise",
        88_000,
        "na",
        "priya",
        (("Victor Amadi", "Claims director"), ("Hanna Berg", "Product owner"), ("Cole Ramsey", "IT")),
    ),
    Company(
        "Tidewater Labs",
        "Growth",
        24_000,
        "apac",
        "tom",
        (("Zoe Kimura", "Lab manager"), ("Arun Patel", "Engineer")),
        tags=("pilot",),
        # A sister company that kept the domain of the other one.
        domain="brightfuturetech.example",
    ),
)


@dataclass(frozen=True)
class Piece:
    """A task of a template: who does it, days after the phase starts, and what it waits for."""

    key: str
    title: str
    rule: str
    days: int
    facing: bool = False
    after: tuple[str, ...] = ()
    when: dict[str, Any] | None = None
    anchor: str | None = None
    subtasks: tuple[str, ...] = ()
    about: str | None = None

    def as_template(self) -> dict[str, Any]:
        """The task as a template takes it."""
        return {
            "key": self.key,
            "title": self.title,
            "description": self.about,
            "assignee_rule": self.rule,
            "due_anchor": self.anchor or "phase_start",
            "due_offset": self.days,
            "customer_facing": self.facing,
            "depends_on": list(self.after),
            "condition": self.when,
            "subtasks": [
                {"key": f"{self.key}-{number}", "title": title, "assignee_rule": self.rule}
                for number, title in enumerate(self.subtasks, 1)
            ],
        }


LARGE = {"all": [{"field": "custom_fields.arr", "operator": "greater", "value": 50_000}]}
PILOT = {"any": [{"field": "tags", "operator": "has_tag", "value": "pilot"}]}

START = (
    Piece("kick-off", "Hold the kick-off call", "csm", 3, about="Goals, people, dates, risks. One hour."),
    Piece("goals", "Agree on goals and success measures", "csm", 6, after=("kick-off",)),
    Piece("access", "Name who needs access", "customer_primary_contact", 5, facing=True),
)
DATA = (
    Piece("mapping", "Map the data", "se", 7, subtasks=("Customers and accounts", "Products and prices")),
    Piece("credentials", "Share API credentials", "customer_primary_contact", 4, facing=True),
    Piece("import", "Import three months of history", "se", 5, after=("mapping",), anchor="task:mapping"),
    Piece("security", "Answer the security questionnaire", "se", 14, when=LARGE),
)
TEST = (
    Piece("scenarios", "Write test scenarios", "csm", 3),
    Piece("run-tests", "Run the tests", "customer_primary_contact", 8, facing=True, after=("scenarios",)),
    Piece("feedback", "Collect feedback of the pilot", "csm", 9, when=PILOT),
)
GO = (
    Piece("runbook", "Write the launch runbook", "csm", 2, subtasks=("Roll-back plan",)),
    Piece("announce", "Announce the launch to the team", "customer_primary_contact", 5, facing=True),
    Piece("switch", "Switch on", "se", 0, after=("runbook",), anchor="target_launch"),
)
USE = (Piece("review", "Hold the 30-day review", "csm", 28),)
DESIGN = (Piece("design", "Draft the programme design", "designer", 9),)
CHECK = (
    Piece("check", "Go through every rule once", "se", 4),
    Piece("feedback", "Collect feedback of the pilot", "csm", 6, when=PILOT),
)
REVIEW = (Piece("sign-off", "Sign off the design", "customer_primary_contact", 5, facing=True),)

BUNDLES: dict[str, dict[str, tuple[str, tuple[Piece, ...]]]] = {
    "classic": {
        "kickoff": ("Standard kick-off", START),
        "integration": ("Integration", DATA),
        "uat": ("Acceptance test", TEST),
        "launch": ("Launch", GO),
        "adoption": ("First 30 days", USE),
    },
    "delivery": {
        "before_getting_started": ("Standard kick-off", START),
        "program_design": ("Programme design", DESIGN),
        "review": ("Design review", REVIEW),
        "program_buildout": ("Build-out", DATA),
        "internal_qa": ("Quality check", CHECK),
        "launch": ("Launch", GO),
    },
}
"""The default template of each phase: its name and tasks."""

MORE_TASKS = (
    ("Update the stakeholder map", "csm", False),
    ("Confirm the invoice address", "primary", True),
    ("Review the mapping with {contact}", "se", False),
    ("Prepare the weekly status", "csm", False),
    ("Check the error log of the import", "se", False),
    ("Send the brand files", "primary", True),
    ("Draw the welcome screen", "designer", False),
    ("Book the next steering meeting", "csm", False),
    ("Translate the help texts", None, False),
    ("Clarify the retention rules", "se", False),
)
MORE_SUBTASKS = ("Prepare the agenda", "Ask {contact} for the missing values", "Write it down", "Check twice")

NOTES_INSIDE = (
    "{contact} is on leave until next week; {csm} keeps an eye on it.",
    "Their team is small. Keep the steps short and one at a time.",
    "Call went well. They want to see numbers from **day one**.",
    "Procurement asks for the new contract text before anything else.",
    "The export has 3 % duplicates; I cleaned them and kept a list.",
)
NOTES_OUTSIDE = (
    "Thanks for the call today, {contact}. I put the next steps into the plan.",
    "The sandbox is ready. Have a look and tell us what is missing.",
    "We finished the mapping. Could you check the three open columns?",
    "Dates are updated after our talk. The launch day stays.",
)
ANSWERS = (
    "Looks good to us. I will ask our IT to open the port.",
    "We need two more days for the product list.",
    "Done on our side!",
)
WAITING = "Could you tell us when the import will run? Our warehouse closes on Friday at noon."
