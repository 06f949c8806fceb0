"""Finding records: what is looked in, in which order they come, page by page, and what is never found."""

import httpx

from pivotal_server.db.engine import counting
from tests.support.app import World
from tests.support.records import (
    Json,
    answered,
    error_of,
    new_contact,
    new_customer,
    new_onboarding,
    new_task,
    patched,
    path_of,
)


async def found(api: httpx.AsyncClient, q: str, **query: int) -> list[str]:
    """The names that a query finds, in order."""
    page = answered(await api.get("/search", params={"q": q, **query}))
    return [one["name"] for one in page["data"]]


async def hints(api: httpx.AsyncClient, q: str) -> list[str]:
    page: Json = answered(await api.get("/search", params={"q": q}))
    told: list[str] = page["hints"]
    return told


async def listed(api: httpx.AsyncClient, q: str) -> set[str]:
    """The customers that the list and its count hold for a query."""
    page = answered(await api.get("/customers", params={"q": q, "limit": 100, "include_total": True}))
    names = {one["name"] for one in page["data"]}
    count = answered(await api.get("/customers/count", params={"q": q}))["count"]
    assert count == page["total"] == len(page["data"])
    return names


async def test_wb_srch_1_words_match_the_beginnings_of_words(api: httpx.AsyncClient) -> None:
    customer = await new_customer(
        api,
        name="Zoë’s Bright Future",
        domain="bright-future.example.com",
        external_id="ACCT-77",
        slug="zoes",
    )
    await new_contact(api, customer, name="Mira Øster", email="mira@oster.dk", title="Head of Ops")
    onboarding = await new_onboarding(api, customer, name="Wholesale")
    await new_task(api, onboarding, title="Set up single sign-on")
    name = "Zoë’s Bright Future"
    for q in (
        "zoe",
        "ZOË",
        "bri fut",
        "fut bri",
        "example",
        "acct-77",
        "77",
        "mira",
        "oster.dk",
        "mira@oster.dk",
    ):
        assert name in await found(api, q), q
        assert await listed(api, q) == {name}, q
    for q in ("ster", "right", "zoe mara", "brightfuture"):
        assert await found(api, q) == [], q
        assert await listed(api, q) == set(), q
    assert await found(api, "head") == ["Mira Øster"]
    assert await found(api, "whole") == ["Wholesale"]
    assert await found(api, "zoe whole") == ["Wholesale"]
    assert await found(api, "sign single") == ["Set up single sign-on"]
    assert await found(api, "-wholesale zoe type:onboarding") == []


async def test_phrases_and_fields_of_text(api: httpx.AsyncClient) -> None:
    one = await new_customer(api, name="Bright Future", domain="acme.com")
    await new_customer(api, name="Future Bright", domain="acme.org", slug="other")
    await new_contact(api, one, name="Dana Acme", email="dana@bright.io")
    cases = {
        '"bright future"': {"Bright Future"},
        'name:"bright future"': {"Bright Future"},
        'name:"bright fut"': set[str](),
        "name:fut": {"Bright Future", "Future Bright"},
        "domain:acme.com": {"Bright Future"},
        "domain:acme": {"Bright Future", "Future Bright"},
        "slug:other": {"Future Bright"},
        "email:dana@bright.io": {"Bright Future"},
        "contact:dana": {"Bright Future"},
        "name:dana": set(),
        "-contact:dana": {"Future Bright"},
        "name:dana,bright": {"Bright Future", "Future Bright"},
        "-domain:acme.org,acme.net": {"Bright Future"},
    }
    for q, expected in cases.items():
        assert await listed(api, q) == expected, q
        assert set(await found(api, f"type:customer {q}")) == expected, q


async def test_wb_srch_4_rank(api: httpx.AsyncClient) -> None:
    other = await new_customer(api, name="Zeta", external_id="acme")
    await new_customer(api, name="The Acme Shop")
    await new_customer(api, name="Acme Corporation")
    await new_customer(api, name="ACME")
    assert await found(api, "acme") == ["ACME", "Acme Corporation", "The Acme Shop", "Zeta"]
    await new_customer(api, name="Beta", domain="aurora.com")
    await new_customer(api, name="Gamma of aurora com")
    await new_customer(api, name="Delta", external_id="aurora.com", slug="d")
    assert await found(api, "aurora.com") == ["Beta", "Gamma of aurora com", "Delta"]
    assert await found(api, f"#{other['display_id']}") == ["Zeta"]
    assert await found(api, f"#{other['display_id']} beta") == []
    # Within one rank the last changed comes first.
    await new_customer(api, name="Acme Again", slug="again")
    assert (await found(api, "acme"))[:3] == ["ACME", "Acme Again", "Acme Corporation"]
    [corporation] = answered(await api.get("/customers?slug=acme-corporation"))["data"]
    await patched(api, corporation, plan="Scale")
    assert (await found(api, "acme"))[:3] == ["ACME", "Acme Corporation", "Acme Again"]


