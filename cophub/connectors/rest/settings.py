"""What plugins.toml says about one API."""

import zlib
from typing import Any
from urllib.parse import urlsplit

import msgspec
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from cophub.connectors.mapping import FIELDS, Mapping, RecordName
from cophub.connectors.rest.incremental import Incremental
from cophub.connectors.rest.paging import Paginator, Place, SinglePage
from cophub.connectors.rest.places import PARENT, checked, places_in, unknown_places
from cophub.connectors.rest.signing import Auth
from cophub.connectors.settings import Host, origin_of
from cophub.http import Limits

Plain = str | int | float | bool


class StreamTable(Mapping):
    """One list of the API: where it is, how it goes on, and what its rows become."""

    path: str = Field(
        description="What follows `base_path`, such as `/groups/{group}/posts`: `{group}` is one of"
        " the `variables`, `{_parent.id}` a place in the parent's row."
    )
    params: dict[str, Plain] = Field(
        default_factory=dict, description="Parameters of each request; also with places in braces."
    )
    parent: str | None = Field(
        None, description="The stream for each of whose rows this list is read."
    )
    data_selector: Place | None = Field(
        None,
        description="Where the list is in the answer, as JMESPath, such as `data.posts`; left out,"
        " the answer itself or the only list in it.",
    )
    paginator: Paginator = Field(
        default_factory=SinglePage, description="How the list goes on; left out, one page is all."
    )
    incremental: Incremental | None = Field(
        None, description="How only new rows are asked for; left out, all are read in each run."
    )
    snapshot: bool = Field(
        False,
        description="Whether a whole read gives all that there is, so that who is not in it has"
        " left. It counts where no row was rejected.",
    )
    record: RecordName = Field(
        description="What a row is: `membership`, `event`, `post` or any other that a row of"
        " [files](files.md) may be."
    )
    columns: dict[str, str] = Field(
        description="Which field of the record is where in a row, as JMESPath, such as"
        ' `{ name = "user.full_name" }`.'
    )
    templates: dict[str, str] = Field(
        default_factory=dict,
        description="Fields made of several places, such as"
        ' `{ url = "https://forum.example.org/t/{slug}/{id}" }`.',
    )
    html: list[str] = Field(
        default_factory=list,
        description='Fields that hold HTML, such as `["body"]`: its words are kept.',
    )
    skip: Place | None = Field(
        None, description="Rows to leave out, as JMESPath, such as `status == 'draft'`."
    )
    ignore_status: list[int] = Field(
        default_factory=list,
        description="Statuses, such as `[404]`, that say that a parent has no such list.",
    )

    @field_validator("columns")
    @classmethod
    def _are_places(cls, value: dict[str, str]) -> dict[str, str]:
        for place in value.values():
            checked(place)
        return value

    @field_validator("path")
    @classmethod
    def _is_a_path(cls, value: str) -> str:
        if urlsplit(value).scheme or value.startswith("//"):
            raise ValueError("give only what follows base_url and base_path, such as /posts")
        if "?" in value or "#" in value:
            raise ValueError("write what follows the ? under params")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> "StreamTable":
        for template in self.templates.values():
            if not places_in(template):
                raise ValueError(
                    f'template "{template}" has no {{place}}; write what is the same in every row'
                    " under values"
                )
            for place in places_in(template):
                checked(place)
        if twice := sorted(set(self.templates) & set(self.columns)):
            raise ValueError(f"{twice[0]} is told twice, in columns and in templates; leave one")
        known = FIELDS[self.record]
        for name in self.templates:
            if name not in known and not name.startswith("extra."):
                raise ValueError(f"the record {self.record} has no {name} for a template to fill")
        if lost := sorted(set(self.html) - {*self.columns, *self.templates}):
            raise ValueError(
                f"html names {lost[0]}, which no column fills; name a field of columns"
            )
        if self.incremental and self.record == "attendance":
            raise ValueError(
                "stays at an event are added up over the whole list, so attendance cannot be"
                " incremental; leave incremental out"
            )
        if self.ignore_status and not self.parent:
            raise ValueError("ignore_status is for the lists of a parent; leave it out")
        return self

    @property
    def told(self) -> frozenset[str]:
        """Fields that templates tell."""
        return frozenset(self.templates)

    def mapping(self) -> Mapping:
        """The mapping of its rows, templates standing for columns."""
        return self.model_copy(update={"columns": {**self.columns, **self.templates}})

    def asked_places(self) -> list[str]:
        """The texts whose places are filled before a request."""
        return [self.path, *(value for value in self.params.values() if isinstance(value, str))]


