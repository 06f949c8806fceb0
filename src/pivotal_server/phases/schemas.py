"""Wire types of phases."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from pivotal_server.kit.validation import doc
from pivotal_server.kit.wire import DisplayId, Id, Page


class Phase(Struct, tag_field="object", tag="phase"):
    """One phase that every onboarding of the workspace goes through."""

    id: Id
    display_id: DisplayId
    key: Annotated[str, doc("What `phase` of an onboarding or task holds.", "program_design")]
    name: Annotated[str, doc("Name.", "Program design")]
    target_days: Annotated[int | None, doc("How many days it should take.", 14)]
    kind: Annotated[
        Literal["normal", "launch", "terminal"],
        Meta(extra_json_schema={"x-extensible-enum": True}),
        doc("`launch` is where customers go live, `terminal` the end.", "normal"),
    ]
    position: Annotated[int, doc("Place in the order of phases, from 1.", 2)]
    default_template_id: Annotated[str | None, doc("Template applied on entering the phase.", None)]


class PhasePage(Page[Phase], kw_only=True):
    """All phases, in their order."""
