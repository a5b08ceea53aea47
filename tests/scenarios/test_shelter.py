"""What browsers are told to refuse, on every answer."""

import re

import pytest

from tests.support.client import Client

EVERYWHERE = ("/", "/docs", "/theme.js", "/healthz", "/api/about", "/api/nothing", "/v1/models")
STUDIO = {
    "default-src": "'none'",
    "script-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' blob: data:",
    "style-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}


def rules(policy: str) -> dict[str, str]:
    return dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))


async def test_the_studio_runs_its_own_scripts_alone(app: Client) -> None:
    page = await app.get("/")
    assert rules(page.headers["content-security-policy"]) == STUDIO
    text = page.raw.decode()
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    assert re.findall(r"\bon\w+=|<style|\bstyle=|javascript:", text) == []
    assert re.findall(r"""(?:src|href)=["'](?!\./)""", text) == []


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_every_answer_is_sheltered(app: Client, path: str) -> None:
    headers = (await app.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    policy = rules(headers["content-security-policy"])
    assert (policy["default-src"], policy["frame-ancestors"]) == ("'none'", "'none'")


async def test_a_refused_request_is_sheltered_too(app: Client) -> None:
    answer = await app.get("/api/about", headers={"Host": "elsewhere.example"})
    assert answer.status == 403
    assert answer.headers["x-content-type-options"] == "nosniff"
