"""The calls on predictions: create, look, list, cancel."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.responses import Response

from aquatint_simulator import inputs
from aquatint_simulator.call import after_work
from aquatint_simulator.faults import RUNS, SPOILED_IMAGES
from aquatint_simulator.pictures.photo import PhotoError
from aquatint_simulator.replicate import errors
from aquatint_simulator.replicate.call import Call, before_work
from aquatint_simulator.replicate.metering import predict_seconds
from aquatint_simulator.replicate.models import Model, find, find_version
from aquatint_simulator.replicate.order import Order, addresses, read_order, with_photos
from aquatint_simulator.replicate.prediction import Prediction, shown
from aquatint_simulator.replicate.run import run
from aquatint_simulator.replicate.webhook import Messenger, Webhook, read_webhook
from aquatint_simulator.work import count

_MAX_KEPT = 10_000
_PAGE = 100
_WAIT = re.compile(r"wait(?:=([1-9]|[1-5][0-9]|60))?")
_LONGEST_WAIT = 60  # seconds
_DURATION = re.compile(r"(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,5})s)?")
_SHORTEST_RUN = 5  # seconds
_TO_STOP = 5  # seconds that a cancelled run may take to end
_OF_BODY = {"version", "input", "webhook", "webhook_events_filter", "stream"}


@dataclass(slots=True)
class Predictions:
    """The account's predictions by id, oldest first."""

    by_id: dict[str, Prediction] = field(default_factory=dict)

    def keep(self, prediction: Prediction) -> None:
        while len(self.by_id) >= _MAX_KEPT:
            self.by_id.pop(next(iter(self.by_id)))
        self.by_id[prediction.id] = prediction


async def create_by_version(call: Call) -> Response:
    """POST /predictions, of a community model's version or an official model's name."""
    version = call.fields().get("version")
    if not isinstance(version, str) or not version:
        raise errors.bad_request("version", "version is required")
    model = find_version(version, call.world.today)
    if model is None:
        raise errors.no_such_version()
    return await _create(call, model)


async def create_by_name(call: Call) -> Response:
    """POST /models/{owner}/{name}/predictions, of an official model."""
    names = call.request.path_params
    model = find(f"{names['owner']}/{names['name']}", call.world.today)
    if model is None or model.version is not None:
        raise errors.not_found()
    return await _create(call, model)


async def show(call: Call) -> Response:
    early = before_work(fault := call.fault())
    return early or after_work(fault, call.answer(shown(_known(call))))


async def list_all(call: Call) -> Response:
    """The latest page; there are no further ones."""
    early = before_work(fault := call.fault())
    latest = list(call.world.memory_of(Predictions).by_id.values())[::-1][:_PAGE]
    page = {"previous": None, "next": None, "results": [shown(each) for each in latest]}
    return early or after_work(fault, call.answer(page))


async def cancel(call: Call) -> Response:
    """Ask it to stop, and tell how it stands once it has; what is over stays as it is."""
    early = before_work(fault := call.fault())
    if early is not None:
        return early
    prediction = _known(call)
    if prediction.active:
        prediction.stop.set()
        await _over_within(prediction, _TO_STOP if prediction.can_stop else 0)
    return after_work(fault, call.answer(shown(prediction)))


def _known(call: Call) -> Prediction:
    prediction = call.world.memory_of(Predictions).by_id.get(call.request.path_params["id"])
    if prediction is None:
        raise errors.not_found()
    return prediction


async def _create(call: Call, model: Model) -> Response:
    fields, headers = call.fields(), call.request.headers
    _check_fields(fields)
    webhook = read_webhook(fields)
    wait, cancel_after = _wait(headers), _cancel_after(headers)
    order = await _looked_at(call, read_order(model, fields.get("input")))
    call.stay_within(model.id, order.n)
    fault = call.fault(prompt=order.prompt, also=_possible(order, webhook))
    gone = errors.not_found if model.version is None else errors.no_such_version
    early = before_work(fault, gone)
    if early is not None:
        return early
    order = replace(order, n=count(order.n, fault))
    prediction = Prediction(
        id=call.id,
        order=order,
        api=f"{call.request.base_url}replicate/v1/predictions",
        seconds=predict_seconds(order),
        cancel_after=cancel_after,
        clock=call.world.clock,
        created=call.world.clock.moment(),
        can_stop=fault is None or fault.name != "late_success_after_cancel",
    )
    call.world.memory_of(Predictions).keep(prediction)
    if webhook is not None:
        twice = fault is not None and fault.name == "duplicate_webhook"
        call.world.start(Messenger(webhook, prediction, twice=twice).deliver())
    call.world.start(run(call, prediction, fault))
    if wait is None:
        return after_work(fault, call.answer(shown(prediction), 201))
    await _over_within(prediction, wait)
    return after_work(fault, _waited(call, prediction, headers["prefer"]))


async def _looked_at(call: Call, order: Order) -> Order:
    """The order with its pictures. One that is of no use fails the run, not the call."""
    photos, mask = addresses(order)
    try:
        looked_at = [await inputs.at(call, each) for each in photos]
        return with_photos(order, looked_at, await inputs.at(call, mask) if mask else None)
    except inputs.UnreachableError:
        return replace(order, broken="Prediction failed: 404 Client Error: Not Found for url")
    except PhotoError:
        return replace(order, broken="Prediction failed: cannot identify image file")


def _waited(call: Call, prediction: Prediction, preference: str) -> Response:
    """As recorded: a good end is told as `processing`, with the output and no metrics."""
    headers = {"Preference-Applied": preference}
    if prediction.active:
        return call.answer(shown(prediction), 202, headers)
    filtered = prediction.order.model.empty_when_refused and prediction.status == "failed"
    if prediction.status != "succeeded" and not filtered:
        return call.answer(shown(prediction), 201, headers)
    document = shown(prediction, early=True)
    if filtered:
        document["error"] = None
    if prediction.inline:
        is_array = prediction.order.model.is_array
        document["output"] = prediction.inline if is_array else prediction.inline[0]
    return call.answer(document, 201, headers)


async def _over_within(prediction: Prediction, seconds: float) -> None:
    try:
        await asyncio.wait_for(prediction.over.wait(), seconds)
    except TimeoutError:
        return


def _check_fields(fields: Mapping[str, Any]) -> None:
    unknown = sorted(fields.keys() - _OF_BODY)
    if unknown:
        raise errors.bad_request(unknown[0], f"Additional property {unknown[0]} is not allowed")


def _wait(headers: Mapping[str, str]) -> int | None:
    """Seconds that the caller is ready to wait; None when not at all."""
    preference = headers.get("prefer")
    if preference is None or preference == "respond-async":
        return None
    match = _WAIT.fullmatch(preference)
    if match is None:
        raise errors.bad_request("Prefer", "must be wait or wait=n, n from 1 to 60")
    return int(match[1]) if match[1] else _LONGEST_WAIT


def _cancel_after(headers: Mapping[str, str]) -> float | None:
    text = headers.get("cancel-after")
    if text is None:
        return None
    match = _DURATION.fullmatch(text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    total = hours * 3600 + minutes * 60 + seconds
    if total < _SHORTEST_RUN:
        message = f"must be a duration such as 90s, 1m or 1h30m, at least {_SHORTEST_RUN}s"
        raise errors.bad_request("Cancel-After", message)
    return total


def _possible(order: Order, webhook: Webhook | None) -> frozenset[str]:
    """Faults of the run and its images that make sense for this order."""
    never = {"fewer_images"} if order.n == 1 else set[str]()
    if webhook is None:
        never.add("duplicate_webhook")
    return (SPOILED_IMAGES | RUNS) - never
