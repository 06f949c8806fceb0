"""Wire types of jobs."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from pivotal_server.kit.validation import doc
from pivotal_server.kit.wire import Id, Moment


class JobFile(Struct, kw_only=True):
    """A file that a job has made."""

    role: Annotated[
        Literal["result", "errors"],
        doc("`result`: what was asked for; `errors`: the rows that could not be taken, and why.", "errors"),
    ]
    name: Annotated[str, doc("Name of the file.", "customers-errors.csv")]
    size: Annotated[int, doc("Bytes.", 1834)]
    content_type: Annotated[str, doc("Media type.", "text/csv")]
    url: Annotated[
        str,
        doc(
            "Where it can be fetched without a key for 24 hours, as long as the caller may see the job; "
            "every answer has a new link.",
            "https://pivotal.example.com/files/cmb5zkbnz7fnoy5p4x6vpl1hv?expires=1780000000",
        ),
    ]


class JobError(Struct, kw_only=True):
    """Why a job failed."""

    code: Annotated[str, doc("A stable code.", "invalid_file")]
    message: Annotated[str, doc("One sentence for a person.", "The file has no header row")]


class Job(Struct, tag_field="object", tag="job", kw_only=True):
    """Work that goes on after the answer."""

    id: Id
    type: Annotated[
        Literal["import", "export", "bulk", "webhook_recovery"], doc("What kind of work.", "import")
    ]
    status: Annotated[
        Literal["queued", "running", "completed", "failed", "canceled"], doc("How it stands.", "completed")
    ]
    counts: Annotated[
        dict[str, int],
        doc(
            "How far it is, in figures that depend on the type.",
            {"processed": 1200, "created": 1180, "updated": 18, "unchanged": 0, "failed": 2},
        ),
    ]
    files: Annotated[list[JobFile], doc("What it has made; kept for 7 days.", [])]
    created_at: Moment
    finished_at: Annotated[
        str | None, Meta(extra_json_schema={"format": "date-time"}), doc("When it ended.", None)
    ]
    error: Annotated[JobError | None, doc("Why it failed, if it did.", None)]
