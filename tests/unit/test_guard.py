"""Connections of connectors: what is resolved, checked and reached, over a network of our own making."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from random import Random

import anyio
import httpcore
import httpx
import pytest

from jobs.connectors import Http
from jobs.connectors.addresses import Allowed
from jobs.connectors.errors import BadSettings, RequestRefused, SourceUnavailable
from jobs.connectors.guard import GuardedBackend, GuardedTransport, Resolve
from jobs.connectors.http import Ask, HttpLimits, refusal

pytestmark = pytest.mark.anyio

PUBLIC, OTHER, PRIVATE = "93.184.216.34", "2606:2800:220:1::1", "10.0.0.5"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
LAST = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


class Names:
    """A name server that gives its answers in turn, the last one for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> list[str]:
        self.asked.append(host)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if not answer:
            raise OSError("no such name")
        return answer


class Network(httpcore.AsyncNetworkBackend):
    """Keeps which addresses were connected to; those in `dead` refuse."""

    def __init__(self, answer: bytes = LAST, dead: Iterable[str] = ()) -> None:
        self.reached: list[tuple[str, int]] = []
        self.timeouts: list[float | None] = []
        self.sent: list[bytes] = []
        self._answer = answer
        self._dead = set(dead)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.reached.append((host, port))
        self.timeouts.append(timeout)
        if host in self._dead:
            raise httpcore.ConnectError("refused")
        return Line(self.sent, self._answer)


class Line(httpcore.AsyncMockStream):
    """A connection that keeps what is written to it."""

    def __init__(self, sent: list[bytes], answer: bytes) -> None:
        super().__init__([answer])
        self._sent = sent

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._sent.append(buffer)


@asynccontextmanager
async def opened(names: Resolve, network: Network, allowed: Allowed | None = None) -> AsyncGenerator[httpx.AsyncClient]:
    """A client on this network."""
    backend = GuardedBackend(allowed or Allowed(), names, network)
    pool = httpcore.AsyncConnectionPool(network_backend=backend)
    async with httpx.AsyncClient(transport=GuardedTransport(pool), trust_env=False) as client:
        yield client


async def test_the_checked_address_is_reached_under_its_name() -> None:
    """One look-up gives the address that is connected to; the Host header still says the name."""
    names, network = Names([PUBLIC]), Network()
    async with opened(names, network) as client:
        answer = await client.get("http://source.test/reviews")
    assert answer.json() == {}
    assert network.reached == [(PUBLIC, 80)]
    assert names.asked == ["source.test"]
    assert b"Host: source.test\r\n" in b"".join(network.sent)


@pytest.mark.parametrize("answer", [[PRIVATE], [PUBLIC, PRIVATE], [PRIVATE, PUBLIC], ["::ffff:10.0.0.5"], ["::1"]])
async def test_one_bad_address_is_enough(answer: list[str]) -> None:
    """A name with an address that may not be reached is refused, whatever its others are; nothing is connected."""
    network = Network()
    async with opened(Names(answer), network) as client:
        with pytest.raises(
            BadSettings, match=r"source\.test: refused, it leads to a (private|loopback) address"
        ) as caught:
            await client.get("http://source.test/")
    assert network.reached == []
    assert PRIVATE not in str(caught.value)
    assert "CONNECTOR_ALLOW_PRIVATE" in str(caught.value)


async def test_a_name_that_is_turned_round() -> None:
    """A name that leads elsewhere at its second look-up is refused then: each connection is checked by itself."""
    names, network = Names([PUBLIC], ["169.254.169.254"]), Network()
    async with opened(names, network) as client:
        assert (await client.get("http://turning.test/")).is_success
        with pytest.raises(BadSettings, match="metadata service"):
            await client.get("http://turning.test/")
    assert network.reached == [(PUBLIC, 80)]


async def test_between_check_and_connection_nothing_is_asked() -> None:
    """A name server that would answer otherwise at once is not asked twice for one connection."""
    names, network = Names([PUBLIC], [PRIVATE]), Network()
    async with opened(names, network) as client:
        await client.get("http://turning.test/")
    assert (names.asked, network.reached) == (["turning.test"], [(PUBLIC, 80)])


async def test_a_kept_connection_needs_no_second_look() -> None:
    """A second request over the same connection goes to the address that was checked."""
    names, network = Names([PUBLIC], [PRIVATE]), Network(OK + OK)
    async with opened(names, network) as client:
        await client.get("http://source.test/")
        await client.get("http://source.test/")
    assert (names.asked, network.reached) == (["source.test"], [(PUBLIC, 80)])


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://[::1]/", "http://[::ffff:7f00:1]/", "http://169.254.169.254/latest/meta-data"]
)
async def test_an_address_for_a_name(url: str) -> None:
    """An address in the URL itself is checked as those of a name are."""
    network = Network()

    async def as_it_stands(host: str, _port: int) -> list[str]:
        return [host.strip("[]")]

    async with opened(as_it_stands, network) as client:
        with pytest.raises(BadSettings, match="refused"):
            await client.get(url)
    assert network.reached == []


async def test_addresses_in_turn() -> None:
    """An address that does not answer is followed by the next, each with its share of the time."""
    network = Network(dead=[OTHER])
    async with opened(Names([OTHER, PUBLIC]), network) as client:
        assert (await client.get("http://source.test/", timeout=httpx.Timeout(9, connect=4))).is_success
    assert network.reached == [(OTHER, 80), (PUBLIC, 80)]
    assert network.timeouts == [2, 2]


