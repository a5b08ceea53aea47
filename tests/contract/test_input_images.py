"""Pictures that go along with a request (CON-9, 33, 34), by the rows of the catalog."""

import base64
import io
import json
from collections.abc import Callable, Coroutine
from datetime import date
from typing import Any

import aiohttp
import pytest
from PIL import Image

from aquatint.catalog.load import Catalog
from aquatint.catalog.model import Row
from aquatint.catalog.pricing import Usage
from aquatint.errors import CredentialsRejected, ProviderFault, Unreachable, Unsupported
from aquatint.library.blobs import BlobStore
from aquatint.providers.base import Completed, ImageRequest, Pending
from tests.contract.adapter import KEY, Adapter, encoded
from tests.contract.conftest import Give
from tests.contract.gemini_words import GEMINI
from tests.contract.pictures import picture
from tests.contract.replicate_words import REPLICATE
from tests.contract.replies import answer, by_path, close_at_once, reset_after
from tests.contract.server import Reply, Request, Server
from tests.contract.together_words import TOGETHER

CATALOG = Catalog(date(2026, 11, 22))
GOOD = answer(GEMINI.wrap(encoded(picture()), usage=GEMINI.usage))
Ask = Callable[..., Coroutine[Any, Any, Completed | Pending]]


def _inline(body: Any) -> list[str]:
    _, *parts = body["contents"][0]["parts"]
    return [
        f"data:{each['inlineData']['mimeType']};base64,{each['inlineData']['data']}"
        for each in parts
    ]


# Each row with how its pictures stand in the body.
ROWS: dict[str, tuple[Adapter, Callable[[Any], Any], bool]] = {
    "gemini-gemini-nano-banana-2.1-1k": (GEMINI, _inline, True),
    "together-flux.1-kontext-pro": (TOGETHER, lambda body: body["image_url"], False),
    "together-flux.2-dev": (TOGETHER, lambda body: body["reference_images"], True),
    "together-gemini-3-pro-image-1k": (TOGETHER, lambda body: body["reference_images"], True),
    "together-flash-image-3.1-0.5k": (TOGETHER, lambda body: body["reference_images"], True),
    "replicate-flux-dev": (REPLICATE, lambda body: body["input"]["image"], False),
    "replicate-flux-kontext-max": (REPLICATE, lambda body: body["input"]["input_image"], False),
    "replicate-flux-2-pro": (REPLICATE, lambda body: body["input"]["input_images"], True),
    "replicate-flux-2-klein-4b": (REPLICATE, lambda body: body["input"]["images"], True),
    "replicate-nano-banana-pro-1k": (REPLICATE, lambda body: body["input"]["image_input"], True),
    "replicate-stable-diffusion-3.5-large": (REPLICATE, lambda body: body["input"]["image"], False),
    "replicate-sdxl": (REPLICATE, lambda body: body["input"]["image"], False),
}
MASKED = {"replicate-sdxl": False, "replicate-ideogram-v3-quality": True}  # whether it is turned
UNABLE = {
    "too many": ("together-flux.1-kontext-pro", 2, False),
    "none where one is needed": ("replicate-flux-kontext-pro", 0, False),
    "a mask that is not taken": ("gemini-gemini-nano-banana-2.1-1k", 1, True),
    "none taken at all": ("together-qwen-image", 1, False),
    "no mask where one is needed": ("replicate-ideogram-v3-quality", 1, False),
}


def row_of(key: str) -> Row:
    row = CATALOG.get(key)
    assert row is not None
    return row


def adapter_of(row: Row) -> Adapter:
    return {"gemini": GEMINI, "together": TOGETHER, "replicate": REPLICATE}[row.provider]


