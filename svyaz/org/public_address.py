"""The address by which people open Svyaz, as an administrator has told it: for links in letters, passkeys, providers.

Never taken from a request: whoever sends a false Host must not choose where a link in a letter leads.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from svyaz.kernel.problem import Problem
from svyaz.kernel.text import clean
from svyaz.storage import settings
from svyaz.storage.session import Session

KEY = "address"
LONGEST = 200


class AddressWrong(Problem):
    code = "public_address_wrong"  # facts: address


class AddressNotSet(Problem):
    """Without it neither a passkey nor a provider can be told where they are asked from."""

    code = "public_address_not_set"
    status = 409


def read_address(session: Session) -> str:
    """Origin without a slash at the end, «https://crm.example.ru»; "" when nobody has told it."""
    return str(settings.read(session, KEY) or "")


def need_address(session: Session) -> str:
    """Raises AddressNotSet."""
    address = read_address(session)
    if not address:
        raise AddressNotSet()
    return address


def set_address(session: Session, said: str) -> None:
    """ "" forgets it.  Raises AddressWrong: http:// is for localhost and for the office's own network."""
    settings.write(session, KEY, _checked(said) or None)


def host_of(address: str) -> str:
    return urlsplit(address).hostname or ""


def _checked(said: str) -> str:
    text = clean(said).strip().rstrip("/")
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise AddressWrong("address", address=text[:LONGEST]) from None
    plain = parts.scheme in ("https", "http") and parts.netloc and not (parts.path or parts.query or parts.fragment)
    if not plain or "@" in parts.netloc or len(text) > LONGEST or not _is_host(host):
        raise AddressWrong("address", address=text[:LONGEST])
    usual = {"https": 443, "http": 80}[parts.scheme]
    named = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{named}" + (f":{port}" if port and port != usual else "")


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
        return True
    except ValueError:
        labels = host.split(".")
        return all(one.isascii() and one.replace("-", "").isalnum() and len(one) < 64 for one in labels)
