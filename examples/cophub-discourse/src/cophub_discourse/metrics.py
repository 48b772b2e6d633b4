"""The stream of metrics: what Discourse itself counts, day by day."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec
from cophub import Context, Item, Metric, Reject, SourceUnavailable

from cophub_discourse.cursor import Cursor
from cophub_discourse.forum import get, rows
from cophub_discourse.payloads import Day, Filter, Part, understood
from cophub_discourse.settings import Settings
from cophub_discourse.spaces import SITE, category_key, chosen_categories

Ctx = Context[Settings]

OF_SITE = {"visits": "people", "signups": "people", "accepted_solutions": "posts"}
"""Reports on the whole forum, and what they count; the last comes from discourse-solved."""
OF_CATEGORY = {"topics": "topics", "topics_with_no_response": "topics"}
"""Reports on a category: topics by the day they began, and the unanswered ones."""
CATEGORY = "filters[category]"
AT_FIRST = timedelta(days=90)


class Counted(Cursor):
    """The cursor."""

    until: date | None = None
    """Days before this one were read."""
    days: dict[str, list[date]] = msgspec.field(default_factory=dict)
    """The last days of which a report told something, by its space and name."""


def metrics(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Visits, new accounts, solutions, and the topics of each category: whole days, in UTC.

    A first run reads 90 days, each later one the last days again: an answer today takes a topic out
    of the unanswered ones of the day on which it began. A day that was never told had none.
    Source: `GET /admin/reports/{type}.json` (admin/reports_controller.rb).
    """
    before, today = Counted.read(since), ctx.now.date()
    recent = today - timedelta(days=ctx.settings.recent_days)
    begin = today - AT_FIRST if before.until is None else min(before.until, recent)
    if before.until and before.until > today:  # a clock was ahead when that was written
        return
    chosen, rejects = ctx.once(chosen_categories)
    yield from rejects
    wanted: list[tuple[str, str, str, dict[str, str]]] = [
        (SITE, name, unit, {}) for name, unit in OF_SITE.items()
    ]
    wanted += [
        (category_key(category.id), name, unit, {CATEGORY: str(category.id)})
        for category in chosen
        for name, unit in OF_CATEGORY.items()
    ]
    now = Counted(today)
    for space, name, unit, filters in wanted:
        asked = {"start_date": f"{begin}", "end_date": f"{today - timedelta(days=1)}", **filters}
        counted, rejects = by_day(_told(ctx, name, asked))
        yield from rejects
        key = f"{space} {name}"
        known = before.days.get(key, [])
        # A day that is told no more has none, unless it is one that could not be understood.
        values = ({} if rejects else dict.fromkeys(known, 0.0)) | counted
        for day in sorted(day for day in values if begin <= day < today):
            yield Metric(
                space=space, name=name, period_start=day, period_end=day, value=values[day],
                unit=unit,
            )  # fmt: skip
        kept = {*counted, *known} if rejects else counted.keys()
        now.days[key] = sorted(day for day in kept if recent <= day < today)
    yield now.checkpoint()


def _told(ctx: Ctx, name: str, asked: dict[str, str]) -> list[Any]:
    """What a report tells; nothing where the forum has no such report.

    Raises SourceUnavailable for one that Discourse could not make, which looks as if it were empty,
    and for one that is not the report that was asked for (models/report.rb, `as_json`).
    """
    answer = get(ctx, f"admin/reports/{name}.json", asked)
    if answer is None:
        return []
    found, report = rows(answer, "report", "data"), answer["report"]
    filters = understood(rows(answer, "report", "available_filters"), Filter)[0]
    category = next((one.default for one in filters if one.id == "category"), None)
    if report.get("error"):
        raise SourceUnavailable(f"the forum could not make its report {name}: {report['error']}")
    of_another = category is not None and str(category) != asked.get(CATEGORY)
    if report.get("type") != name or of_another:
        raise SourceUnavailable(f"the forum answered with another report than {name}")
    return found


def by_day(data: list[Any]) -> tuple[dict[date, float], list[Reject]]:
    """The days of a report, with the sum of its parts where it is told in parts.

    Newer versions tell visits apart by desktop and mobile (concerns/reports/visits.rb).
    """
    if not any(isinstance(row, dict) and "data" in row for row in data):
        days, rejects = understood(data, Day)
        return {day.x: day.y for day in days}, rejects
    parts, rejects = understood(data, Part)
    told = {(part.req, day.x): day.y for part in parts for day in part.data}
    counted: dict[date, float] = {}
    for (_, day), value in told.items():
        counted[day] = counted.get(day, 0.0) + value
    return counted, rejects
