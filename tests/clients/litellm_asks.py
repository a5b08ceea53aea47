"""Asks a gateway with LiteLLM as a library, in an environment of its own (scripts/setup.sh).

Each line of the input is one wish as JSON, each line of the output what came: `way` ("sync" or
"async"), `call` (a function of LiteLLM) and `wish`, its arguments; `pictures` are paths.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else its import asks a server elsewhere

import litellm  # type: ignore[import-not-found]  # after the line above

litellm.suppress_debug_info = True  # nothing but answers goes to the output


async def awaited(call: str, wish: dict[str, Any]) -> Any:
    answer = await getattr(litellm, f"a{call}")(**wish)
    return [chunk async for chunk in answer] if wish.get("stream") else answer


def called(call: str, wish: dict[str, Any]) -> Any:
    answer = getattr(litellm, call)(**wish)
    return list(answer) if wish.get("stream") else answer


def ask(way: str, call: str, wish: dict[str, Any]) -> Any:
    if pictures := wish.pop("pictures", None):
        wish["image"] = [Path(each).read_bytes() for each in pictures]
    answer = asyncio.run(awaited(call, wish)) if way == "async" else called(call, wish)
    if isinstance(answer, list):
        return [chunk.model_dump(mode="json") for chunk in answer]
    return answer.model_dump(mode="json")


def told(error: Exception) -> dict[str, Any]:
    names = [each.__name__ for each in type(error).__mro__]
    return {"names": names, "status": getattr(error, "status_code", None), "message": str(error)}


def main() -> None:
    for line in sys.stdin:
        try:
            answer = ask(**json.loads(line))
        except Exception as error:  # noqa: BLE001  # whatever it is, the test looks at it
            answer = {"error": told(error)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
