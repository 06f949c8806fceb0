"""The permission table against the documented matrix, cell by cell."""

import re
from itertools import product

import pytest

from pivotal_server.auth.permissions import (
    CAPABILITIES,
    MANAGERS,
    ROLES,
    STAFF,
    AccessSettings,
    Condition,
    DefaultAccess,
    Extent,
    Facts,
    Role,
    allows,
    grant_of,
    may_offer,
    refusal,
)

# One line per capability: owner, admin, member, viewer, API key; a condition stands after a slash.
MATRIX = """
P1  see_all_customers          yes yes set/default_access_has_members set/default_access_has_viewers yes
P2  see_given_customers        yes yes yes yes yes
P3  create_customers           yes yes set/members_create_customers - yes
P4  edit_customers             yes yes vis - yes
P5  delete_customers           yes yes - - yes
P6  manage_access              yes yes vis/customer_owner - -
P7  import_data                yes yes - - yes
P8  export_data                yes yes set/members_export set/viewers_export yes
P9  bulk_edit_customers        yes yes vis/no_grant_no_delete - yes
P10 work_on_onboardings        yes yes vis - yes
P11 delete_onboardings         yes yes vis/csm - yes
P12 move_onboardings           yes yes vis/may_move - yes
P13 reopen_old_tasks           yes yes - - yes
P14 edit_comments              own own own - own
P15 delete_comments_and_files  yes yes own - yes
P16 edit_templates             yes yes - - yes
P17 edit_phases_and_fields     yes yes - - -
P18 manage_own_things          yes yes yes yes -
P19 share_views                yes yes yes - -
P20 see_reports                yes yes vis vis -
P21 see_team                   yes yes yes yes yes
P22 manage_team                yes yes - - -
P23 administer                 yes yes - - -
P24 manage_webhooks            yes yes - - yes
P25 see_records                yes yes own/job own/job yes/activity
P26 own_workspace              yes - - - -
P27 ask_pi                     yes/pi_on_for_role yes/pi_on_for_role vis/pi_on_for_role vis/pi_on_for_role -
P28 act_on_insights            yes yes vis - yes/risk_entry
P29 write_to_customers         yes yes vis - -
"""
LINES = [line.split() for line in MATRIX.strip().splitlines()]
DEFAULTS = AccessSettings()


def test_app_perm_1_the_table_is_the_documented_matrix() -> None:
    table = [
        [row.number, row.name, *(_cell(row.grants[role].extent, row.grants[role].condition) for role in Role)]
        for row in CAPABILITIES.values()
    ]
    assert table == LINES


def _cell(extent: Extent, condition: Condition | None) -> str:
    return extent.value if condition is None else f"{extent.value}/{condition.value}"


CELLS = [
    (name, role, *cell.partition("/")[::2])
    for _, name, *cells in LINES
    for role, cell in zip(Role, cells, strict=True)
]


@pytest.mark.parametrize(("name", "role", "extent", "condition"), CELLS)
def test_app_perm_1_every_cell_decides_as_written(name: str, role: Role, extent: str, condition: str) -> None:
    on = {
        "default_access_has_members": AccessSettings(default_access=DefaultAccess.ALL_MEMBERS),
        "default_access_has_viewers": AccessSettings(default_access=DefaultAccess.ALL_MEMBERS_AND_VIEWERS),
        "members_create_customers": AccessSettings(members_create_customers=True),
        "viewers_export": AccessSettings(viewers_export=True),
    }
    off = {
        "members_export": AccessSettings(members_export=False),
        "pi_on_for_role": AccessSettings(pi_off_for=frozenset({role})),
    }
    good = on.get(condition, DEFAULTS)
    stated = frozenset({Condition(condition)}) if condition else frozenset()
    for visible, own in product((False, True), repeat=2):
        inside = {"yes": True, "set": True, "vis": visible, "own": own, "-": False}[extent]
        assert allows(role, name, good, Facts(visible, own, stated)) is inside
        if condition in on:
            assert not allows(role, name, DEFAULTS, Facts(visible, own, stated))
        elif condition in off:
            assert not allows(role, name, off[condition], Facts(visible, own, stated))
        elif condition:
            assert not allows(role, name, good, Facts(visible, own))
    assert may_offer(role, name, good) is (extent != "-")


@pytest.mark.parametrize("role", [*Role, "auditor", ""])
@pytest.mark.parametrize("capability", ["fly", "", "P1", "See all customers"])
def test_app_perm_1_a_capability_absent_from_the_table_is_refused(role: str, capability: str) -> None:
    facts = Facts(visible=True, own=True, met=frozenset(Condition))
    assert not allows(role, capability, DEFAULTS, facts)
    assert not may_offer(role, capability, DEFAULTS)
    assert grant_of(role, capability).extent is Extent.NO