async def test_wb_srch_5_churned_are_found_archived_on_request_and_deleted_never(
    api: httpx.AsyncClient,
) -> None:
    rows = {}
    for status in ("active", "churned", "archived"):
        customer = await new_customer(api, name=f"Acme {status}", status=status)
        onboarding = await new_onboarding(api, customer, name=f"Plan {status}")
        await new_task(api, onboarding, title=f"Task {status}")
        rows[status] = customer
    assert set(await found(api, "acme type:customer")) == {"Acme active", "Acme churned"}
    assert set(await found(api, "plan")) == {"Plan active", "Plan churned"}
    assert set(await found(api, "task type:task")) == {"Task active", "Task churned"}
    for q in ("acme status:archived type:customer", "is:archived type:customer"):
        assert await found(api, q) == ["Acme archived"]
    assert await found(api, "plan is:archived") == ["Plan archived"]
    assert set(await found(api, "acme status:archived,churned type:customer")) == {
        "Acme archived",
        "Acme churned",
    }
    assert await listed(api, "acme is:churned") == {"Acme churned"}
    contact = await new_contact(api, rows["active"], name="Quentin", archived=True)
    assert await found(api, "quentin type:contact") == []
    assert await found(api, "quentin type:contact is:archived") == ["Quentin"]
    answered(await api.delete(path_of(contact)))
    assert await found(api, "quentin is:archived") == []
    answered(await api.delete(path_of(rows["active"])))
    for q in ("acme", "plan", "task"):
        assert "active" not in " ".join(await found(api, q))


async def test_a_change_is_found_at_once_and_what_it_was_no_more(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api, name="Aurora")
    contact = await new_contact(api, customer, name="Mira Chen", email="mira@chen.io")
    onboarding = await new_onboarding(api, customer, name="Loyalty")
    task = await new_task(api, onboarding, title="Sign the contract")
    await patched(api, customer, name="Borealis", domain="north.example")
    assert await found(api, "aurora type:customer name:aurora") == []
    assert await found(api, "boreal loyal") == ["Loyalty"]
    assert await found(api, "aurora loyal") == []
    assert await listed(api, "boreal mira") == {"Borealis"}
    await patched(api, contact, name="Zed Adams", email="zed@adams.io")
    assert await listed(api, "mira") == set()
    assert await listed(api, "zed adams.io north") == {"Borealis"}
    await patched(api, onboarding, name="Wholesale")
    assert await found(api, "loyal") == []
    await patched(api, task, title="Send the invoice")
    assert await found(api, "contract") == []
    assert await found(api, "invoice") == ["Send the invoice"]
    answered(await api.delete(path_of(contact)))
    assert await listed(api, "zed") == set()
    answered(await api.delete(path_of(onboarding)))
    assert await found(api, "invoice") == []
    assert await found(api, "wholesale") == []


