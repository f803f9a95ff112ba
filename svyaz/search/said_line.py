"""One line a person has typed -> a record to be made: «Позвонить Иванову завтра в 15», «Сделка Ромашка 250 000».

    which object   named at the beginning («Сделка», «Новый контакт»); by a sum and nothing to be done, one that is
                   sold; else the one of activities
    kind           of an activity, by its verb: позвонить, встретиться, написать, подготовить
    when           kernel.said_time; into the deadline
    how much       into the field of the role amount:  250 000 · 1,5 млн · 40 тыс · 900 $
    reached at     a phone, an e-mail, an ИНН into fields of those types
    who            «@Ольга» is the responsible; other words are looked for among records the reader sees, and so is
                   a phone or an e-mail for which the object itself has no field

Nothing is written: the answer is shown as chips and saved by the person.  A word that was not understood stays in
the title, so nothing typed is lost.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from svyaz.access.actor import Actor
from svyaz.access.apply import may
from svyaz.access.fields import may_edit
from svyaz.fields.inn import Inn
from svyaz.kernel.clock import iso
from svyaz.kernel.phones import PhoneNotUnderstood, e164
from svyaz.kernel.problem import BadValue, Problem
from svyaz.kernel.said_time import find_said_time
from svyaz.kernel.text import clean, fold
from svyaz.records.read import ListRequest, read_page
from svyaz.schema.snapshot import Entity, Field, Snapshot
from svyaz.search.find import SearchRequest, search
from svyaz.search.words import words_of
from svyaz.storage.session import Session

LONGEST = 500
MOST_FOUND = 5
PHONE_DIGITS = 11  # with 8 or 7 before the code of a city
MOST_LOOKS = 8  # searches of one line
END_OF_DAY = time(18)
# Verbs and nouns by which people call what is to be done; roots are compared with the beginning of a word.
KINDS = {
    "call": ("позвон", "звон", "перезвон", "созвон", "набрат", "call", "phone"),
    "meeting": ("встреч", "встрет", "совещан", "переговор", "показ", "презентац", "meet", "demo"),
    "letter": ("напис", "письм", "ответит", "email", "mail", "write", "letter"),
    "note": ("замет", "запомн", "note"),
}
REMIND = ("напомн", "напомин", "remind")
NEW = ("новая", "новый", "новое", "новую", "создать", "добавить", "завести", "new", "add", "create")
# Endings of nouns, adjectives and surnames in every case; "" is one of them.
CASES = "а я у ю е о ы и й ь ой ей ою ею ом ем ым им ам ям ах ях ами ями ов ев ая яя ое ее ый ий ого его ому ему ых их ую юю"
ENDINGS = frozenset(("", *CASES.split()))
LEAST_ROOT = 3
MOST_WORDS = 6  # of a line that is a name as a whole
LEGAL_FORMS = frozenset(("ооо", "ао", "оао", "зао", "пао", "ип", "нко", "тоо", "llc", "ltd", "inc", "gmbh"))
SMALL = {
    "с", "со", "к", "ко", "у", "в", "во", "на", "о", "об", "по", "про", "для", "от", "из", "и", "за", "до", "насчёт", "насчет",
    "with", "to", "for", "about", "the", "a", "of", "from", "and", "at", "on",
}  # fmt: skip
TIMES = {"тыс": 1_000, "к": 1_000, "k": 1_000, "тысяч": 1_000, "млн": 1_000_000, "миллион": 1_000_000, "m": 1_000_000}
CURRENCIES = {"₽": "RUB", "р": "RUB", "руб": "RUB", "$": "USD", "€": "EUR", "¥": "CNY"}
MONEY = re.compile(
    r"(?<![\w.,/+\-])(?P<number>\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?)"
    r"\s*(?P<times>тысяч\w*|тыс\.?|к|k|миллион\w*|млн\.?|m)?\s*(?P<currency>₽|руб(?:лей|ля|\.)?|р\.|\$|€|¥|[A-Z]{3})?(?![\w/%-])",
    re.IGNORECASE,
)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![\w+])(?:\+\d|8|7)[\d ()\u00a0-]{8,18}\d(?!\w)")
INN = re.compile(r"(?:инн\s*:?\s*)?(?<!\d)(\d{12}|\d{10})(?!\d)", re.IGNORECASE)
PERSON = re.compile(r"@([\w-]+(?:\s+[А-ЯЁA-Z][\w-]+)?)")


class NothingToAdd(Problem):
    """The reader may add records of no object, or not of the one the line names."""

    code = "nothing_to_add"
    status = 403


@dataclass(frozen=True, slots=True)
class SaidPart:
    """field: what the words from start to end were taken for; "" for the name of the object.  UTF-16 is the page's matter."""

    field: str
    start: int
    end: int


