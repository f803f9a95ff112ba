"""The results as one page: for each mark a bar against its limit, passed or not.  Nothing is loaded from elsewhere.

python -m bench.page RESULTS.json... PAGE.html        one page of several runs; a later run of a mark replaces it
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
WIDTH, LIMIT_AT, HIGH = 320, 200, 14
STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1d2530; background: #fff }
h1 { font-size: 1.4rem } h2 { font-size: 1.1rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #dde2e8; vertical-align: top }
td.figure { white-space: nowrap; text-align: right; font-variant-numeric: tabular-nums }
.met { color: #1a7f45 } .missed { color: #b3261e } small { color: #5c6773 }
svg { display: block } .bar.met { fill: #58b27c } .bar.missed { fill: #e07a72 } .limit { stroke: #1d2530; stroke-width: 2 }
@media (prefers-color-scheme: dark) {
  body { color: #e4e8ee; background: #14181d } td, th { border-color: #2c343d } small { color: #98a3af }
  .met { color: #6fd197 } .missed { color: #ff9a90 } .limit { stroke: #e4e8ee }
}
"""


def draw(told: Mapping[str, Any]) -> str:
    """told: as marks.json has it."""
    marks: Sequence[Mapping[str, Any]] = told["marks"]
    met = sum(1 for one in marks if one["met"])
    machine = told["machine"]
    parts = [
        "<!doctype html><html lang='ru'><meta charset='utf-8'><title>Связь: отметки скорости</title>",
        f"<style>{STYLE}</style><h1>Связь: отметки скорости</h1>",
        f"<p>{escape(told['at'])} · {machine['cores']} ядра, {machine['memory_gb']} ГБ, {escape(machine['system'])},"
        f" Python {escape(machine['python'])} · сделок в базе: {_thousands(told['deals'])}</p>",
        f"<p>Выполнено: {met} из {len(marks)}. Черта на полоске — граница отметки; у скоростей полоска должна за неё"
        " заходить, у затрат — не доходить.</p>",
    ]
    for database, title in DATABASES.items():
        of = [one for one in marks if one["database"] == database]
        if of:
            parts += [f"<h2>{title}</h2><table><tr><th>Что</th><th></th><th>Итог</th><th>Граница</th></tr>"]
            parts += [_row(one) for one in of]
            parts.append("</table>")
    return "".join(parts) + "</html>\n"


def _row(one: Mapping[str, Any]) -> str:
    mark = one["mark"]
    state = "met" if one["met"] else "missed"
    sign = "≤" if mark["most"] else "≥"
    said = "выполнено" if one["met"] else "не выполнено"
    return (
        f"<tr><td>{escape(mark['title'])}<br><small>{escape(_about(one['facts']))}</small></td>"
        f"<td>{_bar(one['value'], mark['limit'], state)}</td>"
        f"<td class='figure {state}'>{_figure(one['value'])} {escape(mark['unit'])}<br><small>{said}</small></td>"
        f"<td class='figure'>{sign} {_figure(mark['limit'])} {escape(mark['unit'])}</td></tr>"
    )


def _bar(value: float, limit: float, state: str) -> str:
    """The limit stands in one place for all; what is far beyond is cut off at the edge."""
    length = min(WIDTH, max(2, value / limit * LIMIT_AT))
    return (
        f"<svg width='{WIDTH}' height='{HIGH + 6}' role='img' aria-hidden='true'>"
        f"<rect class='bar {state}' y='3' width='{length:.0f}' height='{HIGH}' rx='2'/>"
        f"<line class='limit' x1='{LIMIT_AT}' x2='{LIMIT_AT}' y1='0' y2='{HIGH + 6}'/></svg>"
    )


def _about(facts: Mapping[str, Any]) -> str:
    """The figures behind the ratio, where there are any."""
    if "ours_ms" in facts and isinstance(facts["ours_ms"], int | float):
        return f"процессор: {_figure(facts['ours_ms'])} мс против {_figure(facts['baseline_ms'])} мс"
    if "entries" in facts:
        return f"{_thousands(facts['entries'])} записей, p50 {_figure(facts['p50_ms'])} мс"
    if isinstance(facts.get("ours_ms"), dict):
        return f"p99 {facts['ours_ms']['0.99']} мс против {facts['baseline_ms']['0.99']} мс"
    return ""


def _figure(value: float) -> str:
    text = f"{value:.0f}" if value >= 100 else f"{value:.2f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", "\u00a0")


def merged(runs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Of several runs: what was measured later stands in the place of what was measured before."""
    told: dict[str, Any] = {}
    kept: dict[tuple[str, str, str], Any] = {}
    for run in runs:
        told = {**told, **run}
        for one in run["marks"]:
            kept[one["database"], one["mark"]["key"], one["facts"].get("question", "")] = one
    return {**told, "marks": list(kept.values())}


def main() -> None:
    *runs, page = [Path(one) for one in sys.argv[1:]]
    told = merged(json.loads(one.read_text()) for one in runs)
    page.write_text(draw(told), encoding="utf-8")


if __name__ == "__main__":
    main()
