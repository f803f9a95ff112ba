"""Traits `positions` (the card: a deal, an invoice) and `line` (one row of goods in it).

The lines live in an entity of kind "line" that carries trait `line` and is named in the option
`lines` of the card's `positions`.
"""

from __future__ import annotations

from svyaz.schema.snapshot import Title, TraitShape

SHAPE = TraitShape(
    key="positions",
    title=Title("Товарные позиции", "Positions"),
    fields=({"key": "amount", "title": {"ru": "Сумма", "en": "Amount"}, "type": "money", "role": "amount"},),
    # lines: key of the entity of rows;  vat: "on_top" adds VAT to the price, "included" finds it inside
    options={"lines": "", "vat": "on_top"},
)

LINE_SHAPE = TraitShape(
    key="line",
    title=Title("Товарная позиция", "Line"),
    fields=(
        {
            "key": "quantity",
            "title": {"ru": "Количество", "en": "Quantity"},
            "type": "decimal",
            "scale": 3,
            "role": "quantity",
            "default": "1",
        },
        {"key": "price", "title": {"ru": "Цена", "en": "Price"}, "type": "money", "role": "price"},
        {
            "key": "discount_percent",
            "title": {"ru": "Скидка, %", "en": "Discount, %"},
            "type": "percent",
            "role": "discount_percent",
        },
        {
            "key": "vat_percent",
            "title": {"ru": "НДС, %", "en": "VAT, %"},
            "type": "percent",
            "role": "vat_percent",
            "hint": {"ru": "Пусто — без НДС", "en": "Empty means no VAT"},
        },
        {"key": "vat_sum", "title": {"ru": "Сумма НДС", "en": "VAT sum"}, "type": "money", "role": "vat_sum"},
        {"key": "line_sum", "title": {"ru": "Сумма", "en": "Sum"}, "type": "money", "role": "line_sum"},
    ),
)