@dataclass(slots=True)
class SaidLine:
    """values: cells by field key.  choices: for a link, what else it may have meant: [entity, id, label]."""

    entity: str
    values: dict[str, Any] = field(default_factory=dict)
    parts: list[SaidPart] = field(default_factory=list)
    choices: dict[str, list[list[Any]]] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """left: the line with blanks where it has been understood, so places stay what they are."""

    session: Session
    actor: Actor
    shape: Entity
    told: SaidLine
    left: str
    looks: int = 0

    def take(self, key: str, start: int, end: int) -> None:
        self.told.parts.append(SaidPart(key, start, end))
        self.left = self.left[:start] + " " * (end - start) + self.left[end:]

    def fields(self, kind: str = "", role: str = "") -> Iterator[Field]:
        for one in self.shape.fields:
            fits = one.type == kind if kind else one.role == role
            if fits and not one.hidden and not one.system and self.may(one) and one.key not in self.told.values:
                yield one

    def may(self, one: Field) -> bool:
        return may_edit(self.session.snapshot, self.actor, self.shape.key, one.key)


def read_line(session: Session, actor: Actor, text: str, entity: str = "") -> SaidLine:
    """entity: of the screen the person is on, used when the line names none and there are no activities to add.

    Raises NothingToAdd.
    """
    line = clean(text)[:LONGEST]
    shape, named = _object_of(session, actor, line, entity)
    if shape is None:
        raise NothingToAdd("text")
    reading = Reading(session, actor, shape, SaidLine(shape.key), line)
    if named:
        reading.take("", 0, named)
    _read_contacts(reading)
    _read_time(reading, line)
    if "activity" in shape.traits:
        _read_kind(reading, line)
    else:
        _read_money(reading)
    _read_responsible(reading)
    rest = _rest(reading, line)
    _read_links(reading)
    if rest:
        _put_title(reading, rest)
    reading.told.parts.sort(key=lambda one: one.start)
    return reading.told


# --- which object


def _object_of(session: Session, actor: Actor, line: str, here: str) -> tuple[Entity | None, int]:
    """The object and how much of the line names it."""
    snapshot = session.snapshot
    allowed = [one for one in snapshot.entities.values() if one.kind == "record" and not one.hidden]
    allowed = [one for one in allowed if may(snapshot, actor, one.key, "add")]
    words = words_of(line)
    at = 1 if words and words[0].text in map(fold, NEW) else 0
    rest = words[at:]
    best: tuple[int, Entity, int] | None = None
    for one in allowed:
        for title in _titles(one):
            said = [word.text for word in words_of(title)]
            if said and [word.text for word in rest[: len(said)]] == said and (best is None or len(said) > best[0]):
                best = (len(said), one, _after(line, rest[len(said) - 1].end))
    if best is not None:
        return best[1], best[2]
    usual = [one for one in allowed if "activity" in one.traits] or [one for one in allowed if one.key == here]
    if _is_sale(line, session.now):
        sold = [one for one in allowed if any(field.role == "amount" and field.type == "money" for field in one.fields)]
        usual = [one for one in sold if one.key == here] or [one for one in sold if "staged" in one.traits] or usual
    return next(iter(usual or allowed), None), 0


