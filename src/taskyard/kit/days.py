"""Days that move with the calendar, such as `today`: which day each is, worked out when it is read."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

TODAY, YESTERDAY, THIS_MONTH = "today", "yesterday", "this-month"
# Ten years back is further than any list.
DAYS_BACK_MAX = 3_660
_BACK = re.compile(r"today-([1-9][0-9]{0,3})d", re.ASCII)


def day_meant(said: str, today: date) -> date | None:
    """Return the day that is meant by `today`, `yesterday`, `today-6d` or `this-month`, else None.

    `this-month` is its first day, so that all of it is from there on.
    """
    if said == THIS_MONTH:
        return today.replace(day=1)
    found = _BACK.fullmatch(said)
    back = int(found[1]) if found else {TODAY: 0, YESTERDAY: 1}.get(said)
    return None if back is None or back > DAYS_BACK_MAX else today - timedelta(days=back)


def today_in(zone: str) -> date:
    """Return which day it is in a zone. By this machine's clock: nothing is ordered or ended by it."""
    return datetime.now(ZoneInfo(zone)).date()
