"""Pictures made to do harm: refused in clear words, in bounded memory, and nothing is kept."""

import asyncio
import io
from pathlib import Path

import pytest
from PIL import Image

from tests.support.client import Answer, Client
from tests.support.crafted import CAMERA, GPS, HTML, REFUSED, TAKEN, photo
from tests.support.servers import Server

MOST_GROWTH = 160 * 2**20
KINDS = ("image/png", "image/jpeg", "image/webp", "application/octet-stream")


async def bring(app: Client, data: bytes, kind: str = "image/png") -> Answer:
    return await app.post("/api/images", data=io.BytesIO(data), headers={"Content-Type": kind})


def check_refused(answer: Answer) -> None:
    assert (answer.status, answer.body["code"]) == (422, "image_unusable"), answer.raw[:300]
    detail = answer.body["detail"]
    assert detail.startswith("This is no usable image: ")
    assert len(detail) < 200
    assert "/data/" not in detail


@pytest.mark.parametrize("name", REFUSED)
async def test_a_crafted_file_is_refused(app: Client, name: str) -> None:
    check_refused(await bring(app, REFUSED[name]()))


async def test_nothing_is_no_picture(app: Client) -> None:
    assert (await bring(app, b"")).status == 400


@pytest.mark.parametrize("kind", KINDS)
async def test_the_bytes_say_what_they_are_and_no_name_does(app: Client, kind: str) -> None:
    answer = await bring(app, photo(), kind)
    assert (answer.status, answer.body["mediaType"]) == (201, "image/jpeg")


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "image/gif", "multipart/form-data"])
async def test_other_kinds_of_bodies_are_not_read(app: Client, kind: str) -> None:
    assert (await bring(app, photo(), kind)).status == 403


@pytest.mark.parametrize("name", TAKEN)
async def test_an_odd_but_honest_file_is_taken(app: Client, name: str) -> None:
    data = TAKEN[name]()
    answer = await bring(app, data)
    assert answer.status == 201, answer.raw
    links = f"/api/images/{answer.body['id']}"
    assert (await app.get(f"{links}/content")).raw == data
    preview = await app.get(f"{links}/thumbnail")
    assert preview.status == 200
    assert HTML not in preview.raw


@pytest.mark.parametrize("part", ["content", "download", "thumbnail"])
async def test_what_comes_from_outside_is_served_as_nothing_but_a_picture(
    app: Client, part: str
) -> None:
    brought = (await bring(app, TAKEN["a page inside"]())).body
    answer = await app.get(f"/api/images/{brought['id']}/{part}")
    headers = answer.headers
    assert headers["content-type"] == ("image/webp" if part == "thumbnail" else "image/png")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"].startswith("private")
    kind = "attachment" if part == "download" else "inline"
    assert headers["content-disposition"].startswith(f'{kind}; filename="aquatint-')
    assert headers["content-disposition"].endswith(('.png"', '.webp"'))


async def test_a_preview_tells_no_place(app: Client) -> None:
    brought = (await bring(app, photo())).body
    preview = await app.get(f"/api/images/{brought['id']}/thumbnail")
    seen = Image.open(io.BytesIO(preview.raw)).getexif()
    assert not seen.get_ifd(GPS)
    assert CAMERA.encode() not in preview.raw


def peak(server: Server) -> int:
    """The most memory that the process ever had, in bytes."""
    for line in Path(f"/proc/{server.process.pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise LookupError("no VmHWM")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells this")
async def test_all_of_them_at_once_stay_within_bounded_memory(app: Client, gate: Server) -> None:
    assert (await bring(app, photo())).status == 201  # what is loaded once is loaded
    files = [make() for make in REFUSED.values()] * 2
    before = peak(gate)
    answers = await asyncio.gather(*(bring(app, data) for data in files))
    for answer in answers:
        check_refused(answer)
    assert peak(gate) - before < MOST_GROWTH
    assert (await app.get("/healthz")).status == 200
