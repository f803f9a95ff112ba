"""The rules of the house hold here, and each check finds a planted violation."""

from pathlib import Path

import pytest

from tools import check_house, check_words


def plant(root: Path, path: str, text: str) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("check", check_house.CHECKS)
def test_rule_of_the_house_holds_in_this_tree(check) -> None:
    assert check(check_house.ROOT) == []


@pytest.mark.parametrize(
    ("check", "path", "text"),
    [
        (check_house.check_names, "svyaz/records/utils.py", ""),
        (check_house.check_names, "svyaz/fields/base_text.py", ""),
        (check_house.check_deal, "svyaz/records/write.py", "# a deal is won\n"),
        (check_house.check_cycles, "svyaz/schema/a.py", "from typing import TYPE_CHECKING\n"),
        (check_house.check_fields, "ui/src/views/Grid.vue", "<b v-if=\"field.type === 'money'\" />\n"),
        (check_house.check_abroad, "ui/src/kit/fonts.css", "@import 'https://fonts.example/inter.css';\n"),
    ],
)
def test_planted_violation_is_found(tmp_path: Path, check, path: str, text: str) -> None:
    plant(tmp_path, path, text)
    (problem,) = check(tmp_path)
    assert problem.startswith(path)


def test_words_like_ideal_and_the_locale_may_stand(tmp_path: Path) -> None:
    plant(tmp_path, "svyaz/records/write.py", "# an ideal dealer\n")
    plant(tmp_path, "svyaz/locale/en.toml", 'lost = "The deal is lost"\n')
    assert check_house.check_deal(tmp_path) == []


def test_every_word_is_there_in_both_languages_and_used() -> None:
    assert check_words.check_words(check_words.ROOT) == []


PROBLEM = 'class FieldInUse(Problem):\n    code = "field_in_use"  # facts: field, uses\n'
RU = '[problems]\nfield_in_use = "Поле «{field}» используют {uses}."\n'
EN = '[problems]\nfield_in_use = "Field {field} is used by {uses}."\n'

RU_COUNTED = '[problems]\nfield_in_use = { by = "uses", one = "{uses} отчёт {field}", few = "{uses} отчёта {field}", many = "{uses} отчётов {field}" }\n'
EN_COUNTED = (
    '[problems]\nfield_in_use = { by = "uses", one = "{uses} report {field}", many = "{uses} reports {field}" }\n'
)

TROUBLES = [
    # what                    ru                               en                       ui         told
    ("all is well", RU, EN, "", None),
    ("all is well with plural forms", RU_COUNTED, EN_COUNTED, "", None),
    (
        "two forms in Russian",
        RU_COUNTED.replace("few", "other"),
        EN_COUNTED,
        "",
        "needs the forms one, few, many in ru",
    ),
    ("three forms in English", RU_COUNTED, EN_COUNTED.replace("one =", 'few = "", one ='), "", "one, many in en"),
    ("a form with a fact less", RU_COUNTED.replace("отчёта {field}", "отчёта"), EN_COUNTED, "", "{uses} in `few` and"),
    (
        "counted by what is not said",
        *(one.replace('"uses",', '"n",') for one in (RU_COUNTED, EN_COUNTED)),
        "",
        "by {n}",
    ),
    (
        "a count before a noun",
        f'{RU}[ui.list]\nall = "{{n}} записей"\n',
        EN,
        '{{ t("list.all") }}',
        "without forms in ru",
    ),
    ("a list of two forms", f'{RU}[ui.list]\nall = ["{{n}} день", "{{n}} дня"]\n', EN, '{{ t("list.all") }}', "in ru"),
    ("a brace that is said", RU.replace(".", " {{год}}."), EN.replace(".", " {{year}}."), "", None),
    ("no words in English", RU, "", "", "no words for `field_in_use` in en.toml"),
    ("a fact in one language", RU, EN.replace("{uses}", "others"), "", "says {field, uses} in ru and {field} in en"),
    ("a fact nobody promised", *(text.replace("{uses}", "{who}") for text in (RU, EN)), "", "does not promise"),
    ("a word left over", *(f'{text}gone = "!"\n' for text in (RU, EN)), "", "nobody asks for `problems.gone`"),
    ("the screen asks for a word", RU, EN, '{{ t("board.empty") }}', "no words for `board.empty` in ru.toml, [ui]"),
    (
        "a key made of parts",
        *(f'{text}[ui.stage]\nwon = "!"\n' for text in (RU, EN)),
        "{{ t(`stage.${key}`) }}",
        None,
    ),
]


@pytest.mark.parametrize(("ru", "en", "ui", "told"), [one[1:] for one in TROUBLES], ids=[one[0] for one in TROUBLES])
def test_trouble_with_words_is_told_by_its_key(tmp_path: Path, ru: str, en: str, ui: str, told: str | None) -> None:
    plant(tmp_path, "svyaz/schema/problems.py", PROBLEM)
    plant(tmp_path, "svyaz/locale/ru.toml", ru)
    plant(tmp_path, "svyaz/locale/en.toml", en)
    plant(tmp_path, "ui/src/views/Board.vue", ui)
    problems = check_words.check_words(tmp_path)
    assert (problems == []) if told is None else any(told in problem for problem in problems)