def _is_sale(line: str, now: datetime) -> bool:
    """«Насосы Ромашке 150 тыс»: a sum is said, by its currency or its thousands, and nothing that is to be done."""
    roots = tuple(fold(root) for kind in KINDS.values() for root in kind)
    if any(word.text.startswith((*roots, *map(fold, REMIND))) for word in words_of(line)):
        return False
    if find_said_time(line, now) is not None:
        return False
    return any(
        found["times"] or found["currency"]
        for found in MONEY.finditer(line)
        if _currency(found["currency"] or "") is not None
    )


def _titles(shape: Entity) -> list[str]:
    title = shape.title
    forms = [title.forms.get(form, "") for form in ("accusative", "genitive")]
    # «Контактное лицо» is called «контакт» by its plural: «Контакты».
    short = [form[:-1] for form in (title.forms.get("plural", ""),) if form.endswith(("ы", "и"))]
    return [one for one in (title.ru, title.en, *forms, *short) if one]


def _after(line: str, at: int) -> int:
    while at < len(line) and line[at] in " :—–-,":
        at += 1
    return at


# --- what is said plainly


def _read_time(reading: Reading, line: str) -> None:
    zone = ZoneInfo(reading.session.snapshot.settings.zone)
    said = find_said_time(reading.left, reading.session.now.astimezone(zone))
    target = next(iter(_times(reading)), None) if said else None
    if said is None or target is None:
        return
    if target.type == "date":
        reading.told.values[target.key] = said.day.isoformat()
    else:
        at = datetime.combine(said.day, said.hour or END_OF_DAY, zone).astimezone(UTC)
        reading.told.values[target.key] = iso(at)
        asked = any(word.text.startswith(tuple(map(fold, REMIND))) for word in words_of(line))
        bell = next(reading.fields(role="remind_at"), None) if asked else None
        if bell is not None:
            reading.told.values[bell.key] = iso(at)
    for start, end in said.places:
        reading.take(target.key, start, end)


def _times(reading: Reading) -> Iterator[Field]:
    """The deadline by its role, else the first date that is written by people."""
    for role in ("due_at", "deadline"):
        yield from reading.fields(role=role)
    for kind in ("datetime", "date"):
        yield from (one for one in reading.fields(kind=kind) if not one.role)


def _read_kind(reading: Reading, line: str) -> None:
    found = next(reading.fields(role="kind"), None)
    known = [str(one["key"]) for one in found.options.get("options", ())] if found else []
    if found is None or not known:
        return
    words = words_of(line)
    for word in words:
        for kind, roots in KINDS.items():
            if kind in known and word.text.startswith(tuple(map(fold, roots))):
                reading.told.values[found.key] = kind
                return
    reading.told.values[found.key] = "task" if "task" in known else known[0]


def _read_money(reading: Reading) -> None:
    target = next(reading.fields(role="amount"), None) or next(reading.fields(kind="money"), None)
    if target is None or target.type != "money":
        return
    for found in MONEY.finditer(reading.left):
        currency = _currency(found["currency"] or "")
        digits = re.sub(r"[ \u00a0\u202f]", "", found["number"]).replace(",", ".")
        if currency is None or (not found["times"] and not found["currency"] and float(digits) < 100):
            continue  # «3 насоса» is not three roubles
        amount = float(digits) * _times_of(found["times"] or "")
        known = currency or target.options.get("currency") or reading.session.snapshot.settings.currency
        reading.told.values[target.key] = [f"{amount:.2f}", known]
        reading.take(target.key, *found.span())
        return


def _times_of(said: str) -> int:
    word = said.lower().rstrip(".")
    return next(
        (times for root, times in TIMES.items() if word == root or (len(root) > 3 and word.startswith(root))), 1
    )


def _currency(said: str) -> str | None:
    """ "" when none is said; None when the letters are no currency but the beginning of something else."""
    if not said:
        return ""
    if len(said) == 3 and said.isascii() and said.isalpha():
        return said if said.isupper() else None
    return next((code for sign, code in CURRENCIES.items() if said.lower().startswith(sign)), None)


