"""The people of the house, for its operators."""

from typing import Any

from fastapi import APIRouter

from aquatint.api.context import OPERATOR, Operator, ServicesDep
from aquatint.clock import iso
from aquatint.identity.model import LOCAL
from aquatint.identity.users import UserSummary
from aquatint.ledger.spenders import NOTHING, Spent, spenders
from aquatint.money import to_usd

router = APIRouter(prefix="/api/users", tags=["users"], dependencies=[OPERATOR])


@router.get("")
async def list_users(services: ServicesDep) -> list[dict[str, Any]]:
    """Everybody who has signed in, those seen last first, with what they spent.

    The house itself comes last, if it bought: by keys that belong to nobody, or before there was
    sign-in.
    """
    now = services.clock.now()
    spent = await services.db.scan(lambda tx: spenders(tx, now=now))
    people = await services.identity.users()
    listed = [_view(person, spent.get(person.user.id, NOTHING)) for person in people]
    own = spent.get(LOCAL.id)
    return listed if own is None or services.identity.mode == "none" else [*listed, _house(own)]


@router.post("/{user_id}/sign-out")
async def sign_out(user_id: str, services: ServicesDep, caller: Operator) -> dict[str, Any]:
    """End every session of a person, on every process: `{sessions}` that ended.

    Their API keys go on working, and whoever is still allowed may sign in again.
    """
    return {"sessions": await services.identity.sign_out_everywhere(user_id, by=caller.id)}


def _view(person: UserSummary, spent: Spent) -> dict[str, Any]:
    user = person.user
    return {
        "id": user.id,
        "name": user.called,
        "email": user.email,
        "operator": person.operator,
        "sessions": person.sessions,
        "spentToday": to_usd(spent.today),
        "spentTotal": to_usd(spent.total),
        "createdAt": iso(user.created_at),
        "seenAt": iso(user.seen_at),
    }


def _house(spent: Spent) -> dict[str, Any]:
    return {
        "id": LOCAL.id,
        "name": "The house itself",
        "email": None,
        "operator": False,
        "sessions": 0,
        "spentToday": to_usd(spent.today),
        "spentTotal": to_usd(spent.total),
        "createdAt": iso(spent.first_at),
        "seenAt": iso(spent.last_at),
    }
