"""Which addresses connectors may reach."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import SettingError
from jobs.connectors.addresses import Allowed

NOTHING = Allowed()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("0.0.0.0", "unspecified"),
        ("10.1.2.3", "private"),
        ("100.64.0.1", "carrier-grade NAT"),
        ("100.100.100.200", "metadata service"),
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("168.63.129.16", "metadata service"),
        ("169.254.1.1", "link-local"),
        ("169.254.169.254", "metadata service"),
        ("172.16.0.1", "private"),
        ("172.31.255.255", "private"),
        ("192.0.0.8", "reserved"),
        ("192.0.2.1", "documentation"),
        ("192.88.99.1", "6to4 relay"),
        ("192.168.1.1", "private"),
        ("198.19.0.1", "benchmarking"),
        ("198.51.100.7", "documentation"),
        ("203.0.113.7", "documentation"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.255", "multicast"),
        ("240.0.0.1", "reserved"),
        ("255.255.255.255", "reserved"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:169.254.169.254", "metadata service"),
        ("::127.0.0.1", "reserved"),
        ("64:ff9b::a00:1", "private"),
        ("64:ff9b::a9fe:a9fe", "metadata service"),
        ("64:ff9b:1::1", "reserved"),
        ("100::1", "reserved"),
        ("2001::1", "reserved"),
        ("2001:db8::1", "documentation"),
        ("2002:7f00:1::1", "6to4"),
        ("3fff::1", "documentation"),
        ("4000::1", "reserved"),
        ("fc00::1", "private"),
        ("fd00:ec2::254", "metadata service"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fec0::1", "reserved"),
        ("ff02::1", "multicast"),
    ],
)
def test_no_public_address(text: str, kind: str) -> None:
    """An address that is not public may not be reached, however it is written; the kind is named."""
    assert NOTHING.fault(ip_address(text), 443) == kind


@pytest.mark.parametrize(
    "text",
    [
        "8.8.8.8",
        "100.63.0.1",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "198.20.0.1",
        "223.255.255.255",
        "2001:4860:4860::8888",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::808:808",
    ],
)
def test_public_address(text: str) -> None:
    """Public addresses may be reached, also over the networks that carry IPv4 in IPv6."""
    assert NOTHING.fault(ip_address(text), 443) is None


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_never_wider_than_the_standard_library(address: IPv4Address | IPv6Address) -> None:
    """Whatever may be reached is global and no multicast to the standard library too."""
    if NOTHING.fault(address, 443) is None:
        inner = address.ipv4_mapped if isinstance(address, IPv6Address) and address.ipv4_mapped else address
        assert inner.is_global
        assert not inner.is_multicast


@given(st.ip_addresses(v=4))
def test_carriers_change_nothing(address: IPv4Address) -> None:
    """An IPv4 address carried in IPv6 is judged as the address that it is."""
    number = int(address)
    told = NOTHING.fault(address, 443)
    assert NOTHING.fault(IPv6Address((0xFFFF << 32) | number), 443) == told
    assert NOTHING.fault(IPv6Address((0x64FF9B << 96) | number), 443) == told


@pytest.mark.parametrize(
    ("listed", "address", "port", "free"),
    [
        ("127.0.0.1", "127.0.0.1", 8080, True),
        ("127.0.0.1", "127.0.0.2", 8080, False),
        ("127.0.0.1:8080", "127.0.0.1", 8080, True),
        ("127.0.0.1:8080", "127.0.0.1", 8081, False),
        ("127.0.0.1:8080", "::ffff:127.0.0.1", 8080, True),
        ("10.1.0.0/16, 127.0.0.1", "10.1.9.9", 80, True),
        ("10.1.0.0/16:443", "10.1.9.9", 80, False),
        ("[::1]:8080", "::1", 8080, True),
        ("fd00:1::/32", "fd00:1::5", 80, True),
        ("fd00:1::/32", "10.0.0.1", 80, False),
        ("169.254.0.0/16", "169.254.169.254", 80, False),
        ("fd00::/8", "fd00:ec2::254", 80, False),
        ("", "10.0.0.1", 80, False),
        (" , ", "10.0.0.1", 80, False),
    ],
)
def test_allowed_beside_public(listed: str, address: str, port: int, *, free: bool) -> None:
    """The operator's list frees exactly what it names, and never a cloud's metadata service."""
    allowed = Allowed.read({"CONNECTOR_ALLOW_PRIVATE": listed})
    assert (allowed.fault(ip_address(address), port) is None) == free


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ("localhost", "'localhost' does not appear to be an IPv4 or IPv6 network; list addresses or networks"),
        ("1", "'1' does not appear to be an IPv4"),
        ("true", "'true' does not appear"),
        ("127.0.0.1:http", "does not appear"),
        ("10.1.2.3/8", "10.1.2.3/8 has host bits set"),
        ("0.0.0.0/0", "'0.0.0.0/0' is every address there is"),
        ("::/0", "is every address there is"),
        ("127.0.0.1:0", "has no port between 1 and 65535"),
        ("127.0.0.1:70000", "has no port between 1 and 65535"),
    ],
)
def test_unclear_lists(listed: str, told: str) -> None:
    """An entry that is no address or network, or is all of them, is refused with the form to write."""
    with pytest.raises(SettingError, match=r"^CONNECTOR_ALLOW_PRIVATE: ") as caught:
        Allowed.read({"CONNECTOR_ALLOW_PRIVATE": listed})
    assert told in str(caught.value)
