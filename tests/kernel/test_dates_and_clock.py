"""Dates as typed, bounds of days and grains, Russian counting."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from svyaz.kernel.clock import (
    GRAINS,
    FixedClock,
    SystemClock,
    day_bounds,
    grain_bounds,
    grain_next,
    grain_start,
    iso,
    parse_instant,
)
from svyaz.kernel.dates import DateAmbiguous, parse_day, parse_moment
from svyaz.kernel.problem import BadValue
from svyaz.kernel.russian import MONTHS, plural, say_date, say_day, say_instant, say_moment

zones = st.sampled_from(["Europe/Moscow", "Asia/Kamchatka", "America/New_York", "Australia/Lord_Howe", "UTC"])


@given(st.dates(date(1000, 1, 1)))
def test_date_said_in_any_way_is_read_back(day):
    assert parse_day(say_date(day, "ru")) == day
    assert parse_day(say_date(day, "en")) == day
    assert parse_day(f"{day.day} {MONTHS[day.month - 1]} {day.year}") == day
    assert parse_day(say_day(day, "en")) == day


@given(
    st.integers(-(2**31), 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    zones,
)
def test_instant_said_on_a_clock_is_read_back_on_it(at, zone):
    twice_an_hour = at.astimezone(ZoneInfo(zone)).fold  # the hour that clocks go through again
    if not twice_an_hour and at.astimezone(ZoneInfo(zone)).utcoffset() % timedelta(seconds=1) == timedelta(0):
        assert parse_moment(say_instant(at, "ru", zone), zone) == at
    assert parse_instant(iso(at)) == at


def test_slashes_are_understood_only_when_one_reading_exists():
    assert parse_day("25/11/2026") == parse_day("11/25/2026") == date(2026, 11, 25)
    assert parse_day("05/05/2026") == date(2026, 5, 5)
    with pytest.raises(DateAmbiguous) as refused:
        parse_day("03/11/2026")
    assert refused.value.facts["one"] == "2026-11-03"
    assert refused.value.facts["other"] == "2026-03-11"


@pytest.mark.parametrize(
    "text", ["", "завтра", "2026", "11.2026", "1.2.3", "3 мартобря 2026", "2026-11-03T", "x" * 5_000_000, "03.11-2026"]
)
def test_what_is_not_a_date_is_refused(text):
    with pytest.raises(BadValue):
        parse_day(text)
    with pytest.raises(BadValue):
        parse_moment(text, "Europe/Moscow")


def test_day_has_23_or_25_hours_where_clocks_change():
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 24), 24)):
        start, end = day_bounds("Europe/Berlin", day)
        assert end - start == timedelta(hours=hours)


@given(st.dates(date(1990, 1, 1), date(2050, 1, 1)), st.sampled_from(GRAINS), zones, st.integers(1, 7))
def test_grains_hold_their_day_and_follow_each_other_without_gaps(day, grain, zone, first_weekday):
    start, end = grain_bounds(zone, grain, day, first_weekday)
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone))
    assert start <= noon < end
    following = grain_next(grain, grain_start(grain, day, first_weekday))
    assert grain_bounds(zone, grain, following, first_weekday)[0] == end
    if grain == "week":
        assert grain_start(grain, day, first_weekday).isoweekday() == first_weekday


def test_iso_is_utc_to_the_second_and_sorts_as_text():
    moscow = datetime(2026, 11, 24, 8, 58, 0, 999, tzinfo=ZoneInfo("Europe/Moscow"))
    assert iso(moscow) == "2026-11-24T05:58:00Z"
    assert iso(datetime(999, 1, 1, tzinfo=UTC)) < iso(moscow)


@pytest.mark.parametrize(
    "text", ["2026-11-24", "2026-11-24T05:58:00", "yesterday", "", "0001-01-01T00:00:00+14:00", None]
)
def test_instant_without_a_zone_is_refused(text):
    with pytest.raises(BadValue):
        parse_instant(text)


def test_fixed_clock_stands_until_moved():
    clock = FixedClock(datetime(2026, 11, 24, tzinfo=UTC))
    assert clock.now() == clock.now()
    clock.move(days=1, hours=2)
    assert clock.now() == datetime(2026, 11, 25, 2, tzinfo=UTC)
    assert SystemClock().now().tzinfo is UTC


@pytest.mark.parametrize(
    ("form", "numbers"),
    [
        ("запись", [1, 21, 101, 1001]),
        ("записи", [2, 3, 4, 22, 104]),
        ("записей", [0, 5, 10, 11, 12, 14, 20, 111, 112, 1000]),
    ],
)
def test_russian_form_follows_the_number(form, numbers):
    assert {plural(n, "запись", "записи", "записей") for n in numbers} == {form}


def test_moment_is_said_as_people_do():
    at = datetime(2026, 3, 3, 11, 5, tzinfo=UTC)
    assert say_moment(at, "ru", "Europe/Moscow", date(2026, 11, 24)) == "3\u00a0марта, 14:05"
    assert say_moment(at, "ru", "Europe/Moscow", date(2027, 1, 1)) == "3\u00a0марта\u00a02026, 14:05"
    assert say_moment(at, "en", "Europe/Moscow") == "3\u00a0March\u00a02026, 14:05"
