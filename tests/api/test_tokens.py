"""API tokens: whatever the interface can do, a token can do, under the same rights and not beyond."""

from __future__ import annotations

import pytest

from tests.api.site import Site


def test_token_does_what_its_person_may_without_a_csrf_value(site: Site) -> None:
    token = site.token("Ольга")
    deal = token.create("deal", title="Насосы")
    assert deal["values"]["created_by"][1] == "Ольга Смирнова"
    assert token.refused("DELETE", f"/api/records/deal/{deal['id']}", 403)["code"] == "denied_delete"


def test_token_is_listed_with_its_last_use_and_never_shown_again(site: Site) -> None:
    """Row 58."""
    olga = site.browser("Ольга")
    made = olga.post("/api/tokens", {"title": "сайт", "scope": "read", "days": 30}, 201)
    assert made["token"].startswith("svz_") and len(made["token"]) > 40
    (told,) = olga.get("/api/tokens")["tokens"]
    assert (told["title"], told["scope"], told["used_at"]) == ("сайт", "read", None)
    assert "token" not in told and told["expires_at"].startswith("2026-04-02")
    site.bearer(made["token"]).get("/api/me")
    site.settle()
    assert olga.get("/api/tokens")["tokens"][0]["used_at"] is not None


def test_token_ends_by_its_day_or_by_hand(site: Site) -> None:
    olga = site.browser("Ольга")
    short, long = site.token("Ольга", days=1), site.token("Ольга", days=30)
    site.cast.tick(days=2)
    short.refused("GET", "/api/me", 401)
    long.get("/api/me")
    tokens = {one["expires_at"]: one["id"] for one in olga.get("/api/tokens")["tokens"]}
    petr = site.browser("Пётр")
    petr.refused("DELETE", f"/api/tokens/{tokens[max(tokens)]}", 404)
    olga.delete(f"/api/tokens/{tokens[max(tokens)]}", 204)
    long.refused("GET", "/api/me", 401)


def test_token_does_not_give_birth_to_tokens(site: Site) -> None:
    told = site.token("Ольга").refused("POST", "/api/tokens", 403, {"title": "ещё"})
    assert told["code"] == "token_makes_no_tokens"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"title": "x", "days": 0}, 400),
        ({"title": "x", "days": 3651}, 400),
        ({"title": "x", "scope": "root"}, 422),
        ({"title": "x", "admin": True}, 400),
        ({"title": 5}, 400),
        ({"title": "a\0b"}, 422),
    ],
)
def test_token_nobody_understands_is_not_made(site: Site, body: dict[str, object], status: int) -> None:
    olga = site.browser("Ольга")
    with site.nothing_changes():
        olga.refused("POST", "/api/tokens", status, body)


def test_token_comes_in_a_header_only(site: Site) -> None:
    """Row 58: not in URLs, where servers and browsers write it down."""
    token = site.token("Ольга").headers["Authorization"].split()[1]
    stranger = site.stranger()
    for params in ({"token": token}, {"access_token": token}, {"api_key": token}):
        stranger.refused("GET", "/api/me", 401, params=params)


def test_stranger_and_token_get_not_found_where_a_colleague_is_told_who_may(site: Site) -> None:
    deal = site.browser("Анна").create("deal", title="Чужая")["id"]
    assert site.browser("Ольга").refused("GET", f"/api/records/deal/{deal}", 403)["code"] == "denied_see_record"
    token = site.token("Ольга")
    foreign = token.refused("GET", f"/api/records/deal/{deal}", 404)
    absent = token.refused("GET", f"/api/records/deal/{deal + 10_000}", 404)
    assert foreign["code"] == absent["code"] == "not_found"
    assert foreign["text"].replace(str(deal), "") == absent["text"].replace(str(deal + 10_000), "")
