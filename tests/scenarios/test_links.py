"""Links to images with sign-in on: they work by themselves, for one variant, for a while."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from aquatint.clock import ManualClock
from aquatint.container import Services
from tests.support.client import Answer, Client
from tests.support.fake import house
from tests.support.people import SIGN_IN, Someone, key_of, someone
from tests.support.served import served

VARIANTS = {"content": "url", "download": "downloadUrl", "thumbnail": "thumbnailUrl"}


class Gallery:
    """Two images of one person, and somebody else."""

    def __init__(self, app: Client, services: Services, ann: Someone, bob: Someone) -> None:
        self.app, self.services, self.ann, self.bob = app, services, ann, bob

    async def buy(self) -> dict[str, Any]:
        headers = self.ann.headers(self.app.base)
        bought = await self.app.post("/generate-image", {"prompt": "a cat"}, headers=headers)
        image: dict[str, Any] = bought.body["images"][0]
        return image

    async def again(self, image: dict[str, Any]) -> dict[str, Any]:
        """The image as it is told now."""
        path = f"/api/images/{image['id']}"
        found: dict[str, Any] = (
            await self.app.get(path, headers=self.ann.headers(self.app.base))
        ).body
        return found


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def gallery(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Gallery]:
    async with house(tmp_path, clock=clock, **SIGN_IN) as services, served(services) as app:
        ann, bob = [await someone(services, f"{name}@x.example") for name in ("ann", "bob")]
        yield Gallery(app, services, ann, bob)


def changed(link: str, **fields: str | None) -> str:
    """The link with other fields; None takes one away."""
    parts = urlsplit(link)
    query = {**dict(parse_qsl(parts.query)), **fields}
    kept = {name: value for name, value in query.items() if value is not None}
    return parts._replace(query=urlencode(kept)).geturl()


async def refused(gallery: Gallery, link: str) -> Answer:
    answer = await gallery.app.get(link)
    assert (answer.status, answer.body["code"]) == (403, "forbidden"), (link, answer.raw)
    assert (await gallery.app.call("HEAD", link)).status == 403
    return answer


@pytest.mark.parametrize("variant", VARIANTS)
async def test_a_link_works_for_anybody_who_holds_it(gallery: Gallery, variant: str) -> None:
    image = await gallery.buy()
    answer = await gallery.app.get(image[VARIANTS[variant]])
    assert answer.status == 200
    assert answer.headers["content-type"] in ("image/png", "image/webp")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"].startswith("private, max-age=")
    assert (await gallery.app.call("HEAD", image[VARIANTS[variant]])).status == 200


async def test_a_link_with_anything_changed_is_refused(gallery: Gallery) -> None:
    image, other = await gallery.buy(), await gallery.buy()
    link = image["url"]
    given = dict(parse_qsl(urlsplit(link).query))
    later = str(int(given["exp"]) + 1800)
    wrong: list[dict[str, str | None]] = [
        {"exp": later},
        {"exp": f"{given['exp']}0"},
        {"exp": "soon"},
        {"exp": None},
        {"owner": gallery.bob.id},
        {"owner": ""},
        {"owner": None},
        {"sig": None},
        {"sig": ""},
        {"sig": "é"},
        {"sig": ("A" if given["sig"][0] != "A" else "B") + given["sig"][1:]},
        {"sig": given["sig"][:-1]},
    ]
    for fields in wrong:
        assert "image link" in (await refused(gallery, changed(link, **fields))).body["detail"]
    for variant in ("download", "thumbnail"):
        await refused(gallery, link.replace("/content?", f"/{variant}?"))
    await refused(gallery, link.replace(image["id"], other["id"]))
    await refused(gallery, link.replace(image["id"], "pic_none"))


async def test_a_link_expires(gallery: Gallery, clock: ManualClock) -> None:
    link = (await gallery.buy())["url"]
    clock.advance(1799)
    assert (await gallery.app.get(link)).status == 200
    clock.advance(1801)
    assert "expired" in (await refused(gallery, link)).body["detail"]
    bob = await gallery.app.get(link, headers=gallery.bob.headers(gallery.app.base))
    assert bob.status == 403


async def test_a_link_stays_the_same_for_half_an_hour(gallery: Gallery, clock: ManualClock) -> None:
    image = await gallery.buy()
    left = 1800 - clock.now() // 1000 % 1800
    clock.advance(left - 1)
    assert (await gallery.again(image))["url"] == image["url"]
    clock.advance(1)
    assert (await gallery.again(image))["url"] != image["url"]
    expires = int(dict(parse_qsl(urlsplit(image["url"]).query))["exp"])
    assert 0 < expires - clock.now() // 1000 <= 3600


async def test_without_a_link_it_depends_who_asks(gallery: Gallery) -> None:
    image = await gallery.buy()
    path = f"/api/images/{image['id']}/content"
    assert (await gallery.app.get(path)).status == 401
    owner = await gallery.app.get(path, headers=gallery.ann.headers(gallery.app.base))
    assert (owner.status, owner.headers["cache-control"]) == (200, "private, no-cache")
    key = await key_of(gallery.services, gallery.ann.id)
    assert (await gallery.app.get(path, headers=key)).status == 200
    assert (
        await gallery.app.get(path, headers=gallery.bob.headers(gallery.app.base))
    ).status == 404


async def test_a_new_secret_key_ends_every_link(tmp_path: Path) -> None:
    async with house(tmp_path, secret_key="the first secret key", **SIGN_IN) as services:
        async with served(services) as app:
            ann = await someone(services, "ann@x.example")
            image = await Gallery(app, services, ann, ann).buy()
        link = urlsplit(image["url"])._replace(scheme="", netloc="").geturl()
        async with served(services) as app:
            assert (await app.get(link)).status == 200
    other = house(tmp_path, secret_key="another secret key!", **SIGN_IN)
    async with other as services, served(services) as app:
        assert (await app.get(link)).status == 403


async def test_without_sign_in_links_are_plain(tmp_path: Path) -> None:
    async with house(tmp_path) as services, served(services) as app:
        bought = (await app.post("/generate-image", {"prompt": "a cat"})).body
        assert bought["imageUrl"].endswith("/content")
        answer = await app.get(bought["imageUrl"])
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
