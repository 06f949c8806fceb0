"""The scenarios of ``sdk/contract.toml``, and whether an SDK did what they say.

An SDK's driver takes scenarios as JSON and tells what came: for each step `value`, `info`, `rows`, `distinct`
or `error`. It judges nothing; that is done here, once for all languages.
"""

import base64
import copy
import json
import tomllib
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from pivotal_server.kit import clock
from pivotal_server.webhooks.signing import signature_headers
from tests.lint.files import ROOT
from tests.support.app import document

CONTRACT: dict[str, Any] = tomllib.loads((ROOT / "sdk/contract.toml").read_text("utf-8"))
KEY = "pivotal_contract"
ADDRESS = "http://127.0.0.1:1"
SECRETS = [base64.b64encode(bytes([number]) * 24).decode() for number in (1, 2)]

Outcome = dict[str, Any]


def customer() -> dict[str, Any]:
    """The customer that scripted answers carry."""
    operation = document()["paths"]["/api/v1/customers"]["post"]
    found: dict[str, Any] = operation["responses"]["201"]["content"]["application/json"]["example"]
    return copy.deepcopy(found)


def scripted() -> list[dict[str, Any]]:
    """The scripted scenarios, with whole answers."""
    return [{**one, "answers": [_answer(entry) for entry in one["answers"]]} for one in CONTRACT["scripted"]]


def _answer(entry: Mapping[str, Any]) -> dict[str, Any]:
    if "fault" in entry:
        return {"fault": entry["fault"]}
    body = entry.get("text", "")
    if "json" in entry:
        body = json.dumps(customer() | entry.get("with", {}))
    elif "page" in entry:
        cursor = entry.get("cursor")
        rows = {"data": [customer()], "has_more": cursor is not None, "next_cursor": cursor}
        body = json.dumps({"object": "list", **rows})
    elif "error" in entry:
        body = json.dumps({"error": entry["error"]})
    return {"status": entry["status"], "headers": entry.get("headers", {}), "body": body}


def messages() -> list[dict[str, Any]]:
    """The webhook scenarios, each with the message that the server would send, or a spoilt one."""
    return [{"id": one["id"], **_message(one)} for one in CONTRACT["webhook"]]


def _message(one: Mapping[str, Any]) -> dict[str, Any]:
    change = one.get("change", "")
    webhooks = document()["webhooks"]
    known = webhooks.get(one["type"], webhooks["customer.created"])
    event = known["post"]["requestBody"]["content"]["application/json"]["example"] | {"type": one["type"]}
    if change == "truncated":
        event["data"] = {
            "object": {"object": "customer", "id": "c1", "display_id": 1},
            "previous_attributes": None,
            "truncated": True,
        }
    body = "[1]" if change == "not_event" else json.dumps(event, ensure_ascii=False)
    moment = int(clock.now().timestamp()) + {"old": -301, "future": 360}.get(change, 0)
    keys = [base64.b64decode(secret) for secret in SECRETS]
    signed = signature_headers(keys[1:] if change == "secret" else keys[:1], "msg_1", moment, body.encode())
    headers = {name: value for name, value in signed if name.startswith(one["headers"])}
    secrets = [f"whsec_{SECRETS[0]}"]
    if change == "second_secret":
        secrets.insert(0, f"whsec_{SECRETS[1]}")
    elif change == "bad_secret":
        secrets = ["whsec_?"]
    elif change == "versions":
        headers["webhook-signature"] = "v2,AAAA v1a,BBBB " + headers["webhook-signature"]
    elif change == "timestamp":
        headers["webhook-timestamp"] = "soon"
    elif change == "body":
        body = body.replace("evt_", "evt-", 1)
    return {"body": body, "headers": headers, "secrets": secrets, "parsed": change == "parsed"}


def faults_of_live(outcomes: Mapping[str, list[Outcome]]) -> dict[str, str]:
    """What is wrong, by the id of the scenario; a scenario without outcome is wrong too."""
    faults = {}
    kept: dict[str, Any] = {}
    for scenario in [{"id": "setup", **CONTRACT["setup"]}, *CONTRACT["live"]]:
        came = outcomes.get(scenario["id"], [])
        if len(came) != len(scenario["steps"]):
            faults[scenario["id"]] = f"{len(came)} of {len(scenario['steps'])} steps: {list(came)[-1:]}"
            continue
        for step, outcome in zip(scenario["steps"], came, strict=True):
            wanted = {**step, **{name: filled(step[name], kept) for name in ("value",) if name in step}}
            fault = _step(wanted, outcome)
            if "keep" in step:
                kept[step["keep"]] = outcome.get("value")
            if fault:
                faults[scenario["id"]] = f"{step['call']}: {fault}"
    return faults


