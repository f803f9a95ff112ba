"""Against the production calendars of the years: working days of a five-day week and days people remember."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from svyaz.kernel.production_calendar import days_off, is_named, working_days

# Working days of a 40-hour week, as the official calendars of these years count them.
WORKED = [(2025, 247), (2026, 247)]


@pytest.mark.parametrize(("year", "days"), WORKED)
def test_year_has_as_many_working_days_as_the_official_calendar(year: int, days: int) -> None:
    assert is_named(year)
    assert working_days(year) == days


def test_holidays_of_2026_are_moved_as_the_decree_says() -> None:
    told = days_off(2026)
    assert [day.day for day, kind in told.items() if day.month == 1 and kind == "off"] == [1, 2, 5, 6, 7, 8, 9]
    assert told[date(2026, 3, 9)] == "off"  # 8 March is a Sunday
    assert told[date(2026, 5, 11)] == "off"  # 9 May is a Saturday
    assert told[date(2026, 12, 31)] == "off"
    assert [day for day, kind in told.items() if kind == "short"] == [
        date(2026, 4, 30), date(2026, 5, 8), date(2026, 6, 11), date(2026, 11, 3),
    ]  # fmt: skip


def test_worked_saturday_of_2025_is_a_working_day() -> None:
    assert days_off(2025)[date(2025, 11, 1)] in ("work", "short")
    assert days_off(2025)[date(2025, 11, 3)] == "off"


@pytest.mark.parametrize("year", range(2027, 2040))
def test_year_without_a_decree_is_made_by_the_code_alone(year: int) -> None:
    told = days_off(year)
    assert not is_named(year)
    assert "work" not in told.values()
    assert 240 <= working_days(year) <= 252
    for day, kind in told.items():
        assert day.weekday() < 5, (day, kind)
        if kind == "short":
            assert told.get(day + timedelta(days=1)) == "off" or (day + timedelta(days=1)).weekday() >= 5