async def test_filters_of_customers(api: httpx.AsyncClient) -> None:
    vip = await new_customer(
        api, name="Vip", tags=["VIP", "beta user"], plan="Scale", mrr=2000, status="at_risk", owner_id=1
    )
    await new_customer(api, name="Small", tags=["pilot"], plan="Starter", mrr=50, monthly_orders=3)
    await new_customer(api, name="None")
    await new_contact(api, vip)
    await new_onboarding(api, vip, phase="review", csm_id=1, target_launch_date="2030-01-10")
    cases = {
        "tag:vip": {"Vip"},
        'tag:vip tag:"beta user"': {"Vip"},
        "tag:vip,pilot": {"Vip", "Small"},
        '-tag:"beta user"': {"Small", "None"},
        "plan:scale": {"Vip"},
        "plan:none": {"None"},
        "-plan:none": {"Vip", "Small"},
        "mrr:2000": {"Vip"},
        "mrr:>50": {"Vip"},
        "mrr:>=50": {"Vip", "Small"},
        "mrr:<2000": {"Small"},
        "mrr:10..100": {"Small"},
        "mrr:..100": {"Small"},
        "mrr:100..": {"Vip"},
        "mrr:none": {"None"},
        "mrr:any": {"Vip", "Small"},
        "-mrr:>100": {"Small", "None"},
        "monthly_orders:3": {"Small"},
        "status:at_risk": {"Vip"},
        "status:active": {"Small", "None"},
        "status:active,at_risk": {"Vip", "Small", "None"},
        "-status:active": {"Vip"},
        "owner:none": {"Small", "None"},
        "owner:dana": {"Vip"},
        "owner:dana@vml.example": {"Vip"},
        "owner:okaf": {"Vip"},
        "-owner:dana": {"Small", "None"},
        "csm:dana": {"Vip"},
        "csm:none": set(),
        "phase:review": {"Vip"},
        "state:active": {"Vip"},
        "-state:active": {"Small", "None"},
        "has:onboarding": {"Vip"},
        "-has:primary": {"Small", "None"},
        "has:target": {"Vip"},
        "launch:2030-01-01..2030-01-31": {"Vip"},
        "launch:<2030-01-10": set(),
        "launch:none": {"Small", "None"},
        "created:today": {"Vip", "Small", "None"},
        "created:<today": set(),
        "-created:today": set(),
        "updated:7d": {"Vip", "Small", "None"},
        "activity:today": {"Vip", "Small", "None"},
        "activity:none": set(),
        "health:none": {"Vip", "Small", "None"},
        "bucket:none": {"Vip", "Small", "None"},
        "bucket:healthy": set(),
        "is:test": set(),
        "-is:test": {"Vip", "Small", "None"},
        "is:unassigned": {"Small", "None"},
        "#1": {"Vip"},
        "id:1,2": {"Vip", "Small"},
        "-#1": {"Small", "None"},
        "type:task": set(),
        "-type:contact mrr:any": {"Vip", "Small"},
    }
    for q, expected in cases.items():
        assert await listed(api, q) == expected, q
        assert await hints(api, q) == [], q
        assert set(await found(api, f"{q} type:customer", limit=100)) == expected, q


async def test_filters_of_onboardings_and_tasks(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api, name="Aurora", owner_id=1, tags=["vip"])
    late = await new_onboarding(api, customer, name="Late", target_launch_date="2020-01-01", csm_id=1)
    await new_onboarding(api, customer, name="Paused", state="paused")
    await new_onboarding(api, customer, name="Far", target_launch_date="2090-01-01", state="at_risk")
    first = await new_task(api, late, title="First", due_date="2020-01-02", assignee_id=1)
    await new_task(api, late, title="Second", depends_on=[first["id"]], customer_facing=True)
    await new_task(api, late, title="Third", done=True)
    cases = {
        "type:onboarding lane:this_week": {"Late"},
        "type:onboarding lane:later": {"Far"},
        "type:onboarding lane:none": set[str](),
        "type:onboarding is:overdue": {"Late"},
        "type:onboarding state:paused,at_risk": {"Paused", "Far"},
        "type:onboarding csm:none": {"Paused", "Far"},
        "type:onboarding tag:vip launch:any": {"Late", "Far"},
        "type:onboarding phase:before_getting_started is:open": {"Late", "Paused", "Far"},
        'type:onboarding phase:"Before getting started" launch:none': {"Paused"},
        "assignee:dana": {"First"},
        "assignee:none is:open": {"Second"},
        "type:task is:done": {"Third"},
        "type:task is:locked": {"Second"},
        "type:task -is:locked": {"First", "Third"},
        "is:customer_facing": {"Second"},
        "due:<today": {"First"},
        "due:none": {"Second", "Third"},
        "is:overdue type:task": {"First"},
        "title:thi": {"Third"},
        "type:task is:orphaned": set(),
    }
    for q, expected in cases.items():
        assert set(await found(api, q)) == expected, q
        assert await hints(api, q) == [], q


async def test_wb_srch_3_nothing_typed_is_an_error(api: httpx.AsyncClient) -> None:
    await new_customer(api, name="ownr me active Ltd")
    assert await hints(api, "ownr:me") == ["No field named ownr; searched as text. Did you mean owner?"]
    assert await found(api, "ownr:me") == ["ownr me active Ltd"]
    assert await hints(api, "status:actve") == [
        "No status named actve; searched as text. Did you mean active?"
    ]
    assert await hints(api, "owner:nobody") == ["Nobody in owner is called nobody; searched as text."]
    assert (await hints(api, "is:mine"))[0].endswith("searched as text.")
    assert await hints(api, "mrr:lots") == ["mrr:lots means nothing here; searched as text."]
    assert await hints(api, "name:>5") == ["name cannot be compared; searched as text."]
    assert len(await hints(api, "x " * 30)) == 1
    assert len(await hints(api, "x" * 500)) == 1
    for q in (
        "",
        " ",
        '"',
        "-",
        "#",
        ":",
        "((",
        "'; DROP TABLE customers",
        '"open quote',
        "🙂",
        "a:b:c",
        "mrr:..",
        "%",
        "_",
        "*",
        '" "',
        '-""',
        "\\",
        "AND OR NOT",
        "NEAR(a b)",
        "a*b",
        "{}",
        "due:..",
        "due:0d",
        "é" * 300,
    ):
        assert (await api.get("/search", params={"q": q})).status_code == 200, q
        assert (await api.get("/customers", params={"q": q})).status_code == 200, q
    assert error_of(await api.get("/search")) == (400, "missing_field", "q")


