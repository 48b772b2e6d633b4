"""Lengths of time by the calendar, in which something is kept."""

import re

from dateutil.relativedelta import relativedelta

_LENGTH = re.compile(r"(\d{1,4}) (day|week|month|year)s?")
_LONGEST_YEARS = 100


def parse_length(text: str) -> relativedelta:
    """`"5 years"`, of the calendar. Raises ValueError that says how to write it."""
    found = _LENGTH.fullmatch(text)
    if not found or not int(found[1]):
        raise ValueError(
            'must be a length of time in quotes: days, weeks, months or years, such as "5 years"'
        )
    count = int(found[1])
    if found[2] == "year" and count > _LONGEST_YEARS:
        raise ValueError("is longer than a hundred years; leave it out to keep things for good")
    return relativedelta(**{f"{found[2]}s": count})  # type: ignore[arg-type]


__all__ = ["parse_length"]
