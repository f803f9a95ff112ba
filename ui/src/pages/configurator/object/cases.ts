/** A guess at the grammatical cases of a Russian title, so that an object speaks Russian as soon as it has a name.

    «Лицевой счёт» -> «лицевого счёта», «лицевому счёту»…; «Заявка на ремонт» -> «заявки на ремонт».  Adjectives
    before the first noun change with it; what follows the noun stays.  A person sees the guess and may put it
    right: a stress and a living thing cannot be read off the letters. */
import type { TitleForm, TitleTable } from "../../../api/configurator";

type Case = "genitive" | "dative" | "accusative" | "instrumental" | "prepositional" | "plural" | "genitive_plural";
type Forms = Readonly<Record<Case, string>>;
type Gender = "m" | "f" | "n";

export const CASES: readonly TitleForm[] = ["plural", "genitive", "dative", "accusative", "instrumental", "prepositional", "genitive_plural"];

const SOFT = "гкхжчшщ";
const HUSH = "жчшщ";
const ALIVE = /(щик|ист|тель|вец)$|^(абонент|агент|арендатор|врач|водитель|гость|директор|инженер|клиент|контрагент|кандидат|курьер|мастер|менеджер|партнёр|пациент|подрядчик|покупатель|сотрудник|специалист|студент|ученик|заказчик|исполнитель|житель|заявитель|докладчик|человек)$/;
const NOT_ALIVE = /^(показатель|двигатель|выключатель|указатель|датчик|накопитель|разветвитель)$/;
/** Has no plural in the speech of people: «оборудование», and the list of it is «Оборудование» too. */
const SINGLE = /^(оборудование|имущество|сырьё|топливо|мебель|техника|персонал|жильё|снабжение|питание|обучение|страхование|кредитование)$/;
const PLURAL_A = /^(адрес|дом|город|номер|паспорт|мастер|доктор|директор|счёт|цвет|поезд|сорт|инспектор|профессор|катер)$/;
const KEEPS_O = /^(срок|урок|блок|поток|кусок|сток|бок|исток|ток|рок)$/;
const MASCULINE_SOFT = /(тель|арь|ень|оль|иль|ель|ёль|рубль|путь|дождь|гость)$/;
const FEMININE_SOFT = /(модель|цель|мебель|дверь|роль|емкость|печь|артель|неделя|боль|деталь|медаль|отрасль|скатерть|соль|мораль)$/;

/** Every form of the title that the texts need; {} for what is not Russian. */
export function guessCases(title: string): TitleTable {
  const words = title.trim().split(/\s+/);
  if (!title.trim() || !/[а-яё]/i.test(title)) return {};
  const noun = words.findIndex((word, index) => !isAdjective(word, words[index + 1]));
  const at = noun === -1 ? words.length - 1 : noun;
  const head = decline(low(words[at] ?? ""));
  const before = words.slice(0, at).map((word) => adjective(low(word), head.alive));
  const after = words.slice(at + 1);
  const form = (name: Case): string => [...before.map((one) => one[name]), head.forms[name], ...after].join(" ");
  return Object.fromEntries(CASES.map((name) => [name, name === "plural" ? high(form("plural")) : form(name as Case)]));
}

const low = (word: string): string => (/^[А-ЯЁA-Z]{2,}/.test(word) ? word : word.charAt(0).toLocaleLowerCase("ru") + word.slice(1));
const high = (text: string): string => text.charAt(0).toLocaleUpperCase("ru") + text.slice(1);

function isAdjective(word: string, next: string | undefined): boolean {
  if (!next || !/^[а-яё]{4,}/i.test(next)) return false;
  return /(ый|ой|ая|яя|ое|[кгхжчшщн]ий|[жчшщн]ее)$/i.test(word);
}

function decline(word: string): { readonly forms: Forms; readonly alive: boolean } {
  const alive = ALIVE.test(word) && !NOT_ALIVE.test(word);
  const forms = nounForms(word, alive);
  return { forms: SINGLE.test(word) ? { ...forms, plural: word, genitive_plural: forms.genitive } : forms, alive };
}

