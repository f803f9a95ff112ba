"""What one line of goods comes to.  Pure; the worked table is docs/algorithms/positions.md.

Everything is in minor units of one currency and rounded half up in each row, as Russian documents are: the
sum of a document is the sum of its printed rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class LineSum:
    """Minor units.  vat_minor is None without VAT (not the same as a rate of 0 %); total_minor includes it."""

    discount_minor: int
    vat_minor: int | None
    total_minor: int


def line_sum(
    quantity: Decimal, price_minor: int, discount_percent: Decimal | None, vat_percent: Decimal | None, vat: str
) -> LineSum:
    """quantity × price − discount, and VAT: "on_top" adds it, "included" finds it inside.

    3 × 33.33 with 10 % off and 20 % VAT on top: 99.99 − 10.00 = 89.99, VAT 18.00, 107.99 in all.
    """
    gross = _round(quantity * price_minor)
    discount = _round(gross * (discount_percent or 0) / HUNDRED)
    net = gross - discount
    if vat_percent is None:
        return LineSum(discount, None, net)
    if vat == "included":
        return LineSum(discount, _round(net * vat_percent / (HUNDRED + vat_percent)), net)
    tax = _round(net * vat_percent / HUNDRED)
    return LineSum(discount, tax, net + tax)


def _round(value: Decimal | int) -> int:
    return int(Decimal(value).quantize(Decimal(1), rounding=ROUND_HALF_UP))
