"""Passkeys (WebAuthn): registered by who is signed in, and then a way in by itself, without a login or a password.

The device is always asked to verify its owner (a finger, a face, a PIN), so a passkey is two steps in one.  Attestation
is not asked: which make of key a person has is not our business.  Challenges are one-time (org/challenges.py); the
origin and the site come from the address that an administrator has told (org/public_address.py), never from a request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from svyaz.kernel.problem import NotFound, Problem
from svyaz.kernel.text import clean
from svyaz.org import challenges
from svyaz.org.public_address import host_of, need_address
from svyaz.storage import accounts, ids, second_steps
from svyaz.storage.second_steps import Passkey
from svyaz.storage.session import Session

REGISTER, ENTER = "passkey_register", "passkey_enter"
MOST, LONGEST_TITLE = 20, 60


class PasskeyRefused(Problem):
    """What the browser sent does not fit what was asked: of another site, of another challenge, touched on the way."""

    code = "passkey_refused"
    status = 401


class TooManyPasskeys(Problem):
    code = "too_many_passkeys"  # facts: most


class PasskeyCopied(Problem):
    """Its counter went back: somebody has a copy of the key."""

    code = "passkey_copied"
    status = 401


def begin_registration(session: Session, employee: int, login: str, label: str) -> tuple[str, Mapping[str, Any]]:
    """(key of the challenge, options for navigator.credentials.create).  Raises AddressNotSet, TooManyPasskeys."""
    address, known = need_address(session), second_steps.passkeys_of(session, employee)
    if len(known) >= MOST:
        raise TooManyPasskeys(most=MOST)
    options = generate_registration_options(
        rp_id=host_of(address),
        rp_name=session.snapshot.settings.title,
        user_name=login,
        user_display_name=label or login,
        user_id=str(employee).encode(),
        exclude_credentials=[PublicKeyCredentialDescriptor(base64url_to_bytes(one.credential)) for one in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
    )
    key = challenges.ask(session, REGISTER, employee, bytes_to_base64url(options.challenge))
    return key, json.loads(options_to_json(options))


def register(session: Session, employee: int, key: str, title: str, sent: Mapping[str, Any]) -> Passkey:
    """Raises ChallengeGone, PasskeyRefused."""
    whose, challenge = challenges.take(session, key, REGISTER)
    address = need_address(session)
    if whose != employee:
        raise challenges.ChallengeGone()
    try:
        told = verify_registration_response(
            credential=dict(sent),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=host_of(address),
            expected_origin=address,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError):
        raise PasskeyRefused() from None
    credential = bytes_to_base64url(told.credential_id)
    if second_steps.find_passkey(session, credential) is not None:
        raise PasskeyRefused()
    made = Passkey(
        ids.take_ids(session, 1)[0],
        employee,
        credential,
        bytes_to_base64url(told.credential_public_key),
        told.sign_count,
        _title(title),
        accounts.micros(session.now),
        None,
    )
    second_steps.put_passkey(session, made)
    return made


def begin_entry(session: Session) -> tuple[str, Mapping[str, Any]]:
    """(key of the challenge, options for navigator.credentials.get): whose key it is, the device says."""
    options = generate_authentication_options(
        rp_id=host_of(need_address(session)), user_verification=UserVerificationRequirement.REQUIRED
    )
    key = challenges.ask(session, ENTER, None, bytes_to_base64url(options.challenge))
    return key, json.loads(options_to_json(options))


def enter(session: Session, challenge: str, sent: Mapping[str, Any]) -> Passkey:
    """Whose passkey it is, its counter moved on.  challenge: as taken by `challenges.take`.

    Raises PasskeyRefused, and PasskeyCopied when the counter of a device that counts went back.
    """
    address = need_address(session)
    found = second_steps.find_passkey(session, str(sent.get("id", ""))[:1400])
    if found is None:
        raise PasskeyRefused()
    try:
        told = verify_authentication_response(
            credential=dict(sent),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=host_of(address),
            expected_origin=address,
            credential_public_key=base64url_to_bytes(found.public_key),
            credential_current_sign_count=0,  # looked at below, to tell a copy from a forgery
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError):
        raise PasskeyRefused() from None
    if told.new_sign_count <= found.sign_count and (told.new_sign_count or found.sign_count):
        raise PasskeyCopied()
    second_steps.use_passkey(session, found.id, told.new_sign_count)
    return found


def rename(session: Session, employee: int, id: int, title: str) -> None:
    if not second_steps.rename_passkey(session, employee, id, _title(title)):
        raise NotFound("id", entity="passkey", id=id)


def remove(session: Session, employee: int, id: int) -> None:
    if not second_steps.drop_passkey(session, employee, id):
        raise NotFound("id", entity="passkey", id=id)


def _title(said: str) -> str:
    return " ".join(clean(said, lines=False).split())[:LONGEST_TITLE] or "—"