def _read_contacts(reading: Reading) -> None:
    _take_all(reading, EMAIL, "email", lambda found: [[found[0], ""]])
    _take_all(reading, INN, "inn", lambda found: found[1] if Inn().agrees(found[1]) else None)
    _take_all(reading, PHONE, "phone", lambda found: _phone(reading, found[0]))


def _take_all(reading: Reading, shape: re.Pattern[str], kind: str, read: Callable[[re.Match[str]], Any | None]) -> None:
    for found in shape.finditer(reading.left):
        value = read(found)
        target = next(reading.fields(kind=kind), None)
        if value is not None and target is not None:
            reading.told.values[target.key] = value
            reading.take(target.key, *found.span())


def _phone(reading: Reading, said: str) -> list[list[str]] | None:
    digits = re.sub(r"\D", "", said)
    if not said.startswith("+") and len(digits) != PHONE_DIGITS:
        return None
    try:
        return [[e164(said, reading.session.snapshot.settings.region), ""]]
    except (PhoneNotUnderstood, BadValue):
        return None


# --- who


def _read_responsible(reading: Reading) -> None:
    """«@Ольга» is an employee; without such a person the words stay in the title."""
    target = next(reading.fields(role="responsible"), None)
    for found in PERSON.finditer(reading.left):
        for said in dict.fromkeys((found[1], found[1].split()[0])):
            hits = _labelled(reading, said, ["employee"]) if target is not None else []
            if hits and target is not None:
                reading.told.values[target.key] = hits[0][1:]
                reading.told.choices[target.key] = hits
                reading.take(target.key, found.start(), found.start() + 1 + len(said))
                return


def _read_links(reading: Reading) -> None:
    """The longest run of words that is a record: into «О чём» of an activity, else into the first link that fits."""
    targets = _link_targets(reading)
    if not targets or _read_reached(reading, targets):
        return
    for start, end, said in _runs(reading.left, "activity" in reading.shape.traits):
        if reading.looks >= MOST_LOOKS:
            return
        entities = list(dict.fromkeys(key for keys in targets.values() for key in keys))
        hits = _labelled(reading, said, entities)
        # «Сделка Насосы для склада» is not about ООО «Насосы и трубы», «Сделка Ромашка» is about АО «Ромашка-Юг».
        alone = not re.search(r"\w", reading.left[:start] + reading.left[end:])
        sure = alone or "activity" in reading.shape.traits
        for key, allowed in targets.items():
            fitting = [hit for hit in hits if hit[0] in allowed and (sure or _is_whole(str(hit[2] or ""), said))]
            if fitting:
                one = reading.shape.by_key[key]
                reading.told.values[key] = fitting[0] if one.type == "any_link" else fitting[0][1:]
                reading.told.choices[key] = fitting
                reading.take(key, start, end)
                return


def _read_reached(reading: Reading, targets: dict[str, list[str]]) -> bool:
    """«Позвонить 8 916 123-45-67»: whoever is reached by that number or address; the digits stay if it is nobody's."""
    for shape, kind, least in ((EMAIL, "email", 0), (PHONE, "phone", PHONE_DIGITS)):
        for found in shape.finditer(reading.left):
            if len(re.sub(r"\D", "", found[0])) < least or reading.looks >= MOST_LOOKS:
                continue
            reading.looks += 1
            said = found[0] if kind == "email" else re.sub(r"\D", "", found[0])[-10:]
            groups = search(reading.session, reading.actor, SearchRequest(said, None, MOST_FOUND)).found
            for key, allowed in targets.items():
                hits = [
                    [group.entity, hit.id, hit.label]
                    for entity in allowed
                    for group in groups
                    if group.entity == entity and _has_field(reading, entity, kind)
                    for hit in group.hits
                    if hit.about is None
                ]
                if hits:
                    one = reading.shape.by_key[key]
                    reading.told.values[key] = hits[0] if one.type == "any_link" else hits[0][1:]
                    reading.told.choices[key] = hits
                    reading.take(key, *found.span())
                    return True
    return False


