"""Trait `requisites`: legal and bank details of a Russian company, with check digits."""

from __future__ import annotations

from collections.abc import Sequence

from svyaz.fields.account import AccountNotOfBank, fits_bank
from svyaz.records.draft import Draft
from svyaz.records.entry import Entry
from svyaz.records.new_rows import NewRows
from svyaz.records.trait import Trait
from svyaz.schema.snapshot import Title, TraitShape

SHAPE = TraitShape(
    key="requisites",
    title=Title("Реквизиты", "Requisites"),
    fields=(
        {
            "key": "legal_title",
            "title": {"ru": "Полное наименование", "en": "Legal name"},
            "type": "text",
            "role": "legal_title",
        },
        {"key": "inn", "title": {"ru": "ИНН", "en": "INN"}, "type": "inn", "role": "inn"},
        {"key": "kpp", "title": {"ru": "КПП", "en": "KPP"}, "type": "kpp", "role": "kpp"},
        {"key": "ogrn", "title": {"ru": "ОГРН", "en": "OGRN"}, "type": "ogrn", "role": "ogrn"},
        {
            "key": "legal_address",
            "title": {"ru": "Юридический адрес", "en": "Legal address"},
            "type": "text",
            "role": "legal_address",
        },
        {"key": "bank", "title": {"ru": "Банк", "en": "Bank"}, "type": "text", "role": "bank"},
        {"key": "bik", "title": {"ru": "БИК", "en": "BIK"}, "type": "bik", "role": "bik"},
        {
            "key": "settlement_account",
            "title": {"ru": "Расчётный счёт", "en": "Settlement account"},
            "type": "account",
            "bik": "bik",
            "role": "settlement_account",
        },
    ),
)


def before(entry: Entry, drafts: Sequence[Draft]) -> None:
    """An account and the БИК of its bank are two fields, and only together is there a digit to check."""
    if not entry.checks:
        return
    accounts = [one for one in entry.fields.values() if one.type == "account" and one.options.get("bik")]
    for draft in drafts:
        for one in accounts:
            bik = one.options["bik"]
            account, bank = draft.values.get(one.key), draft.values.get(bik)
            asked = draft.moves(one.key) or draft.moves(bik)
            if account and bank and asked and not fits_bank(account, bank):
                draft.problems.append(AccountNotOfBank(f"{draft.place}values.{one.key}", account=account, bik=bank))


def before_new(entry: Entry, rows: NewRows) -> None:
    """Rows with an account and a БИК are looked at one by one when the two do not agree."""
    for one in entry.fields.values():
        bik = one.options.get("bik") if one.type == "account" and entry.checks else None
        if bik and one.key in rows.values and bik in rows.values:
            both = zip(rows.values[one.key], rows.values[bik], strict=True)
            rows.doubt_where(
                at for at, (account, bank) in enumerate(both) if account and bank and not fits_bank(account, bank)
            )


TRAIT = Trait(SHAPE.key, before=before, rows_before=before_new)
