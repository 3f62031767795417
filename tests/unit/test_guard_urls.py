"""URLs of settings, and errors under the names that httpx gives them."""

from __future__ import annotations

from collections.abc import Callable

import httpcore
import httpx
import pytest

from jobs.connectors.addresses import Allowed
from jobs.connectors.guard import GuardedTransport, allow_address_of, check_url

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x.test",
        "x.test",
        "",
        "http://",
        "http://u:p@x.test",
        "http://x.test:99999",
        "http://x.test/?a",
        "http://x.test/#a",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://[::1",
        "http://a b/",
        "http://x.test:0",
    ],
)
def test_settings_that_are_no_url(url: str) -> None:
    """A setting that no request could be made with is refused by its name."""
    with pytest.raises(ValueError, match=r"^baseUrl (is|must) "):
        check_url(url, "baseUrl")


@pytest.mark.parametrize(
    "url", ["https://x.test", "http://x.test:8080/v4", "http://127.0.0.1:1", "https://[2001:db8::1]/a"]
)
def test_settings_that_are_a_url(url: str) -> None:
    """What a request may be made with passes; whether it may be reached is decided at the connection."""
    check_url(url, "baseUrl")


@pytest.mark.parametrize(
    ("url", "listed"),
    [("http://127.0.0.1:8080", "127.0.0.1:8080"), ("http://[::1]:81/x", "[::1]:81"), ("http://127.0.0.1", "127.0.0.1")],
)
def test_the_entry_for_a_simulator(url: str, listed: str) -> None:
    """The environment's entry for a URL names its address and port and can be read again."""
    env = allow_address_of(url)
    assert env == {"CONNECTOR_ALLOW_PRIVATE": listed}
    assert len(Allowed.read(env).exemptions) == 1


ERRORS: list[tuple[Callable[[str], Exception], type[httpx.TransportError]]] = [
    (httpcore.ConnectTimeout, httpx.ConnectTimeout),
    (httpcore.ReadError, httpx.ReadError),
    (httpcore.RemoteProtocolError, httpx.RemoteProtocolError),
    (httpcore.PoolTimeout, httpx.PoolTimeout),
]


@pytest.mark.parametrize(("raised", "seen"), ERRORS)
async def test_errors_keep_their_names(raised: Callable[[str], Exception], seen: type[httpx.TransportError]) -> None:
    """What goes wrong below comes up as httpx's error of the same name."""

    class Failing(httpcore.AsyncConnectionPool):
        async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
            raise raised("trouble")

    async with httpx.AsyncClient(transport=GuardedTransport(Failing())) as client:
        with pytest.raises(seen, match="trouble"):
            await client.get("http://source.test/")
