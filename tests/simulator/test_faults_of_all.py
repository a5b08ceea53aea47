"""Every fault at the three younger providers: what arrives, and what is billed."""

import base64
import io

import httpx2
import pytest
from PIL import Image

from aquatint_simulator.faults import FAULTS, RUNS, SPOILED_IMAGES, SPOILED_WIRE, UNBILLED
from tests.simulator.conftest import KEY, Simulator

PRICES = {"together": 15_400, "replicate": 3_000, "gemini": 33_603}
PROVIDERS = tuple(PRICES)
INTERFACE = {
    *("status", "bad_key", "out_of_credit", "rate_limited", "refused_input", "refused_output"),
    *("timeout", "reset_before_headers", "reset_mid_body", "slow_drip", "truncated_json"),
    *("html_502", "empty_data", "corrupt_image", "wrong_size", "fewer_images", "model_gone"),
    *("expired_url", "stuck_processing", "failed_prediction", "late_success_after_cancel"),
    *("billed_then_reset", "huge_body", "stream_cut", "over_usage"),
    "duplicate_webhook",
}


def test_all_faults_are_known_somewhere() -> None:
    known: set[str] = set()
    for faults in FAULTS.values():
        known |= faults
    assert known == INTERFACE == UNBILLED | SPOILED_WIRE | SPOILED_IMAGES | RUNS


def billed(simulator: Simulator, provider: str) -> list[int]:
    """Once the work that was begun is over."""
    if provider == "replicate":
        headers = {"Authorization": f"Bearer {KEY}"}
        url = f"{simulator.url}/replicate/v1/predictions"
        for each in simulator.http.get(url, headers=headers).json()["results"]:
            simulator.ended(each["id"])
    return simulator.billed()


def _pictures(simulator: Simulator, provider: str, answer: httpx2.Response) -> list[bytes]:
    document = answer.json()
    if provider == "together":
        return [base64.b64decode(item["b64_json"]) for item in document["data"]]
    if provider == "gemini":
        parts = document["candidates"][0]["content"]["parts"]
        return [base64.b64decode(part["inlineData"]["data"]) for part in parts]
    urls = simulator.ended(document["id"])["output"]
    return [simulator.http.get(url).content for url in urls]


@pytest.mark.parametrize(
    ("provider", "fault", "status"),
    [
        ("together", "bad_key", 401),
        ("together", "out_of_credit", 402),
        ("together", "rate_limited", 429),
        ("together", "refused_input", 422),
        ("together", "model_gone", 400),
        ("replicate", "bad_key", 401),
        ("replicate", "out_of_credit", 402),
        ("replicate", "rate_limited", 429),
        ("replicate", "model_gone", 404),
        ("gemini", "bad_key", 400),
        ("gemini", "out_of_credit", 402),
        ("gemini", "rate_limited", 429),
        ("gemini", "refused_input", 200),
        ("gemini", "model_gone", 404),
        *((provider, "status", 500) for provider in PROVIDERS),
        *((provider, "html_502", 502) for provider in PROVIDERS),
    ],
)
def test_errors_before_the_work_are_notbilled(
    simulator: Simulator, provider: str, fault: str, status: int
) -> None:
    simulator.fault(fault, provider=provider, times=1)
    assert simulator.make(provider).status_code == status
    assert simulator.invoice() == []
    assert simulator.make(provider).status_code in (200, 201)
    assert billed(simulator, provider) == [PRICES[provider]]


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 429, 503, 504])
def test_any_status_in_the_providers_words(
    simulator: Simulator, provider: str, status: int
) -> None:
    simulator.fault("status", provider=provider, status=status)
    answer = simulator.make(provider)
    told = answer.json().get("error", answer.json())
    assert answer.status_code == status
    assert told.get("message") or told.get("detail")


def test_each_provider_tells_the_time_to_wait_in_its_own_way(simulator: Simulator) -> None:
    for provider in PROVIDERS:
        simulator.fault("rate_limited", provider=provider, retryAfter=7)
    together = simulator.make("together")
    assert together.headers["x-ratelimit-reset"] == together.headers["retry-after"] == "7"
    assert together.json()["error"]["error_type"] == "dynamic_request_limited"
    replicate = simulator.make("replicate")
    assert replicate.json() == {
        "detail": "Request was throttled. Your rate limit resets in ~7s.",
        "status": 429,
    }
    assert "retry-after" not in replicate.headers
    gemini = simulator.make("gemini")
    error = gemini.json()["error"]
    assert "retry-after" not in gemini.headers
    assert error["details"][-1] == {
        "@type": "type.googleapis.com/google.rpc.RetryInfo",
        "retryDelay": "7s",
    }
    assert error["message"].endswith("Please retry in 7s.")


