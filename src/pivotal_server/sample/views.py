"""What the questions about the sample workspace show."""

import msgspec

from pivotal_server.web.view import Form


class SampleAsk(msgspec.Struct, frozen=True):
    """Context ``page`` of ``sample/ask.html``."""

    form: Form
    title: str
    submit: str
    lead: str
