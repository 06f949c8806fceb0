"""Who may do what: the one table of capabilities by role, and the questions asked of it.

``allows`` answers for one record and is what a service asks before it acts; it fails closed, so that a fact
nobody stated counts as false. ``may_offer`` answers whether there can be such a record at all and is what a
page asks before it draws a control. Read-only keys and scopes narrow API keys further (``auth/scopes.py``).
"""

from enum import StrEnum

import msgspec

from pivotal_server.errors_catalogue import INSUFFICIENT_ROLE
from pivotal_server.kit.errors import ApiError


class Role(StrEnum):
    """What a caller is in a workspace. Members of the team have one of the first four."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"
    VIEWER = "viewer"
    API_KEY = "api_key"


class RoleFacts(msgspec.Struct, frozen=True):
    """One role as screens describe it.

    ``plural`` stands in sentences; ``can_be_given``: by an invite or a change of role.
    """

    role: Role
    title: str
    plural: str
    description: str
    can_be_given: bool


ROLES: dict[Role, RoleFacts] = {
    facts.role: facts
    for facts in (
        RoleFacts(
            Role.OWNER, "Owner", "the owner", "Everything; alone hands over or deletes the workspace", False
        ),
        RoleFacts(Role.ADMIN, "Admin", "admins", "All but handing over or deleting the workspace", True),
        RoleFacts(Role.MEMBER, "Member", "members", "Works on the customers they are part of", True),
        RoleFacts(Role.VIEWER, "Viewer", "viewers", "Reads the customers they are part of", True),
        RoleFacts(Role.API_KEY, "API key", "API keys", "A program that calls the REST API", False),
    )
}
MANAGERS = frozenset({Role.OWNER, Role.ADMIN})
STAFF = MANAGERS | {Role.MEMBER}


class DefaultAccess(StrEnum):
    """Who sees customers without being part of them (Admin > General > Default access)."""

    ASSIGNED_ONLY = "assigned_only"
    ALL_MEMBERS = "all_members"
    ALL_MEMBERS_AND_VIEWERS = "all_members_and_viewers"


class AccessSettings(msgspec.Struct, frozen=True):
    """What the table reads of a workspace's settings, with their defaults.

    ``pi_off_for`` names the roles for which Admin > Pi has switched Ask Pi off.
    """

    default_access: DefaultAccess = DefaultAccess.ASSIGNED_ONLY
    members_create_customers: bool = False
    members_export: bool = True
    viewers_export: bool = False
    pi_off_for: frozenset[Role] = frozenset()


class Extent(StrEnum):
    """How far a capability reaches for a role."""

    YES = "yes"
    """Everywhere."""
    VISIBLE = "vis"
    """On customers that the caller sees, and on what belongs to them."""
    OWN = "own"
    """On what the caller made."""
    SETTING = "set"
    """Everywhere if a workspace setting says so."""
    NO = "-"


class Condition(StrEnum):
    """What must hold besides the extent. The last five are facts that the asking service states."""

    DEFAULT_ACCESS_HAS_MEMBERS = "default_access_has_members"
    DEFAULT_ACCESS_HAS_VIEWERS = "default_access_has_viewers"
    MEMBERS_CREATE_CUSTOMERS = "members_create_customers"
    MEMBERS_EXPORT = "members_export"
    VIEWERS_EXPORT = "viewers_export"
    PI_ON_FOR_ROLE = "pi_on_for_role"
    CUSTOMER_OWNER = "customer_owner"
    """The caller is the owner of the customer."""
    CSM = "csm"
    """The caller is the CSM of the onboarding."""
    MAY_MOVE = "may_move"
    """The rule for moves (ONB-MOVE-1, ONB-STATE-2) lets the caller make this one."""
    NO_GRANT_NO_DELETE = "no_grant_no_delete"
    """The bulk action neither gives access nor deletes."""
    JOB = "job"
    """What is looked at is a job."""
    ACTIVITY = "activity"
    """What is looked at is the activity stream."""
    RISK_ENTRY = "risk_entry"
    """What is acted on is an entry of the risk list."""


class Grant(msgspec.Struct, frozen=True):
    """One cell of the table."""

    extent: Extent
    condition: Condition | None = None


class Capability(msgspec.Struct, frozen=True):
    """One row of the table. ``act`` completes the sentence "Only admins can …"."""

    number: str
    name: str
    title: str
    act: str
    grants: dict[str, Grant]


class Facts(msgspec.Struct, frozen=True):
    """What is known of the record that an act concerns; all false unless stated.

    ``visible``: the caller sees the customer it belongs to. ``own``: the caller made it. ``met``: the further
    conditions that hold.
    """

    visible: bool = False
    own: bool = False
    met: frozenset[Condition] = frozenset()


YES = Grant(Extent.YES)
VIS = Grant(Extent.VISIBLE)
OWN = Grant(Extent.OWN)
NO = Grant(Extent.NO)
_IF_OPEN_TO_MEMBERS = Grant(Extent.SETTING, Condition.DEFAULT_ACCESS_HAS_MEMBERS)
_IF_OPEN_TO_VIEWERS = Grant(Extent.SETTING, Condition.DEFAULT_ACCESS_HAS_VIEWERS)
_IF_MEMBERS_CREATE = Grant(Extent.SETTING, Condition.MEMBERS_CREATE_CUSTOMERS)
_IF_MEMBERS_EXPORT = Grant(Extent.SETTING, Condition.MEMBERS_EXPORT)
_IF_VIEWERS_EXPORT = Grant(Extent.SETTING, Condition.VIEWERS_EXPORT)
_VIS_CUSTOMER_OWNER = Grant(Extent.VISIBLE, Condition.CUSTOMER_OWNER)
_VIS_NO_GRANT_NO_DELETE = Grant(Extent.VISIBLE, Condition.NO_GRANT_NO_DELETE)
_VIS_CSM = Grant(Extent.VISIBLE, Condition.CSM)
_VIS_MAY_MOVE = Grant(Extent.VISIBLE, Condition.MAY_MOVE)
_PI_YES = Grant(Extent.YES, Condition.PI_ON_FOR_ROLE)
_PI_VIS = Grant(Extent.VISIBLE, Condition.PI_ON_FOR_ROLE)
_OWN_JOBS = Grant(Extent.OWN, Condition.JOB)
_ACTIVITY = Grant(Extent.YES, Condition.ACTIVITY)
_RISK_ENTRIES = Grant(Extent.YES, Condition.RISK_ENTRY)

_ROLE_NAMES = [role.value for role in Role]


def _row(number: str, name: str, title: str, act: str, *grants: Grant) -> Capability:
    return Capability(number, name, title, act, dict(zip(_ROLE_NAMES, grants, strict=True)))


# fmt: off
CAPABILITIES: dict[str, Capability] = {
    row.name: row
    for row in (
        #                                             owner admin member viewer api_key
        _row("P1", "see_all_customers", "See all customers", "see all customers",
             YES, YES, _IF_OPEN_TO_MEMBERS, _IF_OPEN_TO_VIEWERS, YES),
        _row("P2", "see_given_customers", "See customers given to them", "see customers",
             YES, YES, YES, YES, YES),
        _row("P3", "create_customers", "Create customers", "create customers",
             YES, YES, _IF_MEMBERS_CREATE, NO, YES),
        _row("P4", "edit_customers",
             "Edit, archive and unarchive customers, their status, tags, fields and contacts",
             "edit customers and contacts",
             YES, YES, VIS, NO, YES),
        _row("P5", "delete_customers", "Delete customers", "delete customers",
             YES, YES, NO, NO, YES),
        _row("P6", "manage_access", "Give and take access to customers", "give or take access to customers",
             YES, YES, _VIS_CUSTOMER_OWNER, NO, NO),
        _row("P7", "import_data", "Import", "import",
             YES, YES, NO, NO, YES),
        _row("P8", "export_data", "Export what they see", "export",
             YES, YES, _IF_MEMBERS_EXPORT, _IF_VIEWERS_EXPORT, YES),
        _row("P9", "bulk_edit_customers", "Bulk actions on customers", "change many customers at once",
             YES, YES, _VIS_NO_GRANT_NO_DELETE, NO, YES),
        _row("P10", "work_on_onboardings",
             "Create and edit onboardings and tasks, apply templates, comment, attach files",
             "work on onboardings and tasks",
             YES, YES, VIS, NO, YES),
        _row("P11", "delete_onboardings", "Delete onboardings", "delete this onboarding",
             YES, YES, _VIS_CSM, NO, YES),
        _row("P12", "move_onboardings", "Move phases and change state", "move this onboarding",
             YES, YES, _VIS_MAY_MOVE, NO, YES),
        _row("P13", "reopen_old_tasks", "Reopen tasks completed over 30 days ago",
             "reopen a task completed over 30 days ago",
             YES, YES, NO, NO, YES),
        _row("P14", "edit_comments", "Edit comments", "edit a comment",
             OWN, OWN, OWN, NO, OWN),
        _row("P15", "delete_comments_and_files", "Delete comments and files", "delete a comment or file",
             YES, YES, OWN, NO, YES),
        _row("P16", "edit_templates", "Edit phase templates", "edit phase templates",
             YES, YES, NO, NO, YES),
        _row("P17", "edit_phases_and_fields", "Edit phases and custom fields, rename and merge tags",
             "edit phases, custom fields and the list of tags",
             YES, YES, NO, NO, NO),
        _row("P18", "manage_own_things",
             "Own profile, favorites, pins, follows, snoozes, calendar feed, private views and dashboards",
             "keep a profile and private views",
             YES, YES, YES, YES, NO),
        _row("P19", "share_views", "Share views and dashboards", "share a view or dashboard",
             YES, YES, YES, NO, NO),
        _row("P20", "see_reports", "Reports and portal preview", "see reports and preview the portal",
             YES, YES, VIS, VIS, NO),
        _row("P21", "see_team", "See the team list", "see the team list",
             YES, YES, YES, YES, YES),
        _row("P22", "manage_team", "Invite, change roles, deactivate", "manage the team",
             YES, YES, NO, NO, NO),
        _row("P23", "administer",
             "Settings, keys, integrations, mail, branding, portal, health, Pi, limits", "open Admin",
             YES, YES, NO, NO, NO),
        _row("P24", "manage_webhooks", "Webhook endpoints", "manage webhook endpoints",
             YES, YES, NO, NO, YES),
        _row("P25", "see_records", "Logs, everybody's jobs, deleted records",
             "see logs, other people's jobs and deleted records",
             YES, YES, _OWN_JOBS, _OWN_JOBS, _ACTIVITY),
        _row("P26", "own_workspace", "Transfer ownership, delete the workspace",
             "transfer or delete the workspace",
             YES, NO, NO, NO, NO),
        _row("P27", "ask_pi", "Ask Pi, over what they see", "ask Pi",
             _PI_YES, _PI_YES, _PI_VIS, _PI_VIS, NO),
        _row("P28", "act_on_insights",
             "Act on inbox cards; address, dismiss, restore risk entries; recompute health",
             "act on inbox cards and risk entries",
             YES, YES, VIS, NO, _RISK_ENTRIES),
        _row("P29", "write_to_customers",
             "Send mail from the customer page, use e-mail templates, invite to the portal",
             "write to customers",
             YES, YES, VIS, NO, NO),
    )
}
# fmt: on
"""The table: capability name → row. What it does not hold is refused to everybody."""


def grant_of(role: str, capability: str) -> Grant:
    """The cell of the table; ``NO`` for a role or a capability that it does not hold."""
    row = CAPABILITIES.get(capability)
    return NO if row is None else row.grants.get(role, NO)


def allows(role: str, capability: str, settings: AccessSettings, facts: Facts | None = None) -> bool:
    """Whether a caller with this role may do this to the record that ``facts`` describes.

    Without facts only what holds everywhere is allowed.
    """
    grant = grant_of(role, capability)
    known = facts or Facts()
    match grant.extent:
        case Extent.NO:
            return False
        case Extent.VISIBLE if not known.visible:
            return False
        case Extent.OWN if not known.own:
            return False
        case _:
            return grant.condition is None or _holds(grant.condition, role, settings, known.met)


def may_offer(role: str, capability: str, settings: AccessSettings) -> bool:
    """Whether there can be a record on which a caller with this role may do this."""
    return allows(role, capability, settings, _EVERYTHING)


_OPEN_TO_MEMBERS = (DefaultAccess.ALL_MEMBERS, DefaultAccess.ALL_MEMBERS_AND_VIEWERS)
_EVERYTHING = Facts(visible=True, own=True, met=frozenset(Condition))


def _holds(condition: Condition, role: str, settings: AccessSettings, met: frozenset[Condition]) -> bool:
    match condition:
        case Condition.DEFAULT_ACCESS_HAS_MEMBERS:
            return settings.default_access in _OPEN_TO_MEMBERS
        case Condition.DEFAULT_ACCESS_HAS_VIEWERS:
            return settings.default_access == DefaultAccess.ALL_MEMBERS_AND_VIEWERS
        case Condition.MEMBERS_CREATE_CUSTOMERS:
            return settings.members_create_customers
        case Condition.MEMBERS_EXPORT:
            return settings.members_export
        case Condition.VIEWERS_EXPORT:
            return settings.viewers_export
        case Condition.PI_ON_FOR_ROLE:
            return role not in settings.pi_off_for
        case _:
            return condition in met


def refusal(capability: str, settings: AccessSettings) -> ApiError:
    """The ``insufficient_role`` to raise, such as "Only the owner and admins can delete customers."

    It names those of the team who can do this in a workspace with these settings.
    """
    row = CAPABILITIES.get(capability)
    if row is None:
        return INSUFFICIENT_ROLE(message="Nobody can do this.")
    able: list[str] = []
    for role, facts in ROLES.items():
        if role is not Role.API_KEY and may_offer(role, capability, settings):
            able.extend(_who(row.grants[role], facts.plural))
    *rest, last = dict.fromkeys(able)
    return INSUFFICIENT_ROLE(roles=f"{', '.join(rest)} and {last}" if rest else last, act=row.act)


def _who(grant: Grant, plural: str) -> tuple[str, ...]:
    """How a refusal names those whom ``grant`` lets act, given the ``plural`` name of their role."""
    match grant:
        case Grant(condition=Condition.CUSTOMER_OWNER):
            return ("the customer's owner",)
        case Grant(condition=Condition.CSM):
            return ("its CSM",)
        case Grant(condition=Condition.MAY_MOVE):
            return ("its CSM", "members with an open task in its present phase")
        case Grant(condition=Condition.JOB):
            return ()
        case Grant(extent=Extent.OWN):
            return ("its author",)
        case _:
            return (plural,)
