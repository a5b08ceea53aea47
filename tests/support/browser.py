"""As much of a browser as signing in takes: it keeps cookies, and follows nothing by itself."""

from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from tests.support.client import Answer, Client
from tests.support.identity_provider import consent


@dataclass
class Browser:
    """One person's browser on the studio that `app` serves itself."""

    app: Client
    cookies: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """A request of the studio's own page."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {"Origin": self.app.base, **({"Cookie": cookie} if cookie else {}), **headers}
        answer = await self.app.call(method, path, body, headers=sent, allow_redirects=False)
        for morsel in answer.cookies:
            self._keep(morsel)
        return answer

    def _keep(self, header: str) -> None:
        for name, morsel in SimpleCookie(header).items():
            assert morsel["secure"], header
            assert morsel["httponly"], header
            assert (morsel["path"], morsel["domain"]) == ("/", ""), header
            assert morsel["samesite"].lower() == "lax", header
            if morsel["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = morsel.value

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.call("GET", path, **headers)

    async def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return await self.call("POST", path, body, **headers)

    async def begin(self, return_to: str = "/") -> str:
        """Press "sign in"; the identity provider's page."""
        answer = await self.get(f"/auth/login?returnTo={return_to}")
        assert answer.status == 303, answer.raw
        return answer.headers["location"]

    async def come_back(self, page: str, subject: str) -> Answer:
        """Be somebody on the provider's page, and return."""
        parts = urlsplit(consent(page, subject))
        return await self.get(f"{parts.path}?{parts.query}")

    async def sign_in(self, subject: str, return_to: str = "/") -> Answer:
        return await self.come_back(await self.begin(return_to), subject)
