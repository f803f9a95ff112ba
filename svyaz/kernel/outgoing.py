"""The one way out: requests to other services, guarded.

    answer = send("POST", url, headers={"Authorization": …}, body=b"…", limits=Limits(), private=False)

The address is resolved once, every address of the host is looked at, and the connection is made to that very
address: a name that turns to 127.0.0.1 between two questions leads nowhere.  Addresses of this machine and of the
office are refused unless whoever configured the service allowed them (`private`).  Redirects are not followed: a
trusted service that sends elsewhere is not trusted there.  Answers are cut at a size, the whole exchange at a time.
What is sent and received is never written to the log: only the method, the host, the status and how long it took.
"""

from __future__ import annotations

import http.client
import ipaddress
import logging
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from svyaz.kernel.problem import Problem

log = logging.getLogger("svyaz.outgoing")
CHUNK = 64 * 1024
USUAL_PORTS = {"http": 80, "https": 443}


class OutgoingRefused(Problem):
    """The address itself is not to be asked."""

    code = "outgoing_refused"  # facts: host


class NotSecure(OutgoingRefused):
    code = "outgoing_not_https"


class AddressInside(OutgoingRefused):
    """Of this machine or of the office's own network, which nobody has allowed."""

    code = "outgoing_inside"


class LoginInAddress(OutgoingRefused):
    code = "outgoing_login"


class Redirected(OutgoingRefused):
    code = "outgoing_redirect"


class OutgoingFailed(Problem):
    """The service could not be reached, or broke off."""

    code = "outgoing_failed"  # facts: host
    status = 502


class OutgoingSilent(OutgoingFailed):
    code = "outgoing_silent"


class NotTrusted(OutgoingFailed):
    """The certificate is of somebody else, or nobody vouches for it."""

    code = "outgoing_not_trusted"


class AnswerTooLarge(OutgoingFailed):
    code = "outgoing_too_large"


class AnswerNotUnderstood(OutgoingFailed):
    code = "outgoing_nonsense"


@dataclass(frozen=True, slots=True)
class Limits:
    """seconds: for the whole exchange;  most_bytes: of the answer's body."""

    seconds: float = 10.0
    most_bytes: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Heard:
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


def check_address(url: str, private: bool) -> None:
    """Raise OutgoingRefused for an address that would never be asked, without asking it."""
    _read_address(url, private)


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    limits: Limits = Limits(),
    private: bool = False,
) -> Heard:
    """Raises OutgoingRefused, OutgoingFailed; any status of the service is an answer, but for a redirect."""
    scheme, host, port, path = _read_address(url, private)
    until = time.monotonic() + limits.seconds
    started = time.monotonic()
    connection = _connection(scheme, host, port, _resolve(host, port, private), limits.seconds)
    try:
        told = {"Host": _host_header(scheme, host, port), **(headers or {})}
        connection.request(method, path, body, {name: value.encode() for name, value in told.items()})
        answer = connection.getresponse()
        if 300 <= answer.status < 400:
            raise Redirected(host=host)
        heard = Heard(answer.status, dict(answer.headers.items()), _read(connection, answer, host, limits, until))
    except ValueError:  # a header of two lines
        raise OutgoingRefused(host=host) from None
    except TimeoutError:
        raise OutgoingSilent(host=host) from None
    except ssl.SSLError:
        raise NotTrusted(host=host) from None
    except (OSError, http.client.HTTPException):
        raise OutgoingFailed(host=host) from None
    finally:
        connection.close()
    log.info("%s %s: %s in %.0f ms", method, host, heard.status, (time.monotonic() - started) * 1000)
    return heard


def _read_address(url: str, private: bool) -> tuple[str, str, int, str]:
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise OutgoingRefused(host=url[:100]) from None
    if not host or not url.isascii() or any(sign.isspace() or sign in "\\\0" for sign in url):
        raise OutgoingRefused(host=(host or url)[:100])
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise NotSecure(host=host)
    if parts.username is not None or parts.password is not None:
        raise LoginInAddress(host=host)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, host, port or USUAL_PORTS[parts.scheme], path


def _resolve(host: str, port: int, private: bool) -> str:
    """The address to connect to; one forbidden address among several forbids the host."""
    try:
        found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError):
        raise OutgoingFailed(host=host) from None
    if not private and not all(is_public(one) for one in found):
        raise AddressInside(host=host)
    return found[0]


def is_public(address: str) -> bool:
    """Whether the address is of the world outside, in whatever of the forms it is written."""
    one = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(one, ipaddress.IPv6Address):
        inner = one.ipv4_mapped or one.sixtofour or (one.teredo[1] if one.teredo else None)
        if inner is None and one in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(one) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return one.is_global and not one.is_multicast and not one.is_reserved


def _connection(scheme: str, host: str, port: int, address: str, seconds: float) -> http.client.HTTPConnection:
    """To the address that was looked at; the certificate is of the host that was meant."""
    connection: http.client.HTTPConnection
    if scheme == "https":
        connection = http.client.HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
    else:
        connection = http.client.HTTPConnection(host, port, timeout=seconds)

    def connect(_: object, timeout: float | None, source: object) -> socket.socket:
        return socket.create_connection((address, port), timeout)

    connection._create_connection = connect  # type: ignore[attr-defined]
    return connection


def _host_header(scheme: str, host: str, port: int) -> str:
    named = f"[{host}]" if ":" in host else host
    return named if port == USUAL_PORTS[scheme] else f"{named}:{port}"


def _read(
    connection: http.client.HTTPConnection, answer: http.client.HTTPResponse, host: str, limits: Limits, until: float
) -> bytes:
    """A service that sends a byte a second is cut like one that sends nothing."""
    parts: list[bytes] = []
    size = 0
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)
        part = answer.read1(CHUNK)
        if not part:
            return b"".join(parts)
        size += len(part)
        if size > limits.most_bytes:
            raise AnswerTooLarge(host=host)
        parts.append(part)
