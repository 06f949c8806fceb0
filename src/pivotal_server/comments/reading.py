"""Threads as pages show them."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from markupsafe import Markup
from msgspec import Struct

from pivotal_server.attachments.schemas import Attachment
from pivotal_server.comments import service
from pivotal_server.comments.mentions import ids_in
from pivotal_server.comments.schemas import Comment
from pivotal_server.comments.service import Place
from pivotal_server.comments.views import CommentView, FileView, Thread
from pivotal_server.contacts import service_names as contacts
from pivotal_server.kit.ids import cuid
from pivotal_server.kit.pagination import Slice
from pivotal_server.kit.text import parse_moment
from pivotal_server.members.service import MemberRow
from pivotal_server.web.markdown import to_html
from pivotal_server.web.session import Visit
from pivotal_server.web.view import Form, Person

SHOWN = 50
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


class Names(Struct, frozen=True):
    """People by id: members of the workspace, and contacts of the customer."""

    team: Mapping[str, MemberRow]
    contacts: Mapping[str, str]

    @property
    def all(self) -> dict[str, str]:
        """Every name by id."""
        return {**{id: member.name for id, member in self.team.items()}, **self.contacts}


async def names_at(visit: Visit, customer_id: str, team: Mapping[str, MemberRow]) -> Names:
    """Whom comments at a customer can speak of."""
    return Names(team, dict(await contacts.active(visit.db, visit.org_id, customer_id)))


async def read_thread(
    visit: Visit,
    place: Place,
    names: Names,
    url: str,
    *,
    may_write: bool,
    may_share: bool,
    audience: str,
    errors: Mapping[str, str] | None = None,
    before: datetime | None = None,
) -> Thread:
    """The newest comments on a place, or those before a moment."""
    found, following = await service.read_comments(visit.db, visit.org_id, place, Slice(SHOWN, before))
    form = Form(
        id="comment",
        action=url,
        cancel=url,
        submission=visit.fields.text("submission") or cuid(),
        values=visit.fields.texts("body", "visibility") if errors else {},
        errors=errors or {},
    )
    older = "" if following is None else f"{url}?before={found[-1].created_at}"
    return Thread(
        url=url,
        comments=tuple(comment_view(visit, one, names) for one in reversed(found)),
        form=form,
        people=tuple(
            (one.id, one.name) for one in names.team.values() if one.active and one.id != visit.actor.id
        ),
        contacts=tuple(names.contacts.items()) if may_share else (),
        may_write=may_write,
        may_share=may_share,
        audience=audience,
        older_url=older,
    )


def comment_view(visit: Visit, comment: Comment, names: Names) -> CommentView:
    """A comment as its reader sees it."""
    author, glyph = author_of(comment.created_by, names)
    own = comment.created_by == visit.actor.string
    may_delete = visit.actor.role in ("owner", "admin") or own
    files = msgspec.json.decode(msgspec.json.encode(comment.attachments), type=list[Attachment])
    shown = tuple(file_view(one, may_remove=may_delete) for one in files)
    pictures = {
        one.id: visit.services.files.link(visit.org_id, one.id)
        for one in files
        if one.content_type in _PICTURES
    }
    return CommentView(
        id=comment.id,
        number=comment.display_id,
        author=author,
        glyph=glyph,
        at=parse_moment(comment.created_at, None),
        edited_at=None if comment.edited_at is None else parse_moment(comment.edited_at, None),
        body=body_of(comment.body, names, pictures),
        internal=comment.visibility == "internal",
        files=shown,
        url=f"/comments/{comment.display_id}",
        may_edit=own and visit.actor.role != "viewer",
        may_delete=may_delete and visit.actor.role != "viewer",
        livemode=comment.livemode,
    )


def body_of(body: str, names: Names, pictures: Mapping[str, str]) -> Markup:
    """The text of a comment with names in the place of ids."""
    return to_html(body, names={id: names.all[id] for id in ids_in(body) if id in names.all}, files=pictures)


def file_view(file: Attachment, *, may_remove: bool) -> FileView:
    """A file with the address at which its reader fetches it."""
    return FileView(file.id, file.name, size_words(file.size), f"/attachments/{file.id}", may_remove)


def size_words(size: int) -> str:
    """A size in bytes as people read it: "812 B", "48 KB", "1.2 MB"."""
    if size < 1_000:
        return f"{size} B"
    if size < 1_000_000:
        return f"{round(size / 1_000)} KB"
    return f"{size / 1_000_000:.1f} MB"


def author_of(actor: str, names: Names) -> tuple[Person, str]:
    """Who an actor string is, and how they are drawn."""
    kind, _, id = actor.partition(":")
    if kind == "user":
        member = names.team.get(id)
        return Person(id, member.name if member else "Somebody who left"), "person"
    if kind == "portal":
        id = id.removeprefix("contact_")
        return Person(id, names.contacts.get(id, "Removed contact")), "person"
    return Person(actor, "API" if kind == "api_key" else "Pivotal"), "api" if kind == "api_key" else "system"
