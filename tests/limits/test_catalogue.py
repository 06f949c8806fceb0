import pytest

from pivotal_server.limits import catalogue
from pivotal_server.limits.catalogue import LIMITS, Limit, value_of
from pivotal_server.limits.tiers import TIERS, Tier, WorkspaceTier, tier_of

CHANGEABLE = [limit for limit in LIMITS.values() if limit.setting]


def test_app_lim_3_the_declared_defaults_are_the_documented_ones() -> None:
    assert {name: limit.default for name, limit in LIMITS.items()} == {
        "rate_limit_live": 600,
        "rate_limit_test": 30,
        "failed_authentications": 300,
        "active_api_keys": 100,
        "body_bytes": 1024 * 1024,
        "attachment_bytes": 25 * 1024 * 1024,
        "bulk_body_bytes": 8 * 1024 * 1024,
        "bulk_operations": 1_000,
        "import_bytes": 500 * 1024 * 1024,
        "import_rows": 1_000_000,
        "waiting_jobs": 50,
        "contacts_per_customer": 10_000,
        "pasted_contacts": 500,
        "tags_per_customer": 50,
        "tasks_per_onboarding": 2_000,
        "subtasks_per_task": 100,
        "predecessors_per_task": 20,
        "phases": 30,
        "templates": 500,
        "tasks_per_template": 300,
        "custom_fields": 200,
        "invites_per_batch": 50,
        "webhook_endpoints": 50,
        "webhook_secrets": 5,
        "private_views": 100,
        "shared_views": 200,
        "docs_votes": 10,
    }


def test_app_lim_3_every_limit_of_the_module_is_in_the_list_and_described() -> None:
    declared = [value for value in vars(catalogue).values() if isinstance(value, Limit)]
    assert declared == list(LIMITS.values())
    assert len({limit.title for limit in declared}) == len(declared)
    for limit in declared:
        assert limit.description.endswith(".")
        assert limit.unit


@pytest.mark.parametrize("limit", CHANGEABLE, ids=lambda limit: limit.name)
def test_a_limit_takes_values_inside_its_bounds(limit: Limit) -> None:
    assert limit.least <= limit.default <= limit.most
    assert limit.takes(limit.least)
    assert limit.takes(limit.most)
    assert limit.takes(0) is limit.can_be_off
    for value in (-1, limit.most + 1):
        assert not limit.takes(value)
        assert value_of(limit, {limit.name: value}) == limit.default
    assert value_of(limit, {limit.name: limit.least}) == limit.least
    assert value_of(limit, {}) == limit.default


def test_a_fixed_limit_takes_no_value() -> None:
    fixed = catalogue.BODY_BYTES
    assert not fixed.takes(fixed.default)
    assert value_of(fixed, {fixed.name: 5}) == fixed.default


def test_tiers() -> None:
    assert TIERS == {"free": 60, "standard": 600, "test": 30}


@pytest.mark.parametrize(
    ("livemode", "own", "changed", "workspace", "expected"),
    [
        (True, None, {}, "standard", Tier("standard", 600)),
        (True, None, {}, "free", Tier("free", 60)),
        (False, None, {}, "standard", Tier("test", 30)),
        (False, None, {}, "free", Tier("test", 30)),
        (True, None, {"rate_limit_live": 1200}, "free", Tier("custom", 1200)),
        (True, None, {"rate_limit_live": 0}, "standard", Tier("custom", 0)),
        (True, None, {"rate_limit_test": 5}, "standard", Tier("standard", 600)),
        (False, None, {"rate_limit_test": 5}, "standard", Tier("custom", 5)),
        (True, 7, {"rate_limit_live": 1200}, "standard", Tier("custom", 7)),
        (False, 0, {}, "standard", Tier("custom", 0)),
    ],
)  # fmt: skip
def test_the_tier_of_a_key(
    livemode: bool, own: int | None, changed: dict[str, int], workspace: WorkspaceTier, expected: Tier
) -> None:
    assert tier_of(livemode=livemode, own=own, changed=changed, workspace=workspace) == expected
