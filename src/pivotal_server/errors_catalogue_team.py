"""The error codes of managing the team, each declared once; only the web app can meet them."""

from pivotal_server.kit.errors import ErrorCode

INVITE_NOT_FOUND = ErrorCode("invite_not_found", 404, "not_found", "No such invite", app_only=True)
ALREADY_MEMBER = ErrorCode(
    "already_member", 409, "conflict", "{email} belongs to the team already", app_only=True
)
ALREADY_INVITED = ErrorCode(
    "already_invited", 409, "conflict", "{email} has been invited already", app_only=True
)
NOT_YOURSELF = ErrorCode(
    "not_yourself", 403, "permission_error", "You cannot {act} yourself. Ask another manager.", app_only=True
)
OWNER_STAYS = ErrorCode(
    "owner_stays", 403, "permission_error", "The owner stays the owner until they transfer it.", app_only=True
)
MEMBER_INACTIVE = ErrorCode(
    "member_inactive", 409, "conflict", "{name} is deactivated. Reactivate them first", app_only=True
)
ADDRESS_TAKEN = ErrorCode(
    "address_taken", 409, "conflict", "Another person uses this address.", app_only=True
)
LINK_SPENT = ErrorCode(
    "link_spent", 404, "not_found", "This link has been used or is too old.", app_only=True
)
TOO_MANY_MAILS = ErrorCode(
    "too_many_mails", 409, "conflict", "Wait a few minutes before asking for another link.", app_only=True
)
