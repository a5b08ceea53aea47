"""What providers tell by webhook: reasons to look at their work, never the truth about it."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping

from aquatint.clock import Clock
from aquatint.db.engine import Database, Tx
from aquatint.errors import Forbidden, NotFound
from aquatint.generations.attempt import Attempts
from aquatint.generations.pickup import Pickup
from aquatint.ids import earlier
from aquatint.ledger.whereabouts import Whereabouts, is_taken, keep_handle, whereabouts
from aquatint.providers.base import Forged, ImageProvider, Message, TellingProvider

_LONGEST_WORK = 86_400_000  # milliseconds; what has ended longer ago is told of no more
_REMEMBERED = 1000  # messages; one told again later only costs a look


class Listener:
    """Takes the messages in. Whatever they say, the provider is asked; polling goes on beside."""

    def __init__(
        self,
        *,
        db: Database,
        clock: Clock,
        providers: Mapping[str, ImageProvider],
        attempts: Attempts,
        pickup: Pickup,
    ) -> None:
        self._db = db
        self._clock = clock
        self._providers = providers
        self._attempts = attempts
        self._pickup = pickup
        self._heard: OrderedDict[str, None] = OrderedDict()  # ids of messages
        self._late: dict[str, asyncio.Task[None]] = {}  # by attempt

    async def hear(
        self, provider: str, attempt_id: str, headers: Mapping[str, str], body: bytes
    ) -> None:
        """A message about an attempt. `headers` in lower case.

        Raises NotFound for an attempt that nobody made, Forbidden for a message that is not the
        provider's, and its errors when that could not be found out.
        """
        telling = self._providers.get(provider)
        if not isinstance(telling, TellingProvider):
            raise NotFound("No provider tells us anything here")
        try:
            message = await telling.hear(headers, body, now=self._clock.now())
        except Forged as error:
            raise Forbidden(f"This message is not the provider's: {error}") from None
        if message.id in self._heard:
            return
        await self._act(provider, attempt_id, message)
        self._remember(message.id)

    async def _act(self, provider: str, attempt_id: str, message: Message) -> None:
        found = await self._db.read(lambda tx: whereabouts(tx, attempt_id))
        if found is None or found.provider != provider:
            raise NotFound("No such attempt")
        if message.attempt_id not in (None, attempt_id):
            raise NotFound("The message is of another attempt")
        if (found.handle or message.handle) != message.handle:
            raise NotFound("The attempt is other work than this")
        if found.state not in ("dispatched", "unknown"):
            return
        if found.handle is None:
            await self._keep(attempt_id, message.handle)
        if not self._attempts.wake(attempt_id) and found.state == "unknown":
            self._take_up(found, attempt_id, message.handle)

    async def _keep(self, attempt_id: str, handle: str) -> None:
        """Keep the handle unless another attempt has it: a message can be sent on anywhere."""
        since = earlier(attempt_id, _LONGEST_WORK)

        def keep(tx: Tx) -> None:
            if is_taken(tx, attempt_id, handle, since=since):
                raise NotFound("The message is of another attempt")
            keep_handle(tx, attempt_id, handle)

        await self._db.write(keep)

    def _take_up(self, found: Whereabouts, attempt_id: str, handle: str) -> None:
        if attempt_id in self._late:
            return
        work = self._pickup.take_up_late(found.generation_id, attempt_id, handle)
        task = self._late[attempt_id] = asyncio.create_task(work, name=attempt_id)
        task.add_done_callback(lambda _: self._late.pop(attempt_id, None))

    def _remember(self, name: str) -> None:
        self._heard[name] = None
        if len(self._heard) > _REMEMBERED:
            self._heard.popitem(last=False)

    async def drain(self) -> None:
        """Wait for what was taken up."""
        if self._late:
            await asyncio.gather(*self._late.values(), return_exceptions=True)
