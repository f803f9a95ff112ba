"""The marks of the interface: the product over a large base and the first prototype, driven alike, in turns.

    python -m bench.browser --home DIR --baseline DIR [--rounds 5] [--out FILE.json]

home: a base made by `python -m bench.base`; it is changed a little.  baseline: the prototype as built.
Both are asked over a network of 40 ms and 10 Mbit, first as the machine is and then four times slower (what Chromium
calls CPU throttling).  A time is from the person's own event, by its timestamp, to the frame after the page shows what
was asked for; of the first list from the start of the navigation.  The figure is the median of the rounds, and it may
be 1.25 times the prototype's.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bench.base import read_base
from bench.browser_baseline import Baseline
from bench.http_load import Request, ask
from bench.product import Svyaz

LIMIT = 1.25
FRAME = 17.0  # ms: a ratio of two times below a frame says nothing
SIZE = {"width": 1440, "height": 900}
NETWORK = {"offline": False, "latency": 40, "downloadThroughput": 10e6 / 8, "uploadThroughput": 10e6 / 8}
PATIENCE = 60_000
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
]
# mark -> title, the prototype's own figure when it was made (ms)
MARKS = {
    "list": ("Список открыт и заполнен", 900),
    "jump": ("Прыжок в середину списка: строки заполнены", None),
    "scroll": ("Кадр при прокрутке списка, p95", None),
    "editor": ("Ячейка открыта для правки", 23),
    "save": ("Правка ячейки видна", 25),
    "card": ("Карточка открыта", 94),
    "back": ("Назад к списку", 105),
    "drag": ("Кадр при переносе карточки, p95", 16.8),
    "drop": ("Карточка положена, итоги пересчитаны", 59),
}
WATCH = """
window.painted = () => new Promise((told) => requestAnimationFrame(() => {
  const after = new MessageChannel();
  after.port1.onmessage = () => told(performance.now());
  after.port2.postMessage(0);
}));
window.watch = (event, ready) => {
  let from = event ? 0 : performance.now();
  if (event) addEventListener(event, (it) => { from ||= it.timeStamp; }, { capture: true, once: true });
  return new Promise((told) => {
    let over = false;
    const look = async () => {
      if (over || !from || !ready()) return;
      over = true;
      watcher.disconnect();
      told((await window.painted()) - from);
    };
    const watcher = new MutationObserver(look);
    watcher.observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
    const often = () => { look(); if (!over) requestAnimationFrame(often); };
    often();
  });
};
window.frames95 = async (until) => {
  const gaps = [];
  let last = await window.painted();
  while (!until()) {
    const now = await new Promise(requestAnimationFrame);
    gaps.push(now - last);
    last = now;
  }
  gaps.sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length * 0.95)] ?? 0;
};
window.rowsSeen = () => {
  const grid = document.querySelector('[role=grid]')?.getBoundingClientRect();
  if (!grid) return [];
  return [...document.querySelectorAll('[role=grid] [role=row][aria-rowindex]')].filter((row) => {
    const at = row.getBoundingClientRect();
    return Number(row.getAttribute('aria-rowindex')) > 1 && at.bottom > grid.top + 40 && at.top < grid.bottom;
  });
};
window.filled = (from = 0) => {
  const rows = window.rowsSeen();
  return rows.length > 10 && rows.every((row) => Number(row.getAttribute('aria-rowindex')) > from && row.querySelector('a')?.textContent);
};
window.values = () => document.querySelectorAll('button[aria-label$="Изменить"]').length;
window.editor = () => document.querySelector('[role=gridcell] input:not([type=checkbox])');
window.counts = () => [...document.querySelectorAll('section header')].map((one) => one.textContent).join('|');
window.longest = (parts) => Math.max(0, ...performance.getEntriesByType('resource').filter((one) => parts.some((part) => one.name.includes(part))).map((one) => one.duration));
window.usable = window.watch('', () => document.body && window.filled());
"""


@dataclass(frozen=True, slots=True)
class Face:
    """What is driven: its address, its cookie, the addresses of its list and its board."""

    name: str
    url: str
    cookie: str
    listing: str
    board: str


def measure(browser: Browser, face: Face, slower: int, say: Callable[[str, float], None]) -> None:
    """Each mark once, in a fresh profile."""
    context = browser.new_context(viewport=SIZE, locale="ru-RU", timezone_id="Europe/Moscow", service_workers="block")
    try:
        context.add_init_script(WATCH)
        if face.cookie:
            name, _, value = face.cookie.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": face.url}])
        page = _page(context, slower)
        _measure_list(page, face, say)
        _measure_board(page, face, say)
    finally:
        context.close()


def _page(context: BrowserContext, slower: int) -> Page:
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", NETWORK)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": slower})
    return page


def _measure_list(page: Page, face: Face, say: Callable[[str, float], None]) -> None:
    page.goto(face.url + face.listing, wait_until="commit")
    page.evaluate("() => window.usable")
    say("list", page.evaluate("() => window.usable"))
    _rest(page)
    money = page.locator("[role=row][aria-rowindex='4'] [role=gridcell]").filter(has_text="₽").first
    money.click()
    say("editor", _timed(page, "keydown", "window.editor()", lambda: page.keyboard.press("Enter")))
    page.keyboard.press("Control+a")
    page.keyboard.type("7654321")
    say(
        "save",
        _timed(
            page,
            "keydown",
            "!window.editor() && document.querySelector('[role=row][aria-rowindex=\"4\"]').textContent.replace(/\\s/g, '').includes('7654321')",
            lambda: page.keyboard.press("Enter"),
        ),
    )
    _rest(page)
    link = page.locator("[role=row][aria-rowindex='6'] a").first
    say("card", _timed(page, "click", "window.values() > 5", link.click))
    _rest(page)
    say("back", _timed(page, "", "!window.values() && window.filled()", lambda: page.evaluate("() => history.back()")))
    _rest(page)
    grid = page.locator("[role=grid]")
    box = grid.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.evaluate("() => { window.over = false; window.frames = window.frames95(() => window.over) }")
    for _ in range(40):
        page.mouse.wheel(0, 120)
        page.wait_for_timeout(16)
    say("scroll", page.evaluate("() => { window.over = true; return window.frames }"))
    _rest(page)
    page.evaluate("() => performance.clearResourceTimings()")
    jump = "() => { const it = document.querySelector('[role=grid]'); it.scrollTop = it.scrollHeight / 2 }"
    say("jump", _timed(page, "", "window.filled(10000)", lambda: page.evaluate(jump)))
    # How long the slowest of what it asked took by itself: no page can be filled sooner.
    say("jump_request", page.evaluate("() => window.longest(['/query', '/api/deal?'])"))


def _measure_board(page: Page, face: Face, say: Callable[[str, float], None]) -> None:
    page.goto(face.url + face.board, wait_until="commit")
    cards = page.locator("section [data-zone] article")
    cards.nth(3).wait_for()
    _rest(page)
    card = page.locator("section").nth(0).locator("article").nth(1).bounding_box()
    to = page.locator("section").nth(1).locator("[data-zone]").bounding_box()
    assert card
    assert to
    page.mouse.move(card["x"] + 40, card["y"] + 15)
    page.mouse.down()
    page.evaluate("() => { window.over = false; window.frames = window.frames95(() => window.over) }")
    page.mouse.move(to["x"] + 60, to["y"] + 160, steps=30)
    say("drag", page.evaluate("() => { window.over = true; return window.frames }"))
    page.evaluate("() => { window.before = window.counts() }")
    say("drop", _timed(page, "pointerup", "window.counts() !== window.before", page.mouse.up))
    _rest(page)


def _timed(page: Page, event: str, ready: str, act: Callable[[], Any]) -> float:
    """From the event ("": from now) to the frame that shows what is ready."""
    page.evaluate(f"() => {{ window.done = window.watch({json.dumps(event)}, () => {ready}) }}")
    act()
    return float(page.evaluate("() => window.done"))


def _rest(page: Page) -> None:
    """Until what a page fetches beforehand, while nobody asks for anything, is there."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)