def test_without_a_time_to_wait(simulator: Simulator) -> None:
    for provider in PROVIDERS:
        simulator.fault("rate_limited", provider=provider)
    assert simulator.make("together").headers["x-ratelimit-reset"] == "2"
    assert "resets in ~30s" in simulator.make("replicate").json()["detail"]
    assert simulator.make("gemini").json()["error"]["details"][-1]["retryDelay"] == "48s"


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_broken_picture(simulator: Simulator, provider: str) -> None:
    simulator.fault("corrupt_image", provider=provider)
    (data,) = _pictures(simulator, provider, simulator.make(provider))
    with pytest.raises(OSError, match=r"truncated|could not|broken|failed"):
        Image.open(io.BytesIO(data)).load()
    assert billed(simulator, provider) == [PRICES[provider]]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_another_size_than_ordered(simulator: Simulator, provider: str) -> None:
    simulator.fault("wrong_size", provider=provider)
    (data,) = _pictures(simulator, provider, simulator.make(provider))
    assert Image.open(io.BytesIO(data)).size == (512, 512)
    assert billed(simulator, provider) == [PRICES[provider]]


@pytest.mark.parametrize(
    ("provider", "order"), [("together", {"n": 3}), ("replicate", {"num_outputs": 3})]
)
def test_fewer_pictures_cost_less(
    simulator: Simulator, provider: str, order: dict[str, int]
) -> None:
    simulator.fault("fewer_images", provider=provider)
    assert len(_pictures(simulator, provider, simulator.make(provider))) == 1
    assert len(_pictures(simulator, provider, simulator.make(provider, **order))) == 2
    assert [line["images"] for line in simulator.invoice()] == [1, 2]
    assert billed(simulator, provider) == [PRICES[provider], 2 * PRICES[provider]]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_output_refused_after_the_work_isbilled(simulator: Simulator, provider: str) -> None:
    simulator.fault("refused_output", provider=provider)
    answer = simulator.make(provider)
    assert answer.status_code == {"together": 422, "replicate": 201, "gemini": 200}[provider]
    assert billed(simulator, provider) == [PRICES[provider]]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_over_usage_isbilled(simulator: Simulator, provider: str) -> None:
    simulator.fault("over_usage", provider=provider, factor=3)
    assert simulator.make(provider).status_code in (200, 201)
    assert billed(simulator, provider) == [3 * PRICES[provider]]


def test_over_usage_is_told_where_usage_is(simulator: Simulator) -> None:
    simulator.fault("over_usage", provider="gemini", factor=3)
    assert simulator.gemini().json()["usageMetadata"]["candidatesTokenCount"] == 3360


def test_no_pictures_at_all(simulator: Simulator) -> None:
    simulator.fault("empty_data", provider="together")
    assert simulator.together().json()["data"] == []
    assert simulator.billed() == [15_400]


def test_expired_addresses(simulator: Simulator) -> None:
    for provider in ("together", "replicate"):
        simulator.fault("expired_url", provider=provider)
    url = simulator.together(response_format="url").json()["data"][0]["url"]
    gone = simulator.http.get(url, follow_redirects=True)
    assert (gone.status_code, b"AccessDenied" in gone.content) == (403, True)
    url = simulator.ended(simulator.replicate().json()["id"])["output"][0]
    assert simulator.http.get(url).status_code == 404
    assert simulator.billed() == [15_400, 3_000]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_huge_picture_is_a_real_one(simulator: Simulator, provider: str) -> None:
    simulator.fault("huge_body", provider=provider, megabytes=4)
    (data,) = _pictures(simulator, provider, simulator.make(provider))
    assert len(data) >= 4_000_000
    image = Image.open(io.BytesIO(data))
    image.verify()
    assert image.size == (1024, 1024)
    assert billed(simulator, provider) == [PRICES[provider]]


def test_a_huge_file_at_together(simulator: Simulator) -> None:
    simulator.fault("huge_body", provider="together", megabytes=4)
    url = simulator.together(response_format="url").json()["data"][0]["url"]
    found = simulator.http.get(url, follow_redirects=True)
    assert int(found.headers["content-length"]) == len(found.content) >= 4_000_000


def test_polls_can_be_hit_by_their_path(simulator: Simulator) -> None:
    id_ = simulator.replicate().json()["id"]
    simulator.fault("status", provider="replicate", match="/predictions/", times=1, status=503)
    assert simulator.replicate().status_code == 201
    url = f"{simulator.url}/replicate/v1/predictions/{id_}"
    headers = {"Authorization": f"Bearer {KEY}"}
    assert simulator.http.get(url, headers=headers).status_code == 503
    assert simulator.http.get(url, headers=headers).status_code == 200


def test_faults_keep_to_their_provider(simulator: Simulator) -> None:
    simulator.fault("status", provider="gemini")
    assert simulator.together().status_code == 200
    assert simulator.replicate().status_code == 201
    assert simulator.draw().status_code == 200
    assert simulator.gemini().status_code == 500
