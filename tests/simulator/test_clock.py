"""The simulator's own clock, and answers that repeat to the byte."""

import io
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import pytest

from aquatint_simulator.clock import Clock
from aquatint_simulator.serving import in_thread
from tests.simulator import photos
from tests.simulator.conftest import KEY, Simulator
from tests.simulator.test_replicate import WAIT

NOON = {"time": "2026-11-22T12:00:00Z", "frozen": True}


def test_a_stopped_clock_is_in_every_answer(simulator: Simulator) -> None:
    shown = simulator.control("POST", "clock", NOON)
    assert shown == {"date": "2026-11-22", "time": "2026-11-22T12:00:00.000Z", "frozen": True}
    answer = simulator.draw()
    assert answer.json()["created"] == 1_795_348_800
    assert answer.headers["openai-processing-ms"] == "0"
    assert parsedate_to_datetime(answer.headers["date"]) == datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert simulator.requests()[0]["time"] == "2026-11-22T12:00:00.000Z"
    prediction = simulator.replicate(headers=WAIT).json()
    assert prediction["created_at"] == "2026-11-22T12:00:00.000000Z"


def test_it_moves_on_past_midnight(simulator: Simulator) -> None:
    simulator.control("POST", "clock", {"time": "2026-11-30T23:00:00Z", "frozen": True})
    assert simulator.draw(model="gpt-image-1.5").status_code == 200
    shown = simulator.control("POST", "clock", {"advanceSeconds": 3600})
    assert (shown["date"], shown["time"]) == ("2026-12-01", "2026-12-01T00:00:00.000Z")
    assert simulator.draw(model="gpt-image-1.5").status_code == 404
    assert simulator.control("GET", "clock") == shown


def test_a_date_alone_leaves_the_time_as_it_is() -> None:
    clock = Clock()
    before = clock.now()
    clock.set_day(date(2025, 1, 12))
    assert clock.now() - before < 3600
    assert clock.today == date(2025, 1, 12)
    clock.advance(86_400)
    assert clock.today == date(2025, 1, 13)
    clock.set_day(None)
    clock.advance(86_400)
    assert clock.today is None


def test_it_runs_on_from_where_it_stopped() -> None:
    clock = Clock()
    clock.freeze(frozen=True)
    clock.set_moment(datetime(2026, 11, 22, 12, tzinfo=UTC))
    assert clock.now() == clock.now() == 1_795_348_800
    clock.freeze(frozen=False)
    assert 0 <= clock.now() - 1_795_348_800 < 3600
    assert not clock.frozen


@pytest.mark.parametrize(
    "order",
    [
        {"advanceSeconds": -1},
        {"advanceSeconds": "60"},
        {"advanceSeconds": True},
        {"frozen": "yes"},
        {"time": "2026-11-22"},
        {"time": "2026-11-22T12:00:00"},
        {"time": 5},
        {"time": "1970-01-01T00:00:00Z"},
        {"day": "2026-11-22"},
    ],
)
def test_orders_that_make_no_sense_change_nothing(
    simulator: Simulator, order: dict[str, Any]
) -> None:
    simulator.control("POST", "clock", NOON)
    answer = simulator.http.post(f"{simulator.url}/_sim/clock", json={"date": None, **order})
    assert answer.status_code == 400
    assert simulator.control("GET", "clock")["date"] == "2026-11-22"


@pytest.mark.parametrize(("provider", "status"), [("together", 403), ("replicate", 404)])
def test_result_addresses_last_an_hour_of_it(
    simulator: Simulator, provider: str, status: int
) -> None:
    if provider == "together":
        url = simulator.together(response_format="url").json()["data"][0]["url"]
    else:
        url = simulator.replicate(headers=WAIT).json()["output"][0]
    for seconds, expected in ((3500, 200), (200, status)):
        simulator.control("POST", "clock", {"advanceSeconds": seconds})
        assert simulator.http.get(url, follow_redirects=True).status_code == expected


def test_predictions_lose_their_data_after_an_hour_of_it(simulator: Simulator) -> None:
    id_ = simulator.replicate(headers=WAIT).json()["id"]
    assert simulator.ended(id_)["output"]
    simulator.control("POST", "clock", {"advanceSeconds": 3700})
    found = simulator.prediction(id_)
    assert (found["output"], found["data_removed"]) == (None, True)


def _answers(http: httpx2.Client, url: str) -> list[tuple[int, dict[str, str], bytes]]:
    """One call of each kind to a stopped simulator; the order of the last two does not matter."""
    http.post(f"{url}/_sim/clock", json=NOON).raise_for_status()
    auth = {"Authorization": f"Bearer {KEY}", "x-goog-api-key": KEY}
    images, order = f"{url}/openai/v1/images", {"model": "gpt-image-2", "prompt": "a cat"}
    content = {"contents": [{"parts": [{"text": "a cat"}]}]}
    made = [
        http.post(f"{images}/generations", json=order, headers=auth),
        http.post(f"{images}/generations", json=order, headers=auth),
        http.post(
            f"{images}/edits",
            data=order,
            files={"image": ("a.png", io.BytesIO(photos.photo(256, 256)), "image/png")},
            headers=auth,
        ),
        http.post(
            f"{url}/together/v1/images/generations",
            json={"model": "black-forest-labs/FLUX.2-dev", "prompt": "a cat"},
            headers=auth,
        ),
        http.post(
            f"{url}/replicate/v1/models/black-forest-labs/flux-schnell/predictions",
            json={"input": {"prompt": "a cat"}},
            headers=auth | WAIT,
        ),
        http.post(
            f"{url}/gemini/v1beta/models/gemini-nano-banana-2.1:generateContent",
            json=content,
            headers=auth,
        ),
    ]
    host = url.encode()
    return [
        (each.status_code, dict(each.headers), each.content.replace(host, b"")) for each in made
    ]


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    with httpx2.Client(timeout=20, trust_env=False) as http:
        with in_thread(seed="7") as url:
            first = _answers(http, url)
            http.post(f"{url}/_sim/reset").raise_for_status()
            assert _answers(http, url) == first
            http.post(f"{url}/_sim/reset", json={"seed": 8}).raise_for_status()
            other = _answers(http, url)
        with in_thread(seed="7") as url:
            again = _answers(http, url)
    assert again[:3] == first[:3]
    assert [each[2] for each in again] == [each[2] for each in first]
    assert first[0][1]["x-request-id"] != first[1][1]["x-request-id"]  # asked twice
    assert first[0][1]["x-request-id"] != other[0][1]["x-request-id"]


def test_without_a_seed_nothing_repeats(simulator: Simulator) -> None:
    first = simulator.draw().headers["x-request-id"]
    simulator.control("POST", "reset")
    assert simulator.draw().headers["x-request-id"] != first


def test_a_seed_is_a_text_or_a_number(simulator: Simulator) -> None:
    answer = simulator.http.post(f"{simulator.url}/_sim/reset", json={"seed": [1]})
    assert answer.status_code == 400
