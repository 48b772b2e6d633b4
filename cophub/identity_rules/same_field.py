"""Cophub identity rule `same_field`: whoever bears one value of a field is one person.

For numbers that an organisation gives its people, such as those of staff, wherever they stand: in a
spreadsheet of human resources, in a forum's profile, in a directory.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, Field, field_validator

from cophub import AccountFacts, Clues, Identifier, IdentityRule, hookimpl
from cophub.identity_rule import Strength

_NOT_IN_NAMES = re.compile(r"[\W_]+")
_KIND = re.compile(r"[a-z][a-z0-9_.-]{0,39}")
_BETWEEN = str.maketrans("", "", " -._/")
_MOST = 20


class Settings(BaseModel, extra="forbid"):
    field: str | list[str] = Field(
        description=(
            "The field's name: a column of a spreadsheet, or whatever a connector keeps in `extra`;"
            " a list where sources call it differently. Capitals, blanks and _ do not count."
        )
    )
    kind: str = Field(
        "",
        description=(
            "What it numbers, such as `staff`: rules that say the same kind mean the same numbers."
            " Unless set, the name of the first field."
        ),
    )
    strength: Strength = Field(
        "proof",
        description=(
            "`proof`: one value is one person, whatever name an account shows; `strong` and `weak`"
            " count beside the name."
        ),
    )
    single: bool = Field(
        True,
        description="Whether a person has but one, so that two different ones speak against it.",
    )

    @field_validator("field")
    @classmethod
    def _named(cls, value: str | list[str]) -> str | list[str]:
        names = [value] if isinstance(value, str) else value
        if not names or not all(_plain(name) for name in names):
            raise ValueError('must name a field, such as "staff_number"')
        return value

    @field_validator("kind")
    @classmethod
    def _usable(cls, value: str) -> str:
        if value and not _KIND.fullmatch(value):
            raise ValueError("takes lower case letters, digits, - _ and ., such as staff")
        return value

    @property
    def fields(self) -> list[str]:
        """The names of the field."""
        return [self.field] if isinstance(self.field, str) else self.field

    @property
    def numbering(self) -> str:
        """The kind of the identifiers."""
        made = re.sub(r"[^a-z0-9]+", "_", self.fields[0].lower()).strip("_")
        return self.kind or (made if _KIND.fullmatch(made) else "field")


def tell(account: AccountFacts, settings: Settings) -> Clues | None:
    """The values of the field, wherever in `extra` it stands; blanks and dashes do not count."""
    wanted = {_plain(name) for name in settings.fields}
    values = dict.fromkeys(
        value for told in _told(account.extra, wanted) if (value := _normal(told))
    )
    kind, strength, single = settings.numbering, settings.strength, settings.single
    found = [Identifier(kind, value, strength, single) for value in values][:_MOST]
    return Clues(identifiers=tuple(found)) if found else None


def _told(extra: Mapping[str, Any], wanted: set[str]) -> Iterator[Any]:
    """What stands in the fields: in `extra`, or in a table of it."""
    for name, value in extra.items():
        if _plain(name) in wanted:
            yield from value if isinstance(value, list) else (value,)
        elif isinstance(value, dict):
            yield from (v for inner, v in value.items() if _plain(inner) in wanted)


def _plain(name: str) -> str:
    return _NOT_IN_NAMES.sub("", name.lower())


def _normal(value: Any) -> str:
    """`A-0042` -> `a0042`; a spreadsheet's 42.0 and `0042` are 42, which others write without."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    text = text.lower().translate(_BETWEEN)
    return text.lstrip("0") if text.isdigit() else text


@hookimpl
def cophub_identity_rules() -> list[IdentityRule]:
    return [
        IdentityRule(
            name="same_field",
            summary="Whoever bears one value of a field, such as a staff number, is one person",
            tell=tell,
            settings=Settings,
        )
    ]
