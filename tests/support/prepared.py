"""A workspace prepared for the examples of the document: each writes or reads something that is there."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from pivotal_server.kit import clock
from pivotal_server.kit.http import Operation
from tests.support.app import World
from tests.support.operations import example_body, example_fields
from tests.support.records import (
    Json,
    answered,
    created,
    new_contact,
    new_customer,
    new_onboarding,
    new_task,
    new_template,
    path_of,
)
from tests.support.uploads import attach

EXAMPLE_MEMBER = "cmb4hh5344tfjgvq4k7bn7xj8"
"""The member whom every example names."""


@dataclass
class Prepared:
    """A client, and a record of each kind by the first segment of its path."""

    world: World
    api: httpx.AsyncClient
    records: Mapping[str, Json]
    moment: datetime = field(default_factory=clock.now)

    def path(self, operation: Operation) -> str:
        """The path of an operation on the records that are there."""
        parts: list[str] = []
        for part in operation.segments:
            parts.append(str(self.records[parts[-1]]["id"]) if part.startswith("{") else part)
        return "/" + "/".join(parts)

    def body(self, operation: Operation) -> Json | None:
        """The example body with the ids of this workspace, and with moments that do not lie too far back."""
        body = example_body(operation)
        if body is None:
            return None
        own = {
            "customer_id": self.records["customers"]["id"],
            "template_id": self.records["templates"]["display_id"] if body.get("template_id") else None,
            "url": self.records["webhook_endpoints"]["url"],
            "event_ids": [self.records["events"]["id"]],
            "since": (self.moment - timedelta(hours=1)).isoformat(),
            "until": self.moment.isoformat(),
        }
        # The example itself is part of the document, which all tests share.
        found = {key: own.get(key, value) for key, value in body.items()}
        return {
            key: self.world.owner.id if value == EXAMPLE_MEMBER else value for key, value in found.items()
        }

    def query(self, operation: Operation) -> dict[str, str]:
        """The parameters without which an operation is refused."""
        if operation.id == "search-workspace":
            return {"q": "company"}
        return {"by": "external_id"} if operation.id == "upsert-customer" else {}

    def request(self, operation: Operation) -> dict[str, Any]:
        """What :meth:`httpx.AsyncClient.request` takes to call an operation with its example."""
        call: dict[str, Any] = {
            "method": operation.method,
            "url": self.path(operation),
            "params": self.query(operation),
        }
        if operation.upload is not None:
            call["files"] = {"file": ("file.csv", b"name\nBright Future\n", "text/csv")}
            call["data"] = example_fields(operation)
        elif operation.body is not None:
            call["json"] = self.body(operation)
        return call


async def prepare(
    world: World, api: httpx.AsyncClient, url: str, deliver: Callable[[], Awaitable[object]]
) -> Prepared:
    """One record of each kind. The endpoint at `url` has been sent what `deliver` then delivers."""
    customer = await new_customer(api)
    contact = await new_contact(api, customer)
    onboarding = await new_onboarding(api, customer)
    task = await new_task(api, onboarding)
    comment = await created(api, f"{path_of(task)}/comments", {"body": "Data received."})
    endpoint = await created(api, "/webhook_endpoints", {"url": url, "event_types": ["*"]})
    sent = answered(await api.post(f"{path_of(endpoint)}/test", json={"type": "task.completed"}), 202)
    await deliver()
    return Prepared(
        world,
        api,
        {
            "customers": customer,
            "contacts": contact,
            "onboardings": onboarding,
            "tasks": task,
            "comments": comment,
            "attachments": await attach(api, task),
            "templates": await new_template(api, {"title": "Data mapping"}),
            "jobs": answered(await api.post("/exports", json={"type": "tasks"}), 202),
            "webhook_endpoints": endpoint,
            "deliveries": sent,
            "events": answered(await api.get("/events"))["data"][0],
            "members": {"id": world.owner.id},
        },
    )
