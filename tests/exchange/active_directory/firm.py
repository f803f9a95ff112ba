"""The people of a firm as its domain has them: five with names and six hundred more."""

from __future__ import annotations

import base64
import io
from typing import Any

from PIL import Image

from tests.directory_servers import BASE, GROUPS, UNIT

PASSWORD = "Пароль-12345"
SALES = f"OU=Продажи,{UNIT}"
ALL = f"CN=CRM,{GROUPS}"
MANY = 600
BOSS = f"CN=Иванова Мария Петровна,{UNIT}"
PETROV = f"CN=Петров Пётр (старший)\\, младший,{SALES}"


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (96, 96), (200, 30, 30)).save(out, "JPEG")
    return out.getvalue()


def plan() -> dict[str, Any]:
    """For fill_domain.py.  «CRM» holds «Все», which holds everybody but the stranger; «Все» and «CRM» are in a loop."""
    named = [
        {
            "dn": BOSS,
            "sAMAccountName": "ivanova",
            "userPrincipalName": "ivanova@svyaz.test",
            "sn": "Иванова",
            "givenName": "Мария",
            "middleName": "Петровна",
            "displayName": "Иванова Мария Петровна",
            "mail": "ivanova@svyaz.test",
            "telephoneNumber": "+7 495 123-45-67",
            "mobile": "+7 916 000-00-01",
            "title": "Директор",
            "department": "Дирекция",
            "password": PASSWORD,
            "userAccountControl": "512",
        },
        {
            "dn": PETROV,
            "sAMAccountName": "petrov",
            "userPrincipalName": "petrov@svyaz.test",
            "displayName": "Петров Пётр Ёжикович",
            "mail": "petrov@svyaz.test",
            "telephoneNumber": "101",
            "title": "Менеджер",
            "department": "Дирекция / Розница",
            "manager": BOSS,
            "password": PASSWORD,
            "userAccountControl": "512",
        },
        {
            "dn": f"CN=Сидоров (уволен),{UNIT}",
            "sAMAccountName": "sidorov",
            "sn": "Сидоров",
            "mail": "sidorov@svyaz.test",
            "password": PASSWORD,
            "userAccountControl": "514",
        },
        # Two with one e-mail, of whom neither may be made.
        {"dn": f"CN=Двойник 1,{UNIT}", "sAMAccountName": "double1", "sn": "Первый", "mail": "double@svyaz.test"},
        {"dn": f"CN=Двойник 2,{UNIT}", "sAMAccountName": "double2", "sn": "Второй", "mail": "DOUBLE@svyaz.test"},
        {"dn": f"CN=Безымянный,{UNIT}", "sAMAccountName": "nameless"},
    ]
    many = [
        {
            "dn": f"CN=Сотрудник {number:04d},{UNIT}",
            "sAMAccountName": f"u{number:04d}",
            "sn": f"Сотрудников{number:04d}",
            "givenName": "Иван",
            "mail": f"u{number:04d}@svyaz.test",
            "department": f"Отдел {number % 7}",
            "manager": BOSS,
        }
        for number in range(MANY)
    ]
    stranger = {"dn": f"CN=Посторонний,{UNIT}", "sAMAccountName": "stranger", "sn": "Посторонний"}
    everybody = [*named, *many]
    return {
        "units": [UNIT, SALES, GROUPS],
        "people": [*everybody, stranger],
        "groups": [
            {"dn": f"CN=Все,{GROUPS}", "sAMAccountName": "all", "member": [one["dn"] for one in everybody]},
            {"dn": ALL, "sAMAccountName": "crm", "member": [f"CN=Все,{GROUPS}"]},
        ],
        "photos": {BOSS: base64.b64encode(photo()).decode()},
    }


__all__ = ["ALL", "BASE", "BOSS", "MANY", "PASSWORD", "PETROV", "SALES", "photo", "plan"]
