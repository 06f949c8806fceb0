"""What the palette can do beside finding: actions and pages, as the role allows (WB-SRCH, 6.2)."""

from collections.abc import Sequence

from pivotal_server.customers.resolve import visible_customer
from pivotal_server.customers.service import CustomerRow
from pivotal_server.customers.views import customer_url
from pivotal_server.kit.errors import ApiError
from pivotal_server.search.views import Act, Group
from pivotal_server.search.words import words_of
from pivotal_server.web.session import Visit

# Page, icon, address, the capability that it needs, its shortcut.
PAGES: tuple[tuple[str, str, str, str, str], ...] = (
    ("Customers", "building", "/customers", "", "G C"),
    ("Onboardings", "square-kanban", "/onboardings", "", "G O"),
    ("Workspace settings", "settings", "/admin/general", "administer", ""),
    ("Team", "users", "/admin/team", "administer", ""),
    ("API keys", "key-round", "/admin/api-keys", "administer", "G A"),
    ("Webhooks", "webhook", "/admin/developer/webhooks", "administer", ""),
    ("Events", "zap", "/admin/developer/events", "administer", ""),
    ("Docs feedback", "message-square", "/admin/developer/docs-feedback", "administer", ""),
    ("Onboarding phases", "milestone", "/admin/phases", "edit_phases_and_fields", ""),
    ("Templates", "list-plus", "/admin/templates", "edit_phases_and_fields", ""),
    ("Custom fields", "list-filter", "/admin/custom-fields", "edit_phases_and_fields", ""),
    ("Logs", "scroll-text", "/admin/logs", "administer", ""),
    ("Jobs", "list-checks", "/admin/jobs", "administer", ""),
    ("Deleted", "trash", "/admin/deleted", "administer", ""),
    ("Mail", "mail", "/admin/mail", "administer", ""),
    ("Sessions", "monitor", "/profile/sessions", "", ""),
)


async def _open_customer(visit: Visit, at: str) -> CustomerRow | None:
    """The customer whose page the palette lies on, if the member sees it."""
    parts = at.split("/")
    if len(parts) < 3 or parts[1] != "customers" or not parts[2]:
        return None
    try:
        return await visible_customer(visit, parts[2])
    except ApiError:
        return None


def _of_customer(visit: Visit, row: CustomerRow) -> list[Act]:
    url = customer_url(row.display_id, row.slug)
    acts = []
    if "work_on_onboardings" in visit.frame.can:
        label = f"New onboarding for {row.name}"
        acts.append(Act("act-onboarding", label, "square-plus", f"{url}/onboardings/new", "center", "N"))
    if "edit_customers" in visit.frame.can:
        acts.append(
            Act("act-contact", f"Add a contact to {row.name}", "user-plus", f"{url}/contacts/new", "center")
        )
    return acts


async def _acts(visit: Visit, at: str) -> list[Act]:
    acts: list[Act] = []
    row = await _open_customer(visit, at)
    if row is not None:
        acts += _of_customer(visit, row)
    if "create_customers" in visit.frame.can:
        acts.append(Act("act-customer", "New customer", "plus", "/customers/new", "side", "C"))
    if "administer" in visit.frame.can:
        acts.append(Act("act-key", "Create API key", "key-round", "/admin/api-keys/new", "center"))
    return acts


def _pages(visit: Visit) -> list[Act]:
    return [
        Act(f"page-{address.strip('/').replace('/', '-')}", f"Go to {title}", icon, address, keys=keys)
        for title, icon, address, capability, keys in PAGES
        if not capability or capability in visit.frame.can
    ]


def _fitting(acts: Sequence[Act], words: Sequence[str]) -> tuple[Act, ...]:
    """The acts of which every word of the query begins a word."""
    return tuple(
        act for act in acts if all(any(one.startswith(word) for one in words_of(act.label)) for word in words)
    )


async def act_groups(visit: Visit, text: str, at: str, *, everything: bool) -> tuple[Group, ...]:
    """Actions and pages whose words begin with those of ``text``; with ``everything``, all for no text."""
    words = words_of(text)
    if not words and not everything:
        return ()
    acts, pages = _fitting(await _acts(visit, at), words), _fitting(_pages(visit), words)
    found = (Group("Actions", acts=acts), Group("Pages", acts=pages))
    return tuple(group for group in found if group.acts)