def run(faces: list[Face], browser: Browser, rounds: int, slower: tuple[int, ...]) -> list[dict[str, Any]]:
    found = []
    for rate in slower:
        times: dict[tuple[str, str], list[float]] = defaultdict(list)
        for turn in range(rounds + 1):
            for face in faces if turn % 2 else reversed(faces):

                def say(
                    mark: str, ms: float, face: Face = face, times: dict[tuple[str, str], list[float]] = times
                ) -> None:
                    times[mark, face.name].append(ms)

                measure(browser, face, rate, say)
            if not turn:
                times.clear()  # the first one is for the caches of the disk and the server
        for mark, (title, once) in MARKS.items():
            ours, theirs = (times[mark, face.name] for face in faces)
            ratio = max(median(ours), FRAME) / max(median(theirs), FRAME)
            one = {
                "mark": mark,
                "title": title,
                "slower": rate,
                "ours_ms": round(median(ours), 1),
                "theirs_ms": round(median(theirs), 1),
                "at_first_ms": once,
                "ratio": round(ratio, 2),
                "met": ratio <= LIMIT,
                "ours": [round(ms) for ms in ours],
                "theirs": [round(ms) for ms in theirs],
            }
            if mark == "jump":
                one["request_ms"] = [round(median(times["jump_request", face.name])) for face in faces]
            found.append(one)
            print(
                f"{'да ' if one['met'] else 'НЕТ'} ×{rate} {mark:8} {one['ours_ms']:8} {one['theirs_ms']:8} ms  {ratio:.2f}  {one['ours']} {one['theirs']}",
                flush=True,
            )
    return found


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m bench.browser")
    asked.add_argument("--home", type=Path, required=True)
    asked.add_argument("--baseline", type=Path, required=True, help="the prototype as built: index.html, assets/")
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--slower", default="1,4", help="times the processor is slowed down")
    asked.add_argument("--role", default="admin")
    asked.add_argument("--out", type=Path, default=Path(__file__).resolve().parent / "results" / "browser.json")
    given = asked.parse_args()
    base = read_base(given.home)
    product = Svyaz(base)
    product.server.start()
    try:
        signed = product.sign_in(base.login(given.role))
        ask(product.server.port, Request("GET", "/api/session", signed.headers))
        ours = Face(
            "ours",
            f"http://127.0.0.1:{product.server.port}",
            signed.headers["Cookie"],
            "/deal?view=all",
            "/deal?view=funnel",
        )
        program = shutil.which("chromium")
        assert program, "Chromium is not installed: apt-get install chromium"
        with Baseline(given.baseline) as baseline, sync_playwright() as playwright:
            theirs = Face("theirs", baseline.url, "", "/deal", "/deal?view=funnel")
            browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
            found = run([ours, theirs], browser, given.rounds, tuple(int(one) for one in given.slower.split(",")))
            browser.close()
    finally:
        product.server.stop()
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps({"deals": base.sizes.deals, "marks": found}, ensure_ascii=False, indent=1))
    return 0 if all(one["met"] for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
