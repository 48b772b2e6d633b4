"""What plugins.toml says about files: where they are, and what their rows are."""

import re
from typing import Any

from pydantic import Field, HttpUrl, SecretStr, field_validator, model_validator

from cophub import ConfigError
from cophub.connectors.mapping import FIELDS, Mapping, Options, RecordName
from cophub.connectors.mapping.model import hash_of
from cophub.connectors.settings import Charset, Host, Zone, refuse_half_a_login

_PART = re.compile(r"\{(\w+(?:\.\w+)?)\}")


class FileMapping(Mapping):
    """A mapping some of whose fields come from the name of the file."""

    from_name: tuple[str, ...] = ()

    @property
    def told(self) -> frozenset[str]:
        """The fields that the name of the file gives."""
        return frozenset(self.from_name)


class Settings(Options):
    """Files with tables in them, and the records that their rows are."""

    path: str | None = Field(
        None,
        min_length=1,
        description="The files: one, a folder, or a glob such as `calls/*.csv`. Read are .csv,"
        " .tsv, .txt, .xlsx, .xls and .ods.",
        # A relative one starts from the folder of plugins.toml, wherever cophub was started.
        json_schema_extra={"format": "path"},
    )
    url: HttpUrl | None = Field(
        None,
        repr=False,  # it may be a key
        description="The address of one file on the web. Give this or `path`.",
    )
    base_url: Host | None = Field(
        None,
        description="Scheme and host to ask in place of those of `url`: a proxy or a test server.",
    )
    username: str | None = Field(None, description="Login for `url`, where it wants one.")
    password: SecretStr | None = Field(None, description="Password for `url`.")
    record: RecordName | None = Field(
        None,
        description="What a row is: `membership`, `account`, `attendance`, `event`, `post`,"
        " `campaign`, `delivery`, `document`, `metric`, `reaction` or `space`. `cophub discover"
        " SOURCE` proposes one.",
    )
    columns: dict[str, str] = Field(
        default_factory=dict,
        description='Which column holds what, such as `{ name = "Full name" }`. `A + B` is two'
        " columns together, `above:Topic` a line above the table, `column B` a column of a table"
        " without titles. `cophub discover SOURCE` proposes them.",
    )
    timezone: Zone = Field(
        "UTC",
        description="The zone of dates and times that say none, such as `Europe/Geneva`; left out,"
        " that of `[hub]`.",
        json_schema_extra={"format": "hub-timezone"},
    )
    sheet: int | str | None = Field(
        None,
        description='A workbook\'s sheet by name or number, or `"*"` for all that have the columns;'
        " left out, the first that has them.",
    )
    skip_rows: int = Field(
        0, ge=0, description="Rows above the titles of the columns; mostly found by themselves."
    )
    file_name: str | None = Field(
        None,
        description="What the names of the files tell, such as"
        " `{event_starts_at} {event_title}.csv` or `{space}.xlsx`.",
    )
    whole: bool = Field(
        False,
        description="Whether the files together are always the whole list, so that who is missing"
        " in them has left. When `false`, nobody leaves because of a missing row.",
    )
    delimiter: str | None = Field(
        None, min_length=1, max_length=1, description="What stands between cells, where the guess"
        " fails."
    )  # fmt: skip
    encoding: Charset | None = Field(
        None, description="The character set, such as `windows-1252`, where the guess fails."
    )
    max_unpacked_mb: int = Field(
        512, ge=1, description="Megabytes that one file may be, unpacked; more is refused."
    )

    @field_validator("file_name")
    @classmethod
    def _tells_something(cls, value: str | None) -> str | None:
        if value is not None and not _PART.search(value):
            raise ValueError('it names no field; write it like "{event_title}.csv"')
        return value

    @model_validator(mode="after")
    def _one_place(self) -> "Settings":
        if (self.path is None) == (self.url is None):
            raise ValueError("give either path (on disk) or url (on the web)")
        refuse_half_a_login(self, "username", "password")
        if self.record and (self.columns or self.file_name):
            self._mapped(self.record)
        return self

    def mapping(self, source: str) -> FileMapping:
        """What a row is. Raises ConfigError while the settings do not say it."""
        if not self.record or not self.columns:
            raise ConfigError(
                f'source "{source}": record and columns are not set; cophub discover {source}'
                " proposes lines for its settings in plugins.toml"
            )
        return self._mapped(self.record)

    def _mapped(self, record: RecordName) -> FileMapping:
        plain: dict[str, Any] = {name: getattr(self, name) for name in Options.model_fields}
        named = tuple(_PART.findall(self.file_name or ""))
        if unknown := [one for one in named if one not in FIELDS[record]]:
            raise ValueError(f"file_name: the record {record} has no {', '.join(unknown)}")
        return FileMapping(record=record, columns=self.columns, from_name=named, **plain)

    def name_tells(self, name: str) -> dict[str, str]:
        """What the name of a file tells, by field. Raises ValueError for one of another form."""
        if self.file_name is None:
            return {}
        form, at = "", 0
        for part in _PART.finditer(self.file_name):
            form += re.escape(self.file_name[at : part.start()])
            form += f"(?P<{part[1].replace('.', '__')}>.+?)"
            at = part.end()
        form += re.escape(self.file_name[at:])
        found = re.fullmatch(form, name.rpartition("/")[2], re.IGNORECASE)
        if found is None:
            raise ValueError(f"its name is not of the form file_name says: {self.file_name}")
        return {field.replace("__", "."): text for field, text in found.groupdict().items()}

    def checksum(self, source: str) -> str:
        """Of all that records depend on: when it changes, the files are read again."""
        named = {"sheet", "skip_rows", "file_name", "whole", "delimiter", "encoding"}
        return hash_of(f"{self.mapping(source).reading()} {self.model_dump_json(include=named)}")
