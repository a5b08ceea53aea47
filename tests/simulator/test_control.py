"""The control routes, and the simulator as a process."""

import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import httpx2
import pytest

from tests.simulator.conftest import Simulator


def test_health(simulator: Simulator) -> None:
    answer = simulator.http.get(f"{simulator.url}/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_every_request_is_seen(simulator: Simulator) -> None:
    simulator.draw(prompt="a seen cat")
    simulator.post("/images/edits", {"x": 1}, key="sk-other-key-9876")
    simulator.post("/moderations", {"input": "x"}, key=None)
    first, second, third = simulator.requests()
    assert first["provider"] == "openai"
    assert (first["method"], first["path"]) == ("POST", "/openai/v1/images/generations")
    assert first["body"]["prompt"] == "a seen cat"
    assert (first["key"], second["key"], third["key"]) == ("1234", "9876", None)
    assert datetime.fromisoformat(first["time"]).tzinfo is not None
    assert second["body"] == {"x": 1}


def test_a_reset_forgets(simulator: Simulator) -> None:
    simulator.control("POST", "clock", {"date": "2026-11-22"})
    simulator.control("POST", "latency", {"provider": "openai", "ms": 60_000})
    simulator.fault("timeout", match="nothing")
    simulator.control("POST", "reset")
    assert simulator.requests() == []
    assert simulator.control("GET", "invoice") == {"totalMicroUsd": 0, "lines": []}
    assert simulator.control("GET", "faults") == []
    assert simulator.draw(model="dall-e-3", quality="hd").status_code == 200


def test_a_call_from_before_a_reset_is_not_billed_after_it(simulator: Simulator) -> None:
    simulator.control("POST", "latency", {"provider": "openai", "ms": 500})
    with ThreadPoolExecutor() as threads:
        answer = threads.submit(simulator.draw)
        while not simulator.requests():
            pass
        simulator.control("POST", "reset")
        assert answer.result(timeout=20).status_code == 200
    assert simulator.invoice() == []


def test_latency_holds_images_back_and_nothing_else(simulator: Simulator) -> None:
    answer = simulator.control("POST", "latency", {"provider": "openai", "ms": 60_000})
    assert answer == {"provider": "openai", "ms": 60_000, "tokenMs": 0}
    assert simulator.post("/moderations", {"input": "x"}).status_code == 200
    with pytest.raises(httpx2.ReadTimeout), httpx2.Client(timeout=0.5, trust_env=False) as hasty:
        hasty.post(
            f"{simulator.api}/images/generations",
            json={"model": "gpt-image-2", "prompt": "a cat"},
            headers={"Authorization": "Bearer sk-x"},
        )


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("latency", {"provider": "acme", "ms": 1}),
        ("latency", {"provider": "openai", "ms": -1}),
        ("latency", {"provider": "openai", "ms": "1"}),
        ("latency", {"provider": "openai", "tokenMs": True}),
        ("clock", {"date": "tomorrow"}),
        ("clock", {"date": 20261122}),
        ("clock", {}),
        ("clock", [1]),
        ("faults", "x"),
    ],
)
def test_bad_control_requests(simulator: Simulator, name: str, body: object) -> None:
    answer = simulator.http.post(f"{simulator.url}/_sim/{name}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_a_body_that_is_no_json(simulator: Simulator) -> None:
    answer = simulator.http.post(f"{simulator.url}/_sim/faults", content=b"{")
    assert (answer.status_code, answer.json()) == (400, {"error": "the body is not JSON"})


def _start(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "aquatint_simulator", *arguments]
    return subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_process_says_its_address_and_stops_cleanly(number: signal.Signals) -> None:
    process = _start("--port", "0", "--as-of", "2025-01-12")
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        headers = {"Authorization": "Bearer sk-x"}
        with httpx2.Client(trust_env=False, headers=headers) as http:
            assert http.get(f"{url}/healthz").status_code == 200
            names = {model["id"] for model in http.get(f"{url}/openai/v1/models").json()["data"]}
        assert names == {"dall-e-2", "dall-e-3", "sim-chat"}
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (0, "", "")
    finally:
        process.kill()


@pytest.mark.parametrize("signals", [[signal.SIGTERM], [signal.SIGINT, signal.SIGTERM]])
def test_a_call_without_end_does_not_hold_up_the_stop(signals: list[signal.Signals]) -> None:
    process = _start("--port", "0")
    try:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        with httpx2.Client(trust_env=False, timeout=0.3) as http:
            http.post(f"{url}/_sim/faults", json={"provider": "openai", "fault": "timeout"})
            order = {"model": "gpt-image-2", "prompt": "a cat"}
            held = http.build_request(
                "POST",
                f"{url}/openai/v1/images/generations",
                json=order,
                headers={"Authorization": "Bearer sk-x"},
            )
            host, port = url.removeprefix("http://").split(":")
            with socket.create_connection((host, int(port))) as connection:
                head = f"POST {held.url.path} HTTP/1.1\r\n".encode()
                fields = b"".join(b"%s: %s\r\n" % field for field in held.headers.raw)
                connection.sendall(head + fields + b"\r\n" + held.read())
                while not http.get(f"{url}/_sim/requests").json():
                    pass
                for number in signals:
                    process.send_signal(number)
                out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (0, "", "")
    finally:
        process.kill()


def test_a_taken_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        process = _start("--port", port)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith(f"Cannot listen on 127.0.0.1:{port}: ")


def test_a_nonsense_date_is_refused() -> None:
    process = _start("--as-of", "yesterday")
    _, err = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "'yesterday' is no day like 2026-11-22" in err
