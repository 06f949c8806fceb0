"""What imports and exports are asked for with."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from pivotal_server.kit.validation import doc

ResourceName = Literal["customer", "contact", "onboarding", "task"]


ExportType = Literal["customers", "contacts", "onboardings", "tasks", "activity", "workspace"]


class ExportCreate(Struct, kw_only=True):
    """What is to be exported."""

    type: Annotated[
        ExportType,
        doc(
            "Which records: as their lists show them, or the activity stream, newest first; `workspace` for"
            " everything, as one ZIP of JSON Lines, CSV and uploaded files.",
            "customers",
        ),
    ]
    q: Annotated[
        Annotated[str, Meta(max_length=1_000)] | None,
        doc(
            "Only what this finds: words and terms as `GET /search` takes them, and like there without"
            " archived customers unless it asks for them. For `activity`: the entries of the customers that"
            " it finds. Not for `workspace`.",
            "status:active tag:vip",
        ),
    ] = None


class ImportCreate(Struct, kw_only=True):
    """How a file is to be imported."""

    resource: Annotated[ResourceName, doc("What its rows are.", "customer")]
    mode: Annotated[
        Literal["create", "upsert"],
        doc(
            "`create` makes a record of each row, `upsert` changes the one that matches, if there is one.",
            "upsert",
        ),
    ] = "create"
    by: Annotated[
        Literal["external_id", "id", "display_id", "slug", "domain", "email"] | None,
        doc(
            "What `upsert` matches by: `external_id` when left out, `id` or `display_id`; for customers also "
            "`slug` and `domain`, for contacts `email` within their customer.",
            "external_id",
        ),
    ] = None
    mapping: Annotated[
        Annotated[str, Meta(max_length=65_536)] | None,
        doc(
            "JSON object: the name of a column to the property it holds (`custom_fields.<slug>` for a custom "
            "field), or to `null` to pass it over. Other columns are matched by their name.",
            '{"Company": "name", "Notes": null}',
        ),
    ] = None
    format: Annotated[
        Literal["csv", "jsonl"] | None, doc("What the file is; told by its content when left out.", "csv")
    ] = None
    encoding: Annotated[
        Literal["utf-8", "utf-16", "windows-1252"] | None,
        doc("Its encoding; told by its content when left out.", "utf-8"),
    ] = None
    delimiter: Annotated[
        Literal["comma", "semicolon", "tab", "pipe"] | None,
        doc("What separates the cells of a CSV; told by its header when left out.", "comma"),
    ] = None
    blank_cells: Annotated[
        Literal["leave", "clear"],
        doc("What an empty cell of a CSV does: nothing, or clear the property.", "leave"),
    ] = "leave"
    send_webhooks: Annotated[
        bool, doc("False records the events of these rows without delivering them.", True)
    ] = True
