"""The simulator's own time: it runs like the machine's, and can be set, moved on and stopped."""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

_DAY = 86_400  # seconds


class Clock:
    """A moment that runs on or stands still, and a day whose models and prices hold.

    Without a day every model lives. A day that was set stays until the clock is moved past its
    midnight: the machine's own time never changes it.
    """

    def __init__(self, day: date | None = None) -> None:
        self._offset = 0.0  # seconds ahead of the machine
        self._stopped: float | None = None  # Unix time
        self.set_day(day)

    @property
    def frozen(self) -> bool:
        return self._stopped is not None

    @property
    def today(self) -> date | None:
        if self._day is None:
            return None
        return self._day + timedelta(days=int(self._into_day // _DAY))

    def now(self) -> float:
        """Unix time, in seconds."""
        return time.time() + self._offset if self._stopped is None else self._stopped

    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    def timestamp(self) -> str:
        """Now, as ``2026-11-22T12:00:00.000Z``."""
        return self.moment().isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def set_day(self, day: date | None) -> None:
        """The models and prices of a day; the time goes on as it was."""
        self._day, self._into_day = day, 0.0

    def set_moment(self, moment: datetime) -> None:
        """A moment, and the models and prices of its day."""
        moment = moment.astimezone(UTC)
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        self._day, self._into_day = moment.date(), (moment - midnight).total_seconds()
        if self._stopped is not None:
            self._stopped = moment.timestamp()
        self._offset = moment.timestamp() - time.time()

    def advance(self, seconds: float) -> None:
        self._offset += seconds
        self._into_day += seconds
        if self._stopped is not None:
            self._stopped += seconds

    def freeze(self, *, frozen: bool) -> None:
        """Stop, or run on from where it stopped."""
        if frozen:
            self._stopped = self.now()
        elif self._stopped is not None:
            self._offset, self._stopped = self._stopped - time.time(), None

    def shown(self) -> dict[str, Any]:
        today = self.today
        return {
            "date": today.isoformat() if today else None,
            "time": self.timestamp(),
            "frozen": self.frozen,
        }
