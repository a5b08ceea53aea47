"""One prediction: what is known of it, and how it is shown."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from aquatint_simulator.clock import Clock
from aquatint_simulator.replicate.order import Order

KEPT = timedelta(hours=1)  # then input, output and logs are removed

Status = Literal["starting", "processing", "succeeded", "failed", "canceled", "aborted"]
Event = Literal["start", "output", "logs", "completed"]  # what a webhook may hear of
Output = str | list[str] | None


@dataclass(kw_only=True, slots=True)
class Prediction:
    """Its times are the simulator's; `output` stays unset until there is one."""

    id: str
    order: Order
    api: str  # the address under which predictions lie
    seconds: Decimal  # of computing that the whole work takes
    cancel_after: float | None
    clock: Clock = field(default_factory=Clock)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    started: datetime | None = None
    completed: datetime | None = None
    status: Status = "starting"
    output: Output = None
    error: str | None = None
    computed: Decimal = Decimal()  # seconds, once it has ended
    images: int | None = None  # told in the metrics, where the model bills them
    inline: list[str] = field(default_factory=list)  # the output as data URIs
    pace: float = 0  # seconds that the work is made to take
    can_stop: bool = True
    stop: asyncio.Event = field(default_factory=asyncio.Event)  # asked to end
    by_deadline: bool = False  # whether that was Cancel-After
    over: asyncio.Event = field(default_factory=asyncio.Event)
    tell: Callable[[Event], None] = lambda _event: None

    @property
    def active(self) -> bool:
        return self.completed is None

    @property
    def fraction(self) -> float:
        """How much of the work is done, from 0 to 1."""
        if self.started is None:
            return 0
        if self.status == "succeeded":
            return 1
        spent = ((self.completed or self.clock.moment()) - self.started).total_seconds()
        return min(1.0, spent / self.pace) if self.pace else 0.5

    def begin(self, pace: float) -> None:
        """The work starts, and will take `pace` seconds."""
        self.started, self.pace = self.clock.moment(), pace
        self.status = "processing"
        self.tell("start")
        self.tell("logs")

    def end(
        self, status: Status, *, computed: Decimal = Decimal(), error: str | None = None
    ) -> None:
        """It is over, after so many seconds of computing."""
        if status == "succeeded" and self.output:
            self.tell("output")
        self.completed = self.clock.moment()
        self.computed, self.error = computed, error
        self.status = status
        self.over.set()
        self.tell("completed")


def shown(prediction: Prediction, *, early: bool = False) -> dict[str, Any]:
    """Replicate's prediction object: keys without a value yet are absent.

    `early` is how a call that waited sees a good end: with the output, but still processing.
    """
    order, ended = prediction.order, prediction.status in ("canceled", "aborted")
    document: dict[str, Any] = {
        "id": prediction.id,
        "model": order.model.id,
        "version": order.model.version or "hidden",
        "input": dict(order.given),
        "logs": None if ended else _logs(prediction),
        "data_removed": False,
        "error": prediction.error,
        "status": "processing" if early else prediction.status,
        "created_at": _time(prediction.created),
        "urls": _urls(prediction),
    }
    if prediction.cancel_after is not None:
        deadline = prediction.created + timedelta(seconds=prediction.cancel_after)
        document["deadline"] = _time(deadline)
    if early:
        return document | {"output": prediction.output}
    if prediction.started is not None:
        document["started_at"] = _time(prediction.started)
    if prediction.completed is not None:
        document |= _ending(prediction, prediction.completed)
    return document


def _ending(prediction: Prediction, completed: datetime) -> dict[str, Any]:
    metrics: dict[str, Any] = {
        "predict_time": float(prediction.computed),
        "total_time": (completed - prediction.created).total_seconds(),
    }
    if prediction.images is not None:
        metrics["image_count"] = prediction.images
    ending: dict[str, Any] = {
        "output": prediction.output,
        "completed_at": _time(completed),
        "metrics": metrics,
    }
    if prediction.status == "canceled":
        ending["webhook_completed"] = None
    if prediction.clock.moment() - completed > KEPT:
        ending |= {"input": {}, "output": None, "logs": None, "data_removed": True}
    return ending


def _urls(prediction: Prediction) -> dict[str, str]:
    own = f"{prediction.api}/{prediction.id}"
    return {
        "get": own,
        "cancel": f"{own}/cancel",
        "web": f"https://replicate.com/p/{prediction.id}",
    }


def _logs(prediction: Prediction) -> str:
    """A progress bar as models print it, line by line as far as the work is."""
    if prediction.started is None:
        return ""
    steps = max(1, prediction.order.steps)
    done = round(prediction.fraction * steps)
    lines = [f"Using seed: {prediction.order.seed}"]
    for step in range(done + 1):
        percent = step * 100 // steps
        bar = "\u2588" * (percent // 10)
        lines.append(f"{percent:3d}%|{bar:<10}| {step}/{steps} [00:00<00:00,  9.81it/s]")
    return "\n".join(lines) + "\n"


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
