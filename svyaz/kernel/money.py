"""Sums of money: whole minor units and a currency of ISO 4217, never a float.

Exponents are those of ISO 4217; funds, metals and test codes are left out.
"""

from __future__ import annotations

import re
from decimal import Decimal

from svyaz.kernel.numbers import BOUND, NumberTooLarge, parse_number, scaled, scaled_text
from svyaz.kernel.problem import BadValue
from svyaz.kernel.text import shown
from svyaz.kernel.values import Money

TWO = """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY
COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR
JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO
NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW ZWG"""
ZERO = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
THREE = "BHD IQD JOD KWD LYD OMR TND"

EXPONENTS = {code: digits for digits, codes in ((0, ZERO), (2, TWO), (3, THREE)) for code in codes.split()}

SYMBOLS = {"RUB": "₽", "USD": "$", "EUR": "€", "GBP": "£", "KZT": "₸", "UAH": "₴", "TRY": "₺", "INR": "₹", "GEL": "₾"}
SIGNS = {sign: currency for currency, sign in SYMBOLS.items()} | {
    "р": "RUB", "р.": "RUB", "руб": "RUB", "руб.": "RUB", "рубль": "RUB", "рубля": "RUB", "рублей": "RUB",
    "rur": "RUB", "us$": "USD", "евро": "EUR", "тенге": "KZT",
}  # fmt: skip
PLAIN = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,2}))?")
AROUND = re.compile(r"(?P<before>[^0-9.,+\-]*)(?P<number>.*?[0-9])(?P<after>[^0-9]*)", re.DOTALL)
MINUS = str.maketrans("\u2212\u2013", "--")


class MoneyNotUnderstood(BadValue):
    code = "money_not_understood"  # facts: value


class CurrencyUnknown(BadValue):
    code = "currency_unknown"  # facts: value


def exponent(currency: str) -> int:
    """How many minor digits the currency has: RUB 2, JPY 0.  Raises CurrencyUnknown."""
    if currency not in EXPONENTS:
        raise CurrencyUnknown(value=shown(currency))
    return EXPONENTS[currency]


def currency_code(text: str) -> str:
    """The code of ISO 4217 by what people write: "₽", "руб.", "usd".  Raises CurrencyUnknown."""
    told = text.strip()
    code = SIGNS.get(told.lower(), told.upper())
    exponent(code)
    return code


def parse_amount(text: str, currency: str) -> Money:
    """«1 200,50 ₽», "$100", "1200.5", "100 USD" -> Money; `currency` is for text that names none.

    Raises MoneyNotUnderstood, CurrencyUnknown, NumberAmbiguous, NumberTooLarge, NumberTooPrecise.
    """
    usual = PLAIN.fullmatch(text) if EXPONENTS.get(currency) == 2 else None
    if usual:
        sign, whole, part = usual.groups("")
        minor = int(whole + f"{part:0<2}")
        return Money(-minor if sign else minor, currency)
    plain = text.translate(MINUS).strip()
    if len(plain) > 100:
        raise MoneyNotUnderstood(value=shown(text))
    found = AROUND.fullmatch(plain)
    if not found:
        raise MoneyNotUnderstood(value=shown(text))
    before, number, after = found["before"].strip(), found["number"], found["after"].strip()
    if before and after:
        raise MoneyNotUnderstood(value=shown(text))
    if number[0] in "+-" and not before:  # "-$5": the sign stands before the currency
        signed = re.fullmatch(r"([+-])\s*([^0-9.,\s]+)\s*([0-9.,].*)", number, re.DOTALL)
        if signed and not after:
            before, number = signed[2], signed[1] + signed[3]
    if before or after:
        currency = currency_code(before or after)
    return money_of(parse_number(number), currency)


def money_of(amount: Decimal, currency: str) -> Money:
    """A Decimal amount in major units -> Money.  Raises CurrencyUnknown, NumberTooLarge, NumberTooPrecise."""
    minor = scaled(amount, exponent(currency))
    if abs(minor) >= BOUND:
        raise NumberTooLarge(value=shown(amount))
    return Money(minor, currency)


def amount_text(money: Money) -> str:
    """The wire form of the amount: amount_text(Money(120050, "RUB")) == "1200.50"."""
    return scaled_text(money.minor, exponent(money.currency))
