/** A refused archive in words: what is wrong with it, and where. */
import { ApiProblem } from "../../../api/http";
import { sayRefusal } from "../../../records/save";
import { t, tryWords } from "../../../words";

export interface Refused {
  readonly text: string;
  readonly problems: readonly { readonly place: string; readonly text: string }[];
}

export function refusedOf(refusal: unknown): Refused {
  if (!(refusal instanceof ApiProblem)) return { text: sayRefusal(refusal), problems: [] };
  const { code, facts } = refusal;
  if (code === "archive_refused") {
    const file = String(facts["file"] ?? "");
    const why = tryWords(`solutions.refused.${String(facts["why"])}`) ?? refusal.text;
    return { text: file ? `${why} ${t("solutions.refused_file", { file })}` : why, problems: [] };
  }
  const problems = refusal.problems.map((one) => ({ place: shortly(one.place ?? ""), text: one.text }));
  return { text: problems.length > 1 ? t("solutions.refused_many", { n: problems.length }) : problems.length ? t("solutions.refused_one") : sayRefusal(refusal), problems };
}

// «solution/clinic/entities/a.toml: field 2» → what a person has before him: the file within the archive.
const shortly = (place: string): string => place.replace(/^.*?((?:entities|dictionaries|roles)\/|solution\.toml)/, "$1");
