"""What is Replicate's alone; what every provider must do stands in tests/contract."""

import json
from typing import Any

import pytest

from aquatint.catalog.model import Capabilities, ImagePrice
from aquatint.catalog.pricing import Usage
from aquatint.errors import BadResponse, Throttled
from aquatint.library.blobs import BlobStore
from aquatint.providers.base import BilledBadResponse, BilledRefusal, Completed, Pending
from aquatint.providers.replicate_shapes import Prediction, State
from tests.contract.adapter import KEY, Adapter, encoded
from tests.contract.pictures import picture
from tests.contract.replicate_words import (
    HANDLE,
    REPLICATE,
    REPLICATE_ROW,
    VERSION,
    prediction,
    replicate_answer,
)
from tests.contract.replies import answer
from tests.contract.server import Server
from tests.unit.providers.conftest import Send

OFFICIAL = REPLICATE_ROW.model_copy(
    update={
        "provider_model": "black-forest-labs/flux-1.1-pro",
        "version": None,
        "price": ImagePrice(amount=40_000),
        "capabilities": Capabilities(seed=True),
        "parameters": {"seed": "seed"},
        "wire": {"aspect_ratio": "1:1"},
        "estimated_seconds": 5,
        "deadline_seconds": 90,
    }
)


@pytest.fixture
def adapter() -> Adapter:
    return REPLICATE


def read(**told: Any) -> Prediction:
    return Prediction.model_validate({"id": "p1", **told})


async def test_a_model_that_is_called_by_version(send: Send, server: Server) -> None:
    server.reply = answer(prediction("starting"), status=201)

    await send(n=2)

    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/v1/predictions")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.json() == {
        "version": VERSION,
        "input": {"prompt": "a red fox", "num_outputs": 2, "width": 1024, "height": 1024},
    }


async def test_an_official_model(send: Send, server: Server) -> None:
    server.reply = answer(prediction("starting"), status=202)

    await send(OFFICIAL, seed=3)

    (request,) = server.requests
    assert request.path == "/v1/models/black-forest-labs/flux-1.1-pro/predictions"
    assert request.json() == {"input": {"prompt": "a red fox", "seed": 3, "aspect_ratio": "1:1"}}


@pytest.mark.parametrize(
    ("by_version", "deadline", "bound"),
    [(True, 180.0, "60s"), (True, 29.5, "30s"), (False, 180.0, "90s"), (True, 0.5, "5s")],
)
async def test_replicate_is_told_when_to_stop_and_not_asked_to_wait(
    send: Send, server: Server, by_version: bool, deadline: float, bound: str
) -> None:
    """A run by the second may cost no more than its price says."""
    server.reply = answer(prediction("starting"))

    await send(REPLICATE_ROW if by_version else OFFICIAL, deadline_seconds=deadline)

    assert server.requests[0].headers["cancel-after"] == bound
    assert "prefer" not in server.requests[0].headers


@pytest.mark.parametrize(("usual", "seconds"), [(5, 0.5), (20, 1.0), (400, 2.0)])
async def test_when_to_look_again(send: Send, server: Server, usual: int, seconds: float) -> None:
    server.reply = answer(prediction("starting"))

    begun = await send(REPLICATE_ROW.model_copy(update={"estimated_seconds": usual}))

    assert begun == Pending(handle=HANDLE, look_again_seconds=seconds, request_id=HANDLE)


async def test_a_prompt_that_looks_like_an_image_does_not_take_its_place(
    send: Send, server: Server, store: BlobStore
) -> None:
    prompt = "data:image/png;base64," + encoded(picture(seed=2))[0]
    image = picture()
    document = json.loads(replicate_answer(encoded(image), usage=REPLICATE.usage))
    document["input"] = {"prompt": prompt, "negative_prompt": prompt}
    server.reply = answer(json.dumps(document).encode())

    completed = await send(prompt=prompt)

    assert isinstance(completed, Completed)
    assert [store.received_path(one).read_bytes() for one in completed.images] == [image]


async def test_an_empty_output_is_probably_filtered(send: Send, server: Server) -> None:
    server.reply = answer(replicate_answer([], usage=REPLICATE.usage))
    with pytest.raises(BilledBadResponse, match="probably filtered"):
        await send()

    refused = {"error": "NSFW content detected.", "usage": REPLICATE.usage}
    server.reply = answer(replicate_answer([], **refused))
    with pytest.raises(BilledRefusal, match="NSFW"):
        await send()


async def test_images_that_were_removed_were_billed(send: Send, server: Server) -> None:
    server.reply = answer(
        prediction("succeeded", output=None, data_removed=True, metrics=REPLICATE.usage)
    )

    with pytest.raises(BilledBadResponse, match="removed") as caught:
        await send(n=3)

    assert caught.value.usage == Usage(images=3, milliseconds=5_500)