async def test_no_address_answers() -> None:
    """Where none answers, it is a failed connection as any other."""
    async with opened(Names([OTHER, PUBLIC]), Network(dead=[OTHER, PUBLIC])) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("http://source.test/")


async def test_what_is_allowed_is_reached() -> None:
    """An address on the operator's list is reached, at the port that it names."""
    network, allowed = Network(), Allowed.read({"CONNECTOR_ALLOW_PRIVATE": "10.0.0.5:8080"})
    async with opened(Names([PRIVATE]), network, allowed) as client:
        assert (await client.get("http://inside.test:8080/")).is_success
        with pytest.raises(BadSettings):
            await client.get("http://inside.test:8081/")
    assert network.reached == [(PRIVATE, 8080)]


@pytest.mark.parametrize(
    ("port", "free"), [(22, False), (25, False), (80, True), (443, True), (1023, False), (1024, True)]
)
async def test_ports(port: int, *, free: bool) -> None:
    """Ports of other services than the web's are refused."""
    network = Network()
    async with opened(Names([PUBLIC]), network) as client:
        if free:
            assert (await client.get(f"http://source.test:{port}/")).is_success
        else:
            with pytest.raises(BadSettings, match=f"port {port} is not one of a web service"):
                await client.get(f"http://source.test:{port}/")
    assert bool(network.reached) == free


async def test_a_low_port_that_is_listed() -> None:
    """The operator's list may name a low port; other addresses there stay refused."""
    network, allowed = Network(), Allowed.read({"CONNECTOR_ALLOW_PRIVATE": "10.0.0.5:81"})
    async with opened(Names([PRIVATE]), network, allowed) as client:
        assert (await client.get("http://inside.test:81/")).is_success
    async with opened(Names(["10.0.0.6"]), network, allowed) as client:
        with pytest.raises(BadSettings):
            await client.get("http://inside.test:81/")


@pytest.mark.parametrize("url", ["http://user@source.test/", "ftp://source.test/", "ws://source.test/"])
async def test_urls_that_no_connector_needs(url: str) -> None:
    """Other schemes, and user names in URLs, are refused before anything is resolved."""
    names = Names([PUBLIC])
    async with opened(names, Network()) as client:
        with pytest.raises(BadSettings):
            await client.get(url)
    assert names.asked == []


async def test_each_hop_of_a_redirect_is_checked() -> None:
    """Even a client that follows redirects does not get to an address that may not be reached."""
    hop = b"HTTP/1.1 302 Found\r\nLocation: http://inside.test/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    network = Network(hop)
    async with opened(Names([PUBLIC], [PRIVATE]), network) as client:
        with pytest.raises(BadSettings, match=r"inside\.test: refused"):
            await client.get("http://source.test/", follow_redirects=True)
    assert network.reached == [(PUBLIC, 80)]


async def test_redirects_are_not_followed() -> None:
    """A request of a connector stops at a redirect: the token in it is meant for nobody else."""
    hop = b"HTTP/1.1 302 Found\r\nLocation: http://other.test/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    network = Network(hop)
    async with opened(Names([PUBLIC]), network) as client:
        answer = await Http(client, random=Random(1)).send(Ask(method="GET", url="http://source.test/reviews"))
    assert len(network.reached) == 1
    error = refusal(answer, "cafe")
    assert isinstance(error, RequestRefused)
    assert str(error) == "cafe: HTTP 302 leads elsewhere, which is not followed; mend the URL"


async def send(names: Resolve, network: Network) -> None:
    """A request as connectors make it, tried twice."""

    async def no_wait(_seconds: float) -> None:
        return

    async with opened(names, network) as client:
        http = Http(client, random=Random(1), sleep=no_wait, limits=HttpLimits(tries=2))
        await http.send(Ask(method="GET", url="http://source.test/reviews"))


async def test_a_refused_address_ends_the_job() -> None:
    """A refusal is not tried again: only other settings help."""
    names = Names([PRIVATE])
    with pytest.raises(BadSettings):
        await send(names, Network())
    assert names.asked == ["source.test"]


async def test_a_name_that_nobody_knows() -> None:
    """A name that is not resolved is passing trouble: it is tried again, then the attempt fails."""
    names = Names([])
    with pytest.raises(
        SourceUnavailable, match=r"http://source\.test/reviews: connection failed \(source\.test cannot be resolved\)"
    ):
        await send(names, Network())
    assert len(names.asked) == 2


async def test_a_name_server_that_does_not_answer() -> None:
    """Resolving counts to the time that a connection may take."""

    async def never(_host: str, _port: int) -> list[str]:
        await anyio.sleep_forever()
        return []

    async with opened(never, Network()) as client:
        with pytest.raises(httpx.ConnectTimeout):
            await client.get("http://source.test/", timeout=httpx.Timeout(5, connect=0.001))


async def test_no_sockets_but_the_webs() -> None:
    """A Unix socket is never connected to."""
    with pytest.raises(httpcore.UnsupportedProtocol):
        await GuardedBackend(Allowed(), Names([PUBLIC]), Network()).connect_unix_socket("/run/secret.sock")
