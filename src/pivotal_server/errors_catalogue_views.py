"""The error codes of saved views, each declared once; only the web app can meet them."""

from pivotal_server.kit.errors import ErrorCode

VIEW_NOT_FOUND = ErrorCode("view_not_found", 404, "not_found", "No such view", app_only=True)
VIEW_NAME_TAKEN = ErrorCode(
    "view_name_taken", 409, "conflict", "A view of yours has this name already", app_only=True
)
VIEW_CHANGED = ErrorCode(
    "view_changed",
    409,
    "conflict",
    "Somebody saved this view meanwhile. Reload it, or save yours under another name.",
    app_only=True,
)
