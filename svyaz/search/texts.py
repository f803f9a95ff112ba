"""What the fields of a record say, as texts to be found and shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from svyaz.kernel.phones import say_phone
from svyaz.kernel.values import Labelled
from svyaz.schema.snapshot import Field
from svyaz.search.groups import CONTACTS, LABEL, LONG
from svyaz.search.tokens import tokens_of, vocabulary
from svyaz.storage.record_tables import Stored
from svyaz.storage.search_entries import Entry

Body = list[list[str]]  # [kind, text] of each text: "s" short, "l" long, "c" a phone or an address


def value_of(stored: Stored, field: Field) -> Any:
    return stored.label if field.key == LABEL else stored.values.get(field.key)


def kept_texts(stored: Stored, fields: Iterable[Field]) -> Body:
    """For the index: values as they are kept."""
    body: Body = []
    for field in fields:
        value = value_of(stored, field)
        if field.type in CONTACTS:
            for one in value if isinstance(value, tuple) else (value,):
                if isinstance(one, Labelled):
                    body.append(["c", one.value])
                    if one.label:
                        body.append(["s", one.label])
                elif one:
                    body.append(["c", one])
        elif value:
            body.append(["l" if field.type in LONG else "s", str(value)])
    return body


def plain_texts(stored: Stored, field: Field) -> list[str]:
    """To be looked at; a label stands in brackets after its phone."""
    value = value_of(stored, field)
    texts = []
    for one in value if isinstance(value, tuple) else (value,):
        if isinstance(one, Labelled):
            texts.append(f"{one.value} ({one.label})" if one.label else one.value)
        elif one:
            texts.append(str(one))
    return texts


def said_text(field: Field, plain: str) -> str:
    """For a person: «+7 916 123-45-67 (рабочий)»."""
    if field.type != "phone":
        return plain
    number, blank, label = plain.partition(" ")
    return say_phone(number) + blank + label


def write_body(body: Body) -> str:
    return orjson.dumps(body).decode()


def read_body(text: str) -> Body:
    body: Body = orjson.loads(text)
    return body


def entry_of(id: int, text: str) -> Entry:
    """The entry with the tokens of its body: the same for the same body, for as long as FORM is."""
    return Entry(id, text, tokens_of((told, kind == "l") for kind, told in read_body(text)))


def words_in(text: str) -> dict[str, str]:
    """The vocabulary of a body."""
    return vocabulary(told for kind, told in read_body(text) if kind != "c")
