"""A form read in pieces of any size is the same form."""

from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aquatint.api.openai.multipart import Form
from aquatint.errors import InvalidRequest, PayloadTooLarge

TYPE = "multipart/form-data; boundary=edge"


def form_of(parts: Sequence[tuple[str, bytes, bool]]) -> bytes:
    body = b""
    for name, data, is_file in parts:
        file = '; filename="a.png"' if is_file else ""
        head = f'--edge\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'
        body += head.encode() + data + b"\r\n"
    return body + b"--edge--\r\n"


async def sent(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def read(body: bytes, *, size: int = 7, limit: int = 10_000) -> list[tuple[str, bytes, bool]]:
    form = Form(sent(body, size), TYPE, limit=limit)
    found = []
    while part := await form.next_part():
        data = b"".join([piece async for piece in form.data()])
        found.append((part.name, data, part.is_file))
    return found


# Data made of what a boundary is made of, too.
_DATA = st.lists(
    st.sampled_from([b"\r\n", b"--", b"edge", b"\r\n--edg", b"x", b"\0"]), max_size=8
).map(b"".join)
_PART = st.tuples(st.sampled_from(["image", "image[]", "prompt", ""]), _DATA, st.booleans())


@given(
    parts=st.lists(_PART.filter(lambda part: b"\r\n--edge" not in b"\r\n" + part[1]), max_size=5),
    size=st.integers(1, 50),
)
async def test_however_it_is_cut(parts: list[tuple[str, bytes, bool]], size: int) -> None:
    assert await read(form_of(parts), size=size) == parts


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--edge",
        b"--edge\r\n\r\nno name\r\n--edge--",
        b'--edge\r\nX: form-data; name="a"\r\n\r\ncut off',
        b"--edge\r\n" + b"h" * 9000,
        form_of([("a", b"", False)] * 65),
    ],
)
async def test_what_is_no_form(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        await read(body, limit=100_000)


async def test_more_than_is_taken() -> None:
    whole = form_of([("image", b"x" * 300, True)])
    assert await read(whole, limit=len(whole))
    with pytest.raises(PayloadTooLarge):
        await read(whole, limit=300)


async def test_a_type_without_a_boundary() -> None:
    with pytest.raises(InvalidRequest):
        Form(sent(b"", 1), "multipart/form-data", limit=1)


async def test_texts_are_short_and_text() -> None:
    for data, error in ((b"x" * 11, PayloadTooLarge), (b"\xff", InvalidRequest)):
        form = Form(sent(form_of([("prompt", data, False)]), 5), TYPE, limit=1000)
        assert await form.next_part()
        with pytest.raises(error):
            await form.text(10)


async def test_a_name_as_it_is_written() -> None:
    body = form_of([('an \\"odd\\" näme', b"1", False)])
    form = Form(sent(body, 3), 'multipart/form-data; charset=x; boundary="edge"', limit=1000)
    part = await form.next_part()
    assert part
    assert part.name == 'an "odd" näme'
