"""What the settings say of a table's rows: which record each is, and which column holds what."""

from difflib import get_close_matches
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from cophub.connectors.mapping.fields import FIELDS, NEEDED, RecordName
from cophub.connectors.settings import Zone

Value = str | int | float | bool


class Options(BaseModel):
    """How rows are read, besides their columns; every connector of tables takes these settings."""

    model_config = ConfigDict(extra="forbid")

    space: str | None = Field(
        None,
        description="The key of the space that the rows belong to; left out, the source's name.",
    )
    title: str | None = Field(None, description="The title of that space; left out, its key.")
    values: dict[str, Value] = Field(
        default_factory=dict,
        description='What is the same in every row, such as `{ role = "member" }`. A cell that is'
        " not empty comes first.",
    )
    key: list[str] = Field(
        default_factory=list,
        description="The columns that tell one row from another; left out, a mapped key, the"
        " e-mail address, or the row's content.",
    )
    date_format: str | None = Field(
        None,
        description="How dates are written, in Python's letters, such as `%d/%m/%Y %H:%M`; left"
        " out, it is found out from the whole column.",
    )
    day_first: bool | None = Field(
        None,
        description="Whether 03/04/2024 is 3 April (`true`) or March 4 (`false`), where no date of"
        " the column tells.",
    )
    timezone: Zone = Field(
        "UTC",
        description="The zone of times that say none, such as `Europe/Geneva`.",
    )
    decimal_comma: bool | None = Field(
        None, description="Whether 1,5 is one and a half; left out, found out from the number."
    )
    duration_unit: Literal["seconds", "minutes", "hours"] | None = Field(
        None, description="What a bare number in a column of durations counts; left out, what its"
        " title says, else minutes."
    )  # fmt: skip
    verified: bool = Field(
        False,
        description="Whether the addresses are known to be those of the people on the rows: the"
        " tool had them confirmed, or lets people in by them. An address that stands beside"
        " names of several people is then whose it is here; else it is nobody's.",
    )
    phone_secret: SecretStr | None = Field(
        None,
        description="A secret that telephone numbers are hashed with. Without one a hash can be"
        " turned back by trying all numbers.",
    )

    @property
    def zone(self) -> ZoneInfo:
        """The zone of times that say none."""
        return ZoneInfo(self.timezone)


class Mapping(Options):
    """Rows of one table and the records they are.

    `columns` gives the column for a field: a field of the record, one of the person's
    (`fields.PERSON`), `phone`, or `extra.NAME` for what no field is for.
    """

    record: RecordName
    columns: dict[str, str]

    @model_validator(mode="after")
    def _columns_fit_the_record(self) -> "Mapping":
        known = FIELDS[self.record]
        given = [*self.columns, *self.values]
        if unknown := sorted(f for f in given if f not in known and not f.startswith("extra.")):
            near = get_close_matches(unknown[0], known, 1)
            meant = f' (did you mean "{near[0]}"?)' if near else ""
            raise ValueError(
                f"the record {self.record} has no {', '.join(unknown)}{meant}; its fields are"
                f" {', '.join(sorted(known))}, and extra.NAME for anything else"
            )
        for group in NEEDED[self.record]:
            if not set(group) & {*given, *self.told}:
                raise ValueError(
                    f"the record {self.record} needs {' or '.join(group)}, in columns or in values"
                )
        return self

    @property
    def told(self) -> frozenset[str]:
        """Fields that come from elsewhere than a column or a fixed value."""
        return frozenset()

    def reading(self) -> dict[str, Any]:
        """All that records depend on, as plain values, for a checksum."""
        plain = self.model_dump(mode="json", exclude={"phone_secret"})
        secret = self.phone_secret.get_secret_value() if self.phone_secret else ""
        return plain | {"phone_secret": hash_of(secret)}


def hash_of(text: str) -> str:
    """Sixteen hexadecimal digits of a text."""
    from hashlib import blake2b

    return blake2b(text.encode(), digest_size=8).hexdigest()
