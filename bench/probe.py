"""A light client that times GET /healthz: how long the event loop lets a small request wait.

`python -m bench.probe SECONDS PORT [PORT ...]` asks each port at fixed moments and prints, for
each, the delays in milliseconds as JSON. A delay counts from the moment at which the request was
due, not from when it could be sent, so that a long stall is as many delays as it made wait.
"""

import http.client
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

INTERVAL_SECONDS = 0.02
_TIMEOUT_SECONDS = 20.0


def ask(connection: http.client.HTTPConnection) -> None:
    """One round trip; RuntimeError unless it is answered with 200."""
    connection.request("GET", "/healthz")
    response = connection.getresponse()
    response.read()
    if response.status != http.HTTPStatus.OK:
        raise RuntimeError(f"/healthz answered {response.status}")


def probe(port: int, seconds: float) -> list[float]:
    """The delays of one port."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
    ask(connection)  # connects, and warms the route
    delays: list[float] = []
    due = time.perf_counter()
    for _ in range(int(seconds / INTERVAL_SECONDS)):
        due += INTERVAL_SECONDS
        time.sleep(max(due - time.perf_counter(), 0.0))
        ask(connection)
        delays.append((time.perf_counter() - due) * 1000)
    connection.close()
    return delays


def main() -> None:
    seconds, *ports = sys.argv[1:]
    with ThreadPoolExecutor(len(ports)) as pool:
        found = pool.map(lambda port: probe(int(port), float(seconds)), ports)
        sys.stdout.write(json.dumps(list(found)))


if __name__ == "__main__":
    main()