@pytest.mark.parametrize("role", ["", "auditor", "OWNER", "contact"])
def test_an_unknown_role_may_do_nothing(role: str) -> None:
    assert not any(may_offer(role, name, DEFAULTS) for name in CAPABILITIES)


@pytest.mark.parametrize("name", list(CAPABILITIES))
@pytest.mark.parametrize("role", list(Role))
def test_a_role_as_plain_text_decides_the_same(role: Role, name: str) -> None:
    assert may_offer(role.value, name, DEFAULTS) is may_offer(role, name, DEFAULTS)


@pytest.mark.parametrize(
    ("access", "members", "viewers"),
    [
        (DefaultAccess.ASSIGNED_ONLY, False, False),
        (DefaultAccess.ALL_MEMBERS, True, False),
        (DefaultAccess.ALL_MEMBERS_AND_VIEWERS, True, True),
    ],
)
def test_app_acc_2_default_access_decides_who_sees_all(
    access: DefaultAccess, members: bool, viewers: bool
) -> None:
    settings = AccessSettings(default_access=access)
    assert allows(Role.MEMBER, "see_all_customers", settings) is members
    assert allows(Role.VIEWER, "see_all_customers", settings) is viewers
    assert allows(Role.OWNER, "see_all_customers", settings)
    assert allows(Role.ADMIN, "see_all_customers", settings)


def test_without_facts_only_what_holds_everywhere_is_allowed() -> None:
    assert not allows(Role.MEMBER, "edit_customers", DEFAULTS)
    assert not allows(Role.OWNER, "edit_comments", DEFAULTS)
    assert allows(Role.OWNER, "edit_customers", DEFAULTS)


def test_a_setting_that_became_unreadable_closes() -> None:
    settings = AccessSettings(default_access="everybody")  # type: ignore[arg-type]
    assert not allows(Role.MEMBER, "see_all_customers", settings)
    assert not allows(Role.VIEWER, "see_all_customers", settings)


def test_roles_are_described() -> None:
    assert list(ROLES) == list(Role)
    assert {role for role, facts in ROLES.items() if facts.can_be_given} == {
        Role.ADMIN,
        Role.MEMBER,
        Role.VIEWER,
    }
    assert sorted(MANAGERS) == ["admin", "owner"]
    assert sorted(STAFF) == ["admin", "member", "owner"]


def test_names_and_titles_are_unique_and_well_formed() -> None:
    rows = list(CAPABILITIES.values())
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", row.name) for row in rows)
    assert len({row.title for row in rows}) == len({row.number for row in rows}) == len(rows) == 29


@pytest.mark.parametrize(
    ("capability", "settings", "message"),
    [
        ("delete_customers", DEFAULTS, "Only the owner and admins can delete customers."),
        ("own_workspace", DEFAULTS, "Only the owner can transfer or delete the workspace."),
        ("create_customers", DEFAULTS, "Only the owner and admins can create customers."),
        (
            "create_customers",
            AccessSettings(members_create_customers=True),
            "Only the owner, admins and members can create customers.",
        ),
        ("delete_onboardings", DEFAULTS, "Only the owner, admins and its CSM can delete this onboarding."),
        (
            "move_onboardings",
            DEFAULTS,
            (
                "Only the owner, admins, its CSM and members with an open task in its present phase"
                " can move this onboarding."
            ),
        ),
        (
            "manage_access",
            DEFAULTS,
            "Only the owner, admins and the customer's owner can give or take access to customers.",
        ),
        ("edit_comments", DEFAULTS, "Only its author can edit a comment."),
        (
            "see_records",
            DEFAULTS,
            "Only the owner and admins can see logs, other people's jobs and deleted records.",
        ),
        ("fly", DEFAULTS, "Nobody can do this."),
    ],
)
def test_app_ui_5_a_refusal_names_who_can(capability: str, settings: AccessSettings, message: str) -> None:
    error = refusal(capability, settings)
    assert (error.code.code, error.message) == ("insufficient_role", message)


def test_every_capability_has_a_refusal() -> None:
    everybody_off = AccessSettings(members_export=False, pi_off_for=frozenset({Role.MEMBER, Role.VIEWER}))
    for name, settings in product(CAPABILITIES, (DEFAULTS, everybody_off)):
        assert re.fullmatch(r"Only .+ can .+\.", refusal(name, settings).message)
