"""The one way out for connectors: a name is resolved once, every address of it checked, and a checked one reached.

The check stands where connections are made, so nothing goes round it: no redirect, no setting, no second answer of
the name server. TLS and the Host header still say the name. Proxies of the environment are not used: a proxy would
resolve the name again.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Generator, Iterable
from contextlib import contextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import urlsplit

import httpcore
import httpx

from jobs.connectors.addresses import ALLOW_VARIABLE, METADATA, Address, Allowed
from jobs.connectors.errors import BadSettings

Resolve = Callable[[str, int], Awaitable[list[str]]]
"""The addresses of a host; raises OSError if it has none."""

_SCHEMES = ("http", "https")
_HOST = re.compile(r"[\w.-]{1,253}|[0-9a-f:.]{2,45}", re.ASCII)
_WEB_PORTS = (80, 443)
_LOWEST_FREE_PORT = 1024
_KEPT_S = 5.0
"""An idle connection is kept this long: longer than the pause between two pages."""

_HTTPX: dict[type[Exception], type[httpx.TransportError]] = {
    httpcore.ConnectTimeout: httpx.ConnectTimeout,
    httpcore.ReadTimeout: httpx.ReadTimeout,
    httpcore.WriteTimeout: httpx.WriteTimeout,
    httpcore.PoolTimeout: httpx.PoolTimeout,
    httpcore.ConnectError: httpx.ConnectError,
    httpcore.ReadError: httpx.ReadError,
    httpcore.WriteError: httpx.WriteError,
    httpcore.UnsupportedProtocol: httpx.UnsupportedProtocol,
    httpcore.LocalProtocolError: httpx.LocalProtocolError,
    httpcore.RemoteProtocolError: httpx.RemoteProtocolError,
}


def guarded_client(
    allowed: Allowed,
    *,
    resolve: Resolve | None = None,
    tls: ssl.SSLContext | None = None,
    max_connections: int = 20,
) -> httpx.AsyncClient:
    """A client that reaches public addresses and `allowed` ones only, follows no redirect and keeps no cookie."""
    pool = httpcore.AsyncConnectionPool(
        ssl_context=tls or httpx.create_ssl_context(),
        max_connections=max_connections,
        keepalive_expiry=_KEPT_S,
        network_backend=GuardedBackend(allowed, resolve or look_up),
    )
    # One client serves all tenants: a cookie of one must not travel with another's request.
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=()))
    return httpx.AsyncClient(transport=GuardedTransport(pool), trust_env=False, cookies=no_cookies)


def allow_address_of(url: str) -> dict[str, str]:
    """The environment's entry that lets connectors reach this URL, whose host is an address."""
    parts = urlsplit(url)
    return {ALLOW_VARIABLE: parts.netloc if parts.port else f"{parts.hostname}"}


def check_url(url: str, name: str) -> None:
    """Passes for a URL that may be asked for if its addresses may; ValueError names the setting and its fault."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        raise ValueError(f"{name} is not a URL") from None
    if parts.scheme not in _SCHEMES or not _HOST.fullmatch(parts.raw_host.decode()) or parts.userinfo:
        raise ValueError(f"{name} must be an http or https URL without a user name")
    if parts.port is not None and not 1 <= parts.port <= 65_535:
        raise ValueError(f"{name} must have a port between 1 and 65535")
    if parts.fragment or parts.query:
        raise ValueError(f"{name} must end with its path: no ? and no #")


async def look_up(host: str, port: int) -> list[str]:
    """The host's addresses as the machine resolves it."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to checked addresses."""

    def __init__(self, allowed: Allowed, resolve: Resolve, network: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._allowed = allowed
        self._resolve = resolve
        self._network = network or cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """A connection to the first of the host's addresses that answers, each in its share of the time.

        Raises BadSettings, and connects to none of them, if one may not be reached.
        """
        addresses = await self._checked(host, port, timeout)
        share_s = None if timeout is None else timeout / len(addresses)
        fault: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            try:
                return await self._network.connect_tcp(str(address), port, share_s, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                fault = error
        raise fault

    async def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        """Always refused: no source listens there."""
        raise httpcore.UnsupportedProtocol("connectors do not use Unix sockets")

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)

    async def _checked(self, host: str, port: int, timeout_s: float | None) -> list[Address]:
        if port not in _WEB_PORTS and port < _LOWEST_FREE_PORT and not self._allowed.exempts_port(port):
            raise BadSettings(f"{host}: port {port} is not one of a web service; use 80, 443 or one from 1024 on")
        try:
            async with asyncio.timeout(timeout_s):
                addresses = [ip_address(text) for text in await self._resolve(host, port)]
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"{host} was not resolved in time") from None
        except (OSError, UnicodeError):
            raise httpcore.ConnectError(f"{host} cannot be resolved") from None
        if not addresses:
            raise httpcore.ConnectError(f"{host} has no address")
        for address in addresses:
            kind = self._allowed.fault(address, port)
            if kind is not None:
                raise BadSettings(f"{host}: refused, {_refusal(kind)}")
        return addresses


class GuardedTransport(httpx.AsyncBaseTransport):
    """httpx over a pool of guarded connections, by public names only: what changes inside httpx cannot undo it."""

    def __init__(self, pool: httpcore.AsyncConnectionPool) -> None:
        self._pool = pool

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The response to one request; redirects are the caller's, and come through here again."""
        check_scheme(request.url)
        assert isinstance(request.stream, httpx.AsyncByteStream)
        url = request.url
        asked = httpcore.Request(
            method=request.method,
            url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
            headers=request.headers.raw,
            content=request.stream,
            extensions=dict(request.extensions),
        )
        with _as_httpx():
            answer = await self._pool.handle_async_request(asked)
        assert isinstance(answer.stream, AsyncIterable)
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=_Body(answer, answer.stream),
            extensions=cast("dict[str, Any]", answer.extensions),
        )

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response, stream: AsyncIterable[bytes]) -> None:
        self._answer = answer
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx():
            async for part in self._stream:
                yield part

    async def aclose(self) -> None:
        await self._answer.aclose()


def check_scheme(url: httpx.URL) -> None:
    """Passes for http and https without a user name; BadSettings says what else was asked for."""
    if url.scheme not in _SCHEMES:
        raise BadSettings(f"{url.scheme!r} is not a scheme for connectors; use https")
    if url.userinfo:
        raise BadSettings(f"{url.host}: a URL must not hold a user name; credentials have their own place")


def _refusal(kind: str) -> str:
    """Why this kind of address is not reached. It does not say which: tenants read it, and would map a network."""
    if kind == METADATA:
        return "it leads to a cloud's metadata service, which no connector reaches; mend the connector's URL"
    return (
        f"it leads to a {kind} address and connectors reach public ones only; mend the connector's URL, "
        f"or let the operator list the address in {ALLOW_VARIABLE}"
    )


@contextmanager
def _as_httpx() -> Generator[None]:
    """What httpcore raises inside becomes the httpx error of the same name."""
    try:
        yield
    except tuple(_HTTPX) as error:
        raise _HTTPX[type(error)](str(error)) from error
