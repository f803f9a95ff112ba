"""A connection to the directory: only with TLS, only to a server whose certificate is good, never for longer than told.

ldap3 is asked to do one thing at a time and no thing of its own: no referrals (they would carry the password to a
server nobody has named), no schema, no guess of names.  TLS is the standard library's, with the name of the host
checked by it.  What an exchange may take is counted as a whole: a server that gives a byte a second is cut off.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ldap3 import NONE, SIMPLE, SYNC, Connection, Server
from ldap3.core.exceptions import (
    LDAPException,
    LDAPInvalidFilterError,
    LDAPOperationResult,
    LDAPResponseTimeoutError,
    LDAPStartTLSError,
)
from ldap3.core.tls import Tls

from svyaz.exchange.active_directory.problems import (
    AnswerCut,
    BrokeOff,
    CertificateExpired,
    CertificateForeign,
    CertificateOfAnother,
    ConnectionRefusedThere,
    DirectoryFailed,
    DirectorySilent,
    FilterWrong,
    HostNotAllowed,
    HostUnknown,
    LoginRefused,
    NoTls,
    NotPermitted,
    PasswordEmpty,
    PlaceUnknown,
)
from svyaz.exchange.active_directory.settings import Directory
from svyaz.kernel.problem import Problem

SECONDS, CONNECT_SECONDS = 10, 5
EXPIRED, NOT_YET, NAMES = 10, 9, (62, 63, 64)
# Results of LDAP: RFC 4511 §4.1.9.
SUCCESS, SIZE, ADMIN, STRONGER, ABSENT, CREDENTIALS, DENIED, ATTRIBUTE = 0, 4, 11, 8, 32, 49, 50, 18


class CheckedTls(Tls):
    """ldap3 only says when; trouble: what the handshake ended with."""

    def __init__(self, host: str, ca: str) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self.host = host
        self.context = ssl.create_default_context(cadata=ca or None)
        self.trouble: Exception | None = None

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        try:
            connection.socket = self.context.wrap_socket(connection.socket, server_hostname=self.host)
        except (OSError, ValueError) as trouble:
            self.trouble = trouble
            raise


@contextmanager
def opened(directory: Directory, seconds: float = SECONDS) -> Iterator[Connection]:
    """Signed in as the account of the settings.  Raises DirectoryFailed in all its kinds, PasswordEmpty, FilterWrong."""
    with _exchange(directory, directory.login, directory.password, seconds) as connection:
        if not connection.bind(read_server_info=False):
            raise refusal(directory, connection.result)
        yield connection


def fits(directory: Directory, dn: str, password: str, seconds: float = SECONDS) -> bool:
    """Whether the server lets this name in with this password.  An empty one fits nobody."""
    if not password.strip("\0"):
        return False
    with _exchange(directory, dn, password, seconds) as connection:
        if connection.bind(read_server_info=False):
            return True
        if connection.result["result"] in (CREDENTIALS, ABSENT, 34, 48, 53):
            return False
        raise refusal(directory, connection.result)


def refusal(directory: Directory, result: dict[str, Any]) -> Problem:
    """The problem that a result other than success means."""
    code = result["result"]
    if code in (SIZE, ADMIN):
        return AnswerCut(host=directory.host)
    if code == ABSENT:
        return PlaceUnknown("base", base=directory.base)
    if code == CREDENTIALS:
        return LoginRefused("login", login=directory.login)
    if code == DENIED:
        return NotPermitted("login", login=directory.login)
    return DirectoryFailed(host=directory.host, why=str(result.get("description"))[:80])


@contextmanager
def _exchange(directory: Directory, login: str, password: str, seconds: float) -> Iterator[Connection]:
    if not password.strip("\0"):
        raise PasswordEmpty("password")
    host, port = directory.host, directory.port
    tls = CheckedTls(host, directory.ca)
    server = Server(
        address_of(host, port),
        port,
        use_ssl=directory.tls == "ldaps",
        tls=tls,
        get_info=NONE,
        connect_timeout=min(CONNECT_SECONDS, seconds),
    )
    connection = Connection(
        server,
        login,
        password,
        authentication=SIMPLE,
        client_strategy=SYNC,
        check_names=False,
        auto_referrals=False,
        auto_range=False,
        receive_timeout=max(1, int(seconds)),
    )
    late = threading.Event()
    watch = threading.Timer(seconds, _cut, (connection, late))
    watch.daemon = True
    watch.start()
    try:
        connection.open(read_server_info=False)
        if directory.tls == "starttls":
            connection.start_tls(read_server_info=False)
        yield connection
    except Problem:
        raise
    except LDAPInvalidFilterError as wrong:
        raise FilterWrong("filter", filter=directory.asked[:200]) from wrong
    except (LDAPException, OSError, ValueError, IndexError, KeyError, TypeError, AttributeError) as trouble:
        # ldap3 falls over half an answer in ways of its own: none of them is more than «it broke off».
        raise _told(directory, tls.trouble or trouble, late.is_set(), seconds) from trouble
    finally:
        watch.cancel()
        with suppress(LDAPException, OSError):
            connection.unbind()


def _cut(connection: Connection, late: threading.Event) -> None:
    late.set()
    with suppress(OSError, AttributeError):
        connection.socket.shutdown(socket.SHUT_RDWR)


def _told(directory: Directory, trouble: Exception, late: bool, seconds: float) -> Problem:
    host, port = directory.host, directory.port
    if isinstance(trouble, ssl.SSLCertVerificationError):
        if trouble.verify_code in (EXPIRED, NOT_YET):
            return CertificateExpired(host=host)
        return CertificateOfAnother(host=host) if trouble.verify_code in NAMES else CertificateForeign(host=host)
    if late or isinstance(trouble, TimeoutError | LDAPResponseTimeoutError) or "timed out" in str(trouble):
        return DirectorySilent(host=host, seconds=int(seconds))
    if isinstance(trouble, ConnectionRefusedError):
        return ConnectionRefusedThere(host=host, port=port)
    if isinstance(trouble, ssl.SSLError | LDAPStartTLSError):
        return NoTls(host=host, port=port)
    if isinstance(trouble, LDAPOperationResult):
        return DirectoryFailed(host=host, why=str(trouble.description)[:80])
    return BrokeOff(host=host)


def address_of(host: str, port: int) -> str:
    """The first address of the host, looked at: the connection goes to that very one."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as trouble:
        raise HostUnknown("host", host=host) from trouble
    address = str(found[0][4][0])
    one = ipaddress.ip_address(address.partition("%")[0])
    if one.is_link_local or one.is_multicast or one.is_unspecified or (one.is_reserved and not one.is_loopback):
        raise HostNotAllowed("host", host=host)
    return address
