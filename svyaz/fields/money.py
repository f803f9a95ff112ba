"""Money: minor units, a currency, and beside them the sum in the company's currency.

The third column, `base`, is what filters, sorts and adds up; it is filled on writing by the rate of
the record's date (records/rates.py), so a value here knows nothing of it and packs it as None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal as Number
from typing import Any, ClassVar

from svyaz.expression.tree import Type
from svyaz.fields.base import Column, Columns, Compare, Json, Options, Terms, Words
from svyaz.fields.integer import AGGREGATES
from svyaz.fields.option import Option, key_or_nothing
from svyaz.fields.single import ORDERED, Conversions, Single, blank
from svyaz.kernel.money import (
    EXPONENTS,
    CurrencyUnknown,
    MoneyNotUnderstood,
    amount_text,
    currency_code,
    exponent,
    money_of,
    parse_amount,
)
from svyaz.kernel.numbers import number_of
from svyaz.kernel.russian import say_money
from svyaz.kernel.text import shown
from svyaz.kernel.values import Money as Sum


def currency(default: str | None) -> Option:
    return Option(default, lambda raw: isinstance(raw, str) and raw in EXPONENTS, "ISO 4217")


class Money(Single):
    """currency   for sums typed without one; None: the company's
    rate_on       key of the date field whose rate converts, "": the day of writing
    base          the company's currency, filled in by the schema"""

    name = "money"
    known: ClassVar[Mapping[str, Option]] = {
        "currency": currency(None),
        "rate_on": key_or_nothing(),
        "base": currency("RUB"),
    }
    becomes: ClassVar[Conversions] = dict.fromkeys(
        ("text", "long_text"), lambda value: f"{amount_text(value)} {value.currency}"
    )

    def storage(self, options: Options) -> Columns:
        return Columns((Column("bigint"), Column("text", "cur"), Column("bigint", "base")), value_part="base")

    def compare(self, options: Options) -> Compare:
        return Compare(ORDERED, sort="value", aggregates=AGGREGATES)

    def understand(self, raw: Any, options: Options, terms: Terms) -> Sum | None:
        """Text, a number, [amount, currency], {"amount", "currency"} or Money."""
        usual = options.get("currency") or terms.currency
        if isinstance(raw, Sum):
            return money_of(Number(raw.minor).scaleb(-exponent(raw.currency)), raw.currency)
        if isinstance(raw, Mapping):
            if not raw.keys() <= {"amount", "currency"}:
                raise MoneyNotUnderstood(value=shown(raw))
            return _pair(raw.get("amount"), raw.get("currency"), usual)
        if isinstance(raw, list | tuple):
            if len(raw) != 2:
                raise MoneyNotUnderstood(value=shown(raw))
            return _pair(raw[0], raw[1], usual)
        return _amount(raw, usual)

    def pack(self, value: Any, options: Options) -> tuple[Any, ...]:
        return (None, None, None) if value is None else (value.minor, value.currency, None)

    def pack_all(self, values: Sequence[Any], options: Options) -> Sequence[Sequence[Any]]:
        minors = [None if value is None else value.minor for value in values]
        return minors, [None if value is None else value.currency for value in values], [None] * len(values)

    def unpack(self, stored: Any, options: Options) -> Sum | None:
        return None if stored[0] is None else Sum(stored[0], stored[1])

    def wire(self, options: Options) -> Callable[..., Json] | None:
        return _cell

    def plain(self, value: Any, options: Options) -> Json:
        return None if value is None else [amount_text(value), value.currency]

    def say(self, value: Any, options: Options, words: Words) -> str:
        return "" if value is None else say_money(value, words.language)

    def key(self, value: Any, options: Options) -> str | None:
        return None

    def expression_type(self, options: Options) -> Type:
        return Type("number", scale=exponent(options["base"]))


def _pair(amount: Any, told: Any, usual: str) -> Sum | None:
    if blank(amount):
        return None
    if blank(told):
        return _amount(amount, usual)
    if not isinstance(told, str):
        raise CurrencyUnknown(value=shown(told))
    code = currency_code(told)
    money = _amount(amount, code)
    if money.currency != code:  # ["100 $", "RUB"]
        raise MoneyNotUnderstood(value=shown([amount, told]))
    return money


def _amount(raw: Any, code: str) -> Sum:
    return parse_amount(raw, code) if isinstance(raw, str) else money_of(number_of(raw), code)


def _cell(minor: int | None, code: str | None, base: int | None = None) -> Json:
    return None if minor is None or code is None else [amount_text(Sum(minor, code)), code]
