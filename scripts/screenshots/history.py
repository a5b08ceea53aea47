"""A month of orders for the usage page: the gateway that is photographed opened a minute ago."""

import math
from datetime import date, timedelta
from typing import Any, Final

from playwright.sync_api import Page, Route

_TODAY: Final = date(2026, 11, 22)
_NOW: Final = "2026-11-22T14:30:00Z"
_RESETS: Final = {
    "hour": "2026-11-22T15:00:00Z",
    "day": "2026-11-23T00:00:00Z",
    "month": "2026-12-01T00:00:00Z",
}
_IMAGE: Final = 0.0412  # dollars
_NO_ANSWER: Final = {date(2026, 11, 13): 0.0958}
_MODELS: Final = (
    ("openai", "gpt-image-2.6-sunburst", 0.42),
    ("openai", "gpt-image-2-mini", 0.13),
    ("gemini", "gemini-3-pro-image", 0.25),
    ("together", "FLUX.2-max", 0.12),
    ("replicate", "flux-1.1-pro-ultra", 0.08),
)
_PROVIDERS: Final = dict.fromkeys(provider for provider, _, _ in _MODELS)


def add_history(page: Page) -> None:
    """The gateway's own answer, told for a fixed day and with the month before it."""
    page.clock.set_fixed_time(_NOW)
    page.route("**/api/usage?days=*", _answer)


def _answer(route: Route) -> None:
    response = route.fetch()
    report: dict[str, Any] = response.json()
    days = [_day(_TODAY - timedelta(days=back)) for back in range(29, -1, -1)]
    spent, images = (sum(day[name] for day in days) for name in ("spent", "images"))
    by_model = [
        {"model": model, **_line(spent * share, round(images * share), provider=provider)}
        for provider, model, share in _MODELS
    ]
    by_model[0]["unknown"] = sum(_NO_ANSWER.values())
    for window in report["windows"]:
        window["resetsAt"] = _RESETS[window["period"]]
    told = {
        "resetsAt": _RESETS,
        "unknown": by_model[0]["unknown"],
        "byDay": [day for day in days if day["images"]],
        "byModel": by_model,
        "byProvider": [_together(by_model, name) for name in _PROVIDERS],
    }
    route.fulfill(response=response, json={**report, **told})


def _together(by_model: list[dict[str, Any]], provider: str) -> dict[str, Any]:
    own = [line for line in by_model if line["provider"] == provider]
    spent, images = (sum(line[name] for line in own) for name in ("spent", "images"))
    unknown = sum(line["unknown"] for line in own)
    return {**_line(spent, images, provider=provider), "unknown": unknown}


def _day(day: date) -> dict[str, Any]:
    """More orders in the middle of the week, and none on Sundays but the last."""
    resting = day.isoweekday() == 7 and day != _TODAY  # noqa: PLR2004  # Sunday
    images = 0 if resting else round(7 + 4 * math.sin(day.day / 2.3) + day.weekday() % 4)
    return {
        **_line(images * _IMAGE, images, day=day.isoformat()),
        "unknown": _NO_ANSWER.get(day, 0),
    }


def _line(spent: float, images: int, **of: str) -> dict[str, Any]:
    money = {"spent": round(spent, 6), "unknown": 0, "overrun": 0}
    return {**of, **money, "images": images, "attempts": images}
