"""What Replicate bills of a run that is priced by its images, as far as it tells."""

from typing import Any

import pytest

from aquatint.errors import ProviderError
from aquatint.providers.base import BilledBadResponse, BilledRefusal, Completed
from tests.contract.adapter import Adapter, encoded
from tests.contract.pictures import picture
from tests.contract.replicate_words import REPLICATE, prediction, replicate_answer
from tests.contract.replies import answer
from tests.contract.server import Server
from tests.unit.providers.conftest import Send
from tests.unit.providers.test_replicate import OFFICIAL

NSFW = "NSFW content detected. Try running it again, or try a different prompt."


@pytest.fixture
def adapter() -> Adapter:
    return REPLICATE


BILLED_IMAGES: dict[str, tuple[str, dict[str, Any], int]] = {
    "nothing came": ("succeeded", {"output": []}, 2),
    "nothing came, and none is counted": ("succeeded", {"output": [], "image_count": 0}, 0),
    "what was made is refused": ("failed", {"error": NSFW}, 2),
    "what was made is refused and counted": ("failed", {"error": NSFW, "image_count": 1}, 1),
    "refused before it computed": ("failed", {"error": NSFW, "predict_time": 0}, 0),
    "it broke": ("failed", {"error": "CUDA out of memory"}, 0),
    "it broke after the first": ("failed", {"error": "CUDA", "image_count": 1}, 1),
    "an odd count": ("succeeded", {"output": [], "image_count": "2"}, 2),
    "an impossible count": ("succeeded", {"output": [], "image_count": 10**9}, 2),
    "cancelled": ("canceled", {}, 0),
}


@pytest.mark.parametrize(("status", "told", "images"), BILLED_IMAGES.values(), ids=BILLED_IMAGES)
async def test_images_that_are_billed_though_none_came(
    send: Send, server: Server, status: str, told: dict[str, Any], images: int
) -> None:
    """Where nobody tells, the books are not below the invoice."""
    seconds = {"predict_time": told.pop("predict_time", 5.5)}
    counts = {name: told.pop(name) for name in ("image_count",) if name in told}
    server.reply = answer(prediction(status, metrics=seconds | counts, **told))

    with pytest.raises(ProviderError) as caught:
        await send(OFFICIAL, n=2)

    assert isinstance(caught.value, BilledBadResponse | BilledRefusal)
    assert caught.value.usage is not None
    assert caught.value.usage.images == images


async def test_images_that_came_are_counted_as_replicate_counts_them(
    send: Send, server: Server
) -> None:
    usage = {"predict_time": 5.5, "image_count": 2}
    server.reply = answer(replicate_answer(encoded(picture()), usage=usage))

    completed = await send(OFFICIAL, n=2)

    assert isinstance(completed, Completed)
    assert completed.usage is not None
    assert completed.usage.images == 2
