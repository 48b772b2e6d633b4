"""The tables of plugins.toml, each value checked where it stands."""

import re
from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    field_validator,
)

from cophub.config.environment import Elsewhere
from cophub.config.lengths import parse_length
from cophub.config.timetable import parse_every
from cophub.zones import known_zone

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_SCHEMES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def warehouse_address(value: Any) -> str | Elsewhere:
    if isinstance(value, Elsewhere):
        return value
    if not isinstance(value, str):
        raise ValueError('must be text in quotes, such as "sqlite:///cophub.db"')
    if not value.startswith(_SCHEMES):
        # The address may hold a password, so it is not repeated.
        raise ValueError(
            'is not a warehouse address; write "sqlite:///cophub.db" or'
            ' "postgresql+psycopg://user@host/database"'
        )
    return value


def _zone(value: Any) -> ZoneInfo:
    if not isinstance(value, str):
        raise ValueError('must be text in quotes, such as "Europe/Geneva"')
    return known_zone(value)


def usable_name(value: str) -> str:
    if _NAME.fullmatch(value):
        return value
    raise ValueError(
        "is not a name that can be used in files and on the command line; take letters, digits,"
        " - and _, beginning with a letter or digit"
    )


def _module(value: str) -> str:
    if _MODULE.fullmatch(value):
        return value
    raise ValueError(f'"{value}" is not the name of a module, such as "our_forum"')


def _at_least_an_hour(value: Any) -> timedelta:
    if not isinstance(value, str):
        raise ValueError('must be text in quotes, such as "1 day"')
    length = parse_every(value)
    if length < timedelta(hours=1):
        raise ValueError("is less than an hour, which no disk bears; make it longer")
    return length


def _keep(value: Any) -> int | relativedelta:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if isinstance(value, str):
        return parse_length(value)
    raise ValueError('must be how many, such as 7, or how long in quotes, such as "30 days"')


class Table(BaseModel):
    """A table of plugins.toml: what is not known is a mistake."""

    model_config = ConfigDict(
        extra="forbid", arbitrary_types_allowed=True, hide_input_in_errors=True
    )


class HubTable(Table):
    """`[hub]`: where things are kept and published."""

    warehouse: Annotated[Any, PlainValidator(warehouse_address)] = Field(
        default="sqlite:///cophub.db", repr=False
    )
    site: Annotated[str, Field(min_length=1)] = "site"
    backups: Annotated[str, Field(min_length=1)] = "backups"
    timezone: Annotated[ZoneInfo, PlainValidator(_zone)] = ZoneInfo("UTC")
    backup_every: Annotated[timedelta | None, BeforeValidator(_at_least_an_hour)] = None
    backup_keep: Annotated[int | relativedelta, PlainValidator(_keep)] = 7
    queue: Literal["here", "workers"] = "here"


class PluginsTable(Table):
    """`[plugins]`: importable plugins without an entry point."""

    modules: list[Annotated[str, AfterValidator(_module)]] = []

    @field_validator("modules")
    @classmethod
    def _once(cls, modules: list[str]) -> list[str]:
        return no_duplicates(modules, "module")


class CommunityTable(Table):
    """`[communities.KEY]`: the spaces that serve one community of practice."""

    title: Annotated[str, Field(min_length=1)]
    domain: str | None = None
    description: str | None = None
    url: str | None = None
    open_membership: bool | None = None
    contact: str | None = None
    spaces: list[str] = []

    @field_validator("spaces")
    @classmethod
    def _addressed(cls, spaces: list[str]) -> list[str]:
        for space in spaces:
            source, colon, key = space.partition(":")
            if not (source and colon and key):
                raise ValueError(
                    f'"{space}" does not name a space; write it as "source:key", such as'
                    ' "newsletter:a1b2c3" (`cophub discover SOURCE` lists the keys)'
                )
        return no_duplicates(spaces, "space")


class CommandTable(Table):
    """`[commands.NAME]`: the settings of a command that a plugin brings."""

    settings: dict[str, Any] = Field(default={}, repr=False)


class PublisherTable(Table):
    """`[publishers.NAME]`: a place that shows what is published, by a publisher with settings."""

    publisher: str
    audience: Literal["public", "members", "facilitators"] | None = None
    settings: dict[str, Any] = Field(default={}, repr=False)


class IdentityRuleTable(Table):
    """`[identity_rules.NAME]`: a rule about whose accounts are, with settings."""

    rule: str
    sources: list[str] = []
    settings: dict[str, Any] = Field(default={}, repr=False)

    @field_validator("sources")
    @classmethod
    def _once(cls, sources: list[str]) -> list[str]:
        return no_duplicates(sources, "source")


def no_duplicates(values: list[str], what: str) -> list[str]:
    for value in values:
        if values.count(value) > 1:
            raise ValueError(f'the {what} "{value}" is there twice; keep one of them')
    return values