def faults_of_scripted(outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    """The same for scripted scenarios: beside the step, its waits and what was sent."""
    faults = {}
    for scenario in CONTRACT["scripted"]:
        came = outcomes.get(scenario["id"])
        if came is None:
            faults[scenario["id"]] = "not run"
            continue
        found = [_step(scenario["step"], came["step"]), _waits(scenario, came["waits"])]
        found.append(_sent(scenario, came["requests"]))
        if "rate_limit" in scenario and came["rate_limit"] != scenario["rate_limit"]:
            found.append(f"rate limit {came['rate_limit']}")
        if any(found):
            faults[scenario["id"]] = "; ".join(filter(None, found))
    return faults


def faults_of_webhooks(outcomes: Mapping[str, Outcome]) -> dict[str, str]:
    """The same for messages: the class of the event, or the reason of the refusal."""
    faults = {}
    for scenario in CONTRACT["webhook"]:
        wanted = {name: scenario[name] for name in ("class", "reason") if name in scenario}
        if outcomes.get(scenario["id"]) != wanted:
            faults[scenario["id"]] = str(outcomes.get(scenario["id"], "not run"))
    return faults


def _step(step: Mapping[str, Any], came: Outcome) -> str:
    wanted = step.get("error")
    if wanted is not None or "error" in came:
        error = came.get("error")
        if error is not None and wanted is None and error.get("code") == step.get("or_error"):
            return ""
        return "" if wanted is not None and error is not None and holds(wanted, error) else f"error {error}"
    for name in ("value", "info"):
        if name in step and not holds(step[name], came[name]):
            return f"{name} {came[name]}"
    if "rows" in step and came["rows"] != step["rows"]:
        return f"{came['rows']} rows"
    if "distinct" in step and came["distinct"] != step["rows"]:
        return f"{came['distinct']} distinct"
    return ""


def _waits(scenario: Mapping[str, Any], waits: list[float]) -> str:
    if "exact_waits" in scenario:
        return "" if waits == scenario["exact_waits"] else f"waited {waits}"
    bounds = all(0 <= wait <= min(8, 0.5 * 2**number) for number, wait in enumerate(waits))
    return "" if bounds and len(waits) == scenario["waits"] else f"waited {waits}"


def _sent(scenario: Mapping[str, Any], requests: list[dict[str, Any]]) -> str:
    if len(requests) != len(scenario["answers"]):
        return f"{len(requests)} tries"
    if not requests:
        return ""
    keys = [request["headers"].get("idempotency-key") for request in requests]
    wanted = scenario.get("one_key")
    if wanted is not None and any(a != b or not a.startswith(wanted) for a, b in pairwise([*keys, keys[0]])):
        return f"keys {keys}"
    asked = dict(scenario.get("request", {}))
    headers = asked.pop("headers", {})
    real = requests[-1]
    if not all(real["headers"].get(name, "").startswith(value) for name, value in headers.items()):
        return f"headers {real['headers']}"
    return "" if holds(asked, real) else f"sent {real}"


def filled(value: Any, kept: Mapping[str, Any]) -> Any:
    """The value with each ``$name.key`` replaced by what was kept."""
    if isinstance(value, dict):
        return {key: filled(entry, kept) for key, entry in value.items()}
    if isinstance(value, list):
        return [filled(entry, kept) for entry in value]
    if not isinstance(value, str) or not value.startswith("$"):
        return value
    name, *path = value[1:].split(".")
    found = kept[name]
    for part in path:
        found = found[int(part)] if isinstance(found, list) else found[part]
    return found


def holds(wanted: Any, came: Any) -> bool:
    """Whether what came has everything wanted; the text `null` stands for null."""
    if wanted == "null":
        return came is None
    if isinstance(wanted, dict):
        return isinstance(came, dict) and all(
            key in came and holds(value, came[key]) for key, value in wanted.items()
        )
    return bool(wanted == came)