def _has_field(reading: Reading, entity: str, kind: str) -> bool:
    return any(one.type == kind for one in reading.session.snapshot.entities[entity].fields)


def _link_targets(reading: Reading) -> dict[str, list[str]]:
    """field -> objects it may point to, in the order of the menu."""
    snapshot = reading.session.snapshot
    order = [one.entity for one in snapshot.menu] + list(snapshot.entities)
    seen = [key for key in dict.fromkeys(order) if may(snapshot, reading.actor, key, "see")]
    found: dict[str, list[str]] = {}
    about = next(reading.fields(role="about"), None)
    if about is not None and about.type == "any_link":
        cards = [key for key in seen if "timeline" in snapshot.entities[key].traits and key != reading.shape.key]
        return {about.key: _reachable_first(snapshot, cards, reading.told)}
    for one in reading.shape.fields:
        outside = [key for key in one.targets if key in seen and snapshot.entities[key].kind == "record"]
        if one.type == "link" and outside and "employee" not in outside and not one.hidden and reading.may(one):
            found[one.key] = outside
    return found


def _reachable_first(snapshot: Snapshot, cards: list[str], told: SaidLine) -> list[str]:
    """Whom one calls or writes to has a phone or an address: such objects first."""
    kind = {"call": "phone", "letter": "email", "meeting": "phone"}.get(str(told.values.get("kind", "")), "")
    has = [key for key in cards if any(one.type == kind and not one.hidden for one in snapshot.entities[key].fields)]
    # A person before a company, a company before what is sold to it: the fewer stages, the nearer.
    return sorted(has, key=lambda key: bool(snapshot.entities[key].pipelines)) + [
        key for key in cards if key not in has
    ]


def _runs(left: str, verb_first: bool) -> Iterator[tuple[int, int, str]]:
    """Words that may name a record: in quotes, then runs that begin with a capital, then the words by one and two."""
    quoted = re.search(r"[«\"“]([^»\"”]{2,80})[»\"”]", left)
    if quoted:
        yield quoted.start(1), quoted.end(1), quoted[1]
    words = [(one.start(), one.end(), one.group()) for one in re.finditer(r"[\w\-]+", left)]
    if not verb_first and 1 < len(words) <= MOST_WORDS:
        yield words[0][0], words[-1][1], left[words[0][0] : words[-1][1]]
    rest = words[1:] if verb_first and words and words[0][0] == len(left) - len(left.lstrip()) else words
    for length in (4, 3, 2, 1):
        for at in range(len(rest) - length + 1):
            run = rest[at : at + length]
            if all(word[2][:1].isupper() for word in run) and _together(left, run):
                yield run[0][0], run[-1][1], left[run[0][0] : run[-1][1]]
    for length in (2, 1):
        for at in range(len(rest) - length + 1):
            run = rest[at : at + length]
            plain = all(len(word[2]) > 2 and fold(word[2]) not in SMALL and not word[2].isdigit() for word in run)
            if plain and _together(left, run) and not all(word[2][:1].isupper() for word in run):
                yield run[0][0], run[-1][1], left[run[0][0] : run[-1][1]]


def _together(left: str, run: Sequence[tuple[int, int, str]]) -> bool:
    return all(left[a[1] : b[0]].strip() in ("", "«", "-") for a, b in pairwise(run))


def _labelled(reading: Reading, said: str, entities: Sequence[str]) -> list[list[Any]]:
    """[entity, id, label] of records whose own name has all these words, in any case; in the order of `entities`."""
    wanted = [word.text for word in words_of(said)]
    roots = [_root(word) for word in wanted]
    if not wanted or max(map(len, roots)) < LEAST_ROOT:
        return []
    reading.looks += 1
    found: dict[tuple[str, int], list[Any]] = {}
    for group in search(reading.session, reading.actor, SearchRequest(" ".join(roots), None, MOST_FOUND)).found:
        for hit in group.hits:
            if group.entity in entities and hit.about is None:
                found[group.entity, hit.id] = [group.entity, hit.id, hit.label]
    if not any(_has_words(str(one[2] or ""), wanted) for one in found.values()):
        # What was saved a moment ago is not in the index yet.
        for key in entities:
            for hit_id, label in _by_label(reading, key, roots):
                found[key, hit_id] = [key, hit_id, label]
    fitting = [one for one in found.values() if _has_words(str(one[2] or ""), wanted)]
    fitting.sort(key=lambda one: (list(entities).index(one[0]), len(str(one[2]))))
    return fitting[:MOST_FOUND]


