"""Instants and days from cells, and what the cells of a column tell about how they are written.

Only a whole column can tell whether 03/04 is in March or in April, and often not even that; what is
not known is refused, never guessed.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

NO_DATE = frozenset(
    ["", "-", "–", "—", "n/a", "na", "#n/a", "null", "none", "nan", "never", "jamais", "nunca",
     "unknown", "0", "0000-00-00", "0000-00-00 00:00:00", "0001-01-01", "0001-01-01t00:00:00z"]
)  # fmt: skip
"""What stands for no date, in lower case."""
_MONTHS = (
    ("jan", "january", "janv", "janvier", "ene", "enero", "janeiro", "januar"),
    ("feb", "february", "fevr", "fev", "fevrier", "febrero", "fevereiro", "februar"),
    ("mar", "march", "mars", "marzo", "marco", "marz", "maerz"),
    ("apr", "april", "avr", "avril", "abr", "abril"),
    ("may", "mai", "mayo", "maio"),
    ("jun", "june", "juin", "junio", "junho", "juni"),
    ("jul", "july", "juil", "juillet", "julio", "julho", "juli"),
    ("aug", "august", "aout", "ago", "agosto"),
    ("sep", "sept", "september", "septembre", "septiembre", "set", "setembro", "setiembre"),
    ("oct", "october", "octobre", "octubre", "out", "outubro", "okt", "oktober"),
    ("nov", "november", "novembre", "noviembre", "novembro"),
    ("dec", "december", "decembre", "dic", "diciembre", "dez", "dezembro", "dezember"),
)  # fmt: skip
MONTHS = {word: number for number, words in enumerate(_MONTHS, 1) for word in words}
"""Names of months without accents, in lower case."""
_NUMERIC = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)(?![\d/.-])")
_YEAR_FIRST = re.compile(r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})(?!\d)")
_PLAIN = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)")
_DAY_NAMED = re.compile(
    r"(?:[a-z]+\.?,? +)?(\d{1,2})(?:st|nd|rd|th|er|\.|º)?[ -](?:de )?([a-z]+)\.?,?[ -](?:de[l]? )?"
    r"(\d{4}|\d\d)(?!\d)"
)
_MONTH_NAMED = re.compile(r"(?:[a-z]+\.?, +)?([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?!\d)")
_BETWEEN = re.compile(r"(?:[ ,t]|at|a las|as|um|à|a|-)*(?=\d)")
_CLOCK = re.compile(
    r"(\d{1,2})(?:[:.h](\d\d))?(?:[:.m](\d\d)(?:[.,](\d{1,9}))?s?)? *"
    r"([ap])?(?:\.? ?m\.?)?(?![a-z]*\d)"
)
_OFFSET = re.compile(r"(?:utc|gmt)? ?([+-])(\d{1,2}):?(\d\d)?")
_SERIALS = (20_000, 80_000)
"""Days since 1900 that a spreadsheet may show for a date: 1954 to 2119."""
_SECONDS = (300_000_000, 5_000_000_000)
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's calendar has no zone
_ODD_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009\u2007", " "))


@dataclass(frozen=True)
class Style:
    """How the dates of one column are written."""

    day_first: bool | None = None
    """None where no date of the column tells."""
    decided_by: int = 0
    """The number of the row that tells, or 0."""
    against: int = 0
    """The number of a row that tells the opposite, or 0: then `day_first` is None."""
    unclear: int = 0
    """How many dates do not tell by themselves."""
    first_unclear: int = 0
    """The number of the first row of those."""


class UnclearDateError(ValueError):
    """A date that can be read in two ways."""


class SlipError(ValueError):
    """A date whose day and month stand the other way round than in the others."""


class ClockOnlyError(ValueError):
    """A time of day without its day."""

    def __init__(self, clock: time) -> None:
        super().__init__("it is a time without a day")
        self.clock = clock


class StyleFinder:
    """Looks at the cells of one column, one after the other, for how its dates are written."""

    def __init__(self) -> None:
        self._day = self._month = self._unclear = self._first = 0

    def see(self, number: int, cell: object) -> None:
        """Look at the cell in the row of this number."""
        if not isinstance(cell, str) or not (found := _NUMERIC.match(cell.strip())):
            return
        one, two = int(found[1]), int(found[3])
        if one > 12 >= two:
            self._day = self._day or number
        elif two > 12 >= one:
            self._month = self._month or number
        elif one != two:
            self._unclear += 1
            self._first = self._first or number

    def style(self) -> Style:
        """What the cells told."""
        day, month, unclear, first = self._day, self._month, self._unclear, self._first
        if day and month:
            return Style(None, day, month, unclear, first)
        return Style(bool(day) if day or month else None, day or month, 0, unclear, first)


def style_of(cells: Iterable[tuple[int, object]]) -> Style:
    """How the dates of a column are written, from its cells with the numbers of their rows."""
    finder = StyleFinder()
    for number, cell in cells:
        finder.see(number, cell)
    return finder.style()


def read_instant(
    cell: object, zone: ZoneInfo, day_first: bool | None = None, form: str | None = None
) -> datetime | None:
    """The instant in a cell, in UTC; a time that says no zone is in `zone`, a day begins there.

    None for an empty cell. Raises UnclearDateError where day and month could be changed about,
    ClockOnlyError for a time without a day, ValueError for what is no date.
    """
    if cell is None or isinstance(cell, bool):
        if cell is None:
            return None
        raise _no_date()
    if isinstance(cell, datetime):
        return _in_utc(cell, zone)
    if isinstance(cell, date):
        return _in_utc(datetime(cell.year, cell.month, cell.day), zone)  # noqa: DTZ001 - see _in_utc
    if isinstance(cell, time):
        raise ClockOnlyError(cell)
    if isinstance(cell, int | float):
        return _from_number(float(cell), zone)
    text = str(cell).translate(_ODD_SPACES).strip()
    if text.lower() in NO_DATE:
        return None
    if form:
        return _in_utc(datetime.strptime(text, form), zone)  # noqa: DTZ007 - see _in_utc
    return _of_text(text, zone, day_first)


@lru_cache(maxsize=4096)
def _of_text(text: str, zone: ZoneInfo, day_first: bool | None) -> datetime:
    # Columns repeat their dates.
    return _in_utc(_from_text(text, zone, day_first), zone)


def read_day(cell: object, day_first: bool | None = None, form: str | None = None) -> date | None:
    """The day in a cell, as it is written there; raises as `read_instant` does."""
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return cell
    if isinstance(cell, datetime):
        return cell.date()
    found = read_instant(cell, ZoneInfo("UTC"), day_first, form)
    return found.date() if found else None


def _in_utc(moment: datetime, zone: ZoneInfo) -> datetime:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise _no_date() from None


def _from_number(value: float, zone: ZoneInfo) -> datetime | None:
    if value == 0:
        return None
    if _SERIALS[0] <= value <= _SERIALS[1]:
        return _in_utc(_EPOCH + timedelta(seconds=round(value * 86_400)), zone)
    if _PLAIN.fullmatch(f"{value:.0f}"):
        return _in_utc(_from_text(f"{value:.0f}", zone, None), zone)
    for scale in (1, 1_000):
        if _SECONDS[0] <= value / scale <= _SECONDS[1]:
            return datetime.fromtimestamp(value / scale, UTC)
    if 0 < value < 1:
        raise ClockOnlyError((_EPOCH + timedelta(seconds=round(value * 86_400))).time())
    raise _no_date()


def _from_text(text: str, zone: ZoneInfo, day_first: bool | None) -> datetime:
    if text[:4].isdigit():
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    if re.fullmatch(r"\d+(?:\.\d+)?", text) and (found := _from_number(float(text), zone)):
        return found
    plain = _folded(text)
    day, rest = _day_of(plain, day_first)
    if not rest:
        return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the caller gives the zone
    return _with_clock(day, rest, zone)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_ODD_SPACES)


def _day_of(text: str, day_first: bool | None) -> tuple[date, str]:
    """The day that a text begins with, and what follows it."""
    try:
        if found := _YEAR_FIRST.match(text) or _PLAIN.match(text):
            year, month, day = found[1], found[found.re.groups - 1], found[found.re.groups]
            return date(int(year), int(month), int(day)), text[found.end() :]
        if found := _NUMERIC.match(text):
            return _ordered(found, day_first), text[found.end() :]
        if (found := _DAY_NAMED.match(text)) and found[2] in MONTHS:
            return date(_year(found[3]), MONTHS[found[2]], int(found[1])), text[found.end() :]
        if (found := _MONTH_NAMED.match(text)) and found[1] in MONTHS:
            return date(int(found[3]), MONTHS[found[1]], int(found[2])), text[found.end() :]
    except (UnclearDateError, SlipError):
        raise
    except ValueError as error:
        raise ValueError("it is no day of the calendar") from error
    if (clock := _CLOCK.fullmatch(text)) and (clock[2] or clock[5]):
        raise ClockOnlyError(_time(clock))
    raise _no_date()


def _ordered(found: re.Match[str], day_first: bool | None) -> date:
    one, two, year = int(found[1]), int(found[3]), _year(found[4])
    if one > 12 or two > 12:
        # It tells by itself; against the column's own order it is a slip that nobody can mend.
        if day_first is not None and day_first != (one > 12):
            raise SlipError("its day and month stand the other way round than in the column")
        day_first = one > 12
    if day_first is None and one != two:
        raise UnclearDateError(
            "day and month may be either way round: set day_first or date_format"
        )
    return date(year, two, one) if day_first else date(year, one, two)


def _year(text: str) -> int:
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year < 69 else 1900)


def _with_clock(day: date, rest: str, zone: ZoneInfo) -> datetime:
    between = _BETWEEN.match(rest)
    found = _CLOCK.match(rest, between.end() if between else 0)
    if not between or not found:
        raise _no_date()
    naive = datetime.combine(day, _time(found))
    return zoned(naive, rest[found.end() :].strip(" ()[]."), zone)


def _time(found: re.Match[str]) -> time:
    hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if half := found[5]:
        if not 1 <= hour <= 12:
            raise ValueError("its hour does not go with AM or PM")
        hour = hour % 12 + (12 if half == "p" else 0)
    micros = int((found[4] or "").ljust(6, "0")[:6] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError("it is no time of the day")
    return time(hour, minute, second, micros)


def zoned(moment: datetime, name: str, zone: ZoneInfo) -> datetime:
    """A moment in the zone of that name: an offset, UTC, or the name that `zone` has then.

    Raises ValueError for another name, because those of three letters mean several zones each.
    """
    name = name.lower()
    if not name:
        return moment
    if name in ("z", "utc", "gmt", "coordinated universal time", "greenwich mean time"):
        return moment.replace(tzinfo=UTC)
    if found := _OFFSET.fullmatch(name):
        ahead = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        return moment.replace(tzinfo=timezone(-ahead if found[1] == "-" else ahead))
    here = moment.replace(tzinfo=zone)
    if name in ((here.tzname() or "").lower(), zone.key.lower()):
        return here
    if "/" in name:
        try:
            return moment.replace(tzinfo=ZoneInfo("/".join(p.title() for p in name.split("/"))))
        except (KeyError, ValueError, OSError):
            pass
    raise ValueError("its time zone is not known for sure: set timezone to one that calls it so")


def _no_date() -> ValueError:
    return ValueError("it is no date")


__all__ = [
    "MONTHS", "NO_DATE", "ClockOnlyError", "Style", "StyleFinder", "UnclearDateError", "read_day",
    "read_instant", "style_of", "zoned",
]  # fmt: skip
