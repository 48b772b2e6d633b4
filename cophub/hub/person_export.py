"""One person's data as a ZIP that they can read: a page, a README, each table as CSV and JSON."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from cophub.error_codes import ASKED
from cophub.errors import ConfigError
from cophub.hub.export import PRIVATE, _cell, _plain, private_file
from cophub.identities.others import OTHER, QUOTED
from cophub.identities.person_data import NOT_IN_IT, Part, PersonData, person_data
from cophub.warehouse import tables

if TYPE_CHECKING:
    from cophub.hub import Hub

_QUIET = {"first_seen_at", "changed_at", "person", "thread", "reply_to"}
_TITLES = {"space_title", "event_title", "campaign_subject"}
_WRITTEN = {"post", "document", "attendance", "delivery", "reaction"}
"""Tables in which the page names no account: what they tell of is plain without."""


@dataclass(frozen=True)
class SourceOfData:
    """Where data came from, and why it is kept."""

    source: str
    connector: str | None
    """None: plugins.toml does not name it any more."""
    purpose: str | None
    lawful_basis: str | None


@dataclass(frozen=True)
class Exported:
    """What was written; nothing in it is personal but the id."""

    person: str
    file: str
    rows: dict[str, int]
    """By table."""
    sources: tuple[str, ...]


def export_person(hub: "Hub", asked: str, target: Path) -> Exported:
    """Write the data of whom `asked` names to a ZIP that nobody else on this machine may read.

    Raises ConfigError: nobody or several, or a place that is published; WarehouseError: the file
    cannot be written.
    """
    _check_place(hub, target)
    with hub.warehouse.connect() as connection:
        data = person_data(connection, asked)
    sources = tuple(_source(hub, name) for name in data.sources)
    with private_file(target) as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(data, sources, hub):
            archive.writestr(_entry(name, hub.now()), content)
    counts = {part.table: len(part.rows) for part in data.parts}
    return Exported(data.person, str(target), counts, data.sources)


def _check_place(hub: "Hub", target: Path) -> None:
    if target.absolute().is_relative_to(hub.config.site):
        raise ConfigError(
            f"{target} would be published with the site; name a file elsewhere", code=ASKED
        )
    if target.is_dir():
        raise ConfigError(
            f"{target} is a folder; name a file in it, such as {target}/data.zip", code=ASKED
        )


def _entry(name: str, at: datetime) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, at.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = PRIVATE << 16
    return entry


def _source(hub: "Hub", name: str) -> SourceOfData:
    found = hub.config.sources.get(name)
    if found is None:
        return SourceOfData(name, None, None, None)
    return SourceOfData(name, found.connector, found.purpose, found.lawful_basis)


def _files(
    data: PersonData, sources: tuple[SourceOfData, ...], hub: "Hub"
) -> Iterator[tuple[str, str | bytes]]:
    """Name and content of each file in the ZIP."""
    yield "README.txt", _readme(data, sources, hub)
    yield "index.html", _page(data, sources, hub)
    yield "json/sources.json", msgspec.json.format(msgspec.json.encode(sources), indent=2)
    for part in data.parts:
        yield f"csv/{part.table}.csv", _csv(part)
        yield f"json/{part.table}.json", _json(part)


def _csv(part: Part) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(part.columns)
    writer.writerows([[_cell(value) for value in row] for row in part.rows])
    return out.getvalue()


def _json(part: Part) -> bytes:
    rows = [
        {
            name: value if isinstance(value, dict | list) else _plain(value)
            for name, value in zip(part.columns, row, strict=True)
        }
        for row in part.rows
    ]
    return msgspec.json.format(msgspec.json.encode(rows), indent=2)


def _page(data: PersonData, sources: tuple[SourceOfData, ...], hub: "Hub") -> str:
    from jinja2 import Environment, PackageLoader

    environment = Environment(autoescape=True, loader=PackageLoader("cophub.hub", "."))
    return environment.get_template("person_export.html").render(
        data=data,
        sources=sources,
        made=f"{hub.now().astimezone(hub.config.timezone):%Y-%m-%d %H:%M}",
        hub=hub.config.folder.name,
        other=OTHER,
        comments={part.table: tables.metadata.tables[part.table].comment for part in data.parts},
        columns=_filled,
        told=_told,
        cell=_shown,
    )


def _filled(part: Part) -> list[tuple[int, str]]:
    """Place and name of the columns that tell a reader something; the files have all of them.

    Keys of what has a title beside them, and our own notes of when a row was read, tell nothing.
    """
    titled = {name.partition("_")[0] for name in part.columns if name in _TITLES}
    quiet = _QUIET | titled | ({"account"} if part.table in _WRITTEN else set())
    first = ["source", *sorted(_TITLES)]
    ordered = sorted(
        enumerate(part.columns), key=lambda each: (each[1] == "extra", each[1] not in first)
    )
    return [
        (at, name)
        for at, name in ordered
        if name not in quiet and any(row[at] not in (None, "", {}, []) for row in part.rows)
    ]


def _told(table: str, column: str) -> str:
    columns = tables.metadata.tables[table].c
    return (columns[column].comment or "") if column in columns else "Title of what is named"


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(_plain(value))


def _readme(data: PersonData, sources: tuple[SourceOfData, ...], hub: "Hub") -> str:
    lines = [
        f"Data about {data.name or data.person}",
        "",
        f"Made on {hub.now():%Y-%m-%d} (UTC). It is for the person it is about.",
        "",
        "Open index.html in a browser: it shows everything. The same is in csv/ for spreadsheets",
        "and in json/ for programs, a file for each table. Instants are UTC. The page leaves out",
        "columns that are empty in all rows, keys, and when a row was read; the files have them.",
        "",
        f'Other people are left out. Where one is named it says "{OTHER}", and',
        f'"{QUOTED}" where a mail repeats what others wrote. A first name alone may',
        "stand in what you wrote.",
        "",
        "What is in it",
        *(f"  {part.table:22} {len(part.rows):>7,}  {part.title}" for part in data.parts),
        "",
        "Where it came from",
        *(
            f"  {each.source}: {each.connector or 'not in use any more'};"
            f" used for: {each.purpose or 'not said'}; ground: {each.lawful_basis or 'not said'}"
            for each in sources
        ),
        "",
        "What is not in it",
        "  What others wrote, also where they mention you. Backups, and what the tools themselves",
        "  keep: ask whoever runs them. These tables hold nothing more about you:",
        *(f"  {name}: {why}" for name, why in NOT_IN_IT.items()),
        "",
    ]
    return "\n".join(lines)


__all__ = ["Exported", "SourceOfData", "export_person"]
