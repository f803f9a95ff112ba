"""Traits `positions` (the card: a sale, an invoice) and `line` (one row of goods in it).

The lines live in an entity of kind "line" that carries trait `line` and is named in the option
`lines` of the card's `positions`.  Each line computes its own sum and VAT; the card's amount is the sum of
its lines, written in the same transaction and batch.  A card without lines has the amount a person types;
once it has lines, the amount is theirs alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from svyaz.kernel.problem import BadValue
from svyaz.kernel.values import Money
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry
from svyaz.records.inner import write_inner
from svyaz.records.new_rows import NewRows
from svyaz.records.problems import FieldReadOnly
from svyaz.records.trait import Trait
from svyaz.schema.snapshot import Entity, Title, TraitShape
from svyaz.storage import record_tables
from svyaz.storage.record_tables import Stored
from svyaz.storage.row_locks import lock
from svyaz.traits.sums import line_sum

SHAPE = TraitShape(
    key="positions",
    title=Title("Товарные позиции", "Positions"),
    fields=({"key": "amount", "title": {"ru": "Сумма", "en": "Amount"}, "type": "money", "role": "amount"},),
    # lines: key of the entity of rows;  vat: "on_top" adds VAT to the price, "included" finds it inside
    options={"lines": "", "vat": "on_top"},
)

LINE_ROLES = ("quantity", "price", "discount_percent", "vat_percent", "vat_sum", "line_sum")

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


class AmountOfLines(FieldReadOnly):
    """The amount is the sum of the lines: change a line.  facts: field"""

    code = "amount_of_lines"


class CurrenciesDiffer(BadValue):
    """Lines of one card are in one currency.  facts: currency, other"""

    code = "currencies_differ"


def before_line(entry: Entry, drafts: Sequence[Draft]) -> None:
    """Compute the sums of lines and refuse a second currency in a card."""
    if entry.mode == "undo":
        return
    roles = {role: one.key for role in LINE_ROLES if (one := entry.shape.by_role(role))}
    if "price" not in roles or "line_sum" not in roles:
        return
    vat = _vat_mode(entry)
    for draft in drafts:
        price = draft.values.get(roles["price"])
        if not isinstance(price, Money):
            draft.values[roles["line_sum"]] = None
            if "vat_sum" in roles:
                draft.values[roles["vat_sum"]] = None
            continue
        said: dict[str, Any] = {role: draft.values.get(key) for role, key in roles.items()}
        quantity = said.get("quantity")
        found = line_sum(
            Decimal(1) if quantity is None else quantity,
            price.minor,
            said.get("discount_percent"),
            said.get("vat_percent"),
            vat,
        )
        draft.values[roles["line_sum"]] = Money(found.total_minor, price.currency)
        if "vat_sum" in roles:
            tax = found.vat_minor
            draft.values[roles["vat_sum"]] = None if tax is None else Money(tax, price.currency)
    _check_currencies(entry, drafts, roles["price"])


def after_line(entry: Entry, drafts: Sequence[Draft]) -> None:
    link = entry.shape.parent
    cards = {draft.values.get(link) for draft in drafts} | {draft.before.get(link) for draft in drafts}
    _recount(entry, cards)


def moved_line(entry: Entry, records: Sequence[Stored], gone: bool) -> None:
    _recount(entry, {record.values.get(entry.shape.parent) for record in records})


def before_card(entry: Entry, drafts: Sequence[Draft]) -> None:
    """While there are lines, nobody types the amount."""
    amount = entry.shape.by_role("amount")
    typed = [
        draft for draft in drafts if amount and draft.stored and amount.key in draft.given and draft.moves(amount.key)
    ]
    lines = _lines_of(entry.session.snapshot.entities, entry.shape)
    if entry.mode not in ("usual", "past") or amount is None or not typed or lines is None:
        return
    for draft in typed:
        if draft.stored is not None and lines.key in draft.stored.lined:
            place = f"{draft.place}values.{amount.key}"
            draft.problems.append(AmountOfLines(place, field=amount.title.say(entry.actor.language)))


def _recount(entry: Entry, cards: Iterable[Any]) -> None:
    """Write the sums of lines into their cards."""
    session, lines = entry.session, entry.shape
    link, summed = lines.by_key[lines.parent], lines.by_role("line_sum")
    card = session.snapshot.entities.get(link.targets[0]) if link.targets else None
    amount = card.by_role("amount") if card and "positions" in card.traits else None
    ids = sorted({id for id in cards if isinstance(id, int)})
    if card is None or amount is None or summed is None or not ids:
        return
    # Held before the lines are read: of two people adding lines at once, the second sees the line of the first.
    living = sorted(lock(session, card.key, ids, "change"))
    found = record_tables.find_by_key(session, lines.key, link.key, living)
    held = record_tables.fetch(session, lines.key, [id for group in found.values() for id in group], [summed.key])
    sums: dict[int, Mapping[str, Any]] = {}
    for id in living:
        values = [held[line].values[summed.key] for line in found.get(id, ())]
        money = [one for one in values if isinstance(one, Money)]
        if money:
            sums[id] = {amount.key: Money(sum(one.minor for one in money), money[0].currency)}
        elif entry.mode != "undo":  # an undo puts the typed amount back by itself
            sums[id] = {amount.key: None}
    write_inner(session, card.key, sums, cause=entry.cause, batch=entry.batch, by=entry.by)


def _check_currencies(entry: Entry, drafts: Sequence[Draft], price: str) -> None:
    link = entry.shape.parent
    cards = [id for draft in drafts if isinstance(id := draft.values.get(link), int)]
    found = record_tables.find_by_key(entry.session, entry.shape.key, link, sorted(set(cards)))
    changing = {draft.id for draft in drafts if draft.stored}
    others = [id for group in found.values() for id in group if id not in changing]
    held = record_tables.fetch(entry.session, entry.shape.key, others, [price])
    currency: dict[Any, str] = {}
    for card, group in found.items():
        for id in group:
            if id in held and isinstance(money := held[id].values[price], Money):
                currency[card] = money.currency
    for draft in drafts:
        money, card = draft.values.get(price), draft.values.get(link)
        if isinstance(money, Money) and currency.setdefault(card, money.currency) != money.currency:
            place = f"{draft.place}values.{price}"
            draft.problems.append(CurrenciesDiffer(place, currency=money.currency, other=currency[card]))


def _vat_mode(entry: Entry) -> str:
    link = entry.shape.by_key.get(entry.shape.parent)
    card = entry.session.snapshot.entities.get(link.targets[0]) if link and link.targets else None
    return str(card.traits["positions"].get("vat", "on_top")) if card and "positions" in card.traits else "on_top"


def _lines_of(entities: Mapping[str, Entity], card: Entity) -> Entity | None:
    named = card.traits.get("positions", {}).get("lines") or ""
    return entities.get(str(named))


def before_new_cards(entry: Entry, rows: NewRows) -> None:
    """A new card has no lines yet."""


TRAIT = Trait(SHAPE.key, before=before_card, rows_before=before_new_cards)
LINE_TRAIT = Trait(LINE_SHAPE.key, before=before_line, after=after_line, moved=moved_line)
