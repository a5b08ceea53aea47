import asyncio
import socket
from typing import Any

import pytest

from aquatint.net.fetch import FetchFailed, PublicResolver, is_public
from tests.contract.replies import each, redirect
from tests.contract.server import Server
from tests.unit.net.conftest import Got

HOSTILE = (
    "",
    "/1.png",
    "1.png",
    "//127.0.0.1/",
    "nonsense",
    "https://",
    "https:///x",
    "https://:443/",
    "file:///etc/passwd",
    "gopher://127.0.0.1/",
    "data:,x",
    "ftp://127.0.0.1/",
    "javascript:alert(1)",
    "http://93.184.215.14/",
    "http://93.184.215.14:443/",
    "ftp://93.184.215.14:443/",
    "http://example.com/",
    "https://93.184.215.14:8443/",
    "https://example.com:{port}/",
    "http://127.0.0.1:{port}/",
    "http://127.0.0.1:{port}@{own}/",
    "http://user@{own}/",
    "http://:secret@{own}/",
    "https://{own}/",
    "http://localhost:{port}/",
    "https://127.0.0.1:{port}/",
    "https://127.0.0.1/",
    "https://127.0.0.1./",
    "https://127.1/",
    "https://127.0.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.0.0.1%2f@example.com/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://[::1]/",
    "https://[::]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[::127.0.0.1]/",
    "https://[64:ff9b::127.0.0.1]/",
    "https://[64:ff9b:1::1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25lo]/",
    "https://[fec0::1]/",
    "https://[ff02::1]/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.0.1/",
    "https://169.254.169.254/",
    "https://100.64.0.1/",
    "https://192.0.0.1/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[::ffff:0:127.0.0.1]/",
    "https://[2002:a9fe:a9fe::]/",
    "https://[2001:db8::1]/",
    "https://100.100.100.200/",
    "https://168.63.129.16/",
    "https://192.0.0.192/",
    "https://192.88.99.1/",
    "https://0x7f.1/",
    "https://0300.0250.0.1/",
    "https://0251.0376.0251.0376/",
    "https://2852039166/",
    "https://0xa9fea9fe/",
    "https://127.0.0.1:443@localhost/",
    "wss://127.0.0.1:{port}/",
    "unix:///var/run/docker.sock",
    "https://①②⑦.⓪.⓪.①/",
    "https://127。0。0。1/",
    "https://example.com\\@127.0.0.1/",
    "https://127.0.0.1:0x1bb/",
    "https://127.0.0.1:99999/",
    "https://[127.0.0.1]/",
    "https://ex ample.com/",
    "https://a\r\nHost: b/",
    "http://{own}/" + "x" * 9000,
)


@pytest.fixture
async def no_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that belong to others are not asked for."""
    loop = asyncio.get_running_loop()
    ask = loop.getaddrinfo

    async def known(host: Any, *args: Any, **more: Any) -> Any:
        if "example.com" in str(host).casefold():
            raise socket.gaierror(socket.EAI_NONAME, "not in this test")
        return await ask(host, *args, **more)

    monkeypatch.setattr(loop, "getaddrinfo", known)


@pytest.mark.usefixtures("no_outside")
@pytest.mark.parametrize("url", HOSTILE)
async def test_hostile_addresses(got: Got, server: Server, canary: Server, url: str) -> None:
    own = server.url.removeprefix("http://")

    with pytest.raises(FetchFailed):
        await got(url.format(port=canary.url.rpartition(":")[2], own=own))

    assert (server.connections, canary.connections) == (0, 0)


IN_A_HEADER = [url for url in HOSTILE if ":" in url and url.isascii() and url.isprintable()]


@pytest.mark.usefixtures("no_outside")
@pytest.mark.parametrize("url", IN_A_HEADER)
async def test_hostile_redirects(got: Got, server: Server, canary: Server, url: str) -> None:
    own = server.url.removeprefix("http://")
    server.reply = redirect(url.format(port=canary.url.rpartition(":")[2], own=own))

    with pytest.raises(FetchFailed):
        await got()

    assert (len(server.requests), canary.connections) == (1, 0)


@pytest.mark.parametrize("place", ["{canary}", "https://[::1]/", "https://169.254.169.254/"])
async def test_the_last_of_several_redirects_is_checked_like_the_first(
    got: Got, server: Server, canary: Server, place: str
) -> None:
    last = place.format(canary=canary.url)
    server.reply = each([redirect("/2"), redirect(f"{server.url}/3"), redirect(last)])

    with pytest.raises(FetchFailed, match="forbidden"):
        await got()

    assert [request.path for request in server.requests] == ["/1.png", "/2", "/3"]
    assert canary.connections == 0


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("::ffff:93.184.215.14", True),
        ("64:ff9b::93.184.215.14", True),
        ("127.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::10.0.0.1", False),
        ("2002:a00:1::", False),
        ("::127.0.0.1", False),
        ("fec0::1", False),
        ("fe80::1%eth0", False),
        ("224.0.0.1", False),
        ("100.64.0.1", False),
        ("192.88.99.1", False),
        ("192.0.0.192", False),
        ("::ffff:192.0.0.192", False),
        ("64:ff9b::168.63.129.16", False),
        ("3fff::1", False),
        ("168.63.129.16", False),
        ("168.63.129.17", True),
        ("localhost", False),
        ("", False),
    ],
)
def test_is_public(address: str, public: bool) -> None:
    assert is_public(address) is public


class Names:
    """A name service that gives each answer once, the last for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    async def getaddrinfo(self, host: object, port: int, **more: object) -> list[object]:
        addresses = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"]])
async def test_a_name_with_any_inner_address_is_refused(
    got: Got, canary: Server, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    names = Names(addresses)
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", names.getaddrinfo)

    with pytest.raises(FetchFailed, match="forbidden") as caught:
        await got("https://pictures.example/1.png")

    assert not caught.value.transient
    assert names.asked == 1


async def test_the_connection_goes_to_the_address_that_was_checked(
    got: Got, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that changes its address after the check gains nothing: it is asked once."""
    names = Names(["93.184.215.14"], ["127.0.0.1"])
    dialled: list[object] = []

    async def dial(_loop: object, _socket: object, address: object) -> None:
        dialled.append(address)
        raise ConnectionRefusedError

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "getaddrinfo", names.getaddrinfo)
    monkeypatch.setattr(type(loop), "sock_connect", dial)

    with pytest.raises(FetchFailed) as caught:
        await got("https://pictures.example/1.png")

    assert caught.value.transient
    assert dialled == [("93.184.215.14", 443)]
    assert names.asked == 1


async def test_every_connection_asks_for_the_name_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(["93.184.215.14"], ["127.0.0.1"])
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", names.getaddrinfo)
    resolver = PublicResolver()

    assert (await resolver.resolve("a.example", 443))[0]["host"] == "93.184.215.14"
    with pytest.raises(FetchFailed):
        await resolver.resolve("a.example", 443)


async def test_the_own_origin_is_no_licence_for_its_neighbours(
    got: Got, server: Server, canary: Server
) -> None:
    """Same host, other port: another origin."""
    with pytest.raises(FetchFailed, match="forbidden"):
        await got(canary.url)

    assert canary.connections == 0
