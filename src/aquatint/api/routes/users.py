"""The people of the house, for its operators."""

from typing import Any

from fastapi import APIRouter

from aquatint.api.context import OPERATOR, ServicesDep
from aquatint.clock import iso
from aquatint.identity.users import UserSummary
from aquatint.ledger.spenders import NOTHING, Spent, spenders
from aquatint.money import to_usd

router = APIRouter(prefix="/api/users", tags=["users"], dependencies=[OPERATOR])


@router.get("")
async def list_users(services: ServicesDep) -> list[dict[str, Any]]:
    """Everybody who has signed in, those seen last first, with what they spent."""
    now = services.clock.now()
    spent = await services.db.scan(lambda tx: spenders(tx, now=now))
    people = await services.identity.users()
    return [_view(person, spent.get(person.user.id, NOTHING)) for person in people]


@router.post("/{user_id}/sign-out")
async def sign_out(user_id: str, services: ServicesDep) -> dict[str, Any]:
    """End every session of a person, on every process: `{sessions}` that ended.

    Their API keys go on working, and whoever is still allowed may sign in again.
    """
    return {"sessions": await services.identity.sign_out_everywhere(user_id)}


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
