"""A page enlarged twice, as 1440×900 at 200 %: all of it is reached by scrolling, and the focus is seen wherever it is.

WCAG 2.2: 1.4.4 and 1.4.10 (nothing is lost when enlarged), 2.4.3 (order), 2.4.7 and 2.4.11 (the focus is seen).
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Opener, Site

ENLARGED = {"width": 720, "height": 450}
SCREENS = {
    "login": "/-/login",
    "list": "/deal?view=all",
    "board": "/deal?view=funnel",
    "card": "/deal/{deal}",
    "client": "/counterparty/{client}",
    "reports": "/-/reports",
    "imports": "/-/import",
    "trash": "/-/trash",
    "settings": "/-/settings/general",
    "calendar": "/-/settings/calendar",
    "me": "/-/me",
    "start": "/-/start",
    "about": "/-/about",
}
STEPS = 40

# What may be pressed or typed in and lies, whole or in part, where no scrolling of anything brings it into view.
CUT_OFF = """() => {
    const scrolls = value => value === 'auto' || value === 'scroll';
    const bad = [];
    const controls = 'a[href], button, input, select, textarea, [tabindex="0"], h1, h2';
    for (const element of document.querySelectorAll(controls)) {
        if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
        if (element.closest('.sr, [aria-hidden=true], [inert]') || element.matches('.skip')) continue;
        let box = element.getBoundingClientRect();
        if (box.width < 2 || box.height < 2) continue;
        let [left, top, right, bottom] = [box.left, box.top, box.right, box.bottom];
        let [freeX, freeY] = [false, false];
        for (let up = element.parentElement; up; up = up.parentElement) {
            const style = getComputedStyle(up);
            const root = up === document.documentElement || up === document.body;
            const around = root ? { left: 0, top: 0, right: innerWidth, bottom: innerHeight } : up.getBoundingClientRect();
            if (scrolls(style.overflowX) || root) freeX = freeX || up.scrollWidth > up.clientWidth + 1;
            if (scrolls(style.overflowY) || root) freeY = freeY || up.scrollHeight > up.clientHeight + 1;
            const cutX = style.overflowX !== 'visible' || root;
            const cutY = style.overflowY !== 'visible' || root;
            // The middle of a thing that is cut is out of reach; a name that is shortened by «…» is not cut.
            const [x, y] = [(left + right) / 2, (top + bottom) / 2];
            if (cutX && !freeX && (x < around.left - 1 || x > around.right + 1)) { bad.push([element, 'sideways', up]); break; }
            if (cutY && !freeY && (y < around.top - 1 || y > around.bottom + 1)) { bad.push([element, 'down', up]); break; }
            if (style.position === 'fixed') break;
        }
    }
    const say = one => `${one.tagName.toLowerCase()}.${one.className} «${(one.ariaLabel || one.innerText || '').slice(0, 40)}»`;
    return bad.map(([element, how, by]) => `${say(element)} ${how} in ${by.tagName.toLowerCase()}.${by.className}`);
}"""

# Where the focus is: what it is called, whether any of it is in view and on top, whether it comes after the one before
# in the document, and whether the one before looks otherwise now that the focus has left it.
FOCUS = """() => {
    for (const one of document.getAnimations()) try { one.finish(); } catch { /* an endless one */ }
    const at = document.activeElement;
    if (!at || at === document.body) return null;
    const say = one => `${one.tagName.toLowerCase()}.${one.className} «${(one.ariaLabel || one.innerText || one.name || '').slice(0, 40)}»`;
    const box = at.getBoundingClientRect();
    const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    const spots = [[(left + right) / 2, (top + bottom) / 2], [left + 3, top + 3], [right - 3, bottom - 3]];
    const over = spots.map(([x, y]) => document.elementFromPoint(x, y));
    const seen = right > left && bottom > top && over.some(one => one && (at.contains(one) || one.contains(at)));
    const look = element => {
        const around = [element, element.parentElement, element.parentElement?.parentElement, element.parentElement?.parentElement?.parentElement];
        return [...around, ...[...element.querySelectorAll('*')].slice(0, 300)].filter(Boolean).flatMap(one => [null, '::before', '::after'].map(part => {
            const style = getComputedStyle(one, part);
            return [style.boxShadow, style.outlineStyle, style.outlineWidth, style.backgroundColor, style.borderColor].join();
        })).join('|');
    };
    const last = globalThis.lastFocus;
    const dull = last && last.at.isConnected && last.look === look(last.at) ? say(last.at) : null;
    const back = last && !(last.at.compareDocumentPosition(at) & Node.DOCUMENT_POSITION_FOLLOWING) && last.at.isConnected ? say(last.at) : null;
    globalThis.lastFocus = { at, look: look(at) };
    return { named: say(at), seen, dull, back };
}"""


@pytest.fixture(scope="module")
def places(site: Site) -> dict[str, int]:
    client = site.query("counterparty", filter="not (phones = empty) and not (inn = empty)", fields=["label"], limit=1)
    deal = site.query("deal", filter="not (amount = empty) and not (counterparty = empty)", fields=["label"], limit=1)
    return {"client": client["rows"][0][0], "deal": deal["rows"][0][0]}


def opened(open_page: Opener, places: dict[str, int], screen: str) -> Page:
    page = open_page(SCREENS[screen].format(**places), size=ENLARGED, signed_in=screen != "login")
    expect(page.get_by_role("heading").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    return page


def test_what_is_cut_off_would_be_found(places: dict[str, int], open_page: Opener) -> None:
    page = opened(open_page, places, "about")
    page.evaluate("""() => {
        const box = document.createElement('div');
        Object.assign(box.style, { position: 'fixed', top: '10px', width: '100px', height: '40px', overflow: 'hidden' });
        const button = document.createElement('button');
        Object.assign(button.style, { position: 'absolute', left: '150px' });
        button.textContent = 'Не достать';
        box.append(button);
        document.body.append(box);
    }""")
    (found,) = page.evaluate(CUT_OFF)
    assert "Не достать" in found


@pytest.mark.parametrize("screen", SCREENS)
def test_nothing_is_out_of_reach_when_enlarged_twice_and_the_focus_is_seen_wherever_it_is(
    screen: str, places: dict[str, int], open_page: Opener
) -> None:
    page = opened(open_page, places, screen)
    assert page.evaluate("document.documentElement.scrollWidth") <= ENLARGED["width"]
    assert page.evaluate(CUT_OFF) == []
    wrong: list[str] = []
    gone = 0
    for _ in range(STEPS):
        page.keyboard.press("Tab")
        at: dict[str, Any] | None = page.evaluate(FOCUS)
        if at is None:
            break
        gone += 1
        wrong += [] if at["seen"] else [f"out of sight: {at['named']}"]
        wrong += [f"looks the same with the focus: {at['dull']}"] if at["dull"] else []
        wrong += [f"{at['named']} comes after {at['back']}"] if at["back"] else []
    assert wrong == []
    assert gone > 2
