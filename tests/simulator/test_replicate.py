"""Replicate as it is played: predictions and their quirks, strictness, prices."""

import base64
import io
import math
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image

from aquatint_simulator.replicate.models import table
from aquatint_simulator.replicate.order import read_order
from aquatint_simulator.replicate.prediction import Prediction, shown
from tests.simulator.conftest import KEY, Simulator

SDXL = "7762fd07cf82c948538e41f63f77d685e02b063e37e496e96eefd46c929f9bdc"
BFL = "black-forest-labs"
WAIT = {"Prefer": "wait"}


def _image(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def _slow(simulator: Simulator, ms: int = 60_000) -> None:
    simulator.control("POST", "latency", {"provider": "replicate", "ms": ms})


def _cancel(simulator: Simulator, id_: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {KEY}"}
    url = f"{simulator.url}/replicate/v1/predictions/{id_}/cancel"
    cancelled: dict[str, Any] = simulator.http.post(url, headers=headers).json()
    return cancelled


def _until_processing(simulator: Simulator, id_: str) -> dict[str, Any]:
    while True:
        found = simulator.prediction(id_)
        if found["status"] != "starting":
            return found


def test_a_prediction_starts_without_what_it_does_not_know(simulator: Simulator) -> None:
    _slow(simulator)
    answer = simulator.replicate()
    document = answer.json()
    assert (answer.status_code, document["status"]) == (201, "starting")
    assert re.fullmatch(r"[a-z0-9]{26}", document["id"])
    assert not {"output", "started_at", "completed_at", "metrics"} & document.keys()
    assert (document["logs"], document["error"], document["version"]) == ("", None, "hidden")
    assert document["input"] == {"prompt": "a cat"}
    assert document["urls"]["get"].endswith(f"/replicate/v1/predictions/{document['id']}")
    assert answer.headers["ratelimit-remaining"] == "599"


def test_a_prediction_ends_with_an_address(simulator: Simulator) -> None:
    document = simulator.ended(simulator.replicate(output_format="png").json()["id"])
    assert document["status"] == "succeeded"
    assert document["metrics"]["predict_time"] == 2.5
    found = simulator.http.get(document["output"][0])
    assert (_image(found.content).format, _image(found.content).size) == ("PNG", (1024, 1024))
    assert simulator.invoice() == [
        {
            "provider": "replicate",
            "model": "black-forest-labs/flux-schnell",
            "requestId": document["id"],
            "microUsd": 3_000,
            "images": 1,
        }
    ]


@pytest.mark.parametrize(
    ("model", "kind"),
    [(f"{BFL}/flux-schnell", list), (f"{BFL}/flux-1.1-pro", str), (f"{BFL}/flux-2-dev", str)],
)
def test_outputs_differ_in_shape(simulator: Simulator, model: str, kind: type) -> None:
    assert isinstance(
        simulator.ended(simulator.replicate(model=model).json()["id"])["output"], kind
    )


def test_who_waits_sees_the_output_while_still_processing(simulator: Simulator) -> None:
    answer = simulator.replicate(headers={"Prefer": "wait=60"})
    document = answer.json()
    assert (answer.status_code, document["status"]) == (201, "processing")
    assert answer.headers["preference-applied"] == "wait=60"
    assert document["output"][0].startswith(f"{simulator.url}/_sim/files/")
    assert not {"metrics", "completed_at"} & document.keys()
    assert simulator.prediction(document["id"])["status"] == "succeeded"


def test_who_waits_too_briefly_gets_a_start(simulator: Simulator) -> None:
    _slow(simulator)
    answer = simulator.replicate(headers={"Prefer": "wait=1"})
    assert (answer.status_code, answer.json()["status"]) == (202, "starting")
    assert "output" not in answer.json()


def test_sdxl_hands_data_uris_to_those_who_wait(simulator: Simulator) -> None:
    document = simulator.replicate(version=SDXL, headers=WAIT).json()
    head, _, data = document["output"][0].partition(",")
    assert head == "data:image/png;base64"
    assert _image(base64.b64decode(data)).size == (1024, 1024)
    assert simulator.prediction(document["id"])["output"][0].startswith("http")


def test_progress_is_in_the_logs(simulator: Simulator) -> None:
    _slow(simulator, 400)
    id_ = simulator.replicate(version=SDXL, seed=7).json()["id"]
    seen: list[str] = []
    while (found := simulator.prediction(id_))["status"] in ("starting", "processing"):
        seen.append(found["logs"])
    seen.append(found["logs"])
    assert seen[0] == ""
    assert sorted(seen, key=len) == seen
    bar = re.compile(r"^\s*(\d+)%\s*\|.+?\|\s*(\d+)/(\d+)", re.MULTILINE)
    assert bar.findall(seen[-1])[-1] == ("100", "50", "50")
    assert seen[-1].startswith("Using seed: 7\n")


def test_a_cancelled_run_is_billed_for_its_seconds(simulator: Simulator) -> None:
    simulator.fault("stuck_processing", provider="replicate")
    id_ = simulator.replicate(version=SDXL).json()["id"]
    assert _until_processing(simulator, id_)["status"] == "processing"
    document = _cancel(simulator, id_)
    assert (document["status"], document["logs"], document["output"]) == ("canceled", None, None)
    assert document["webhook_completed"] is None
    seconds = Decimal(str(document["metrics"]["predict_time"]))
    assert simulator.billed() == [math.ceil(seconds * 975)]


def test_a_cancelled_run_of_a_model_by_the_image_costs_nothing(simulator: Simulator) -> None:
    simulator.fault("stuck_processing", provider="replicate")
    id_ = simulator.replicate().json()["id"]
    _until_processing(simulator, id_)
    assert _cancel(simulator, id_)["status"] == "canceled"
    assert simulator.billed() == []


def test_cancelled_before_it_began(simulator: Simulator) -> None:
    _slow(simulator)
    document = _cancel(simulator, simulator.replicate(version=SDXL).json()["id"])
    assert (document["status"], document["metrics"]["predict_time"]) == ("canceled", 0)
    assert "started_at" not in document
    assert simulator.billed() == []


def test_what_is_over_cannot_be_cancelled(simulator: Simulator) -> None:
    document = simulator.ended(simulator.replicate().json()["id"])
    assert _cancel(simulator, document["id"]) == document


def test_success_after_a_cancel(simulator: Simulator) -> None:
    simulator.fault("late_success_after_cancel", provider="replicate")
    id_ = simulator.replicate().json()["id"]
    assert _until_processing(simulator, id_)["status"] == "processing"
    assert _cancel(simulator, id_)["status"] == "processing"
    assert simulator.ended(id_)["status"] == "succeeded"
    assert simulator.billed() == [3_000]


def test_a_failed_run(simulator: Simulator) -> None:
    simulator.fault("failed_prediction", provider="replicate")
    by_image = simulator.ended(simulator.replicate().json()["id"])
    by_second = simulator.ended(simulator.replicate(version=SDXL).json()["id"])
    assert (by_image["status"], by_image["output"]) == ("failed", None)
    assert "CUDA" in by_image["error"]
    assert by_second["metrics"]["predict_time"] == 4.5
    assert [(line["microUsd"], line["images"]) for line in simulator.invoice()] == [(4_388, 0)]


def test_refusals_are_failed_runs(simulator: Simulator) -> None:
    simulator.fault("refused_input", provider="replicate", times=1)
    before = simulator.ended(simulator.replicate().json()["id"])
    assert (before["status"], before["metrics"]["predict_time"]) == ("failed", 0)
    assert "(E005)" in before["error"]
    assert simulator.billed() == []
    simulator.fault("refused_output", provider="replicate", times=1)
    after = simulator.ended(simulator.replicate().json()["id"])
    assert after["error"].startswith("NSFW content detected")
    assert simulator.billed() == [3_000]
    by_rule = simulator.ended(simulator.replicate(prompt="gore").json()["id"])
    assert "(E005)" in by_rule["error"]


def test_a_filtered_output_may_look_like_an_empty_success(simulator: Simulator) -> None:
    simulator.fault("refused_output", provider="replicate")
    model = "stability-ai/stable-diffusion-3.5-large"
    document = simulator.replicate(model=model, headers=WAIT).json()
    assert (document["status"], document["output"], document["error"]) == ("processing", [], None)
    assert simulator.prediction(document["id"])["error"].startswith("NSFW")


@pytest.mark.parametrize(
    ("model", "output"), [(f"{BFL}/flux-schnell", []), (f"{BFL}/flux-1.1-pro", None)]
)
def test_no_pictures_at_all(simulator: Simulator, model: str, output: object) -> None:
    simulator.fault("empty_data", provider="replicate")
    document = simulator.ended(simulator.replicate(model=model).json()["id"])
    assert (document["status"], document["output"]) == ("succeeded", output)
    assert len(simulator.billed()) == 1


def test_over_usage_of_seconds_is_told_and_billed(simulator: Simulator) -> None:
    simulator.fault("over_usage", provider="replicate", factor=10)
    document = simulator.ended(simulator.replicate(version=SDXL).json()["id"])
    assert document["metrics"]["predict_time"] == 45
    simulator.ended(simulator.replicate().json()["id"])
    assert simulator.billed() == [43_875, 30_000]


def test_an_hour_later_all_is_gone() -> None:
    order = read_order(table()["stability-ai/sdxl"], {"prompt": "a cat"})
    prediction = Prediction(
        id="x", order=order, api="http://sim", seconds=Decimal("4.5"), cancel_after=None
    )
    prediction.begin(1)
    prediction.output = ["http://sim/file"]
    prediction.end("succeeded", computed=Decimal("4.5"))
    assert shown(prediction)["output"] == ["http://sim/file"]
    prediction.completed = datetime.now(UTC) - timedelta(minutes=61)
    document = shown(prediction)
    assert (document["input"], document["output"], document["logs"]) == ({}, None, None)
    assert document["data_removed"] is True
