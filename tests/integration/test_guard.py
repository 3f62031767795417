"""The guard over real sockets: a name is resolved by us, its address reached, TLS still asks for the name."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from jobs.connectors.addresses import Allowed
from jobs.connectors.errors import BadSettings
from jobs.connectors.guard import allow_address_of, guarded_client, look_up
from tests.support.certificates import tls_for

pytestmark = pytest.mark.anyio


class Site:
    """A web server on loopback that keeps the heads of its requests."""

    def __init__(self, answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") -> None:
        self.heads: list[str] = []
        self.port = 0
        self._answer = answer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
                writer.write(self._answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client has gone
        finally:
            writer.close()


@asynccontextmanager
async def serving(site: Site, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Site]:
    """The site serves inside the block."""
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0, ssl=tls)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()
        await server.wait_closed()


async def at_loopback(_host: str, _port: int) -> list[str]:
    """A name server for which every name leads here."""
    return ["127.0.0.1"]


def free(port: int) -> Allowed:
    return Allowed.read({"CONNECTOR_ALLOW_PRIVATE": f"127.0.0.1:{port}"})


async def test_the_name_in_the_host_header() -> None:
    """The connection goes to the resolved address; the request says the name and its port."""
    async with serving(Site()) as site:
        async with guarded_client(free(site.port), resolve=at_loopback) as client:
            answer = await client.get(f"http://source.test:{site.port}/reviews?page=1")
        assert answer.json() == {}
        assert site.heads[0].startswith("GET /reviews?page=1 HTTP/1.1\r\n")
        assert f"Host: source.test:{site.port}\r\n" in site.heads[0]


async def test_tls_is_with_the_name(tmp_path: Path) -> None:
    """TLS names the host and checks its certificate, though the connection was made by address."""
    server, client_tls = tls_for("source.test", tmp_path)
    async with serving(Site(), server) as site:
        async with guarded_client(free(site.port), resolve=at_loopback, tls=client_tls) as client:
            assert (await client.get(f"https://source.test:{site.port}/")).is_success
            with pytest.raises(httpx.ConnectError, match="Hostname mismatch"):
                await client.get(f"https://other.test:{site.port}/")
        assert len(site.heads) == 1


async def test_loopback_is_closed_unless_listed() -> None:
    """Without a list nothing of the worker's own machine is reached, by name or by number."""
    async with serving(Site()) as site:
        async with guarded_client(Allowed()) as client:
            for host in ("127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::ffff:127.0.0.1]"):
                with pytest.raises(BadSettings, match="loopback"):
                    await client.get(f"http://{host}:{site.port}/")
        assert site.heads == []


async def test_another_port_of_a_listed_address() -> None:
    """Listing one service of an address opens none beside it, the one at the end of a redirect included."""
    async with serving(Site()) as other:
        hop = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{other.port}/\r\nContent-Length: 0\r\n\r\n"
        async with serving(Site(hop.encode())) as site, guarded_client(free(site.port)) as client:
            assert (await client.get(f"http://127.0.0.1:{site.port}/")).status_code == 302
            with pytest.raises(BadSettings):
                await client.get(f"http://127.0.0.1:{site.port}/", follow_redirects=True)
        assert other.heads == []


async def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would resolve the name anew, so none is asked, whatever the environment says."""
    async with serving(Site()) as proxy, serving(Site()) as site:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        async with guarded_client(free(site.port)) as client:
            assert (await client.get(f"http://127.0.0.1:{site.port}/")).is_success
        assert (len(proxy.heads), len(site.heads)) == (0, 1)


async def test_no_cookie_is_kept() -> None:
    """What one request is told in a cookie does not travel with the next: tenants share the client."""
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: session=hush\r\nContent-Length: 2\r\n\r\n{}"
    async with serving(Site(answer)) as site:
        async with guarded_client(Allowed.read(allow_address_of(f"http://127.0.0.1:{site.port}"))) as client:
            await client.get(f"http://127.0.0.1:{site.port}/")
            await client.get(f"http://127.0.0.1:{site.port}/")
        assert not any("cookie" in head.lower() for head in site.heads)


async def test_the_machines_own_look_up() -> None:
    """A name is resolved to each of its addresses once."""
    assert await look_up("127.0.0.1", 80) == ["127.0.0.1"]
    found = await look_up("localhost", 80)
    assert set(found) <= {"127.0.0.1", "::1"}
    assert len(found) == len(set(found)) > 0
