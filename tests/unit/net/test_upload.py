import base64
import json
import tracemalloc
from email import message_from_bytes
from email.policy import HTTP
from pathlib import Path

import pytest

from aquatint.net.upload import File, Upload, form_upload, json_upload

MOST_GROWTH = 2 * 1024 * 1024


async def whole(upload: Upload) -> bytes:
    return b"".join([block async for block in upload])


def file_of(path: Path, data: bytes, media_type: str = "image/png") -> File:
    path.write_bytes(data)
    return File(source=path, size=len(data), media_type=media_type)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 196_607, 196_608, 196_609, 500_000])
async def test_a_file_in_json_is_a_data_url(tmp_path: Path, size: int) -> None:
    data = bytes(index % 251 for index in range(size))
    file = file_of(tmp_path / "a", data)
    upload = json_upload({"prompt": 'a "fox"\n', "images": [{"image_url": file}], "n": 1})

    body = await whole(upload)

    url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    assert json.loads(body) == {
        "prompt": 'a "fox"\n',
        "images": [{"image_url": url}],
        "n": 1,
    }
    assert len(url) == file.data_url_size
    assert upload.headers == {"Content-Type": "application/json", "Content-Length": str(len(body))}


async def test_an_upload_can_be_read_again(tmp_path: Path) -> None:
    upload = json_upload([file_of(tmp_path / "a", b"abc")])

    assert await whole(upload) == await whole(upload)


async def test_what_is_no_json_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="not JSON: object"):
        json_upload({"a": object()})


async def test_a_form_holds_fields_and_files_in_their_order(tmp_path: Path) -> None:
    first = file_of(tmp_path / "a", b"\x89PNG\r\n--no boundary")
    second = File(source=b"\xff\xd8", size=2, media_type="image/jpeg")
    upload = form_upload(
        {"prompt": "a fox, größer", "n": 2, "stream": True}, [("image[]", first), ("mask", second)]
    )

    body = await whole(upload)

    assert upload.size == len(body)
    head = f"Content-Type: {upload.media_type}\r\n\r\n".encode()
    parts = list(message_from_bytes(head + body, policy=HTTP).iter_parts())
    told = [
        (part.get_param("name", header="content-disposition"), part.get_payload(decode=True))
        for part in parts
    ]
    assert told == [
        ("prompt", "a fox, größer".encode()),
        ("n", b"2"),
        ("stream", b"true"),
        ("image[]", b"\x89PNG\r\n--no boundary"),
        ("mask", b"\xff\xd8"),
    ]
    assert [part.get_content_type() for part in parts[3:]] == ["image/png", "image/jpeg"]
    assert [part.get_filename() for part in parts[3:]] == ["0.png", "1.jpeg"]


async def test_a_file_that_became_shorter_breaks_the_call_off(tmp_path: Path) -> None:
    upload = json_upload([file_of(tmp_path / "a", b"abc")])
    (tmp_path / "a").write_bytes(b"a")

    with pytest.raises(OSError, match="cut off"):
        await whole(upload)


async def test_several_large_files_take_little_memory(tmp_path: Path) -> None:
    files = [file_of(tmp_path / str(index), bytes(20_000_000)) for index in range(3)]
    upload, sent = json_upload({"images": files}), 0
    tracemalloc.start()
    try:
        async for block in upload:
            sent += len(block)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert sent == upload.size
    assert sent > 80_000_000
    assert peak < MOST_GROWTH
