"""Nobody finds what he may not read, and everybody finds all that he may: search equals the list, at random."""

from __future__ import annotations

import random

import pytest

from svyaz.access.fields import may_read
from svyaz.expression.check import formula
from svyaz.expression.tree import YES_NO
from svyaz.schema.scope import EntityScope
from svyaz.schema.snapshot import SCOPES, Grant, Role, Title
from svyaz.search.follow import catch_up
from svyaz.storage import accounts
from tests.cast import Cast
from tests.search.conftest import ask

FIELDS = {
    "counterparty": ("title", "city", "address", "note", "legal_title", "bank"),
    "contact": ("first_name", "surname", "position_title", "note"),
    "deal": ("title", "external_number", "description"),
    "activity": ("subject", "body", "result"),
    "product": ("title", "description"),
}
NAMED = {"counterparty": "title", "contact": "first_name", "deal": "title", "activity": "subject", "product": "title"}
VERBS = ("see", "add", "change", "delete")
RULES = {
    "counterparty": ("city <> empty", "contains(title, 'а')", "responsible.surname <> 'Волкова'"),
    "deal": ("description <> empty", "external_number = empty"),
}
LETTERS = "бвгджзклмнпрст"
READERS = ("Ольга", "Пётр", "Анна", "Игорь")


class Chance(random.Random):
    def word(self) -> str:
        """Of consonants only: no part of any other text, and no ending to be cut off."""
        return "".join(self.choices(LETTERS, k=9))

    def text(self, words: list[str]) -> str:
        told = [self.choice(words)] if self.random() < 0.6 else []
        told += self.choices(("насос", "и", "ООО", "по договору", "ёлка №5"), k=self.randint(0, 3))
        self.shuffle(told)
        return self.choice((", ", " ", "\u00a0", "«")).join(one.upper() if self.random() < 0.2 else one for one in told)


def random_role(cast: Cast, chance: Chance, key: str) -> Role:
    grants = {}
    for entity, fields in FIELDS.items():
        if chance.random() < 0.15:
            continue
        hidden = {one: "hidden" for one in fields if chance.random() < 0.3}
        rule = None
        if entity in RULES and chance.random() < 0.4:
            scope = EntityScope(cast.snapshot.entities, entity)
            rule = formula(chance.choice(RULES[entity]), scope, YES_NO)
        grants[entity] = Grant(entity, dict.fromkeys(VERBS, chance.choice(SCOPES)), rule, hidden)
    for entity in ("employee", "department"):
        grants[entity] = Grant(entity, {"see": "all"})
    return Role(key, Title(key), grants)


def give_random_roles(cast: Cast, chance: Chance) -> None:
    roles = {f"role_{at}": random_role(cast, chance, f"role_{at}") for at in range(5)}
    cast.reshape(roles={**cast.snapshot.roles, **roles})
    with cast.company.write() as session:
        for name in READERS:
            accounts.set_roles(session, cast.people[name], tuple(chance.sample(sorted(roles), chance.randint(1, 2))))


def fill(cast: Cast, chance: Chance, words: list[str]) -> None:
    made: list[tuple[str, int]] = []
    for _ in range(60):
        entity = chance.choice(sorted(FIELDS))
        values: dict[str, object] = {key: chance.text(words) for key in FIELDS[entity] if chance.random() < 0.6}
        values[NAMED[entity]] = f"{values.get(NAMED[entity]) or ''} {chance.word()}"
        if entity != "product":
            values["responsible"] = cast.people[chance.choice(READERS)]
        if entity == "activity":
            values["kind"] = "note"
            about = [one for one in made if one[0] in ("deal", "counterparty")]
            if about and chance.random() < 0.7:
                values["about"] = list(chance.choice(about))
        made.append((entity, cast.system.create(entity, **values).id))
    for entity, id in chance.sample(made, 15):
        cast.system.change(entity, id, **{NAMED[entity]: f"{chance.choice(words)} {chance.word()}"})
    loose = [(entity, id) for entity, id in made if entity in ("activity", "product")]
    for entity, id in chance.sample(loose, 6):
        cast.system.delete(entity, id)


def found(cast: Cast, name: str, entity: str, word: str, follows: bool = True) -> list[int]:
    ids, after = [], None
    while True:
        answer = ask(cast, name, word, entity=entity, limit=3, after=after, follows=follows)
        assert answer.words == [], "the word itself was to be found, not one like it"
        ids += [hit.id for one in answer.found for hit in one.hits]
        after = answer.found[0].next if answer.found else None
        if after is None:
            assert len(set(ids)) == len(ids)
            return sorted(ids)


def listed(cast: Cast, name: str, entity: str, word: str) -> list[int]:
    snapshot, actor = cast.snapshot, cast.actor(name)
    # The label has a right of its own: who sees the record is told its name, though the title itself be hidden.
    readable = [key for key in ("label", *FIELDS[entity]) if may_read(snapshot, actor, entity, key)]
    asked = " or ".join(f"contains({key}, '{word}')" for key in readable)
    return cast.person(name).ids(entity, filter=asked)


