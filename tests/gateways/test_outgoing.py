"""The way out over TLS: the connection goes to an address, and the certificate is that of the name."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from taskyard.gateways.outgoing import NotReached, Outgoing
from tests.builders.receivers import Receiver

# Of receiver.example.org, by itself, for a hundred years: it opens nothing.
CERTIFICATE = """-----BEGIN CERTIFICATE-----
MIIBtjCCAVygAwIBAgIUPaeUvKV98PyCabN8hClasOFKXRswCgYIKoZIzj0EAwIw
HzEdMBsGA1UEAwwUcmVjZWl2ZXIuZXhhbXBsZS5vcmcwIBcNMjYxMTI2MDAxOTQw
WhgPMjEyNjExMDIwMDE5NDBaMB8xHTAbBgNVBAMMFHJlY2VpdmVyLmV4YW1wbGUu
b3JnMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEOI9OnzYn0whqaKfpxfzivHkD
zXiy+ePHceeBfzhDp4fizS8Et5LkbWdbyMbzpwj+hrXMKQJuftWFII/lcyT+SaN0
MHIwHQYDVR0OBBYEFECam1+DNEXAOBcDvg5bv+T2nNjVMB8GA1UdIwQYMBaAFECa
m1+DNEXAOBcDvg5bv+T2nNjVMA8GA1UdEwEB/wQFMAMBAf8wHwYDVR0RBBgwFoIU
cmVjZWl2ZXIuZXhhbXBsZS5vcmcwCgYIKoZIzj0EAwIDSAAwRQIgJyDBbCWBIWU9
dn5nZIwmr9k6anCjliSASPf0N/bv1X0CIQDBAG4SrvaHpX6sZ+aL/hQLy4J5NAL4
bNJjv/Qk2Cj5/Q==
-----END CERTIFICATE-----
"""
KEY = """-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg52Jry4lHIfgLLC3H
eb8yHGlkyjLXM0rOgSXd7ySGHm2hRANCAAQ4j06fNifTCGpop+nF/OK8eQPNeLL5
48dx54F/OEOnh+LNLwS3kuRtZ1vIxvOnCP6GtcwpAm5+1YUgj+VzJP5J
-----END PRIVATE KEY-----
"""


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    (tmp_path / "key.pem").write_text(KEY)
    path = tmp_path / "certificate.pem"
    path.write_text(CERTIFICATE)
    return path


@pytest.fixture
async def receiver(certificate: Path) -> AsyncIterator[Receiver]:
    made = Receiver()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    server = await asyncio.start_server(made.take, "127.0.0.1", 0, ssl=context)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every name of the examples stand for this machine."""

    def answer(host: str, port: int, **_: Any) -> Any:
        assert host.endswith(".example.org")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


async def post(url: str) -> int:
    outgoing = Outgoing(seconds_max=5, may_be_private=True, at_once=2)
    try:
        return (await outgoing.post(url, b"{}", {"webhook-id": "1"})).status
    finally:
        await outgoing.close()


async def test_a_certificate_of_the_name_is_enough_though_the_connection_goes_to_an_address(
    receiver: Receiver, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert await post(f"https://receiver.example.org:{receiver.port}/told") == 200
    assert receiver.got[0].headers["host"] == f"receiver.example.org:{receiver.port}"


async def test_a_certificate_of_another_name_is_refused(
    receiver: Receiver, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with pytest.raises(NotReached, match="Its certificate was refused"):
        await post(f"https://other.example.org:{receiver.port}/told")
    assert receiver.got == []


async def test_a_certificate_nobody_vouches_for_is_refused(receiver: Receiver) -> None:
    with pytest.raises(NotReached, match="Its certificate was refused"):
        await post(f"https://receiver.example.org:{receiver.port}/told")
    assert receiver.got == []