def data_uri(data: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def whole_answer(row: Row) -> bytes:
    adapter = adapter_of(row)
    return adapter.wrap(encoded(picture()), usage=adapter.usage)


@pytest.fixture
def ask(session: aiohttp.ClientSession, server: Server, store: BlobStore) -> Ask:
    async def run(row: Row, reply: Reply, **settings: Any) -> Completed | Pending:
        server.reply = reply
        request = ImageRequest(
            row=row,
            prompt="as a drawing",
            n=1,
            width=1024,
            height=1024,
            attempt_id="att_01",
            deadline_seconds=20.0,
            **settings,
        )
        provider = adapter_of(row).construct(session, server.url)
        return await provider.start(request, store.sink("att_01"))

    return run


@pytest.mark.parametrize("key", ROWS)
async def test_con_33_pictures_go_along(ask: Ask, server: Server, give: Give, key: str) -> None:
    _, find, several = ROWS[key]
    row = row_of(key)
    first, second = picture(seed=1), picture("JPEG", seed=2)
    images = (give(first), give(second, "jpeg"))[: 1 + several]

    done = await ask(row, answer(whole_answer(row)), images=images)

    assert isinstance(done, Completed)
    body = server.requests[0].json()
    sent = find(body)
    expected = [data_uri(first), data_uri(second, "jpeg")]
    assert sent == (expected if several else expected[0])
    assert "as a drawing" in json.dumps(body)
    assert "null" not in json.dumps(body)


@pytest.mark.parametrize(("key", "turned"), MASKED.items())
async def test_con_34_the_mask_as_the_model_reads_it(
    ask: Ask, server: Server, give: Give, key: str, turned: bool
) -> None:
    """White changes for us; the models of Replicate do not agree on that."""
    mask = Image.new("L", (64, 48), 0)
    mask.paste(255, (0, 0, 32, 48))
    file = io.BytesIO()
    mask.save(file, "PNG")

    row = row_of(key)
    await ask(row, answer(whole_answer(row)), images=(give(picture()),), mask=give(file.getvalue()))

    told = server.requests[0].json()["input"]
    assert told["image"] == data_uri(picture())
    sent = Image.open(io.BytesIO(base64.b64decode(told["mask"].partition(",")[2])))
    left, right = sent.getpixel((0, 0)), sent.getpixel((63, 47))
    assert (left, right) == ((0, 255) if turned else (255, 0))


@pytest.mark.parametrize(("key", "images", "mask"), UNABLE.values(), ids=UNABLE)
async def test_con_9_what_a_model_cannot_do_is_refused_before_anything_is_sent(
    ask: Ask, server: Server, give: Give, key: str, images: int, mask: bool
) -> None:
    given = tuple(give(picture()) for _ in range(images))
    with pytest.raises(Unsupported):
        await ask(row_of(key), GOOD, images=given, mask=give(picture()) if mask else None)

    assert server.requests == []


async def test_the_echo_of_a_picture_does_not_take_the_place_of_the_image(
    ask: Ask, store: BlobStore, give: Give
) -> None:
    """Replicate's answers repeat the request, pictures and all, before what was made."""
    given = tuple(give(picture(seed=seed)) for seed in range(1, 8))
    made = picture(seed=99)
    document = json.loads(REPLICATE.wrap(encoded(made), usage=REPLICATE.usage))
    document["input"] = {"input_images": [data_uri(each.path.read_bytes()) for each in given]}
    repeated = json.dumps(document).encode()
    assert repeated.index(b'"input"') < repeated.index(b'"output"')

    done = await ask(row_of("replicate-flux-2-pro"), answer(repeated), images=given)

    assert isinstance(done, Completed)
    assert [store.received_path(one).read_bytes() for one in done.images] == [made]


async def test_the_megapixels_that_went_in_are_counted(ask: Ask, give: Give) -> None:
    row = row_of("replicate-flux-2-pro")
    images = (give(picture(), size=(800, 800)), give(picture(), size=(1200, 1200)))

    done = await ask(row, answer(whole_answer(row)), images=images)

    assert isinstance(done, Completed)
    assert done.usage == Usage(images=1, inputs=2, megapixels_in=3, milliseconds=5_500)


# ---------------------------------------------------------------- Replicate's file store

LARGE = picture(size=(400, 300), compress_level=0)
KONTEXT = "/v1/models/black-forest-labs/flux-kontext-pro/predictions"
STORED = b'{"id":"f1","urls":{"get":"https://api.replicate.com/v1/files/f1"}}'


def store_and(predict: Reply, files: Reply) -> Reply:
    return by_path({"/v1/files": files, KONTEXT: predict})


def parts_of(request: Request) -> bytes:
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    return request.body.split(b"--" + boundary)[1]


async def test_a_large_picture_is_handed_over_first(ask: Ask, server: Server, give: Give) -> None:
    assert len(LARGE) > 256_000
    row = row_of("replicate-flux-kontext-pro")
    good = answer(whole_answer(row))

    await ask(row, store_and(good, answer(STORED, status=201)), images=(give(LARGE),))

    upload, create = server.requests
    assert (upload.method, upload.path) == ("POST", "/v1/files")
    assert upload.headers["authorization"] == f"Bearer {KEY}"
    assert b'name="content"' in parts_of(upload)
    assert LARGE in parts_of(upload)
    assert create.json()["input"]["input_image"] == "https://api.replicate.com/v1/files/f1"


async def test_many_small_pictures_are_large_together(ask: Ask, server: Server, give: Give) -> None:
    small = picture(size=(250, 200), compress_level=0)
    assert len(small) < 256_000 < 2 * len(small)
    row = row_of("replicate-flux-2-klein-4b")
    path = "/v1/models/black-forest-labs/flux-2-klein-4b/predictions"
    files = answer(STORED, status=201)
    reply = by_path({"/v1/files": files, path: answer(whole_answer(row))})

    await ask(row, reply, images=(give(small), give(small)))

    assert [each.path for each in server.requests] == ["/v1/files", path]
    sent = server.requests[1].json()["input"]["images"]
    assert sent == [data_uri(small), "https://api.replicate.com/v1/files/f1"]


NOT_TAKEN: dict[str, tuple[Reply, type[Exception]]] = {
    "closed": (close_at_once, Unreachable),
    "broken off": (reset_after(b'{"id":'), Unreachable),
    "HTML": (answer(b"<html>"), Unreachable),
    "no address": (answer(b'{"urls":{}}', status=201), Unreachable),
    "an odd address": (answer(b'{"urls":{"get":"file:///etc/passwd"}}'), Unreachable),
    "500": (answer(b"{}", status=500), ProviderFault),
    "404": (answer(b'{"detail":"Not found."}', status=404), ProviderFault),
    "401": (answer(b'{"detail":"no"}', status=401), CredentialsRejected),
    "413": (answer(b'{"detail":"too large"}', status=413), Unsupported),
}


@pytest.mark.parametrize(("files", "kind"), NOT_TAKEN.values(), ids=NOT_TAKEN)
async def test_a_picture_that_is_not_taken_buys_nothing(
    ask: Ask, server: Server, give: Give, files: Reply, kind: type[Exception]
) -> None:
    row = row_of("replicate-flux-kontext-pro")

    with pytest.raises(kind) as caught:
        await ask(row, store_and(GOOD, files), images=(give(LARGE),))

    assert type(caught.value) is kind
    assert {each.path for each in server.requests} == {"/v1/files"}
