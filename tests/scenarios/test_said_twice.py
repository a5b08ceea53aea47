"""What decides about money is said once: nobody guesses which of two words holds."""

import pytest

from tests.support.client import Client

SPENDING = (
    *("/generate-image", "/api/generations"),
    *("/v1/images/generations", "/v1/images/edits", "/v1/images/variations"),
)


@pytest.mark.parametrize("path", SPENDING)
@pytest.mark.parametrize("name", ["X-Max-Cost", "Idempotency-Key"])
async def test_what_holds_for_the_money_is_said_once(app: Client, path: str, name: str) -> None:
    body = {"quoteId": "q"} if path == "/api/generations" else {"prompt": "a fox"}
    twice = await app.post(path, body, headers=[(name, "1"), (name, "2")])
    assert twice.status == 400
    assert f"{name} is there more than once" in twice.raw.decode()
    assert not await app.asked()


async def test_two_idempotency_keys_of_one_request_are_one(app: Client) -> None:
    body = {"prompt": "a fox", "idempotencyKey": "one"}
    other = await app.post("/generate-image", body, headers={"Idempotency-Key": "two"})
    assert (other.status, other.body["code"]) == (400, "invalid_request")
