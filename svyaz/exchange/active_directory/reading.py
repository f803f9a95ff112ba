"""Read people and groups of a directory: by pages, whole or not at all.

Values are taken as bytes and understood here, so it matters to nobody which schema a server tells.  A person's name
for ever is objectGUID (entryUUID of other servers): renaming him and moving him elsewhere leaves it.  Whatever comes
from a person goes into a filter escaped.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ldap3 import BASE, SUBTREE, Connection
from ldap3.core.exceptions import LDAPInvalidDnError
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import parse_dn

from svyaz.exchange.active_directory.connection import ADMIN, SIZE, SUCCESS, refusal
from svyaz.exchange.active_directory.problems import PlaceUnknown
from svyaz.exchange.active_directory.settings import Directory
from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import clean

# A server that gives no page so large is asked for smaller ones; Active Directory gives up to 1,000.
PAGES = (500, 100)
IN_CHAIN = "1.2.840.113556.1.4.1941"
DISABLED = 2  # a bit of userAccountControl
PAGED = "1.2.840.113556.1.4.319"
KEYS = {"active_directory": "objectGUID", "ldap": "entryUUID"}
MEMBERS = ("member", "uniqueMember")
GROUPS = "(|(objectClass=group)(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))"
LONGEST = 500
Found = tuple[str, dict[str, list[bytes]]]


@dataclass(frozen=True, slots=True)
class Person:
    """values: field -> text, or texts of several;  path: names of departments from the top;  manager: a DN or "" """

    guid: str
    dn: str
    login: str
    disabled: bool
    values: Mapping[str, str | list[str]]
    path: tuple[str, ...] = ()
    manager: str = ""
    photo: bytes = field(default=b"", repr=False)

    @property
    def label(self) -> str:
        return " ".join(str(one) for key in ("first_name", "surname") if (one := self.values.get(key)))


@dataclass(frozen=True, slots=True)
class Group:
    dn: str
    title: str


def read_people(connection: Connection, directory: Directory) -> list[Person]:
    """Everybody whom the settings take, the disabled too.  Raises unless the whole of them was read."""
    filters, within = [directory.asked], None
    if directory.groups and directory.kind == "active_directory":
        among = "".join(f"(memberOf:{IN_CHAIN}:={escape_filter_chars(one)})" for one in directory.groups)
        filters.append(f"(|{among})")
    elif directory.groups:
        within = _walk(connection, directory)
    asked = filters[0] if len(filters) == 1 else f"(&{''.join(filters)})"
    for one in directory.groups:
        check_place(connection, directory, one)
    found = search(connection, directory, directory.base, asked, _attributes(directory))
    people = [_person(directory, dn, told) for dn, told in found]
    return [one for one in people if one.guid and (within is None or same_dn(one.dn) in within)]


def find_state(connection: Connection, directory: Directory, guid: str) -> tuple[str, bool] | None:
    """(DN, whether disabled) of the one with this key, wherever he is by now; None: he is not there."""
    key = KEYS[directory.kind]
    octets = "".join(f"\\{byte:02x}" for byte in uuid.UUID(guid).bytes_le)
    value = octets if directory.kind == "active_directory" else escape_filter_chars(guid)
    asked = f"(&({key}={value}){directory.asked})"
    for dn, told in search(connection, directory, directory.base, asked, [*STATE, key]):
        return dn, _is_disabled(told)
    return None


def find_groups(connection: Connection, directory: Directory, text: str, most: int = 50) -> list[Group]:
    """Groups whose name has the text in it; by name."""
    named = f"(cn=*{escape_filter_chars(text)}*)" if text else ""
    asked = f"(&{GROUPS}{named})"
    found = [
        Group(dn, _text(told.get("cn")) or dn)
        for dn, told in search(connection, directory, directory.base, asked, ["cn"])
    ]
    return sorted(found, key=lambda one: one.title.casefold())[:most]


def check_place(connection: Connection, directory: Directory, dn: str) -> None:
    """Raises PlaceUnknown, naming it: a group that was deleted must not read as «nobody is left»."""
    try:
        connection.search(dn, "(objectClass=*)", BASE, attributes=["cn"])
    except LDAPInvalidDnError:
        raise PlaceUnknown("base", base=dn[:200]) from None
    if connection.result["result"] != SUCCESS or not list(_entries(connection)):
        raise PlaceUnknown("base", base=dn[:200])


def search(
    connection: Connection, directory: Directory, base: str, asked: str, attributes: Sequence[str]
) -> Iterator[Found]:
    """(dn, {attribute in small letters: its values}), page after page."""
    sizes, cookie = iter(PAGES), None
    size = next(sizes)
    while True:
        try:
            connection.search(base, asked, SUBTREE, attributes=attributes, paged_size=size, paged_cookie=cookie)
        except LDAPInvalidDnError:
            raise PlaceUnknown("base", base=base[:200]) from None
        code = connection.result["result"]
        if code in (SIZE, ADMIN) and cookie is None and (smaller := next(sizes, None)):
            size = smaller
            continue
        if code != SUCCESS:
            raise refusal(directory, connection.result)
        yield from _entries(connection)
        told = (connection.result.get("controls") or {}).get(PAGED)
        cookie = told["value"]["cookie"] if told else None
        if not cookie:
            return


def _entries(connection: Connection) -> Iterator[Found]:
    for one in connection.response or ():
        if one["type"] == "searchResEntry":
            yield one["dn"], {name.lower(): list(values) for name, values in one["raw_attributes"].items()}


# --- groups of servers that do not walk them


def _walk(connection: Connection, directory: Directory) -> set[str]:
    """DNs of everybody in the groups and in the groups within; a loop of groups ends where it began."""
    inside: dict[str, set[str]] = {}
    for dn, told in search(connection, directory, directory.base, GROUPS, list(MEMBERS)):
        inside[same_dn(dn)] = {
            same_dn(one.decode("utf-8", "replace")) for name in MEMBERS for one in told.get(name.lower(), ())
        }
    seen: set[str] = set()
    waiting = [same_dn(one) for one in directory.groups]
    while waiting:
        near = waiting.pop()
        if near not in seen:
            seen.add(near)
            waiting += inside.get(near, ())
    return seen


def same_dn(dn: str) -> str:
    """Equal for two spellings of one DN."""
    try:
        return ",".join(f"{name.lower()}={value.casefold()}" for name, value, _ in parse_dn(dn, strip=True))
    except LDAPInvalidDnError:
        return dn.casefold()


def units_of(dn: str, base: str) -> tuple[str, ...]:
    """Names of the organisational units between the base and the person, from the top."""
    try:
        parts, below = parse_dn(dn, strip=True), len(parse_dn(base, strip=True))
    except LDAPInvalidDnError:
        return ()
    between = parts[1 : len(parts) - below] if below < len(parts) else []
    return tuple(_unescaped(value) for name, value, _ in reversed(between) if name.lower() == "ou")


def _unescaped(value: str) -> str:
    """A value of a DN as it is said: RFC 4514 §2.4."""
    out = bytearray()
    at = 0
    while at < len(value):
        if value[at] == "\\" and at + 1 < len(value):
            pair = value[at + 1 : at + 3]
            if len(pair) == 2 and all(one in "0123456789abcdefABCDEF" for one in pair):
                out.append(int(pair, 16))
                at += 3
                continue
            at += 1
        out += value[at].encode()
        at += 1
    return out.decode("utf-8", "replace")


# --- one person

STATE = ("userAccountControl", "nsAccountLock")


def _attributes(directory: Directory) -> list[str]:
    wanted = [name for names in directory.fields.values() for name in names]
    return list(dict.fromkeys([*wanted, *STATE, KEYS[directory.kind], "displayName", "cn"]))


def _person(directory: Directory, dn: str, told: Mapping[str, list[bytes]]) -> Person:
    def text(key: str) -> str:
        return next((said for name in directory.fields.get(key, ()) if (said := _text(told.get(name.lower())))), "")

    phones = [
        said
        for name in directory.fields.get("phones", ())
        for raw in told.get(name.lower(), ())
        if (said := _text([raw]))
    ]
    emails = [said for name in directory.fields.get("email", ()) if (said := _text(told.get(name.lower())))]
    names = {key: text(key) for key in ("surname", "first_name", "patronymic")}
    if not names["surname"]:
        names = {**names, **_names_of(_text(told.get("displayname")), names)}
    photo = next((raw for name in directory.fields.get("photo", ()) for raw in told.get(name.lower(), ()) if raw), b"")
    department = text("department")
    path = units_of(dn, directory.base) if directory.units else _path(department)
    return Person(
        guid=_guid(directory, told),
        dn=dn,
        login=text("login"),
        disabled=_is_disabled(told),
        values={
            **{key: said for key, said in names.items() if key in directory.fields},
            **({"position_title": text("position_title")} if "position_title" in directory.fields else {}),
            **({"email": emails} if "email" in directory.fields else {}),
            **({"phones": phones} if "phones" in directory.fields else {}),
        },
        path=tuple(one[:200] for one in path),
        manager=text("head"),
        photo=photo,
    )


def _names_of(display: str, known: Mapping[str, str]) -> dict[str, str]:
    """«Иванова Мария Петровна»: the surname comes first, as in Russian offices; what is known stays."""
    parts = display.split()
    if not parts:
        return {}
    rest = [one for one in parts if one not in known.values()] or parts
    told = {"surname": rest[0]}
    if not known["first_name"] and len(rest) > 1:
        told["first_name"] = rest[1]
    if not known["patronymic"] and len(rest) > 2 and not known["first_name"]:
        told["patronymic"] = " ".join(rest[2:])
    return told


def _path(said: str) -> list[str]:
    """«Дирекция / Продажи» is one department within another."""
    return [part for one in said.split(" / ") if (part := one.strip())]


def _guid(directory: Directory, told: Mapping[str, list[bytes]]) -> str:
    raw = next(iter(told.get(KEYS[directory.kind].lower(), ())), b"")
    try:
        if directory.kind == "active_directory":
            return str(uuid.UUID(bytes_le=raw))
        return str(uuid.UUID(raw.decode("ascii")))
    except ValueError:
        return ""


def _is_disabled(told: Mapping[str, list[bytes]]) -> bool:
    control = _text(told.get("useraccountcontrol"))
    return bool(control.isdigit() and int(control) & DISABLED) or _text(told.get("nsaccountlock")).upper() == "TRUE"


def _text(values: Iterable[bytes] | None) -> str:
    """The first value as one line, "" when there is none or it is no text."""
    for raw in values or ():
        try:
            return " ".join(clean(raw.decode("utf-8")).split())[:LONGEST]
        except (UnicodeDecodeError, BadValue):
            return ""
    return ""