class Settings(BaseModel):
    """One API and its lists."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    base_url: Host = Field(
        description="Scheme and host of the API, such as `https://forum.example.org`. Credentials"
        " go to this host and to no other."
    )
    base_path: str = Field(
        "", description="What every path begins with, such as `/api/v1`.", pattern=r"^(/[^?#{}]*)?$"
    )
    auth: Auth | None = Field(
        None, description="How to sign in: a table with a `type`; left out, nobody signs in."
    )
    headers: dict[str, str] = Field(
        default_factory=dict, description="Headers of each request, such as `Accept`; no secrets."
    )
    variables: dict[str, str | int] = Field(
        default_factory=dict, description="What paths and parameters name in braces."
    )
    streams: dict[str, StreamTable] = Field(
        min_length=1, description="The lists to read, by a name of your own."
    )
    requests_per_minute: int | None = Field(
        None, ge=1, le=6000, description="The pace; left out, as fast as the API answers."
    )
    budget_minutes: int = Field(
        60, ge=1, description="How long a run may ask and wait; the next one goes on."
    )
    maximum_pages: int = Field(
        10_000, ge=1, description="A list with more pages than these is taken for endless."
    )

    @model_validator(mode="after")
    def _streams_fit_together(self) -> "Settings":
        for name, table in self.streams.items():
            where = f"streams.{name}"
            self._has_a_parent(where, table)
            known = (*self.variables, *((f"{PARENT}.…",) if table.parent else ()))
            if lost := unknown_places(table.asked_places(), self.variables, bool(table.parent)):
                raise ValueError(
                    f"{where}.path or params: nothing fills {{{lost[0]}}}; there are"
                    f" {', '.join(known) or 'no variables'}: add it under variables, or name a"
                    f" parent and write {{{PARENT}.id}}"
                )
        return self

    def _has_a_parent(self, where: str, table: StreamTable) -> None:
        if table.parent is None:
            return
        parent = self.streams.get(table.parent)
        if parent is None or parent is table:
            names = ", ".join(name for name, one in self.streams.items() if one is not table)
            raise ValueError(
                f'{where}.parent: there is no other stream "{table.parent}" to be its'
                f" parent; there are {names or 'no others'}"
            )
        if parent.parent:
            raise ValueError(
                f"{where}.parent: {table.parent} has a parent itself; lists are nested once"
            )
        if table.snapshot and parent.incremental:
            raise ValueError(
                f"{where}.snapshot: {table.parent} gives only what is new, so this list is never"
                " whole; leave out snapshot here, or incremental there"
            )
        if table.incremental:
            raise ValueError(
                f"{where}.incremental: a list of a parent is read whole; put incremental at"
                f" {table.parent}, and only the lists of rows that changed are read"
            )

    @property
    def origin(self) -> str:
        """The address that every path follows."""
        return f"{origin_of(self.base_url)}{self.base_path.rstrip('/')}"

    def children(self, name: str) -> dict[str, StreamTable]:
        """The streams whose parent that one is."""
        return {child: table for child, table in self.streams.items() if table.parent == name}

    def checksum(self, name: str) -> str:
        """Of what decides which records a stream gives, its children's too: new, it starts anew."""
        family = {name: self.streams[name], **self.children(name)}
        told: list[Any] = [self.origin, self.variables]
        told += [[one, table.reading()] for one, table in sorted(family.items())]
        return format(zlib.crc32(msgspec.json.encode(told, order="deterministic")), "x")

    def limits(self) -> Limits:
        """The pace of the settings."""
        rate = ((self.requests_per_minute, 60.0),) if self.requests_per_minute else ()
        return Limits(rate=rate, budget=self.budget_minutes * 60.0)


__all__ = ["Settings", "StreamTable"]
