"""What each operation needs, what a model is told, and that what was quoted is what is sent."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Picture
from pydantic import ValidationError

from aquatint.catalog.model import Operation
from aquatint.container import Services
from aquatint.db.eventlog import read_after
from aquatint.errors import InvalidRequest, NotFound, PromptRejected
from aquatint.generations import previews
from aquatint.generations.model import PARTIAL, State, stream
from aquatint.library.pictures import Margins
from aquatint.providers.base import Completed, ImageRequest, ImageSink
from aquatint.quotes import operations
from aquatint.quotes.model import Outpaint, Quote, QuoteRequest
from tests.contract.pictures import picture
from tests.support.fake import OWNER, FakeProvider, buy, deliver, house, quote

OUTPAINT = Outpaint(left=8)

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"images": ("a",)}, "'generate' takes no images"),
    ({"mask": "m"}, "'generate' takes no images"),
    ({"outpaint": OUTPAINT}, "needs margins in outpaint, and no other takes them"),
    ({"operation": "edit"}, "'edit' needs images"),
    ({"operation": "variation"}, "'variation' needs images"),
    ({"operation": "edit", "images": ("a",), "mask": "m"}, "no other operation takes one"),
    ({"operation": "inpaint", "images": ("a",)}, "'inpaint' needs a mask"),
    ({"operation": "inpaint", "mask": "m"}, "'inpaint' needs images"),
    ({"operation": "outpaint", "images": ("a",)}, "needs margins"),
    ({"operation": "outpaint", "images": ("a",), "outpaint": Outpaint()}, "needs margins"),
    (
        {"operation": "outpaint", "images": ("a",), "outpaint": OUTPAINT, "mask": "m"},
        "no other operation takes one",
    ),
    ({"operation": "style_transfer", "images": ("a",)}, "a second image or a style"),
    ({"operation": "style_transfer", "images": ("a", "b"), "style": "x"}, "not both"),
    ({"operation": "style_transfer", "images": ("a", "b", "c")}, "one picture and one with"),
]

RIGHT: list[dict[str, Any]] = [
    {},
    {"operation": "edit", "images": ("a", "b")},
    {"operation": "inpaint", "images": ("a",), "mask": "m"},
    {"operation": "outpaint", "images": ("a",), "outpaint": OUTPAINT},
    {"operation": "variation", "images": ("a",)},
    {"operation": "style_transfer", "images": ("a",), "style": "ukiyo-e"},
    {"operation": "style_transfer", "images": ("a", "b")},
]


@pytest.mark.parametrize(("fields", "why"), WRONG)
def test_what_does_not_go_together(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(InvalidRequest, match=why):
        operations.check(QuoteRequest(prompt="a", **fields))


@pytest.mark.parametrize("fields", RIGHT)
def test_what_goes_together(fields: dict[str, Any]) -> None:
    operations.check(QuoteRequest(prompt="a", **fields))


@pytest.mark.parametrize("pixels", [-1, 4097, 1.5, "8"])
def test_margins_are_whole_pixels_within_bounds(pixels: object) -> None:
    with pytest.raises(ValidationError):
        Outpaint.model_validate({"left": pixels})


def test_more_images_than_any_model_takes() -> None:
    with pytest.raises(ValidationError):
        QuoteRequest(prompt="a", operation=Operation.EDIT, images=("a",) * 17)


def test_margins_in_the_pictures_terms() -> None:
    request = QuoteRequest(outpaint=Outpaint(left=1, top=2, right=3, bottom=4))
    assert operations.margins(request) == Margins(left=1, top=2, right=3, bottom=4)
    assert operations.margins(QuoteRequest()) is None


@pytest.mark.parametrize("operation", ["generate", "edit", "inpaint"])
def test_some_say_it_in_the_persons_words(operation: str) -> None:
    assert operations.wants_words(Operation(operation))
    request = QuoteRequest(prompt="a fox", operation=Operation(operation))
    assert operations.wording(request) is None


def test_others_have_an_instruction_and_then_the_persons_words() -> None:
    for name, more in (
        ("variation", {}),
        ("outpaint", {}),
        ("style_transfer", {"style": "ukiyo-e"}),
    ):
        request = QuoteRequest(operation=Operation(name), images=("a",), **more)
        alone = operations.wording(request)
        assert alone is not None
        assert alone.endswith(".")
        assert not operations.wants_words(request.operation)
        with_words = request.model_copy(update={"prompt": "At night."})
        assert operations.wording(with_words) == f"{alone} At night."


def test_a_style_is_named_or_that_of_the_second_picture() -> None:
    named = QuoteRequest(operation=Operation.STYLE_TRANSFER, images=("a",), style="ukiyo-e")
    shown = QuoteRequest(operation=Operation.STYLE_TRANSFER, images=("a", "b"))
    assert "this style: ukiyo-e." in (operations.wording(named) or "")
    assert "the style of the second." in (operations.wording(shown) or "")


# Through quotes and generations, with a provider that keeps what it was sent.


async def brought(services: Services, data: bytes, owner: str = OWNER) -> str:
    async def body() -> AsyncIterator[bytes]:
        yield data

    return (await services.uploads.take(owner, body())).id


def mask(width: int = 64, height: int = 48) -> bytes:
    image = Picture.new("RGBA", (width, height), (0, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, width // 2, height))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


class Keeping:
    """A provider that reads its inputs while it is asked, as a real one does."""

    def __init__(self) -> None:
        self.sent: list[list[str]] = []
        self.provider = FakeProvider(self.script)

    async def script(self, request: ImageRequest, sink: ImageSink) -> Completed:
        given = (*request.images, *([request.mask] if request.mask else []))
        self.sent.append([hashlib.sha256(each.path.read_bytes()).hexdigest() for each in given])
        assert [each.sha256 for each in given] == self.sent[-1]
        assert [each.size for each in given] == [each.path.stat().st_size for each in given]
        return await deliver(request, sink)


async def test_what_was_confirmed_is_what_is_sent(tmp_path: Path) -> None:
    keeping = Keeping()
    exif = Picture.Exif()
    exif[0x0112] = 6
    async with house(tmp_path, keeping.provider) as services:
        photo = await brought(services, picture("JPEG", exif=exif))
        made = await quote(
            services,
            "a red door",
            operation="inpaint",
            images=(photo,),
            mask=await brought(services, mask(48, 64)),
        )
        generation = await services.generations.wait(OWNER, await buy(services, made))
        assert generation.state is State.COMPLETED
    (call,) = keeping.provider.calls
    assert keeping.sent == [[made.inputs.images[0].sha256, made.inputs.mask.sha256]]  # type: ignore[union-attr]  # it has a mask
    assert call.prompt == "a red door"
    assert [(each.width, each.height) for each in call.images] == [(48, 64)]


async def test_the_frozen_inputs_are_part_of_the_promise(tmp_path: Path) -> None:
    async with house(tmp_path) as services:
        image = await brought(services, picture())
        made = await quote(services, operation="edit", images=(image,))
        stored = await services.quotes.find(OWNER, services.quotes.token(made))
        assert stored.quote == made
        one = made.inputs.images[0]
        other = made.inputs._replace(images=(one.model_copy(update={"sha256": "0" * 64}),))
        promised = {name: getattr(made, name) for name in Quote.model_fields}
        assert Quote(**promised).digest == made.digest
        assert Quote(**{**promised, "inputs": other}).digest != made.digest
        kept = await services.db.read(
            lambda tx: tx.execute(
                "SELECT sha256 FROM inputs WHERE quote_id = :id", {"id": made.id}
            ).fetchall()
        )
        assert [row["sha256"] for row in kept] == [one.sha256]


async def test_a_variation_needs_no_words_and_is_told_some(tmp_path: Path) -> None:
    provider = FakeProvider()
    async with house(tmp_path, provider) as services:
        image = await brought(services, picture())
        made = await quote(services, "", operation="variation", images=(image,))
        await services.generations.wait(OWNER, await buy(services, made))
        with pytest.raises(InvalidRequest):
            await quote(services, " ", operation="edit", images=(image,))
    assert provider.calls[0].prompt == operations.wording(made.request) == made.words_sent


async def test_an_outpainted_picture_is_sent_on_its_canvas(tmp_path: Path) -> None:
    provider = FakeProvider()
    async with house(tmp_path, provider) as services:
        image = await brought(services, picture(size=(1024, 1024)))
        made = await quote(
            services, "", operation="outpaint", images=(image,), outpaint=Outpaint(right=512)
        )
        assert str(made.candidates[0].size) == "1536x1024"
        await services.generations.wait(OWNER, await buy(services, made))
    (call,) = provider.calls
    assert call.mask is not None
    assert (call.images[0].width, call.mask.width, call.width) == (1536, 1536, 1536)


async def test_the_style_of_a_transfer_keeps_the_prompts_rules(tmp_path: Path) -> None:
    async with house(tmp_path) as services:
        image = await brought(services, picture())
        fields: dict[str, Any] = {"operation": "style_transfer", "images": (image,)}
        with pytest.raises(PromptRejected):
            await quote(services, "", style="<script>", **fields)
        made = await quote(services, "", style="ukiyo-e", **fields)
        assert "style" not in made.candidates[0].settings  # it is told in words
        assert made.warnings == ()


async def test_another_persons_picture_is_not_there(tmp_path: Path) -> None:
    async with house(tmp_path) as services:
        theirs = await brought(services, picture(), owner="another")
        mine = await brought(services, picture())
        with pytest.raises(NotFound):
            await quote(services, operation="edit", images=(theirs,))
        with pytest.raises(NotFound):
            await quote(services, operation="inpaint", images=(mine,), mask=theirs)


def arriving(folder: Path) -> list[Path]:
    return list(folder.rglob("*.part"))


async def test_previews_are_shown_while_the_provider_works(tmp_path: Path) -> None:
    shown, go_on = asyncio.Event(), asyncio.Event()

    async def script(request: ImageRequest, sink: ImageSink) -> Completed:
        for data in (picture(seed=1), b"no picture"):
            writer = sink.open()
            await writer.write(data)
            await sink.preview(0, await writer.finish())
        shown.set()
        await go_on.wait()
        return await deliver(request, sink)

    async with house(tmp_path, FakeProvider(script)) as services:
        made = await quote(services, partial_images=1)
        generation_id = await buy(services, made)
        await shown.wait()
        assert len(arriving(tmp_path)) == 2
        events = await services.db.read(lambda tx: read_after(tx, stream(generation_id), 0))
        assert [e.data["index"] for e in events if e.event == PARTIAL] == [0]
        found = await services.db.read(lambda tx: previews.find(tx, generation_id, 0))
        assert found is not None
        assert services.blobs.incoming(found[0]).read_bytes() == picture(seed=1)
        assert found[1] == "image/png"
        assert await services.db.read(lambda tx: previews.find(tx, generation_id, 1)) is None
        go_on.set()
        generation = await services.generations.wait(OWNER, generation_id)
        assert generation.state is State.COMPLETED
        assert arriving(tmp_path) == []
