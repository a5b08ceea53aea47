"""Cancel-After: what becomes of a prediction whose time is up, without waiting for minutes."""

import math
from datetime import datetime, timedelta
from decimal import Decimal

from starlette.requests import Request

from aquatint_simulator.faults import Fault
from aquatint_simulator.replicate.call import Call
from aquatint_simulator.replicate.models import table
from aquatint_simulator.replicate.order import read_order
from aquatint_simulator.replicate.prediction import Prediction, shown
from aquatint_simulator.replicate.run import run
from aquatint_simulator.world import Pace, SeenRequest, World
from tests.simulator.conftest import Simulator

_SOON = 0.02  # seconds
_SCOPE = {
    "type": "http",
    "method": "POST",
    "scheme": "http",
    "path": "/",
    "query_string": b"",
    "headers": [(b"host", b"sim")],
}


def _call(ms: int) -> Call:
    world = World()
    world.pace["replicate"] = Pace(images=ms)
    return Call(
        world=world,
        invoice=world.invoice,
        request=Request(_SCOPE),
        raw=b"",
        body=None,
        form=None,
        id="x",
        seen=_seen(),
        started=0,
    )


def _seen() -> SeenRequest:
    return SeenRequest(
        provider="replicate", method="POST", path="/", body=None, key=None, time="", request_id="x"
    )


def _prediction(cancel_after: float | None, *, can_stop: bool = True) -> Prediction:
    return Prediction(
        id="x",
        order=read_order(table()["stability-ai/sdxl"], {"prompt": "a cat"}),
        api="http://sim",
        seconds=Decimal("4.5"),
        cancel_after=cancel_after,
        can_stop=can_stop,
    )


def _fault(name: str) -> Fault:
    return Fault(1, "replicate", name, {})


def test_the_deadline_is_told(simulator: Simulator) -> None:
    document = simulator.replicate(headers={"Cancel-After": "1m30s"}).json()
    created = datetime.fromisoformat(document["created_at"])
    assert datetime.fromisoformat(document["deadline"]) - created == timedelta(seconds=90)


async def test_up_before_it_began() -> None:
    call, prediction = _call(600_000), _prediction(_SOON)
    await run(call, prediction, None)
    assert (prediction.status, prediction.started) == ("aborted", None)
    assert call.invoice == []


async def test_up_while_it_ran() -> None:
    call, prediction = _call(0), _prediction(_SOON)
    await run(call, prediction, _fault("stuck_processing"))
    assert prediction.status == "canceled"
    assert 0 < prediction.computed <= Decimal(str(_SOON))
    (line,) = call.invoice
    assert line.micro_usd == math.ceil(prediction.computed * 975)
    assert line.images == 0


async def test_a_run_never_computes_beyond_it() -> None:
    call, prediction = _call(0), _prediction(3)
    await run(call, prediction, None)
    assert (prediction.status, prediction.computed) == ("succeeded", Decimal(3))
    assert [line.micro_usd for line in call.invoice] == [2_925]


async def test_a_run_that_does_not_heed_it() -> None:
    call, prediction = _call(0), _prediction(_SOON, can_stop=False)
    await run(call, prediction, _fault("late_success_after_cancel"))
    assert prediction.status == "succeeded"
    assert shown(prediction)["output"]
    assert len(call.invoice) == 1
