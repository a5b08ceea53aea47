"""The conditions of providers as this process alone knows them."""

from collections.abc import Mapping

from aquatint.clock import Millis
from aquatint.errors import ProviderError
from aquatint.resilience import condition as conditions
from aquatint.resilience.breaker import BreakerConfig, Permit
from aquatint.resilience.condition import Condition, Refusal, Snapshot
from aquatint.resilience.store import Call, Refused, lease
from aquatint.resilience.transition import Transition, between


class Memory:
    """The steps of the store without a store; as there, they return the transitions they made."""

    def __init__(self, config: BreakerConfig) -> None:
        self._config = config
        self._conditions: dict[str, Condition] = {}
        self._under_way: dict[str, tuple[Call, Permit]] = {}

    def begin(self, known: Mapping[str, Condition]) -> None:
        """Forget what was thought of the providers, and go on from what is `known`."""
        self._conditions = dict(known)

    def remember(self, call: Call, generation: int) -> None:
        """`call` was let through by somebody else."""
        self._under_way[call.id] = (call, Permit(call_id=call.id, generation=generation))

    def forget(self, call_id: str) -> tuple[Call, Permit] | None:
        """The call has ended."""
        return self._under_way.pop(call_id, None)

    def acquire(self, call: Call, now: Millis) -> tuple[Transition, ...]:
        """Ask to make `call`; raises Refused."""
        after, answer = conditions.acquire(
            self._of(call.provider),
            call.id,
            lease_until=now + lease(call),
            now=now,
            config=self._config,
        )
        if isinstance(answer, Refusal):
            raise Refused(answer)
        self.remember(call, answer.generation)
        return self._become(call.provider, after, now)

    def record(
        self, call: Call, permit: Permit, error: ProviderError | None, now: Millis
    ) -> tuple[Transition, ...]:
        after = conditions.record(
            self._of(call.provider),
            permit,
            error,
            model=call.model,
            now=now,
            config=self._config,
        )
        return self._become(call.provider, after, now)

    def give_back(self, call: Call, permit: Permit, now: Millis) -> None:
        after = conditions.give_back(self._of(call.provider), permit, now=now, config=self._config)
        self._become(call.provider, after, now)

    def reset(self, provider: str, actor: str, now: Millis) -> tuple[Transition, ...]:
        return self._become(provider, conditions.reset(self._of(provider)), now, actor)

    def snapshot(self, now: Millis) -> Snapshot:
        return Snapshot(conditions=dict(self._conditions), config=self._config, taken_at=now)

    def _of(self, provider: str) -> Condition:
        return self._conditions.get(provider, Condition())

    def _become(
        self, provider: str, after: Condition, now: Millis, actor: str | None = None
    ) -> tuple[Transition, ...]:
        before, self._conditions[provider] = self._of(provider), after
        return between(
            provider, before.circuit, after.circuit, at=now, config=self._config, actor=actor
        )
