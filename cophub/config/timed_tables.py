"""The tables of plugins.toml that have a timetable: what sources have of it, and pipelines."""

from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from cophub.config.tables import Table
from cophub.config.timetable import Timetable, crontab, parse_every, say_duration


def _every(value: Any) -> timedelta:
    if isinstance(value, str):
        return parse_every(value)
    raise ValueError('must be text in quotes, such as "6 hours"')


def _cron(value: str) -> str:
    crontab(value, ZoneInfo("UTC"))
    return value


class Timed(Table):
    """What a source and a pipeline have in common: when they run, and settings of their own."""

    every: Annotated[timedelta | None, BeforeValidator(_every)] = None
    cron: Annotated[str | None, AfterValidator(lambda v: v if v is None else _cron(v))] = None
    fresh_within: Annotated[timedelta | None, BeforeValidator(_every)] = None
    settings: dict[str, Any] = Field(default={}, repr=False)

    @model_validator(mode="after")
    def _one_timetable(self) -> "Timed":
        if self.every is not None and self.cron is not None:
            raise ValueError("has both every and cron; keep one of them")
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
        return Timetable(self.every, self.cron)


class PipelineTable(Timed):
    """`[pipelines.NAME]`: when a pipeline runs, and its settings."""

    upload: dict[str, dict[str, Any]] = Field(default={})
    """Of `site`: by the name of a source, where that vendor shows the site as well."""
