"""What property tests share: no deadline, since tests share their machine, and one place for their finds."""

from collections.abc import Callable
from typing import Any

from hypothesis import settings
from hypothesis.database import DirectoryBasedExampleDatabase

from pivotal_server.kit.errors import ApiError

settings.register_profile(
    "pivotal", deadline=None, database=DirectoryBasedExampleDatabase(".cache/hypothesis"), print_blob=True
)
settings.load_profile("pivotal")


def refusal(function: Callable[..., Any], *arguments: Any) -> str | None:
    """The error code with which a call is refused, ``None`` when it is not."""
    try:
        function(*arguments)
    except ApiError as fault:
        return fault.code.code
    return None
