"""Wire types of members."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from pivotal_server.kit.validation import doc
from pivotal_server.kit.wire import DisplayId, Id, Page, PageQuery

Role = Literal["owner", "admin", "member", "viewer"]


class Member(Struct, tag_field="object", tag="member"):
    """A person of the workspace."""

    id: Id
    display_id: DisplayId
    name: Annotated[str, doc("Name.", "Ana Ruiz")]
    email: Annotated[str, doc("E-mail address.", "ana@acme.example")]
    role: Annotated[Role, Meta(extra_json_schema={"x-extensible-enum": True}), doc("Role.", "member")]
    active: Annotated[bool, doc("False once the member was deactivated.", True)]


class MemberPage(Page[Member], kw_only=True):
    """One page of members."""


class MemberQuery(PageQuery, kw_only=True):
    """Filters of the list of members."""

    active: Annotated[bool | None, doc("Only active, or only deactivated, members.", True)] = None
    role: Annotated[Role | None, doc("Only members with this role.", "admin")] = None
    include_total: Annotated[bool, doc("Add `total`.", False)] = False
