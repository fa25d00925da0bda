"""Which addresses lie outside, in whatever form they are written."""

from __future__ import annotations

import pytest

from taskyard.kit.addresses import is_outside, is_public, literal


@pytest.mark.parametrize("host", ["93.184.216.34", "2606:2800:220:1::1", "[2606:2800:220:1::1]", "64:ff9b::5db8:d822"])
def test_addresses_of_the_open_network_are_outside(host: str) -> None:
    address = literal(host)
    assert address is not None
    assert is_public(address)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "0", "0x7f000001", "017700000001", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
        "169.254.169.254", "0.0.0.1", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1", "::", "::1", "fe80::1",
        "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:7f00:1", "2002:a00:1::", "64:ff9b::a00:1",
        "2001:0:4136:e378:8000:63bf:f5ff:fffe", "fec0::1", "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b:1::7f00:1",
        "192.0.0.8", "5f00::1",
    ],
)  # fmt: skip
def test_addresses_of_private_networks_are_not_in_any_form(host: str) -> None:
    address = literal(host)
    assert address is not None
    assert not is_public(address)
    assert not is_outside(host)


def test_names_are_looked_up_when_something_is_sent() -> None:
    assert literal("example.org") is None
    assert is_outside("example.org")
    assert is_outside("localhost.example.org")
    assert not any(
        is_outside(name) for name in ("localhost", "a.localhost", "printer.local", "db.internal", "LOCALHOST.")
    )
