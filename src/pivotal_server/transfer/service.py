"""Starting imports and exports."""

from collections.abc import Mapping

import msgspec

from pivotal_server.bulk.resources import RESOURCES
from pivotal_server.errors_catalogue import INVALID_ENUM_VALUE, INVALID_TYPE, UNRECOGNIZED_KEYS
from pivotal_server.files import service as files
from pivotal_server.jobs import service as jobs
from pivotal_server.jobs.service import JobRow
from pivotal_server.kit.http import UploadedFile
from pivotal_server.limits import service as limits
from pivotal_server.limits.catalogue import WAITING_JOBS
from pivotal_server.transfer import exporting, importing
from pivotal_server.transfer.columns import FIELDS, KEYS, known
from pivotal_server.transfer.importing import ImportPayload
from pivotal_server.transfer.listed import Listed
from pivotal_server.transfer.schemas import ExportCreate, ImportCreate
from pivotal_server.unit_of_work import UnitOfWork


async def start_import(
    uow: UnitOfWork, fields: ImportCreate, upload: UploadedFile, *, contacts: bool = False
) -> JobRow:
    """Keep the uploaded file and enqueue its import; ``contacts``: customers may bring their primary ones.

    Raises ``invalid_enum_value`` for a ``by`` or a mapped property that the resource does not have,
    ``invalid_type`` for a mapping that is no JSON object of texts, and ``limit_reached``.
    """
    allowed = (*RESOURCES[fields.resource].by, *KEYS)
    if fields.by is not None and fields.by not in allowed:
        raise INVALID_ENUM_VALUE(
            field="by", expected=" | ".join(f"'{name}'" for name in allowed), received=fields.by
        )
    mapping = _mapping(fields)
    await check_room(uow)
    kept = await files.keep_file(uow, upload, jobs.PURPOSE)
    payload = ImportPayload(
        file_id=kept.id,
        file_name=kept.name,
        resource=fields.resource,
        mode=fields.mode,
        by=fields.by or "external_id",
        mapping=dict(mapping),
        format=fields.format,
        encoding=fields.encoding,
        delimiter=fields.delimiter,
        clear_blanks=fields.blank_cells == "clear",
        send_webhooks=fields.send_webhooks,
        contacts=contacts,
    )
    id = await jobs.enqueue(
        uow,
        importing.KIND,
        msgspec.to_builtins(payload),
        type="import",
        lane=importing.LANE,
        priority=jobs.LAST,
    )
    await jobs.add_file(uow, id, kept.id, "source")
    return await jobs.get_job(uow.tx, uow.org_id, id)


async def start_export(uow: UnitOfWork, fields: ExportCreate) -> JobRow:
    """Enqueue an export. Raises ``unrecognized_keys`` for ``q`` with a whole workspace, ``limit_reached``."""
    if fields.q is not None and fields.type == exporting.WORKSPACE:
        raise UNRECOGNIZED_KEYS(field="q", message="The export of a workspace takes no q")
    await check_room(uow)
    id = await jobs.enqueue(
        uow,
        exporting.KIND,
        msgspec.to_builtins(exporting.ExportPayload(type=fields.type, q=fields.q or "")),
        type="export",
        priority=jobs.LAST,
        counts={"processed": 0},
    )
    return await jobs.get_job(uow.tx, uow.org_id, id)


async def start_listed(uow: UnitOfWork, listed: Listed, total: int) -> str:
    """Enqueue the export of a list of customers with so many rows; the id of its job.

    Raises ``limit_reached``.
    """
    await check_room(uow)
    payload = exporting.ExportPayload(type="customers", q=listed.chosen.filters.get("q", ""), listed=listed)
    return await jobs.enqueue(
        uow,
        exporting.KIND,
        msgspec.to_builtins(payload),
        type="export",
        priority=jobs.LAST,
        counts={"processed": 0, "total": total},
    )


async def check_room(uow: UnitOfWork) -> None:
    """Raises ``limit_reached`` when too many imports, exports and the like wait already."""
    await limits.check_room(uow, WAITING_JOBS, await jobs.count_waiting(uow.tx, uow.org_id))


def _mapping(fields: ImportCreate) -> Mapping[str, str | None]:
    if fields.mapping is None:
        return {}
    try:
        mapping = msgspec.json.decode(fields.mapping.encode(), type=dict[str, str | None])
    except (msgspec.MsgspecError, UnicodeEncodeError):
        raise INVALID_TYPE(
            field="mapping", expected="a JSON object of texts", received=fields.mapping[:50]
        ) from None
    for column, field in mapping.items():
        if field is not None and not known(fields.resource, field):
            expected = " | ".join(f"'{name}'" for name in FIELDS[fields.resource])
            raise INVALID_ENUM_VALUE(field=f"mapping.{column[:100]}", expected=expected, received=field[:100])
    return mapping
