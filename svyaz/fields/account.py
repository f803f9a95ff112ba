"""Account in a bank, 20 digits.  Its check digit needs the bank's БИК, which is another field of the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from svyaz.fields.digits import Digits
from svyaz.fields.option import Option, key_or_nothing
from svyaz.kernel.problem import BadValue

WEIGHTS = (7, 1, 3) * 8
TREASURY = "03"


class AccountNotOfBank(BadValue):
    """Raised by whoever has both: traits/requisites."""

    code = "account_not_of_bank"  # facts: account, bik


class Account(Digits):
    """bik   key of the field with the bank's БИК, "" when there is none"""

    name = "account"
    lengths = (20,)
    known: ClassVar[Mapping[str, Option]] = {"bik": key_or_nothing()}

    def agrees(self, code: str) -> bool:
        return True


def fits_bank(account: str, bik: str) -> bool:
    """Whether the account's check digit agrees with the БИК, as a settlement or a correspondent account.

    Treasury accounts (03…) have no check digit.
    """
    if account.startswith(TREASURY):
        return True
    return any(
        sum(int(digit) * weight % 10 for digit, weight in zip(head + account, WEIGHTS, strict=False)) % 10 == 0
        for head in (bik[-3:], "0" + bik[4:6])
    )
