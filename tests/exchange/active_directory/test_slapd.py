"""Any other server of LDAP: its own limits, its own attributes, nested groups that nobody walks for us.

And all that may be wrong with a connection, each told in words of its own.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from svyaz.exchange.active_directory import connection
from svyaz.exchange.active_directory.connection import opened
from svyaz.exchange.active_directory.problems import (
    BrokeOff,
    CertificateExpired,
    CertificateForeign,
    CertificateOfAnother,
    ConnectionRefusedThere,
    DirectorySilent,
    HostNotAllowed,
    HostUnknown,
    LoginRefused,
    NoTls,
    PasswordEmpty,
    PlaceUnknown,
)
from svyaz.exchange.active_directory.reading import find_groups, find_state, read_people
from svyaz.exchange.active_directory.settings import Directory, understand
from svyaz.kernel.problem import Problem
from tests.directory_servers import BASE, RunningDirectory, free_port, ldap_server, make_certificates

PEOPLE, GROUPS = f"ou=people,{BASE}".lower(), f"ou=groups,{BASE}".lower()
MANY = 450


def entries() -> list[dict[str, Any]]:
    people = [
        {
            "dn": f"uid=u{number},{PEOPLE}",
            "objectClass": "inetOrgPerson",
            "uid": f"u{number}",
            "cn": f"u{number}",
            "sn": f"Сотрудников{number}",
            "userPassword": "secret-of-one",
        }
        for number in range(MANY)
    ]
    star = {
        "dn": f"uid=звезда,{PEOPLE}",
        "objectClass": "inetOrgPerson",
        "uid": "*",
        "cn": "x",
        "sn": "Звезда",
        "userPassword": "s",
    }
    members = [one["dn"] for one in people[:300]]
    return [
        {"dn": BASE.lower(), "objectClass": ["dcObject", "organization"], "dc": "svyaz", "o": "svyaz"},
        {"dn": PEOPLE, "objectClass": "organizationalUnit", "ou": "people"},
        {"dn": GROUPS, "objectClass": "organizationalUnit", "ou": "groups"},
        *people,
        star,
        # A loop: «crm» holds «all», which holds «crm» and people.
        {"dn": f"cn=crm,{GROUPS}", "objectClass": "groupOfNames", "cn": "crm", "member": f"CN=All, {GROUPS}"},
        {
            "dn": f"cn=all,{GROUPS}",
            "objectClass": "groupOfNames",
            "cn": "all",
            "member": [f"cn=crm,{GROUPS}", *members],
        },
        {
            "dn": f"uid=reader,{BASE}".lower(),
            "objectClass": ["account", "simpleSecurityObject"],
            "uid": "reader",
            "userPassword": "reads",
        },
    ]


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDirectory]:
    with ldap_server(tmp_path_factory.mktemp("slapd"), entries()) as running:
        yield running


def settings(running: RunningDirectory, **more: Any) -> Directory:
    told = {
        "kind": "ldap",
        "host": running.host,
        "port": running.port,
        "tls": "ldaps",
        "login": f"uid=reader,{BASE}".lower(),
        "password": "reads",
        "base": running.base,
        "ca": running.ca,
    }
    return understand({**told, **more})


def read(told: Directory) -> list[str]:
    with opened(told) as ldap:
        return [one.login for one in read_people(ldap, told)]


def test_more_people_than_the_server_gives_at_once_are_read_by_pages(slapd: RunningDirectory) -> None:
    told = settings(slapd)
    with opened(told) as ldap:
        ldap.search(told.base, told.asked, attributes=["uid"])
        assert ldap.result["description"] == "sizeLimitExceeded"
    assert len(read(told)) == MANY + 1


def test_groups_within_groups_are_walked_and_a_loop_of_them_ends(slapd: RunningDirectory) -> None:
    assert sorted(read(settings(slapd, groups=[f"CN=crm,{GROUPS}"]))) == sorted(f"u{number}" for number in range(300))


def test_a_group_that_is_gone_does_not_read_as_nobody_is_left(slapd: RunningDirectory) -> None:
    with pytest.raises(PlaceUnknown):
        read(settings(slapd, groups=[f"cn=gone,{GROUPS}"]))


def test_what_a_person_types_into_the_search_of_groups_is_no_filter(slapd: RunningDirectory) -> None:
    told = settings(slapd)
    with opened(told) as ldap:
        assert [one.title for one in find_groups(ldap, told, "al")] == ["all"]
        for typed in ("*", "al*", "all)(objectClass=*", "\\2a", "(", ")", "\0"):
            assert find_groups(ldap, told, typed) == [], typed


def test_a_moved_person_is_found_by_the_key_that_never_changes(slapd: RunningDirectory) -> None:
    told = settings(slapd)
    with opened(told) as ldap:
        one = next(one for one in read_people(ldap, told) if one.login == "u7")
        assert find_state(ldap, told, one.guid) == (f"uid=u7,{PEOPLE}", False)
        assert find_state(ldap, told, "00000000-0000-4000-8000-000000000000") is None


def test_an_empty_password_is_never_sent_since_the_server_takes_it_for_nobody(slapd: RunningDirectory) -> None:
    for empty in ("", "\0"):
        with pytest.raises(PasswordEmpty), opened(settings(slapd, password=empty)):
            pass
        assert connection.fits(settings(slapd), f"uid=u1,{PEOPLE}", empty) is False
    assert connection.fits(settings(slapd), f"uid=u1,{PEOPLE}", "secret-of-one") is True
    assert connection.fits(settings(slapd), f"uid=u1,{PEOPLE}", "secret") is False


# --- troubles of a connection


def wrong(slapd: RunningDirectory, problem: type[Problem], **more: Any) -> None:
    with pytest.raises(problem):
        read(settings(slapd, **more))


def test_each_trouble_of_the_address_and_the_account_has_its_own_words(slapd: RunningDirectory) -> None:
    wrong(slapd, HostUnknown, host="no.such.host.invalid")
    wrong(slapd, ConnectionRefusedThere, port=free_port())
    wrong(slapd, LoginRefused, password="wrong")
    wrong(slapd, PlaceUnknown, base="dc=nowhere")
    wrong(slapd, CertificateForeign, ca="")


@pytest.mark.parametrize("host", ["169.254.169.254", "0.0.0.0", "224.0.0.1", "::"])
def test_an_address_that_is_no_server_is_not_asked(slapd: RunningDirectory, host: str) -> None:
    wrong(slapd, HostNotAllowed, host=host)


@contextmanager
def serve(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server on this machine that does `answer` with whoever comes; its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def work() -> None:
        while True:
            try:
                one, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=guarded, args=(one,), daemon=True).start()

    def guarded(one: socket.socket) -> None:
        try:
            answer(one)
        except OSError:
            pass
        finally:
            one.close()

    threading.Thread(target=work, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        server.close()


def behind_tls(folder: Path, answer: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")

    def wrapped(one: socket.socket) -> None:
        with context.wrap_socket(one, server_side=True) as safe:
            answer(safe)

    return wrapped


# BindResponse of success, ExtendedResponse of protocolError: RFC 4511 §4.2.2, §4.12.
BOUND, UNKNOWN = bytes.fromhex("61070a010004000400"), bytes.fromhex("78070a010204000400")


def answer_to(asked: bytes, said: bytes) -> bytes:
    """A whole message to the (short) one that was asked, under its number."""
    numbered = asked[2 : 4 + asked[3]] + said
    return bytes([0x30, len(numbered)]) + numbered


def half_answer(one: socket.socket) -> None:
    """Lets in, hears the search and dies in the middle of the answer."""
    one.sendall(answer_to(one.recv(4096), BOUND))
    assert one.recv(4096)
    one.sendall(bytes.fromhex("308201000201026481fa"))


def byte_a_second(one: socket.socket) -> None:
    for byte in answer_to(one.recv(4096), BOUND):
        one.sendall(bytes([byte]))
        time.sleep(1)


def test_half_an_answer_is_not_taken_for_an_answer(slapd: RunningDirectory, tmp_path: Path) -> None:
    make_certificates(tmp_path, "IP:127.0.0.1")
    ca = (tmp_path / "ca.pem").read_text()
    with serve(behind_tls(tmp_path, half_answer)) as port:
        wrong(slapd, BrokeOff, port=port, ca=ca)
    with serve(behind_tls(tmp_path, lambda one: one.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"))) as port:
        wrong(slapd, BrokeOff, port=port, ca=ca)


def test_a_slow_server_is_left_when_its_time_is_over(slapd: RunningDirectory, tmp_path: Path) -> None:
    make_certificates(tmp_path, "IP:127.0.0.1")
    ca = (tmp_path / "ca.pem").read_text()
    for answer in (behind_tls(tmp_path, byte_a_second), lambda one: time.sleep(20)):
        with serve(answer) as port, pytest.raises(DirectorySilent), opened(settings(slapd, port=port, ca=ca), 2):
            pass


def test_nothing_is_said_to_a_server_without_encryption(slapd: RunningDirectory) -> None:
    heard: list[bytes] = []

    def answer(one: socket.socket) -> None:
        heard.append(one.recv(4096))
        one.sendall(answer_to(heard[0], UNKNOWN))
        heard.append(one.recv(4096))

    with serve(answer) as port:
        wrong(slapd, NoTls, port=port, tls="starttls")
    assert b"reads" not in b"".join(heard)


def test_a_certificate_that_is_old_or_of_another_is_refused(slapd: RunningDirectory, tmp_path: Path) -> None:
    make_certificates(tmp_path / "other", "DNS:dc2.other.test")
    make_certificates(tmp_path / "old", "IP:127.0.0.1", days="-1")
    for name, problem in (("other", CertificateOfAnother), ("old", CertificateExpired)):
        with serve(behind_tls(tmp_path / name, lambda one: None)) as port:
            wrong(slapd, problem, port=port, ca=(tmp_path / name / "ca.pem").read_text())