def agree(cast: Cast, words: list[str]) -> int:
    count = 0
    for name in READERS:
        seen = [key for key in FIELDS if any(key in cast.snapshot.roles[one].grants for one in cast.actor(name).roles)]
        for entity in seen:
            for word in words:
                want = listed(cast, name, entity, word)
                assert found(cast, name, entity, word) == want, (name, entity, word)
                count += len(want)
    return count


@pytest.mark.parametrize("seed", range(4))
def test_search_finds_exactly_what_the_list_shows(romashka: Cast, seed: int) -> None:
    chance = Chance(seed)
    words = [chance.word() for _ in range(8)]
    give_random_roles(romashka, chance)
    fill(romashka, chance, words)
    catch_up(romashka.company)
    assert agree(romashka, words) > 20, "the world is too empty to say anything"


@pytest.mark.parametrize("seed", range(4, 7))
def test_rights_given_a_moment_ago_hold_before_the_index_knows_of_them(romashka: Cast, seed: int) -> None:
    chance = Chance(seed)
    words = [chance.word() for _ in range(5)]
    give_random_roles(romashka, chance)
    fill(romashka, chance, words)
    catch_up(romashka.company)
    give_random_roles(romashka, chance)
    for name in READERS:
        for entity in FIELDS:
            if any(entity in romashka.snapshot.roles[one].grants for one in romashka.actor(name).roles):
                for word in words:
                    shown = set(listed(romashka, name, entity, word))
                    assert set(found(romashka, name, entity, word, follows=False)) <= shown
    with romashka.company.write() as session:
        session.run("UPDATE sv_search_state SET revision = 0")
    catch_up(romashka.company)
    assert agree(romashka, words) > 10


def test_word_of_a_hidden_field_is_neither_found_nor_suggested(romashka: Cast) -> None:
    hidden = Grant("counterparty", {"see": "all"}, fields={"note": "hidden"})
    romashka.give_role("Ольга", "blind", hidden)
    romashka.system.create("counterparty", title="Вектор", note="Банкротство")
    romashka.system.create("counterparty", title="Банкрот и партнёры")
    assert [one.hits for one in ask(romashka, "Артём", "банкротство").found] != []
    for typed in ("банкротство", "банкротсво", "анкротств"):
        assert ask(romashka, "Ольга", typed).found == []
        assert ask(romashka, "Ольга", typed).words == []
    # What would have been a typo stays one, though a hidden field spells it so.
    romashka.system.create("counterparty", title="Лампада", note="Лампата")
    assert ask(romashka, "Ольга", "лампата").words == ["лампада"]


def test_words_of_fields_with_other_readers_are_found_together(romashka: Cast) -> None:
    romashka.give_role("Пётр", "blind", Grant("contact", {"see": "all"}, fields={"phones": "hidden"}))
    person = romashka.system.create("contact", first_name="Иван", surname="Петров", phones=["+7 916 123-45-67"])
    (group,) = ask(romashka, "Артём", "петров 9161234567").found
    assert [hit.id for hit in group.hits] == [person.id]
    assert ask(romashka, "Артём", "сидоров 9161234567").found == []
    assert ask(romashka, "Пётр", "петров 9161234567").found == []
    (group,) = ask(romashka, "Пётр", "петров иван").found
    assert [hit.id for hit in group.hits] == [person.id]


def test_record_given_to_another_is_found_by_him_at_once(romashka: Cast) -> None:
    for name in ("Ольга", "Пётр"):
        romashka.give_role(name, f"own_{name}", Grant("deal", dict.fromkeys(VERBS, "own")))
    sale = romashka.system.create("deal", title="Насосы", responsible=romashka.people["Ольга"])
    assert [one.entity for one in ask(romashka, "Ольга", "насосы").found] == ["deal"]
    romashka.system.change("deal", sale.id, responsible=romashka.people["Пётр"])
    assert ask(romashka, "Ольга", "насосы", follows=False).found == []
    assert [one.entity for one in ask(romashka, "Пётр", "насосы", follows=False).found] == ["deal"]


def test_record_with_the_word_for_several_circles_of_readers_is_one_hit(romashka: Cast) -> None:
    romashka.give_role("Пётр", "blind", Grant("contact", {"see": "all"}, fields={"note": "hidden"}))
    made = [romashka.system.create("contact", first_name="Насос", note="насос").id for _ in range(40)]
    made.append(romashka.system.create("contact", first_name="Насос").id)
    for name in ("Артём", "Пётр"):
        (group,) = ask(romashka, name, "насос", entity="contact", limit=50).found
        assert [hit.id for hit in group.hits] == made[::-1]
