# ruff: noqa: INP001  # no package: LiteLLM loads it from beside its configuration
"""For LiteLLM: what it records as the cost of each call, as lines in the file $COSTS."""

import json
import os
from pathlib import Path
from typing import Any

from litellm.integrations.custom_logger import CustomLogger  # type: ignore[import-not-found]  # not installed here


class Costs(CustomLogger):  # type: ignore[misc]  # as above
    async def async_log_success_event(self, kwargs: dict[str, Any], **_rest: object) -> None:
        _write(kwargs)

    async def async_log_failure_event(self, kwargs: dict[str, Any], **_rest: object) -> None:
        _write(kwargs)


def _write(told: dict[str, Any]) -> None:
    line = json.dumps({"usd": told.get("response_cost") or 0})
    with Path(os.environ["COSTS"]).open("a") as file:  # noqa: TID251  # not our process
        file.write(f"{line}\n")


costs = Costs()