async def test_the_seed_is_read_from_the_logs(send: Send, server: Server) -> None:
    server.reply = answer(replicate_answer(encoded(picture()), logs="Using seed: 4711\nready\n"))

    completed = await send()

    assert isinstance(completed, Completed)
    assert completed.images[0].seed == 4711


async def test_long_logs_are_no_obstacle(send: Send, server: Server) -> None:
    server.reply = answer(replicate_answer(encoded(picture()), logs="step\n" * 400_000))

    assert isinstance(await send(), Completed)


async def test_without_a_time_there_is_no_usage(send: Send, server: Server) -> None:
    server.reply = answer(replicate_answer(encoded(picture())))

    completed = await send()

    assert isinstance(completed, Completed)
    assert completed.usage is None


async def test_a_failure_that_hides_its_time_may_have_been_billed(
    send: Send, server: Server
) -> None:
    server.reply = answer(prediction("failed", error="x", started_at="2026-11-22T12:00:00Z"))

    with pytest.raises(BadResponse) as caught:
        await send()

    assert not isinstance(caught.value, BilledBadResponse)


async def test_the_time_to_wait_stands_in_the_text(send: Send, server: Server) -> None:
    detail = "Request was throttled. Your rate limit resets in ~30s."
    server.reply = answer(json.dumps({"detail": detail}).encode(), status=429)

    with pytest.raises(Throttled, match="throttled") as caught:
        await send()

    assert caught.value.cool_down == 30


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("starting", State.RUNNING),
        ("processing", State.RUNNING),
        ("succeeded", State.SUCCEEDED),
        ("failed", State.FAILED),
        ("canceled", State.STOPPED),
        ("aborted", State.NEVER_RAN),
        ("queued", State.RUNNING),
        (None, State.RUNNING),
    ],
)
def test_states(status: object, state: State) -> None:
    assert read(status=status).state is state


@pytest.mark.parametrize(
    ("output", "places"),
    [
        (None, []),
        ("https://a/1", ["https://a/1"]),
        (["https://a/1", "https://a/2"], ["https://a/1", "https://a/2"]),
        ([{"url": "https://a/1"}, None], ["https://a/1"]),
        ({"url": "https://a/1"}, ["https://a/1"]),
        ({"image": "x"}, []),
        ([], []),
    ],
)
def test_where_the_images_are(output: object, places: list[str]) -> None:
    assert read(output=output).places == places


BARS = {
    "": None,
    "Loading weights": None,
    "  0%|          | 0/50 [00:00<?, ?it/s]": 0.0,
    "  0%|  | 0/50 [..]\r 42%|####  | 21/50 [00:05<00:07,  4.00it/s]": 0.42,
    "100%|██████████| 4/4 [00:01<00:00,  3.98it/s]\nsaving": 1.0,
    "999%|#| 9/1": 1.0,
    "x" * 10_000 + " 50%|##| 2/4": 0.5,
}


@pytest.mark.parametrize(("logs", "progress"), BARS.items())
def test_progress(logs: str, progress: float | None) -> None:
    assert read(logs=logs).progress == progress


START, END = "2026-11-22T12:00:05.100Z", "2026-11-22T12:00:10.350Z"
TIMES: list[tuple[dict[str, Any], int | None]] = [
    ({"metrics": {"predict_time": 5.5}}, 5_500),
    ({"metrics": {"predict_time": 11.902331}}, 11_903),
    ({"metrics": {"predict_time": 2.007}}, 2_007),
    ({"metrics": {"predict_time": 0}}, 0),
    ({"metrics": {"predict_time": 0.128}, "started_at": START, "completed_at": END}, 128),
    ({"metrics": {}, "started_at": START, "completed_at": END}, 5_250),
    ({"metrics": None, "started_at": START, "completed_at": END}, 5_250),
    ({"started_at": END, "completed_at": START}, None),
    ({"started_at": START}, None),
    ({"started_at": "soon", "completed_at": END}, None),
    ({"started_at": "2026-11-22T12:00:05", "completed_at": END}, None),
    ({"status": "failed"}, 0),
    ({"status": "canceled"}, 0),
    ({"status": "succeeded"}, None),
]


@pytest.mark.parametrize(("told", "milliseconds"), TIMES)
def test_how_long_it_took(told: dict[str, Any], milliseconds: int | None) -> None:
    assert read(**told).milliseconds == milliseconds


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        ("NSFW content detected. Try running it again, or try a different prompt.", True),
        ("The input or output was flagged as sensitive. Please try again. (E005)", True),
        ("Image blocked by the content filter", True),
        ("Unexpected error in disable_safety_checker", False),
        ("CUDA out of memory", False),
        ("", False),
    ],
)
def test_what_is_a_refusal(error: str, refused: bool) -> None:
    assert read(error=error).refused is refused
