"""The tables of plugins.toml that have a timetable: what sources have of it, and pipelines."""

from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, model_validator

from cophub.config.calendar_words import Calendar, parse_calendar
from cophub.config.cron_times import check_cron
from cophub.config.tables import Table, usable_name
from cophub.config.timetable import Timetable, parse_every, say_duration

_DAY = timedelta(days=1)


def _every(value: Any) -> timedelta:
    if isinstance(value, str):
        return parse_every(value)
    raise ValueError('must be text in quotes, such as "6 hours"')


def _when(value: Any) -> Calendar:
    if isinstance(value, str):
        return parse_calendar(value)
    raise ValueError('must be text in quotes, such as "Mondays at 07:00"')


class Timed(Table):
    """What a source and a pipeline have in common: when they run, and settings of their own."""

    every: Annotated[timedelta | None, BeforeValidator(_every)] = None
    cron: Annotated[str, AfterValidator(check_cron)] | None = None
    when: Annotated[Calendar | None, PlainValidator(_when)] = None
    jitter: Annotated[timedelta | None, BeforeValidator(_every)] = None
    fresh_within: Annotated[timedelta | None, BeforeValidator(_every)] = None
    on: Annotated[str, AfterValidator(usable_name)] | None = None
    settings: dict[str, Any] = Field(default={}, repr=False)

    @model_validator(mode="after")
    def _one_timetable(self) -> "Timed":
        times = {"every": self.every, "cron": self.cron, "when": self.when}
        given = [key for key, value in times.items() if value is not None]
        if len(given) > 1:
            both = "both " if len(given) == 2 else ""
            raise ValueError(f"has {both}{' and '.join(given)}; keep one of them")
        if self.jitter is not None and not given:
            raise ValueError("has jitter and no timetable; add every, cron or when")
        if self.jitter is not None and self.jitter > min(self.every or _DAY, _DAY):
            raise ValueError("has a jitter that is longer than every, or than a day; shorten it")
        return self

    @model_validator(mode="after")
    def _promise(self) -> "Timed":
        if self.fresh_within and self.every and self.fresh_within < self.every:
            raise ValueError(
                f"has fresh_within shorter than every, {say_duration(self.every)}: it could not be"
                " kept; make it longer, or every shorter"
            )
        return self

    @property
    def timetable(self) -> Timetable:
        """When it runs."""
        return Timetable(self.every, self.cron, self.when, self.jitter or timedelta())


class PipelineTable(Timed):
    """`[pipelines.NAME]`: when a pipeline runs, and its settings."""

    upload: dict[str, dict[str, Any]] = Field(default={})
    """Of `site`: by the name of a source, where that vendor shows the site as well."""
