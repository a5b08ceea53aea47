"""The calls on files, as far as images need them: upload, look, list, fetch, delete."""

from typing import Any

from starlette.responses import Response

from aquatint_simulator.call import after_work
from aquatint_simulator.openai import errors
from aquatint_simulator.openai.call import PROVIDER, Call, before_work
from aquatint_simulator.uploads import Upload, Uploads

_PURPOSES = ("assistants", "batch", "evals", "fine-tune", "user_data", "vision")


async def upload_file(call: Call) -> Response:
    """POST /files: a form with ``file`` and ``purpose``."""
    early = before_work(call, fault := call.fault(), model="")
    if early is not None:
        return early
    parts = {part.name: part for part in call.form or ()}
    for name in ("purpose", "file"):
        if name not in parts:
            raise errors.missing(name)
    file, purpose = parts["file"], parts["purpose"].text
    if purpose not in _PURPOSES:
        raise errors.not_among("purpose", purpose, _PURPOSES)
    upload = Upload(
        id=f"file-{call.world.serials.next('upload', call.id)[:12].hex()}",
        name=file.filename or "upload",
        media=file.media,
        data=file.data,
        created=call.world.clock.now(),
        expires=None,
        purpose=purpose,
    )
    call.world.memory_of(Uploads).keep(PROVIDER, upload)
    return after_work(fault, call.answer(_shown(upload)))


async def list_files(call: Call) -> Response:
    early = before_work(call, fault := call.fault(), model="")
    kept = call.world.memory_of(Uploads).of(PROVIDER, call.world.clock.now())
    data = [_shown(upload) for upload in kept]
    ends = {
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
    }
    page = {"object": "list", "data": data, **ends, "has_more": False}
    return early or after_work(fault, call.answer(page))


async def show_file(call: Call) -> Response:
    early = before_work(call, fault := call.fault(), model="")
    return early or after_work(fault, call.answer(_shown(_known(call))))


async def fetch_file(call: Call) -> Response:
    """GET /files/{id}/content"""
    early = before_work(call, fault := call.fault(), model="")
    upload = _known(call)
    whole = Response(upload.data, headers=call.headers(), media_type=upload.media)
    return early or after_work(fault, whole)


async def delete_file(call: Call) -> Response:
    early = before_work(call, fault := call.fault(), model="")
    if early is not None:
        return early
    id_ = _known(call).id
    call.world.memory_of(Uploads).remove(PROVIDER, id_)
    return after_work(fault, call.answer({"id": id_, "object": "file", "deleted": True}))


def _known(call: Call) -> Upload:
    id_ = call.request.path_params["id"]
    upload = call.world.memory_of(Uploads).find(PROVIDER, id_, call.world.clock.now())
    if upload is None:
        raise errors.no_such_file(id_)
    return upload


def _shown(upload: Upload) -> dict[str, Any]:
    return {
        "object": "file",
        "id": upload.id,
        "purpose": upload.purpose,
        "filename": upload.name,
        "bytes": len(upload.data),
        "created_at": int(upload.created),
        "expires_at": None,
        "status": "processed",
        "status_details": None,
    }
