/** Totals as the server tells them: a number, or sums by currency when some have no rate. */
import type { Cell, Field } from "../api/types";
import { sayCell } from "../fields";
import { sayMoney, sayMoneyShort } from "../words/format";

type Pair = readonly [amount: string, currency: string];

// One sum [amount, currency], or a list of them: sums without a rate are told apart, never added.
function pairsOf(cell: Cell | undefined): readonly Pair[] {
  if (!Array.isArray(cell) || cell.length === 0) return [];
  if (!Array.isArray(cell[0])) {
    const rest = Array.isArray(cell[2]) ? (cell[2] as unknown as Pair[]) : [];
    return [[String(cell[0] ?? "0"), String(cell[1])] as const, ...rest];
  }
  return cell as unknown as readonly Pair[];
}

const isMoney = (cell: Cell | undefined): boolean => Array.isArray(cell) && (Array.isArray(cell[0]) || typeof cell[1] === "string");

export function sayTotal(field: Field, cell: Cell | undefined): string {
  if (cell == null) return "—";
  if (isMoney(cell)) return pairsOf(cell).map(([amount, currency]) => sayMoney(amount, currency)).join(" + ");
  return sayCell(field, cell);
}

export function sayTotalShort(field: Field, cell: Cell | undefined): string {
  if (cell == null) return "";
  if (isMoney(cell)) return pairsOf(cell).map(([amount, currency]) => sayMoneyShort(amount, currency)).join(" + ");
  return sayCell(field, cell);
}

/** A record moved between columns: the sum follows at once, the server's answer comes after. */
export function addToTotal(total: Cell | undefined, cell: Cell | undefined, sign: 1 | -1): Cell | undefined {
  if (total == null || cell == null) return total;
  if (Array.isArray(total) && Array.isArray(cell) && total[1] === cell[1]) return [String(Number(total[0] ?? 0) + sign * Number(cell[0])), ...total.slice(1)];
  if (typeof total === "number" || typeof total === "string") return typeof total === "number" ? total + sign * Number(cell) : String(Number(total) + sign * Number(cell));
  return total;
}
