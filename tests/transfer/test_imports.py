"""``POST /imports``: rows become records, faulty ones a file of errors, whatever the file looks like."""

import csv
import io
import json
from typing import Any

import httpx
import pytest

from pivotal_server.custom_fields.schemas import CustomFieldCreate
from pivotal_server.custom_fields.service import create_field
from pivotal_server.jobs.worker import Worker
from pivotal_server.limits.catalogue import IMPORT_BYTES, Limit
from pivotal_server.server_jobs import KINDS
from pivotal_server.transfer import importing
from pivotal_server.unit_of_work import unit_of_work
from tests.support.app import World
from tests.support.journal import Journal
from tests.support.queue import job
from tests.support.records import Json, answered, new_customer, new_onboarding, walk
from tests.support.transfers import fetched, imported, started


async def errors_of(world: World, done: Json) -> list[dict[str, str]]:
    """The rows of the file of errors of a finished import."""
    (file,) = done["files"]
    assert file["role"] == "errors"
    text = (await fetched(world, file)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


async def test_rows_become_customers(api: httpx.AsyncClient, world: World) -> None:
    journal = Journal(world.db, world.workspace.id)
    await journal.look()
    text = "Name,Domain,MRR,Tags,Plan,Nonsense\r\n"
    text += 'Aurora,aurora.com,"1250.5",vip; retail,,x\r\nBorealis,,,,Scale,\r\n'
    queued = await started(api, text, resource="customer")
    assert (queued["type"], queued["status"], queued["files"]) == ("import", "queued", [])
    done = await imported(api, world, queued)
    assert (done["status"], done["files"], done["error"]) == ("completed", [], None)
    assert done["counts"] == {
        "total": 2, "processed": 2, "created": 2, "updated": 0, "unchanged": 0, "failed": 0,
    }  # fmt: skip
    one, two = await walk(api, "/customers", order="asc")
    assert (one["name"], one["domain"], one["mrr"], one["tags"], one["plan"]) == (
        "Aurora",
        "aurora.com",
        1250.5,
        ["vip", "retail"],
        None,
    )
    assert (two["display_id"], two["slug"], two["plan"], two["mrr"]) == (2, "borealis", "Scale", None)
    written = await journal.look()
    assert written.names == ["customer.created", "customer.created", "import.finished"]
    assert written.types == ["customer.created", "customer.created"]
    assert {entry.origin for entry in written.entries} == {"import"}
    assert {entry.actor for entry in written.entries} == {"API: local-dev"}
    assert written.entries[2].diff["created"] == (None, 2)
    listed = answered(await api.get("/activity"))["data"]
    assert {entry["bulk_id"] for entry in listed if entry["event"] == "customer.created"} == {done["id"]}


FORMS = {
    "utf-8": "Name;Plan\nZoë;größer\n".encode(),
    "utf-8 with a mark": "Name,Plan\r\nZoë,größer\r\n".encode("utf-8-sig"),
    "utf-16 with a mark": "Name\tPlan\r\nZoë\tgrößer\r\n".encode("utf-16"),
    "utf-16 without a mark": "Name\tPlan\r\nZoë\tgrößer\r\n".encode("utf-16-le"),
    "windows-1252": "Name|Plan\nZoë|größer\n".encode("cp1252"),
    "old line ends": "Name,Plan\rZoë,größer\r".encode(),
    "a line that names the delimiter": "sep=;\r\nName;Plan\r\nZoë;größer".encode(),
    "quotes": '"Name","Plan"\n"Zoë","größer"\n'.encode(),
    "blank rows": "\n\nName,Plan\n\n,\nZoë,größer\n\n".encode(),
    "short and long rows": "Plan,Name,Domain\ngrößer,Zoë\n".encode(),
}


@pytest.mark.parametrize("form", FORMS)
async def test_encodings_and_delimiters_are_told_by_the_content(
    api: httpx.AsyncClient, world: World, form: str
) -> None:
    done = await imported(api, world, await started(api, FORMS[form], resource="customer"))
    assert (done["status"], done["counts"]["created"], done["counts"]["failed"]) == ("completed", 1, 0)
    (row,) = await walk(api, "/customers")
    assert (row["name"], row["plan"]) == ("Zoë", "größer")


async def test_what_is_said_is_not_guessed(api: httpx.AsyncClient, world: World) -> None:
    content = "Name;Plan, or so\nZoë;a,b\n".encode("cp1252")
    options = {"encoding": "windows-1252", "delimiter": "semicolon", "format": "csv"}
    mapping = json.dumps({"Plan, or so": "plan"})
    done = await imported(
        api, world, await started(api, content, resource="customer", mapping=mapping, **options)
    )
    assert done["counts"]["created"] == 1
    (row,) = await walk(api, "/customers")
    assert (row["name"], row["plan"]) == ("Zoë", "a,b")


async def test_a_cell_holds_quotes_delimiters_and_lines(api: httpx.AsyncClient, world: World) -> None:
    onboarding = await new_onboarding(api, await new_customer(api))
    text = 'onboarding_id,title,description\n1,"Say ""yes"", then go","One\r\nTwo"\n'
    await imported(api, world, await started(api, text, resource="task"))
    (task,) = await walk(api, f"/onboardings/{onboarding['id']}/tasks")
    assert (task["title"], task["description"]) == ('Say "yes", then go', "One\nTwo")


async def test_faulty_rows_are_told_of_and_can_be_mended(api: httpx.AsyncClient, world: World) -> None:
    rows = [
        "name,slug,mrr,owner_id,website",
        "Good,good,1,,",
        ",no-name,,,x",
        "Taken,good,,,",
        "Rich,,lots,,",
        "Owned,,,77,",
        "Nul\x00,,,,",
        f"{'x' * 201},,,,",
        '"Open,quote,,,',
        "Fine,,,,",
        '"Bad"quote,,,,',
        f"Huge,{'y' * 1_100_000},,,",
        "=Formula,,,,",
    ]
    done = await imported(api, world, await started(api, "\r\n".join(rows), resource="customer"))
    assert done["status"] == "completed"
    assert done["counts"] == {
        "total": 12, "processed": 12, "created": 3, "updated": 0, "unchanged": 0, "failed": 9,
    }  # fmt: skip
    errors = await errors_of(world, done)
    assert list(errors[0]) == [*rows[0].split(","), "_row", "_error_code", "_error_field", "_error_message"]
    assert [(row["_row"], row["_error_code"], row["_error_field"]) for row in errors] == [
        ("3", "missing_field", "name"),
        ("4", "slug_taken", "slug"),
        ("5", "invalid_type", "mrr"),
        ("6", "invalid_reference", "owner_id"),
        ("7", "invalid_string", "name"),
        ("8", "too_big", "name"),
        ("9", "invalid_row", ""),
        ("11", "invalid_row", ""),
        ("12", "too_big", ""),
    ]
    assert all(row["_error_message"] for row in errors)
    assert errors[0]["slug"] == "no-name"
    assert errors[0]["website"] == "x"
    assert errors[6]["name"] == ""
    assert errors[6]["_error_message"].endswith(': "Open,quote,,,')
    assert [row["name"] for row in await walk(api, "/customers", order="asc")] == ["Good", "Fine", "=Formula"]
    # Mended, the file can be imported as it is.
    (file,) = done["files"]
    assert file["name"] == "rows-errors.csv"
    text = (await fetched(world, file)).decode("utf-8-sig")
    mended = text.replace(",no-name", "Mended,no-name").replace("lots", "12")
    again = await imported(api, world, await started(api, mended, resource="customer"))
    assert (again["counts"]["created"], again["counts"]["failed"]) == (2, 7)


async def test_upserts_change_what_matches(api: httpx.AsyncClient, world: World) -> None:
    await new_customer(api, name="Aurora", external_id="a", plan="Pro", domain="aurora.com", slug="aurora")
    text = "external_id,name,plan\na,Aurora 2,\nb,Borealis,Pro\na,Aurora 2,\n,No key,\n"
    done = await imported(api, world, await started(api, text, resource="customer", mode="upsert"))
    assert done["counts"] == {
        "total": 4, "processed": 4, "created": 1, "updated": 1, "unchanged": 1, "failed": 1,
    }  # fmt: skip
    one, two = await walk(api, "/customers", order="asc")
    assert (one["name"], one["plan"], two["display_id"]) == ("Aurora 2", "Pro", 2)
    text = "slug,plan\naurora,\n"
    options: dict[str, Any] = {"mode": "upsert", "by": "slug", "blank_cells": "clear"}
    done = await imported(api, world, await started(api, text, resource="customer", **options))
    assert done["counts"]["updated"] == 1
    assert answered(await api.get("/customers/1"))["plan"] is None
    for by, value in (("id", one["id"]), ("display_id", 1)):
        text = f"{by},name\n{value},By {by}\n99,Nobody\n,New by {by}\n"
        done = await imported(api, world, await started(api, text, resource="customer", mode="upsert", by=by))
        assert {key: done["counts"][key] for key in ("created", "updated", "failed")} == {
            "created": 1, "updated": 1, "failed": 1,
        }  # fmt: skip
        assert (await errors_of(world, done))[0]["_error_code"] == "customer_not_found"
        assert answered(await api.get("/customers/1"))["name"] == f"By {by}"


async def test_contacts_onboardings_and_tasks_name_what_they_belong_to(
    api: httpx.AsyncClient, world: World
) -> None:
    await new_customer(api, slug="aurora", external_id="a", domain="aurora.com")
    await new_customer(api, slug="borealis", external_id="b", domain="twin.com")
    await new_customer(api, domain="twin.com")
    text = (
        "name,email,is_primary,labels,customer_slug,customer_external_id,customer_domain,customer_display_id\n"
        "One,one@a.com,yes,buyer;tech,aurora,,,\n"
        "Two,two@a.com,,,,b,,\n"
        "Three,three@a.com,,,,,AURORA.com,\n"
        "Four,four@a.com,,,,,,2\n"
        "Five,five@a.com,,,,,twin.com,\n"
        "Six,six@a.com,,,nobody,,,\n"
        "Seven,seven@a.com,,,,,,\n"
    )
    done = await imported(api, world, await started(api, text, resource="contact"))
    errors = [(row["_error_code"], row["_error_field"]) for row in await errors_of(world, done)]
    assert errors == [
        ("ambiguous_match", "customer_domain"),
        ("customer_not_found", "customer_slug"),
        ("missing_field", "customer_id"),
    ]
    first = await walk(api, "/customers/1/contacts", order="asc")
    assert [(row["name"], row["is_primary"], row["labels"]) for row in first] == [
        ("One", True, ["buyer", "tech"]),
        ("Three", False, []),
    ]
    assert [row["name"] for row in await walk(api, "/customers/2/contacts", order="asc")] == ["Two", "Four"]
    text = "customer_slug,external_id,phase,target_launch_date\naurora,o,review,2026-09-01\n"
    await imported(api, world, await started(api, text, resource="onboarding"))
    text = (
        "onboarding_external_id,parent_external_id,external_id,title,due_date,done\n"
        "o,,t,Parent,2026-08-01,no\n,t,s,Child,,true\nx,,,Lost,,\n"
    )
    done = await imported(api, world, await started(api, text, resource="task"))
    assert [(row["_error_code"], row["_error_field"]) for row in await errors_of(world, done)] == [
        ("onboarding_not_found", "onboarding_external_id")
    ]
    child, parent = await walk(api, "/onboardings/1/tasks")
    assert (parent["title"], parent["due_date"], parent["phase"]) == ("Parent", "2026-08-01", "review")
    assert (child["parent_task_id"], child["done"]) == (parent["id"], True)
    text = "email,customer_slug,title\nONE@a.com,aurora,Chief\n"
    done = await imported(api, world, await started(api, text, resource="contact", mode="upsert", by="email"))
    assert (done["counts"]["updated"], done["counts"]["failed"]) == (0, 1)
    text = "email,customer_slug,name,title\nONE@a.com,aurora,One,Chief\n"
    done = await imported(api, world, await started(api, text, resource="contact", mode="upsert", by="email"))
    assert done["counts"]["updated"] == 1


async def test_custom_fields_have_their_type(api: httpx.AsyncClient, world: World) -> None:
    async with unit_of_work(world.db, world.operator) as uow:
        for slug, kind in (("seats", "number"), ("signed", "boolean"), ("since", "date"), ("note", "string")):
            await create_field(uow, CustomFieldCreate(label=slug.title(), slug=slug, type=kind))  # type: ignore[arg-type]
    text = (
        "name,custom_fields.seats,custom_fields.signed,custom_fields.since,Remark\n"
        "One,12,yes,2026-05-01,'=note\nTwo,many,,,\n"
    )
    mapping = json.dumps({"Remark": "custom_fields.note"})
    done = await imported(api, world, await started(api, text, resource="customer", mapping=mapping))
    (row,) = await walk(api, "/customers")
    assert row["custom_fields"] == {"seats": 12, "signed": True, "since": "2026-05-01", "note": "=note"}
    (error,) = await errors_of(world, done)
    assert (error["_error_code"], error["_error_field"]) == ("invalid_type", "custom_fields.seats")


async def test_json_lines(api: httpx.AsyncClient, world: World) -> None:
    rows = [
        {"name": "One", "tags": ["a"], "metadata": {"deep": [1]}},
        {"Company": "Two"},
        {"name": "Three", "colour": "red"},
        {"name": 4},
    ]
    lines = [json.dumps(row) for row in rows]
    lines[1:1] = ["", "[1]", "{broken", "[" * 100 + "]" * 100]
    content = "\n".join(lines).encode() + b'\n{"name": "\xff"}\n'
    mapping = json.dumps({"Company": "name"})
    done = await imported(
        api,
        world,
        await started(
            api, content, name="rows.jsonl", resource="customer", mapping=mapping, encoding="utf-8"
        ),
    )
    assert (done["counts"]["created"], done["counts"]["failed"], done["counts"]["total"]) == (2, 6, 8)
    assert {row["name"] for row in await walk(api, "/customers")} == {"One", "Two"}
    (file,) = done["files"]
    assert (file["name"], file["content_type"]) == ("rows-errors.jsonl", "application/x-ndjson")
    errors = [json.loads(line) for line in (await fetched(world, file)).splitlines()]
    assert [(row["_row"], row["_error_code"]) for row in errors] == [
        (3, "invalid_type"),
        (4, "invalid_json"),
        (5, "invalid_json"),
        (7, "unrecognized_keys"),
        (8, "invalid_type"),
        (9, "invalid_json"),
    ]
    assert errors[1]["_raw"] == "{broken"
    assert (errors[3]["name"], errors[3]["colour"], errors[3]["_error_field"]) == ("Three", "red", "colour")
    # The same lines with the marks on them are read as before.
    mended = "\n".join(json.dumps({**row, "colour": None}) for row in errors if "_raw" not in row)
    again = await imported(
        api, world, await started(api, mended.replace(', "colour": null', ""), resource="customer")
    )
    assert (again["counts"]["created"], again["counts"]["failed"]) == (1, 1)


@pytest.mark.parametrize(
    ("content", "fields", "message"),
    [
        (b"\n\n", {"resource": "customer"}, "no header row"),
        (b'"Name\nAurora\n', {"resource": "customer"}, "header row cannot be read"),
        (b"Company\nAurora\n", {"resource": "customer"}, "no column name"),
        (b"Name,Email\nMira,m@a.com\n", {"resource": "contact"}, "no column customer_id or"),
        (b"Name\nAurora\n", {"resource": "customer", "mode": "upsert"}, "no column external_id"),
    ],
)
async def test_a_file_that_cannot_be_one_fails_before_anything_is_written(
    api: httpx.AsyncClient, world: World, content: bytes, fields: dict[str, str], message: str
) -> None:
    done = await imported(api, world, await started(api, content, **fields))
    assert (done["status"], done["error"]["code"]) == ("failed", "invalid_file")
    assert message in done["error"]["message"]
    assert done["counts"] == {}


async def test_too_many_rows_are_refused_before_the_first_is_written(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "IMPORT_ROWS", _small(3))
    done = await imported(api, world, await started(api, "name\na\nb\nc\nd\n", resource="customer"))
    assert (done["status"], done["error"]["code"]) == ("failed", "limit_reached")
    done = await imported(api, world, await started(api, "name\na\nb\nc\n", resource="customer"))
    assert done["counts"]["created"] == 3
    assert len(await walk(api, "/customers")) == 3


def _small(value: int) -> Limit:
    return Limit("small", "Small", value, "things", IMPORT_BYTES.scope, "Small.")


async def test_cancelling_keeps_what_is_done_and_its_errors(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BLOCK", 10)
    text = "name\n" + "".join(f"Company {n}\n" if n % 5 else '""\t\n' for n in range(1, 41))
    queued = await started(api, text.replace('""\t', "x" * 201), resource="customer")
    original = importing.Import._block

    async def block(self: importing.Import, rows: Any) -> None:
        await original(self, rows)
        if self._counts["processed"] == 20:
            await api.delete(f"/jobs/{queued['id']}")

    monkeypatch.setattr(importing.Import, "_block", block)
    done = await imported(api, world, queued)
    assert done["status"] == "canceled"
    assert done["counts"]["processed"] in (20, 30)
    assert done["counts"]["created"] == len(await walk(api, "/customers"))
    assert len(await errors_of(world, done)) == done["counts"]["failed"] > 0


async def test_no_row_is_lost_between_blocks(
    api: httpx.AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BLOCK", 3)
    for count in (1, 2, 3, 4, 6, 7):
        text = "".join(f"Company {count} {n}\n" for n in range(count))
        done = await imported(api, world, await started(api, f"name\n{text}", resource="customer"))
        assert (done["counts"]["total"], done["counts"]["created"]) == (count, count)
    assert len(await walk(api, "/customers", limit=100)) == 23


async def test_one_import_of_a_workspace_at_a_time(api: httpx.AsyncClient, world: World) -> None:
    jobs = [await started(api, f"name\nCompany {n}\n", resource="customer") for n in range(3)]
    assert {(await job(world, one["id"])).lane for one in jobs} == {"import"}
    await Worker(world.services, KINDS).run_due()
    names = [row["name"] for row in await walk(api, "/customers", order="asc")]
    assert names == ["Company 0", "Company 1", "Company 2"]
