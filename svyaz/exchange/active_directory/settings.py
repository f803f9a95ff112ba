"""What a company settled about its directory: where it is, whom to take, and which attribute becomes which field.

The password is kept sealed and never told again; kept for one server and one account, it is never sent to another.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal as OneOf

from svyaz.exchange.active_directory.problems import (
    AttributeWrong,
    CertificateNotRead,
    DirectoryNotSet,
    DirectoryWrong,
    FieldNotTaken,
    PasswordEmpty,
)
from svyaz.kernel.text import clean
from svyaz.storage import settings
from svyaz.storage.session import Session
from svyaz.tenancy.seal import Sealer

KEY = "connector.directory"
PORTS = {"ldaps": 636, "starttls": 389}
ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
# Not a host and no address: a URL, a path, a port of its own.
HOST = re.compile(r"[A-Za-z0-9_.:-]{1,253}")

# What a directory fills: the field of the employee, or `login`, which is of the way in.  Phones may be of several.
USUAL: dict[str, dict[str, tuple[str, ...]]] = {
    "active_directory": {
        "surname": ("sn",),
        "first_name": ("givenName",),
        "patronymic": ("middleName",),
        "position_title": ("title",),
        "department": ("department",),
        "head": ("manager",),
        "email": ("mail",),
        "phones": ("telephoneNumber", "mobile"),
        "photo": ("thumbnailPhoto",),
        "login": ("sAMAccountName",),
    },
    "ldap": {
        "surname": ("sn",),
        "first_name": ("givenName",),
        "patronymic": (),
        "position_title": ("title",),
        "department": ("departmentNumber",),
        "head": ("manager",),
        "email": ("mail",),
        "phones": ("telephoneNumber", "mobile"),
        "photo": ("jpegPhoto",),
        "login": ("uid",),
    },
}
FILTERS = {
    "active_directory": "(&(objectCategory=person)(objectClass=user)(!(isCriticalSystemObject=TRUE)))",
    "ldap": "(objectClass=inetOrgPerson)",
}
SCHEDULES = ("off", "hourly", "daily")
Kind = OneOf["active_directory", "ldap"]


@dataclass(frozen=True, slots=True)
class Directory:
    """kind        active_directory, or ldap: any other server, whose nested groups are walked by us
    tls         ldaps, or starttls; without either nothing is ever sent
    ca          PEM of who vouches for the server; "": whom the machine trusts
    base        where people are looked for;  filter "": the usual one of the kind
    groups      DNs: only their members, however deep, are taken; (): everybody of the base
    fields      field -> attributes;  units: departments by the organisational units, not by the attribute
    sign_in     people come in by the password of the domain, and whoever is new gets a way in with `roles`
    schedule    off, hourly, daily at `hour` of the company's clock
    """

    kind: Kind
    host: str
    port: int
    tls: OneOf["ldaps", "starttls"]
    login: str
    password: str = field(repr=False)
    base: str
    ca: str = ""
    filter: str = ""
    groups: tuple[str, ...] = ()
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    units: bool = False
    sign_in: bool = False
    roles: tuple[str, ...] = ()
    schedule: str = "off"
    hour: int = 4

    @property
    def asked(self) -> str:
        return self.filter or FILTERS[self.kind]


def find_directory(session: Session, seal: Sealer | None = None) -> Directory | None:
    """seal: who opens the password; without one it is «»: most only look at the rest."""
    kept = settings.read(session, KEY)
    if not kept:
        return None
    return understand({**kept, "password": seal.open(kept["password"], KEY) if seal else ""})


def read_directory(session: Session, seal: Sealer | None = None) -> Directory:
    found = find_directory(session, seal)
    if found is None:
        raise DirectoryNotSet()
    return found


def forget_directory(session: Session) -> None:
    settings.write(session, KEY, None)


def set_directory(session: Session, told: Directory, seal: Sealer) -> None:
    settings.write(session, KEY, {**asdict(told), "password": seal.seal(told.password, KEY)})


def settled(before: Directory | None, told: Mapping[str, Any]) -> Directory:
    """The settings as sent; password None: the kept one, if server and account are the same.

    Raises what is wrong with them first.
    """
    password = told.get("password")
    if password is None and before is not None:
        mine = (before.host, before.port, before.tls, before.login)
        if mine == (told["host"], told["port"], told["tls"], told["login"]):
            password = before.password
    found = understand({**told, "password": password or ""})
    check(found)
    return found


def understand(kept: Mapping[str, Any]) -> Directory:
    known = {key: kept[key] for key in Directory.__slots__ if key in kept}
    fields = {key: tuple(names) for key, names in dict(known.get("fields") or USUAL[known["kind"]]).items()}
    made = Directory(**{**known, "fields": fields})
    return replace(made, groups=tuple(made.groups), roles=tuple(made.roles))


def check(told: Directory) -> None:
    if not HOST.fullmatch(told.host):
        raise DirectoryWrong("host", what="host")
    for name in ("login", "base"):
        if not clean(getattr(told, name)).strip():
            raise DirectoryWrong(name, what=name)
    if not told.password.strip("\0"):
        raise PasswordEmpty("password")
    for key, names in told.fields.items():
        if key not in USUAL[told.kind]:
            raise FieldNotTaken("fields", field=key)
        for name in names:
            if not ATTRIBUTE.fullmatch(name):
                raise AttributeWrong("fields", attribute=name[:60])
    if told.ca:
        check_certificate(told.ca)


def check_certificate(pem: str) -> None:
    try:
        ssl.create_default_context(cadata=pem)
    except (ssl.SSLError, ValueError) as wrong:
        raise CertificateNotRead("ca") from wrong


def told_directory(found: Directory) -> dict[str, Any]:
    """Everything but the password."""
    told = asdict(found)
    del told["password"]
    return {**told, "fields": {key: list(names) for key, names in found.fields.items()}, "has_password": True}
