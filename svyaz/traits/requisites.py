"""Trait `requisites`: legal and bank details of a Russian company, with check digits."""

from __future__ import annotations

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