async def test_custom_fields(api: httpx.AsyncClient, world: World) -> None:
    from pivotal_server.custom_fields.schemas import CustomFieldCreate  # noqa: PLC0415
    from pivotal_server.custom_fields.service import create_field  # noqa: PLC0415
    from pivotal_server.unit_of_work import unit_of_work  # noqa: PLC0415

    async with unit_of_work(world.db, world.operator) as uow:
        await create_field(
            uow, CustomFieldCreate(label="Region", type="select", options=["EMEA", "North America"])
        )
        await create_field(uow, CustomFieldCreate(label="ARR", slug="arr", type="number"))
        await create_field(uow, CustomFieldCreate(label="Signed", slug="signed_on", type="date"))
        await create_field(uow, CustomFieldCreate(label="Pilot", slug="is_pilot", type="boolean"))
        await create_field(uow, CustomFieldCreate(label="Status", slug="status", type="string"))
    values = {
        "region": "EMEA",
        "arr": 12000,
        "signed_on": "2026-03-01",
        "is_pilot": True,
        "status": "Gold plus",
    }
    await new_customer(api, name="One", custom_fields=values)
    await new_customer(
        api, name="Two", custom_fields={"region": "North America", "arr": 10, "is_pilot": False}
    )
    await new_customer(api, name="Three")
    cases = {
        "region:emea": {"One"},
        'region:"north america"': {"Two"},
        'region:"america"': {"Two"},
        "region:none": {"Three"},
        "-region:none": {"One", "Two"},
        "-region:emea": {"Two", "Three"},
        "arr:>10000": {"One"},
        "cf.arr:..100": {"Two"},
        "arr:any": {"One", "Two"},
        "signed_on:2026-03-01": {"One"},
        "signed_on:>2026-03-01": set[str](),
        "is_pilot:true": {"One"},
        "is_pilot:false": {"Two"},
        "cf.status:gold": {"One"},
        "status:active": {"One", "Two", "Three"},
        "emea": {"One"},
        "gold": {"One"},
    }
    for q, expected in cases.items():
        assert await listed(api, q) == expected, q
        assert set(await found(api, f"type:customer {q}")) == expected, q
    assert await hints(api, "cf.nothing:x") == ["No custom field named nothing; searched as text."]


async def test_pages_follow_one_another(api: httpx.AsyncClient) -> None:
    customer = await new_customer(api, name="Acme Home")
    onboarding = await new_onboarding(api, customer, name="Acme plan")
    for number in range(4):
        await new_customer(api, name=f"Acme {number}")
        await new_contact(api, customer, name=f"Acme person {number}")
        await new_task(api, onboarding, title=f"Task of acme {number}")
    whole = answered(await api.get("/search", params={"q": "acme", "limit": 100}))
    assert len(whole["data"]) == 14
    assert (whole["has_more"], whole["next_cursor"]) == (False, None)
    for limit in (1, 3, 13):
        walked: list[Json] = []
        cursor: dict[str, str] = {}
        while True:
            page = answered(await api.get("/search", params={"q": "acme", "limit": limit, **cursor}))
            walked += page["data"]
            if not page["has_more"]:
                break
            cursor = {"cursor": page["next_cursor"]}
        assert walked == whole["data"], limit
    for cursor_text in ("x", "2026-01-01", "W10", "WzEsMiwzXQ", "é"):
        answer = await api.get("/search", params={"q": "acme", "cursor": cursor_text})
        assert error_of(answer) == (400, "invalid_string", "cursor")


async def test_a_search_costs_one_statement_for_each_kind(api: httpx.AsyncClient) -> None:
    for number in range(30):
        await new_customer(api, name=f"Acme {number}")
    for q, expected in (
        ("acme", 4),
        ("acme status:active tag:x", 4),
        ("owner:dana", 5),
        ("type:customer acme", 1),
    ):
        with counting() as count:
            answered(await api.get("/search", params={"q": q, "limit": 100}))
        assert count.value == expected, q
    for q, expected in (("acme", 2), ("status:active", 1), ("", 1)):
        with counting() as count:
            answered(await api.get("/customers", params={"q": q}))
        assert count.value == expected, q
