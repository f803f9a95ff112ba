import { expect, test } from "vitest";
import { ApiProblem } from "../src/api/http";
import { answered } from "../src/pages/configurator/draft";
import { changes, draftOf, emptyDraft, newField } from "../src/pages/configurator/fields/draftField";
import { guessCases } from "../src/pages/configurator/object/cases";
import { placed } from "../src/pages/configurator/problems";

const CASES = [
  // title               plural               genitive            accusative          instrumental          genitive_plural
  ["Абонент",            "Абоненты",          "абонента",         "абонента",         "абонентом",          "абонентов"],
  ["Заявка на ремонт",   "Заявки на ремонт",  "заявки на ремонт", "заявку на ремонт", "заявкой на ремонт",  "заявок на ремонт"],
  ["Лицевой счёт",       "Лицевые счета",     "лицевого счёта",   "лицевой счёт",     "лицевым счётом",     "лицевых счетов"],
  ["Обращение",          "Обращения",         "обращения",        "обращение",        "обращением",         "обращений"],
  ["Организация",        "Организации",       "организации",      "организацию",      "организацией",       "организаций"],
  ["Участок",            "Участки",           "участка",          "участок",          "участком",           "участков"],
  ["Тариф",              "Тарифы",            "тарифа",           "тариф",            "тарифом",            "тарифов"],
  ["Задача",             "Задачи",            "задачи",           "задачу",           "задачей",            "задач"],
  ["Техническая карта",  "Технические карты", "технической карты", "техническую карту", "технической картой", "технических карт"],
  ["Договор",            "Договоры",          "договора",         "договор",          "договором",          "договоров"],
  ["Модель",             "Модели",            "модели",           "модель",           "моделью",            "моделей"],
  ["Водитель",           "Водители",          "водителя",         "водителя",         "водителем",          "водителей"],
  ["Сценарий продаж",    "Сценарии продаж",   "сценария продаж",  "сценарий продаж",  "сценарием продаж",   "сценариев продаж"],
  ["Устройство",         "Устройства",        "устройства",       "устройство",       "устройством",        "устройств"],
  ["Продавец",           "Продавцы",          "продавца",         "продавца",         "продавцом",          "продавцов"],
  ["Карточка",           "Карточки",          "карточки",         "карточку",         "карточкой",          "карточек"],
  ["Адрес",              "Адреса",            "адреса",           "адрес",            "адресом",            "адресов"],
] as const;

test.each(CASES)("«%s» is declined as people say it", (title, plural, genitive, accusative, instrumental, genitive_plural) => {
  expect(guessCases(title)).toMatchObject({ plural, genitive, accusative, instrumental, genitive_plural });
});

test("a title of other letters has no Russian cases", () => {
  expect(guessCases("CPE router")).toEqual({});
  expect(guessCases("  ")).toEqual({});
});

const field = { key: "kind", title: { ru: "Вид" }, type: "choice", required: true, options: [{ key: "a", title: { ru: "А", en: "A" }, hue: 25 }, { key: "b", title: { ru: "Б" } }] };

test("what was opened and not touched changes nothing", () => {
  expect(changes("abonent", field, draftOf(field))).toEqual([]);
});

test("only what differs is sent, and what is emptied is taken away", () => {
  const written = { key: "sum", title: { ru: "Сумма", en: "Sum" }, type: "decimal", scale: 2, check: "sum > 0", check_title: { ru: "Больше нуля" } };
  const draft = { ...draftOf(written), title: "Итого", check: "", set: { scale: 3 } };
  expect(changes("abonent", written, draft)).toEqual([{ do: "change_field", entity: "abonent", field: "sum", set: { title: { ru: "Итого", en: "Sum" }, check: null, scale: 3 } }]);
});

test("values of a choice: one goes and asks where, one is new at its place, one is renamed and keeps its English", () => {
  const draft = draftOf(field);
  const [first] = draft.options;
  const fresh = { id: "x", key: "", title: "В", titles: {}, hue: 70, archived: false };
  expect(changes("abonent", field, { ...draft, options: [{ ...first!, title: "Первый" }, fresh] })).toEqual([
    { do: "drop_option", entity: "abonent", field: "kind", option: "b", to: null },
    { do: "put_option", entity: "abonent", field: "kind", option: { key: "a", title: { ru: "Первый", en: "A" }, hue: 25 } },
    { do: "put_option", entity: "abonent", field: "kind", option: { title: { ru: "В" }, hue: 70 }, at: 1 },
  ]);
});

test("values in another order are moved, not made anew", () => {
  const draft = draftOf(field);
  expect(changes("abonent", field, { ...draft, options: [...draft.options].reverse() })).toEqual([
    { do: "move_option", entity: "abonent", field: "kind", option: "b", at: 0 }, { do: "move_option", entity: "abonent", field: "kind", option: "a", at: 1 },
  ]);
});

test("another type takes the options of that type along, and no others", () => {
  const written = { key: "note", title: { ru: "Заметка" }, type: "text", max: 100 };
  expect(changes("abonent", written, { ...draftOf(written), type: "decimal", set: { max: 100, scale: 1 } })).toEqual([{ do: "retype_field", entity: "abonent", field: "note", type: "decimal", options: { scale: 1 } }]);
});

test("a new computed field is neither required nor unique nor given a usual value", () => {
  const draft = { ...emptyDraft("formula"), title: " Долг ", required: true, unique: true, usual: "0", set: { formula: "a - b", shows: "money" } };
  expect(newField(draft)).toEqual({ title: { ru: "Долг" }, type: "formula", formula: "a - b", shows: "money" });
});

test("where the records of a stage go is said in the edit that drops it, or beside a former revision", () => {
  const ask = { code: "stage_has_records", text: "", entity: "deal", field: "stage", value: "new", count: 3, options: [] };
  expect(answered([{ do: "drop_stage", entity: "deal", stage: "new" }], ask, "talks")).toEqual([{ do: "drop_stage", entity: "deal", stage: "new", to: "talks" }]);
  expect(answered([], ask, "talks")).toEqual([{ do: "drop_stage", entity: "deal", stage: "new", to: "talks" }]);
});

test("a refusal is said beside the setting that the place names", () => {
  const refused = (code: string, place: string, facts = {}) => placed(new ApiProblem(422, code, "нет", facts, [{ code, text: "нет", place, facts }]));
  expect(refused("setting_missing", "entities/a.toml: field 2 (x): title", { setting: "ru" })).toEqual({ title: "нет" });
  expect(refused("formula_ends_early", "entities/a.toml: field 2 (x)")).toEqual({ formula: "нет" });
  expect(refused("formula_unknown_field", "entities/a.toml: field 2 (x): where")).toEqual({ where: "нет" });
  expect(refused("option_wrong", "entities/a.toml: field 2 (x)", { option: "max" })).toEqual({ max: "нет" });
  expect(refused("schema_entity_unknown", "edits[0]")).toEqual({ "": "нет" });
});