def _by_label(reading: Reading, entity: str, roots: Sequence[str]) -> list[tuple[int, str]]:
    clauses = " and ".join(f"contains(label, '{root}')" for root in roots if root.isalnum())
    if not clauses or not may(reading.session.snapshot, reading.actor, entity, "see"):
        return []
    asked = ListRequest(filter=clauses, fields=("label",), limit=MOST_FOUND)
    page = read_page(reading.session, reading.actor, entity, asked)
    return [(row[0], row[page.columns.index("label")]) for row in page.rows]


def _root(word: str) -> str:
    """Without its longest ending of a case: «иванову» -> «иванов», «марией» -> «мари»."""
    cut = max((len(one) for one in ENDINGS if word.endswith(one) and len(word) - len(one) >= LEAST_ROOT), default=0)
    return word[: len(word) - cut]


def _same_word(one: str, other: str) -> bool:
    """The same but for the ending: «петрову» and «петрова», yet not «иванову» and «иван»."""
    if one == other:
        return True
    common = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        common += 1
    return any(
        at >= LEAST_ROOT and one[at:] in ENDINGS and other[at:] in ENDINGS
        for at in range(max(LEAST_ROOT, common - 1), common + 1)
    )


def _is_whole(label: str, said: str) -> bool:
    """Whether the words are the whole of the name, but for the legal form: «Вектор» of ООО «Вектор»."""
    wanted = [word.text for word in words_of(said)]
    rest = [word.text for word in words_of(label) if word.text not in LEGAL_FORMS]
    return bool(rest) and all(any(_same_word(word, one) for one in wanted) for word in rest)


def _has_words(label: str, wanted: Sequence[str]) -> bool:
    """Each word of the line is a word of the name, in any case."""
    there = [word.text for word in words_of(label)]
    return all(any(_same_word(word, one) for one in there) for word in wanted)


# --- what is left


def _rest(reading: Reading, line: str) -> str:
    """Words for the title: those that were not taken for anything; of a new name the whole stays."""
    text = " ".join(reading.left.split()).strip(" ,;:—–-")
    text = re.sub(r"\s+([,.;:])", r"\1", text)
    while text and fold(text.rsplit(" ", 1)[-1]) in SMALL and " " in text:
        text = text.rsplit(" ", 1)[0].rstrip(" ,;:")
    return text


def _put_title(reading: Reading, rest: str) -> None:
    """Into the subject or the field that names the record; a person's name by its words: «Иван Петров»."""
    shape = reading.shape
    subject = next(reading.fields(role="subject"), None)
    label_keys = [key for key in _label_keys(shape) if key not in reading.told.values]
    texts = [shape.by_key[key] for key in label_keys if key in shape.by_key and shape.by_key[key].type == "text"]
    texts = [one for one in texts if reading.may(one) and not one.system]
    if subject is not None:
        reading.told.values[subject.key] = rest
    elif len(texts) > 1 and {one.key for one in texts} >= {"first_name", "surname"}:
        words = rest.split()
        reading.told.values["first_name"] = words[0]
        if len(words) > 1:
            reading.told.values["surname"] = " ".join(words[1:])
    elif texts:
        reading.told.values[texts[0].key] = rest


def _label_keys(shape: Entity) -> list[str]:
    """Fields of the label, in the order they stand in it."""
    found: list[str] = []

    def look(node: Any) -> None:
        keys = getattr(node, "keys", None)
        if isinstance(keys, tuple) and keys:
            found.append(str(keys[0]))
        for one in getattr(node, "arguments", ()) or ():
            look(one)

    look(shape.label)
    return found