function nounForms(word: string, alive: boolean): Forms {
  const cut = (letters: number): string => word.slice(0, -letters);
  const last = word.slice(-1);
  if (!/[а-яё]$/.test(word)) return same(word);
  if (word.endsWith("ия")) return made(cut(1), "и", "и", "ю", "ей", "и", "и", `${cut(2)}ий`);
  if (last === "я") return made(cut(1), "и", "е", "ю", "ей", "е", "и", word.endsWith("ья") ? `${cut(2)}ей` : word.endsWith("ня") && !/[аеиоуыэюя]ня$/.test(word) ? `${cut(2)}ен` : `${cut(1)}ь`);
  if (last === "а") return made(cut(1), y(cut(1)), "е", "у", HUSH.includes(word.slice(-2, -1)) || word.endsWith("ца") ? "ей" : "ой", "е", y(cut(1)), bare(cut(1)));
  if (word.endsWith("ие")) return made(cut(1), "я", "ю", "е", "ем", "и", "я", `${cut(2)}ий`);
  if (last === "о") return made(cut(1), "а", "у", "о", "ом", "е", "а", bare(cut(1)));
  if (last === "е") return /[жчшщц]е$/.test(word) ? made(cut(1), "а", "у", "е", "ем", "е", "а", bare(cut(1))) : made(cut(1), "я", "ю", "е", "ем", "е", "я", `${cut(1)}й`);
  if (/[иуюэы]$/.test(word)) return same(word);
  if (last === "ь") return FEMININE_SOFT.test(word) || !MASCULINE_SOFT.test(word)
    ? made(cut(1), "и", "и", "ь", "ью", "и", "и", `${cut(1)}ей`)
    : made(fleeting(cut(1), word), "я", "ю", alive ? "я" : null, "ем", "е", "и", `${fleeting(cut(1), word)}ей`, word);
  if (word.endsWith("ий")) return made(cut(1), "я", "ю", alive ? "я" : "й", "ем", "и", "и", `${cut(1)}ев`);
  if (last === "й") return made(cut(1), "я", "ю", alive ? "я" : "й", "ем", "е", "и", `${cut(1)}ев`);
  const stem = short(word);
  const many = word === "счёт" ? "счет" : stem;
  const plural = PLURAL_A.test(word) ? "а" : y(stem);
  // «месяцем», but «продавцом»: where the vowel fled, the stress is on the end.
  const light = HUSH.includes(last) || (last === "ц" && stem === word);
  const genitives = HUSH.includes(last) ? `${many}ей` : light ? `${many}ев` : `${many}ов`;
  return { ...made(stem, "а", "у", alive ? "а" : null, `${light ? "е" : "о"}м`, "е", "", genitives, word), plural: many + plural };
}

/** «ы», or «и» where the letter before it does not allow «ы». */
const y = (stem: string): string => (SOFT.includes(stem.slice(-1)) ? "и" : "ы");

/** «заявок», «карточек», «писем»: two consonants at the end of a stem part. */
function bare(stem: string): string {
  if (/[жчшщйь]к$/.test(stem)) return `${stem.slice(0, /[йь]к$/.test(stem) ? -2 : -1)}ек`;
  if (/[бвгдзклмнпрстфх]к$/.test(stem)) return `${stem.slice(0, -1)}ок`;
  if (/ьм$/.test(stem)) return `${stem.slice(0, -2)}ем`;
  return stem;
}

/** «участок» -> «участк», «продавец» -> «продавц». */
function short(word: string): string {
  if (/[а-яё]{2,}[^аеёиоуыэюя]ок$/.test(word) && !KEEPS_O.test(word) && /(сток|нок|исок|лок|чок|рок|ток)$/.test(word)) return `${word.slice(0, -2)}к`;
  if (/[^аеёиоуыэюя]ец$/.test(word)) return `${word.slice(0, -2)}ц`;
  return word;
}

const fleeting = (stem: string, word: string): string => (/^(день|корень|камень|уровень|ремень|перечень)$/.test(word) ? `${stem.slice(0, -2)}${stem.slice(-1)}` : stem);

function made(stem: string, genitive: string, dative: string, accusative: string | null, instrumental: string, prepositional: string, plural: string, genitivePlural: string, nominative = ""): Forms {
  return {
    genitive: stem + genitive, dative: stem + dative, accusative: accusative === null ? nominative : stem + accusative, instrumental: stem + instrumental,
    prepositional: stem + prepositional, plural: stem + plural, genitive_plural: genitivePlural,
  };
}

const same = (word: string): Forms => ({ genitive: word, dative: word, accusative: word, instrumental: word, prepositional: word, plural: word, genitive_plural: word });

const ADJECTIVES: Readonly<Record<Gender, readonly [hard: readonly string[], soft: readonly string[]]>> = {
  m: [["ого", "ому", "", "ым", "ом"], ["его", "ему", "", "им", "ем"]],
  f: [["ой", "ой", "ую", "ой", "ой"], ["ей", "ей", "юю", "ей", "ей"]],
  n: [["ого", "ому", "ое", "ым", "ом"], ["его", "ему", "ее", "им", "ем"]],
};

function adjective(word: string, alive: boolean): Forms {
  const stem = word.slice(0, -2);
  const gender: Gender = /[ая]я$/.test(word) ? "f" : /[ое]е$/.test(word) ? "n" : "m";
  const after = stem.slice(-1);
  const soft = /(яя|ее)$/.test(word) || (/ий$/.test(word) && !"гкх".includes(after)) || (HUSH.includes(after) && !/ой$/.test(word));
  const [genitive = "", dative = "", accusative = "", instrumental = "", prepositional = ""] = ADJECTIVES[gender][soft ? 1 : 0];
  const many = soft || "гкх".includes(after) ? "и" : "ы";
  const mild = (ending: string): string => (HUSH.includes(after) && ending === "юю" ? "ую" : "гкх".includes(after) ? ending.replace(/^ы/, "и") : ending);
  return {
    genitive: stem + genitive, dative: stem + dative, accusative: gender === "m" ? (alive ? stem + genitive : word) : stem + mild(accusative),
    instrumental: stem + mild(instrumental), prepositional: stem + prepositional, plural: `${stem}${many}е`, genitive_plural: `${stem}${many}х`,
  };
}
