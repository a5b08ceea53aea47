"""An operator's word on calls whose end nobody learnt: what the provider's bill says of them."""

from aquatint.clock import Millis
from aquatint.db.engine import Tx
from aquatint.errors import BadResponse, InvalidRequest, NotFound
from aquatint.generations.recovery import amend
from aquatint.ledger import service as ledger
from aquatint.ledger import store
from aquatint.ledger.store import Attempt, Ending
from aquatint.ledger.whereabouts import whereabouts
from aquatint.money import Micro


def unresolved(tx: Tx) -> list[Attempt]:
    """Every attempt that holds money because its outcome is unknown, the oldest first."""
    generations = sorted(set(store.in_state(tx, "unknown").values()))
    return [each for each in store.of_generations(tx, generations) if each.state == "unknown"]


def resolve(tx: Tx, attempt_id: str, *, billed: Micro, now: Millis) -> Micro:
    """Book what the provider billed for the attempt, 0 for nothing; what was charged.

    Its generation is told as ended, without the image. Raises NotFound, or InvalidRequest for an
    attempt whose outcome is known.
    """
    found = whereabouts(tx, attempt_id)
    if found is None:
        raise NotFound(f"There is no attempt {attempt_id}")
    if found.state != "unknown":
        raise InvalidRequest(f"The outcome of {attempt_id} is not unknown: it is {found.state}")
    charged = 0
    if billed:
        ending = _ending("The provider's answer was lost; it was billed, as the operator found")
        charged = ledger.settle(tx, attempt_id, billed=billed, delivered=0, ending=ending, now=now)
    else:
        ending = _ending("The provider's answer was lost; it was not billed, as the operator found")
        ledger.release(tx, attempt_id, ending=ending, now=now)
    amend(tx, found.generation_id, now=now)
    return charged


def _ending(text: str) -> Ending:
    return Ending(error_code=BadResponse.code, error=text)
