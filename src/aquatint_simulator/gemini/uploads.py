"""The calls on files: a resumable upload in two steps, look, list, delete. Kept for two days."""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from aquatint_simulator.call import after_work
from aquatint_simulator.gemini import errors
from aquatint_simulator.gemini.call import Call, before_work
from aquatint_simulator.uploads import Upload, Uploads

_KEPT = 48 * 3600  # seconds
_MOST_BYTES = 100 * 1024 * 1024


@dataclass(kw_only=True, slots=True)
class Session:
    """An upload on its way."""

    name: str
    media: str
    display_name: str
    data: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class Sessions:
    by_id: dict[str, Session] = field(default_factory=dict)


async def begin_upload(call: Call) -> Response:
    """POST /upload/v1beta/files: tells in a header where the bytes are to go."""
    early = before_work(fault := call.fault(), "", "")
    if early is not None:
        return early
    told = call.body.get("file", {}) if isinstance(call.body, dict) else {}
    headers = call.request.headers
    if headers.get("x-goog-upload-protocol") != "resumable" or not isinstance(told, dict):
        raise errors.invalid("Only resumable uploads are simulated.")
    id_ = call.world.serials.next("upload", call.id)[:6].hex()
    name = str(told.get("name") or id_).removeprefix("files/")
    call.world.memory_of(Sessions).by_id[id_] = Session(
        name=name,
        media=headers.get("x-goog-upload-header-content-type", "application/octet-stream"),
        display_name=str(told.get("displayName") or told.get("display_name") or ""),
    )
    answer = call.answer({})
    answer.headers["x-goog-upload-status"] = "active"
    where = f"{call.request.base_url}gemini/upload/v1beta/files?upload_id={id_}"
    answer.headers["x-goog-upload-url"] = where
    return after_work(fault, answer)


async def take_bytes(call: Call) -> Response:
    """POST to that address: a chunk, perhaps the last."""
    id_ = call.request.query_params.get("upload_id", "")
    sessions = call.world.memory_of(Sessions).by_id
    session = sessions.get(id_)
    if session is None:
        raise errors.no_such_url()
    session.data += call.raw
    if len(session.data) > _MOST_BYTES:
        raise errors.too_large()
    if "finalize" not in call.request.headers.get("x-goog-upload-command", ""):
        answer = call.answer({})
        answer.headers["x-goog-upload-status"] = "active"
        return answer
    del sessions[id_]
    now = call.world.clock.now()
    upload = Upload(
        id=session.name,
        name=session.display_name,
        media=session.media,
        data=bytes(session.data),
        created=now,
        expires=now + _KEPT,
    )
    call.world.memory_of(Uploads).keep(call.provider, upload)
    answer = call.answer({"file": _shown(call, upload)})
    answer.headers["x-goog-upload-status"] = "final"
    return answer


async def list_files(call: Call) -> Response:
    early = before_work(fault := call.fault(), "", "")
    kept = call.world.memory_of(Uploads).of(call.provider, call.world.clock.now())
    files = [_shown(call, upload) for upload in kept]
    return early or after_work(fault, call.answer({"files": files} if files else {}))


async def show_file(call: Call) -> Response:
    early = before_work(fault := call.fault(), "", "")
    return early or after_work(fault, call.answer(_shown(call, _known(call))))


async def delete_file(call: Call) -> Response:
    early = before_work(fault := call.fault(), "", "")
    if early is not None:
        return early
    call.world.memory_of(Uploads).remove(call.provider, _known(call).id)
    return after_work(fault, call.answer({}))


def _known(call: Call) -> Upload:
    name = call.request.path_params["name"]
    upload = call.world.memory_of(Uploads).find(call.provider, name, call.world.clock.now())
    if upload is None:
        raise errors.no_such_file(name)
    return upload


def _shown(call: Call, upload: Upload) -> dict[str, Any]:
    digest = base64.b64encode(upload.sha256.encode()).decode()
    named = {"displayName": upload.name} if upload.name else {}
    return {
        "name": f"files/{upload.id}",
        **named,
        "mimeType": upload.media,
        "sizeBytes": str(len(upload.data)),
        "createTime": _time(upload.created),
        "updateTime": _time(upload.created),
        "expirationTime": _time(upload.expires or upload.created),
        "sha256Hash": digest,
        "uri": f"{call.request.base_url}gemini/v1beta/files/{upload.id}",
        "state": "ACTIVE",
        "source": "UPLOADED",
    }


def _time(moment: float) -> str:
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds")
    return text.replace("+00:00", "Z")
