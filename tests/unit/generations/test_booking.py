"""What an attempt costs whose provider told no usage."""

from aquatint.catalog.files import read
from aquatint.catalog.model import ImagePrice, Size
from aquatint.generations.booking import Task, price_of
from aquatint.library.inputs import Input, Inputs
from aquatint.quotes.model import Candidate
from tests.support.fake import FakeProvider

SQUARE = Size(width=1024, height=1024)


def given(name: str) -> Input:
    return Input(sha256=name * 64, bytes=1, media_type="image/png", width=1024, height=1024)


def task(price: ImagePrice, *images: Input) -> Task:
    return Task(
        generation_id="gen_1",
        fence=1,
        owner="local",
        prompt="a cat",
        inputs=Inputs(images),
        partial_images=0,
        candidate=Candidate(
            key="acme-painter",
            provider="acme",
            model="painter",
            provider_model="painter",
            quality=None,
            size=SQUARE,
            cost=0,
            max_cost=0,
            price=price,
            estimated_seconds=30,
        ),
        row=read().rows["openai-gpt-image-2-medium"],
        provider=FakeProvider(),
        n=2,
        share=0,
        position=0,
        alone=True,
    )


def test_pictures_that_went_along_are_paid_for() -> None:
    price = ImagePrice(amount=20_000, input_image=5_000)

    assert price_of(task(price, given("a"), given("b")), None, 2) == 50_000
    assert price_of(task(price), None, 1) == 20_000


def test_a_price_of_its_size() -> None:
    price = ImagePrice(amount=20_000, by_size={"1024x1024": 7_000})

    assert price_of(task(price), None, 2) == 14_000
