"""A database that is busy, or did not say, is no fault of the caller and tells what to do."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from aquatint.api import problems
from aquatint.db.engine import CommitUnknown, DatabaseBusy


@pytest.mark.parametrize(
    ("error", "code"), [(DatabaseBusy(), "database_busy"), (CommitUnknown(), "commit_unknown")]
)
def test_it_is_answered_with_when_to_come_back(error: Exception, code: str) -> None:
    app = FastAPI()
    problems.install(app)

    @app.get("/api/x")
    async def fails() -> None:
        raise error

    answer = TestClient(app).get("/api/x")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert answer.json()["code"] == code
