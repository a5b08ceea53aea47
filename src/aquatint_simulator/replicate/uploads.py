"""The calls on files: upload, look, list, delete. A file is kept for a day."""

import json
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from aquatint_simulator.call import after_work
from aquatint_simulator.replicate import errors
from aquatint_simulator.replicate.call import Call, before_work
from aquatint_simulator.uploads import Upload, Uploads

_KEPT = 24 * 3600  # seconds


async def upload_file(call: Call) -> Response:
    """POST /files: a form with a part ``content``, perhaps ``metadata`` in JSON."""
    early = before_work(fault := call.fault())
    if early is not None:
        return early
    parts = {part.name: part for part in call.form or ()}
    content = parts.get("content")
    if content is None:
        raise errors.bad_request("content", "Missing content")
    now = call.world.clock.now()
    upload = Upload(
        id=Call.new_id(call.world.serials.next("upload", call.id)),
        name=content.filename or "file",
        media=content.media,
        data=content.data,
        created=now,
        expires=now + _KEPT,
        purpose=parts["metadata"].text if "metadata" in parts else "{}",
    )
    _metadata(upload)
    call.world.memory_of(Uploads).keep(call.provider, upload)
    return after_work(fault, call.answer(_shown(call, upload), 201))


async def show_file(call: Call) -> Response:
    early = before_work(fault := call.fault())
    return early or after_work(fault, call.answer(_shown(call, _known(call))))


async def list_files(call: Call) -> Response:
    early = before_work(fault := call.fault())
    kept = call.world.memory_of(Uploads).of(call.provider, call.world.clock.now())
    results = [_shown(call, upload) for upload in kept]
    page = {"previous": None, "next": None, "results": results}
    return early or after_work(fault, call.answer(page))


async def delete_file(call: Call) -> Response:
    early = before_work(fault := call.fault())
    if early is not None:
        return early
    call.world.memory_of(Uploads).remove(call.provider, _known(call).id)
    return after_work(fault, Response(status_code=204, headers=call.headers()))


def _known(call: Call) -> Upload:
    id_ = call.request.path_params["id"]
    upload = call.world.memory_of(Uploads).find(call.provider, id_, call.world.clock.now())
    if upload is None:
        raise errors.not_found()
    return upload


def _metadata(upload: Upload) -> dict[str, Any]:
    try:
        metadata = json.loads(upload.purpose)
    except (ValueError, RecursionError):
        metadata = None
    if not isinstance(metadata, dict):
        raise errors.bad_request("metadata", "must be a JSON object")
    return metadata


def _shown(call: Call, upload: Upload) -> dict[str, Any]:
    return {
        "id": upload.id,
        "name": upload.name,
        "content_type": upload.media,
        "size": len(upload.data),
        "etag": upload.md5,
        "checksums": {"sha256": upload.sha256, "md5": upload.md5},
        "metadata": _metadata(upload),
        "created_at": _time(upload.created),
        "expires_at": _time(upload.expires or upload.created),
        "urls": {"get": f"{call.request.base_url}replicate/v1/files/{upload.id}"},
    }


def _time(moment: float) -> str:
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
