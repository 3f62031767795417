"""Which addresses a connector may reach: public ones, and what the operator allows beside them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from msgspec import Struct

from engine import SettingError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

ALLOW_VARIABLE = "CONNECTOR_ALLOW_PRIVATE"
METADATA = "metadata service"
_FORM = "list addresses or networks with commas between, each with a port if you like, as in 127.0.0.1:8080,10.1.0.0/16"

# Lists of our own: what the standard library calls global differs from one Python to the next.
_REFUSED_4: dict[str, str] = {
    "0.0.0.0/8": "unspecified",
    "10.0.0.0/8": "private",
    "100.64.0.0/10": "carrier-grade NAT",
    "127.0.0.0/8": "loopback",
    "169.254.0.0/16": "link-local",
    "172.16.0.0/12": "private",
    "192.0.0.0/24": "reserved",
    "192.0.2.0/24": "documentation",
    "192.88.99.0/24": "6to4 relay",
    "192.168.0.0/16": "private",
    "198.18.0.0/15": "benchmarking",
    "198.51.100.0/24": "documentation",
    "203.0.113.0/24": "documentation",
    "224.0.0.0/4": "multicast",
    "240.0.0.0/4": "reserved",
}
_REFUSED_6: dict[str, str] = {
    "::/128": "unspecified",
    "::1/128": "loopback",
    "fc00::/7": "private",
    "fe80::/10": "link-local",
    "ff00::/8": "multicast",
    "2001:db8::/32": "documentation",
    "2001::/23": "reserved",  # Teredo among them, which carries any IPv4 address
    "2002::/16": "6to4",
    "3fff::/20": "documentation",
}
_GLOBAL_6 = IPv6Network("2000::/3")
# An IPv4 address in the last 32 bits: the connection ends there.
_CARRIERS = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
# What a cloud tells its machines, keys included. Some of these lie in public or in allowed networks.
_METADATA = frozenset(
    map(
        ip_address,
        (
            "169.254.169.254",
            "169.254.170.2",
            "169.254.170.23",
            "168.63.129.16",
            "100.100.100.200",
            "192.0.0.192",
            "fd00:ec2::254",
            "fd00:ec2::23",
            "fd20:ce::254",
        ),
    )
)

_KINDS_4 = [(IPv4Network(text), kind) for text, kind in _REFUSED_4.items()]
_KINDS_6 = [(IPv6Network(text), kind) for text, kind in _REFUSED_6.items()]
_PORTED = re.compile(r"(?:\[(?P<six>[^\]]+)\]|(?P<four>[0-9.]+(?:/\d+)?)):(?P<port>\d{1,5})", re.ASCII)


class Exemption(Struct, frozen=True):
    """A network that may be reached although it is not public, at one port or at any."""

    network: Network
    port: int | None = None


class Allowed(Struct, frozen=True):
    """What may be reached beside public addresses; nothing unless the operator says so."""

    exemptions: tuple[Exemption, ...] = ()

    @classmethod
    def read(cls, env: Mapping[str, str]) -> Allowed:
        """What CONNECTOR_ALLOW_PRIVATE lists. Raises SettingError for an entry that is no address or network."""
        entries = (entry.strip() for entry in env.get(ALLOW_VARIABLE, "").split(","))
        return cls(tuple(_exemption(entry) for entry in entries if entry))

    def fault(self, address: Address, port: int) -> str | None:
        """The kind of address that this is if it may not be reached, "loopback" for instance; None if it may.

        A cloud's metadata service is never reached, whatever is allowed.
        """
        address = _end_of(address)
        if address in _METADATA:
            return METADATA
        kind = _kind(address)
        return None if kind is None or self._exempts(address, port) else kind

    def exempts_port(self, port: int) -> bool:
        """Whether some network may be reached at this very port."""
        return any(exemption.port == port for exemption in self.exemptions)

    def _exempts(self, address: Address, port: int) -> bool:
        return any(address in exemption.network and exemption.port in (None, port) for exemption in self.exemptions)


def _end_of(address: Address) -> Address:
    """The IPv4 address that an IPv6 one leads to, else the address itself."""
    if isinstance(address, IPv6Address) and any(address in carrier for carrier in _CARRIERS):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _kind(address: Address) -> str | None:
    """What kind of address it is if it is not public."""
    if isinstance(address, IPv4Address):
        return next((kind for network, kind in _KINDS_4 if address in network), None)
    known = next((kind for network, kind in _KINDS_6 if address in network), None)
    return known or (None if address in _GLOBAL_6 else "reserved")


def _exemption(entry: str) -> Exemption:
    ported = _PORTED.fullmatch(entry)
    text = entry if ported is None else ported["six"] or ported["four"]
    port = None if ported is None else int(ported["port"])
    try:
        network = ip_network(text)
    except ValueError as error:
        raise SettingError(f"{ALLOW_VARIABLE}: {error}; {_FORM}") from None
    if network.prefixlen == 0:
        raise SettingError(f"{ALLOW_VARIABLE}: {entry!r} is every address there is; {_FORM}")
    if port is not None and not 1 <= port <= 65_535:
        raise SettingError(f"{ALLOW_VARIABLE}: {entry!r} has no port between 1 and 65535")
    return Exemption(network, port)
