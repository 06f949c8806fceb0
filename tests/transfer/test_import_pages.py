"""Importing a file in the app: upload, match columns, check, run, and what is refused on the way."""

import re
from html import unescape

import httpx
import pytest

from pivotal_server.db.engine import counting
from pivotal_server.jobs.worker import Worker
from pivotal_server.server_jobs import KINDS
from tests.support.app import World
from tests.support.browser import Browser
from tests.support.journal import Journal
from tests.support.people import new_member
from tests.support.records import new_customer, walk
from tests.support.visits import Enter, text_of

FILE = (
    "Company,Website,MRR,Contact email,Region,Notes\n"
    "Aurora,aurora.com,1200,mira@aurora.com,EMEA,x\n"
    "Borealis,borealis.com,abc,,,\n"
    ",nameless.com,,,,\n"
    "Cirrus,cirrus.com,10,,AMER,\n"
)


async def sent(browser: Browser, content: bytes, name: str = "crm.csv", **fields: str) -> httpx.Response:
    """The answer to an upload."""
    await browser.get("/customers/import")
    data = {"csrf_token": browser.csrf, "resource": "customer", **fields}
    files = {"file": (name, content, "text/csv")}
    return browser.show(await browser.client.post("/customers/import", data=data, files=files))


def chosen(html: str) -> dict[str, str]:
    """What stands in the selects and hidden fields of a form."""
    found = {}
    for name, options in re.findall(r'<select[^>]* name="([a-z_0-9]+)"[^>]*>(.*?)</select>', html, re.DOTALL):
        picked = re.search(r'value="([^"]*)" selected', options)
        found[name] = "" if picked is None else unescape(picked[1])
    return found


async def checked(browser: Browser, world: World, url: str, **fields: str) -> tuple[str, str]:
    """The page of a finished check, and its address."""
    html = (await browser.get(url)).text
    answer = await browser.post(url, {**chosen(html), "send_webhooks": "yes", **fields})
    assert answer.status_code == 303, text_of(answer.text)
    await Worker(world.services, KINDS).run_due()
    check = answer.headers["location"]
    return (await browser.get(check)).text, check


async def test_app_imp_4_a_check_says_what_an_import_does_and_writes_nothing(
    api: httpx.AsyncClient, world: World, owner: Browser
) -> None:
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    answer = await sent(owner, FILE.encode())
    assert answer.status_code == 303
    url = answer.headers["location"]
    html = (await owner.get(url)).text
    picked = chosen(html)
    # Website, Company and the rest are understood; Region and Notes are nothing yet.
    assert [picked[f"column_{n}"] for n in range(6)] == ["name", "domain", "mrr", "contact_email", "", ""]
    html, check = await checked(owner, world, url, column_4="new:string")
    assert "Created 2" in text_of(html)
    assert "Failed 2" in text_of(html)
    assert "Row 3 Borealis" in text_of(html)
    assert "Import 2 rows" in html
    assert await walk(api, "/customers") == []
    assert [name for name in (await journal.look()).names if name != "custom_field.created"] == []

    # Run, and what comes of it.
    answer = await owner.post(f"{check}/run")
    assert answer.status_code == 303
    run = answer.headers["location"]
    assert "Waits for its turn" in (await owner.get(run)).text
    await Worker(world.services, KINDS).run_due()
    html = (await owner.get(run)).text
    assert "4 of 4 rows" in text_of(html)
    one, two = await walk(api, "/customers", order="asc")
    assert (one["name"], one["custom_fields"], two["name"]) == ("Aurora", {"region": "EMEA"}, "Cirrus")
    (contact,) = await walk(api, f"/customers/{one['id']}/contacts")
    assert (contact["email"], contact["is_primary"]) == ("mira@aurora.com", True)
    # The starter is told once, and the file of errors can be fetched.
    assert "Customer import of crm.csv is done" in text_of((await owner.get("/notifications")).text)
    link = re.search(r'href="(/customers/import/runs/[^"]*/files/[^"]*)"', html)
    assert link is not None
    fetched = await owner.get(link[1])
    assert fetched.status_code == 302
    # A second press of the button leads to the same import.
    again = await owner.post(f"{check}/run")
    assert again.headers["location"] == run
    assert len(await walk(api, "/customers")) == 2


async def test_app_imp_3_matches_are_skipped_filled_or_updated(
    api: httpx.AsyncClient, world: World, owner: Browser
) -> None:
    await new_customer(api, name="Aurora", domain="aurora.com")
    rows = b"name,domain,plan\nAurora Two,aurora.com,Scale\nNew,new.com,Free\n"
    url = (await sent(owner, rows)).headers["location"]
    html, check = await checked(owner, world, url, key="domain", on_match="skip")
    assert "Created 1 Skipped 1" in text_of(html)
    # Back with everything as it was; the same file is checked with another rule.
    html = (await owner.get(f"{url}?check={check.rpartition('/')[2]}")).text
    assert (chosen(html)["key"], chosen(html)["on_match"]) == ("domain", "skip")
    html, check = await checked(owner, world, url, key="domain", on_match="fill")
    assert "Created 1 Updated 1" in text_of(html)
    answer = await owner.post(f"{check}/run")
    await Worker(world.services, KINDS).run_due()
    assert answer.status_code == 303
    one, two = await walk(api, "/customers", order="asc")
    assert (one["name"], one["plan"], two["name"], two["plan"]) == ("Aurora", "Scale", "New", "Free")


