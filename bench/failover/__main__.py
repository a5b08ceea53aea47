"""``python -m bench.failover``: the card of Aquatint, or of another gateway (README.md)."""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.failover.card import card
from bench.failover.cases import PROVIDERS, Case, full, short
from bench.failover.drivers import Driver, OpenAICompatible
from bench.failover.stage import aquatint, play, simulator
from bench.servers import BenchError

_MOST_SECONDS = 1200.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0 whatever the card says, 1 when there is none."""
    if sys.platform != "linux":
        sys.stderr.write("bench: needs Linux, for pinning processes to cores\n")
        return 1
    options = _parser().parse_args(arguments)
    with TemporaryDirectory(prefix="failover-") as name, ExitStack() as stack:
        folder = Path(name)
        try:
            providers = stack.enter_context(simulator(folder, options.simulator_port))
            driver = _other(options) or stack.enter_context(aquatint(folder, providers))
            outcomes = [play(driver, providers, case) for case in _in_time(_cases(options))]
        except BenchError as error:
            sys.stderr.write(f"bench: {error}\n")
            return 1
    sys.stdout.write(card(driver.name, outcomes))
    return 0


def _cases(options: argparse.Namespace) -> list[Case]:
    if options.full:
        return full(*(PROVIDERS if options.url is None else PROVIDERS[:1]))
    return [case for case in short() if options.url is None or case.provider == PROVIDERS[0]]


def _in_time(cases: list[Case]) -> Iterator[Case]:
    begun = time.monotonic()
    for case in cases:
        if time.monotonic() - begun > _MOST_SECONDS:
            raise BenchError(f"not done within {_MOST_SECONDS:.0f} s")
        yield case
        sys.stderr.write(f"bench: {case.provider} {case.label}\n")


def _other(options: argparse.Namespace) -> Driver | None:
    """The gateway that was named; None: Aquatint."""
    if options.url is None:
        return None
    headers = json.loads(options.headers.read_text()) if options.headers else {}
    return OpenAICompatible(
        name=options.name,
        url=options.url.rstrip("/"),
        model=options.model,
        headers={
            "Authorization": f"Bearer {options.key}",
            **{
                name: value if isinstance(value, str) else json.dumps(value)
                for name, value in headers.items()
            },
        },
        costs=options.costs,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.failover", description=__doc__)
    parser.add_argument("--full", action="store_true", help="every provider, once and lasting")
    parser.add_argument("--simulator-port", type=int, help="default: any free one")
    other = parser.add_argument_group("another gateway, that runs already")
    other.add_argument("--url", help="its OpenAI-compatible API, such as http://127.0.0.1:4000/v1")
    other.add_argument("--name", default="another gateway", help="for the card")
    other.add_argument("--model", default="gpt-image-2.5-flare", help="default: %(default)s")
    other.add_argument("--key", default="sk-bench", help="default: %(default)s")
    other.add_argument("--headers", type=Path, help="a JSON file of further headers")
    other.add_argument("--costs", type=Path, help="the file in which it writes what it recorded")
    return parser


if __name__ == "__main__":
    sys.exit(main())
