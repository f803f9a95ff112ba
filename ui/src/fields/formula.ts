/** Pieces of the formula language, for conditions of filters.  A quote inside a text is written twice. */
export const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;

export const oneOf = (path: string, literals: readonly string[]): string =>
  literals.length === 1 ? `${path} = ${literals[0]}` : `${path} in (${literals.join(", ")})`;

export const isEmpty = (path: string): string => `${path} = empty`;
export const isFilled = (path: string): string => `not (${path} = empty)`;

/** "2026-11-24" -> a constant of the language. */
export function dateLiteral(day: string): string {
  const [year, month, date] = day.split("-").map(Number);
  return `date(${year}, ${month}, ${date})`;
}

/** All of the clauses together; an empty one asks nothing. */
export function all(clauses: readonly string[]): string {
  const given = clauses.filter((clause) => clause.trim() !== "");
  return given.length < 2 ? (given[0] ?? "") : given.map((clause) => `(${clause})`).join(" and ");
}

/** At least one of the clauses; an empty one asks nothing. */
export function any(clauses: readonly string[]): string {
  const given = clauses.filter((clause) => clause.trim() !== "");
  return given.length < 2 ? (given[0] ?? "") : given.map((clause) => `(${clause})`).join(" or ");
}