async def test_rows_that_meet_each_other_are_found_over_blocks(
    world: World, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pivotal_server.transfer.importing.BLOCK", 1)
    rows = b"name,external_id\nA,x-1\nB,x-1\nC,x-2\n"
    url = (await sent(owner, rows)).headers["location"]
    html, _ = await checked(owner, world, url)
    assert "Created 2 Failed 1" in text_of(html)
    html, _ = await checked(owner, world, url, key="external_id")
    assert "Created 2 Updated 1" in text_of(html)


async def test_app_imp_9_the_same_content_is_asked_about(world: World, owner: Browser) -> None:
    url = (await sent(owner, b"name\nAurora\n")).headers["location"]
    _, check = await checked(owner, world, url)
    assert (await owner.post(f"{check}/run")).status_code == 303
    await Worker(world.services, KINDS).run_due()

    url = (await sent(owner, b"name\nAurora\n")).headers["location"]
    _, check = await checked(owner, world, url)
    answer = await owner.post(f"{check}/run")
    assert answer.status_code == 422
    assert "Tick that this content is to be imported again." in text_of(answer.text)
    answer = await owner.post(f"{check}/run", {"again": "yes"})
    assert answer.status_code == 303


async def test_app_imp_1_what_is_no_csv_is_refused_and_not_kept(world: World, owner: Browser) -> None:
    cases = {
        b"": "The file is empty.",
        b"PK\x03\x04zip": "This is no CSV file.",
        b"name\n": "The file has a header and no rows.",
    }
    for content, message in cases.items():
        answer = await sent(owner, content, resource="contact")
        assert answer.status_code == 422
        assert message in text_of(answer.text)
        # An empty body ends the reading before the other fields are known.
        assert chosen(answer.text)["resource"] == ("contact" if content else "customer")
    assert [path for path in world.services.files.folder.rglob("*") if path.is_file()] == []
    data = {"csrf_token": "x", "resource": "customer"}
    answer = await owner.client.post(
        "/customers/import", data=data, files={"file": ("a.csv", b"name\nA\n", "text/csv")}
    )
    assert answer.status_code == 419


async def test_app_imp_2_what_is_required_and_doubled_is_said_beside_the_column(owner: Browser) -> None:
    url = (await sent(owner, b"a;b\n1;2\n")).headers["location"]
    html = (await owner.get(url)).text
    assert chosen(html)["delimiter"] == "semicolon"
    answer = await owner.post(url, {**chosen(html)})
    assert answer.status_code == 422
    assert "Match a column with Name." in text_of(answer.text)
    answer = await owner.post(url, {**chosen(html), "column_0": "name", "column_1": "name"})
    assert "matched with this already" in text_of(answer.text)
    answer = await owner.post(url, {**chosen(html), "column_0": "name", "key": "domain"})
    assert "Match a column with Domain" in text_of(answer.text)
    assert chosen(answer.text)["column_0"] == "name"
    # Read another way, it is one column.
    assert "column_1" not in chosen((await owner.get(f"{url}?delimiter=pipe")).text)


async def test_columns_are_remembered(world: World, owner: Browser) -> None:
    url = (await sent(owner, b"Firma,Etwas\nAurora,Scale\n")).headers["location"]
    _, check = await checked(owner, world, url, column_0="name", column_1="plan")
    await owner.post(f"{check}/run")
    await Worker(world.services, KINDS).run_due()
    url = (await sent(owner, b"Etwas,Firma\nFree,Borealis\n")).headers["location"]
    picked = chosen((await owner.get(url)).text)
    assert (picked["column_0"], picked["column_1"]) == ("plan", "name")


async def test_only_managers_import_and_pages_take_few_statements(
    world: World, owner: Browser, enter: Enter
) -> None:
    member = await enter(await new_member(world, "Ana Ruiz", "member"))
    assert (await member.get("/customers/import")).status_code == 403
    assert "/customers/import" not in (await member.get("/customers")).text
    url = (await sent(owner, b"name\nAurora\n")).headers["location"]
    _, check = await checked(owner, world, url)
    run = (await owner.post(f"{check}/run")).headers["location"]
    for path in ("/customers/import", url, check, run):
        with counting() as statements:
            assert (await owner.get(path)).status_code in (200, 404), path
        assert statements.value <= 15, path
    assert (await member.get(run)).status_code == 403
    assert (await owner.get("/customers/import/runs/nothing")).status_code == 404
