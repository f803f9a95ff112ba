"""How long the product itself makes a person wait at each step of the ten tasks of docs/usability.md.

    python -m bench.browser_steps [--rounds 3] [--out FILE.json]

A step's time is from the person's own event to the last frame in which the page still changed because of it: the page
is at rest when for 400 ms nothing has changed and nothing is being fetched.  On the sample company, with nothing slowed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from bench.browser import FLAGS
from bench.result import percentile
from tests.e2e.conftest import DESKTOP, PHONE, Site, served, sign_in_first
from tests.e2e.test_usability import TASKS, Hand

QUIET = """
window.fetching = 0;
const asked = window.fetch;
window.fetch = async (...given) => {
  window.fetching += 1;
  try { return await asked(...given); } finally { window.fetching -= 1; }
};
window.since = 0;
window.changed = 0;
for (const event of ['pointerup', 'keydown', 'input', 'change'])
  addEventListener(event, (it) => { window.since = it.timeStamp; window.changed = it.timeStamp; }, { capture: true });
new MutationObserver(() => requestAnimationFrame(() => {
  const after = new MessageChannel();
  after.port1.onmessage = () => { window.changed = performance.now(); };
  after.port2.postMessage(0);
})).observe(document, { childList: true, subtree: true, characterData: true, attributes: true });
window.rest = () => new Promise((told) => {
  const look = () => {
    if (window.fetching || performance.now() - window.changed < 400) setTimeout(look, 20);
    else told(Math.max(0, window.changed - window.since));
  };
  look();
});
"""


class Timed(Hand):
    """A hand that waits after each step until the page is at rest, and notes how long that took."""

    __slots__ = ("waits",)

    def __init__(self, page: Page, site: Site, small: bool) -> None:
        super().__init__(page, site, small)
        self.waits: list[float] = []

    def _count(self, what: str) -> None:
        super()._count(what)
        self.waits.append(float(self.page.evaluate("() => window.rest()")))


def walk(browser: Browser, site: Site, task: str, small: bool) -> list[float]:
    context = browser.new_context(
        viewport=PHONE if small else DESKTOP,
        has_touch=small,
        locale="ru-RU",
        timezone_id="Europe/Moscow",
        service_workers="block",
    )
    try:
        context.add_init_script(QUIET)
        cookies = [{"name": one.name, "value": one.value or "", "url": site.url} for one in site.http.cookies.jar]
        context.add_cookies(cookies)
        page = context.new_page()
        page.goto(f"{site.url}/deal?view=all")
        heading: Locator = page.get_by_role("heading", name="Сделки", level=1)
        heading.wait_for()
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1_000)
        hand = Timed(page, site, small)
        TASKS[task](hand)
        page.goto("about:blank")
        return hand.waits
    finally:
        context.close()
        site.http.put("/api/company", json={"title": "Ромашка"})
        for key in ("shell", "recent"):
            site.http.put(f"/api/preferences/{key}", json={"value": None})


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m bench.browser_steps")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--out", type=Path, default=Path(__file__).resolve().parent / "results" / "steps.json")
    given = asked.parse_args()
    program = shutil.which("chromium")
    assert program, "Chromium is not installed: apt-get install chromium"
    found: list[dict[str, Any]] = []
    every: list[float] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder)) as (url, printed),
        sync_playwright() as playwright,
    ):
        site = sign_in_first(url, printed)
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        for task in TASKS:
            waits = {
                small: [one for _ in range(given.rounds) for one in walk(browser, site, task, small)]
                for small in (False, True)
            }
            every += [*waits[False], *waits[True]]
            one = {
                "task": task,
                **{
                    f"{'phone' if small else 'desktop'}_{name}": round(ms)
                    for small in waits
                    for name, ms in (("p50", median(waits[small])), ("p95", percentile(waits[small], 0.95)))
                },
            }
            found.append(one)
            print(
                f"| {task} | {one['desktop_p50']} / {one['desktop_p95']} | {one['phone_p50']} / {one['phone_p95']} |",
                flush=True,
            )
        browser.close()
    print(f"all steps: {len(every)}, p50 {median(every):.0f} ms, p95 {percentile(every, 0.95):.0f} ms")
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(found, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
