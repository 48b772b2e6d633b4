"""Calls about calendar, files, databases and the activity log, and downloads.

Of these the vendor has published less than of members and messages: names of calls and parameters,
an event's `name`, `description`, `location` and `start_time` and a log's `created` and `entry` are
known from programs that use them; other fields are modelled on its other objects.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape
from typing import Any

from cophub.sandbox.groupsio.api import Call, call
from cophub.sandbox.groupsio.listing import number, ordered, page
from cophub.sandbox.groupsio.refusals import Refusal
from cophub.sandbox.groupsio.rows import exact, group_path, when
from cophub.sandbox.groupsio.sharing import content_of
from cophub.sandbox.groupsio.state import Act, Event, File, Group, Sub
from cophub.sandbox.server import Response

_CHOICES = ("Facilitator", "Speaker", "Note taker")


def day(query: dict[str, str], name: str) -> int:
    """The first second of a day of the query, `YYYY-MM-DD`."""
    try:
        return int(
            datetime.strptime(query.get(name, ""), "%Y-%m-%d").replace(tzinfo=UTC).timestamp()
        )
    except ValueError:
        raise Refusal("bad_request", f"{name} is not a date") from None


@call("getevents")
def getevents(asked: Call) -> dict[str, Any]:
    """Events that begin between two days, both included."""
    group = asked.group("calendar_visible")
    start, end = day(asked.query, "start"), day(asked.query, "end") + 86_400
    events = sorted(
        (each for each in group.events if start <= each.starts < end),
        key=lambda event: (event.starts, event.id),
    )
    return page(asked.query, events, _event_row)


def _event_row(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "object": "event",
        "created": when(event.created, event.id),
        "updated": when(event.updated, event.id),
        "group_id": event.group.id,
        "user_id": event.user.id,
        "name": event.title,
        "description": event.about,
        "location": event.location,
        "start_time": when(event.starts),
        "end_time": when(event.ends),
        "all_day": False,
        "timezone": event.user.timezone,
    }


# Files


@call("getfiledirectory")
def getfiledirectory(asked: Call) -> dict[str, Any]:
    """What is in a folder, `path` being "" or "/" for the top."""
    group = asked.group("files_visible")
    path = asked.query.get("path", "").strip("/")
    if path and not any(f.folder and _whole(f) == path for f in group.files):
        raise Refusal("bad_request", "no such folder")
    inside = [file for file in group.files if file.path == path]
    return page(asked.query, sorted(inside, key=lambda f: (not f.folder, f.name)), _file_row)


@call("getfile")
def getfile(asked: Call) -> dict[str, Any]:
    """One file by its `path`, with where it can be downloaded."""
    group = asked.group("files_visible")
    path = asked.query.get("path", "").strip("/")
    for file in group.files:
        if not file.folder and _whole(file) == path:
            url = f"{asked.base}{group_path(group)}/files/{file.id}"
            return {**_file_row(file), "download_url": url}
    raise Refusal("bad_request", "no such file")


def _whole(file: File) -> str:
    return f"{file.path}/{file.name}".strip("/")


def _file_row(file: File) -> dict[str, Any]:
    return {
        "id": file.id,
        "object": "file",
        "type": "file_type_dir" if file.folder else "file_type_file",
        "created": when(file.created, file.id),
        "updated": when(file.updated, file.id),
        "group_id": file.group.id,
        "user_id": file.user.id,
        "name": file.name,
        "path": f"/{_whole(file)}",
        "desc": file.about,
        "media_type": file.media_type,
        "size": file.size,
    }


# Databases: one table in each main group, of who offers what


@call("getdatabases")
def getdatabases(asked: Call) -> dict[str, Any]:
    """The group's tables with their columns."""
    group = asked.group("database_visible")
    return page(asked.query, [] if group.parent else [group], _table)


@call("getdatabaserows")
def getdatabaserows(asked: Call) -> dict[str, Any]:
    """The rows of a table; its id alone says which group."""
    wanted = number(asked.query, "database_id")
    groups = asked.sandbox.state.groups
    holder = groups.get(wanted - 1_000_000)
    if holder is None or holder.parent:
        raise Refusal("bad_request", "no such database")
    asked.query["group_id"] = str(holder.id)
    group = asked.group("database_visible")
    some = [sub for sub in group.present() if sub.user.person is not None and sub.id % 5 == 0]
    return page(asked.query, some, _table_row)


def _table(group: Group) -> dict[str, Any]:
    kinds = (
        ("Name", "text_column"),
        ("Offers", "multi_choice_column"),
        ("Free", "checkbox_column"),
    )
    return {
        "id": 1_000_000 + group.id,
        "object": "database",
        "created": when(group.created, group.id),
        "updated": when(group.created, group.id),
        "group_id": group.id,
        "name": "Who offers what",
        "desc": "Members who help at our calls",
        "columns": [
            {
                "id": place,
                "object": "database_column",
                "name": name,
                "type": kind,
                "choices": list(_CHOICES) if kind == "multi_choice_column" else None,
            }
            for place, (name, kind) in enumerate(kinds, 1)
        ],
    }


def _table_row(sub: Sub) -> dict[str, Any]:
    cells: list[dict[str, Any]] = [
        {"col_id": 1, "col_type": "text_column", "text": sub.user.full_name},
        {"col_id": 2, "col_type": "multi_choice_column", "multi_choice": [1 + sub.id % 3]},
        {"col_id": 3, "col_type": "checkbox_column", "checked": sub.id % 2 == 0},
    ]
    return {
        "id": sub.id,
        "object": "database_row",
        "created": when(sub.created, sub.id),
        "updated": when(sub.updated, sub.id),
        "user_id": sub.user.id,
        "vals": cells,
    }


# The log


@call("getactivitylog")
@call("getactivitylogs")
def getactivitylogs(asked: Call) -> dict[str, Any]:
    """What happened in the group as sentences in HTML, the latest first; for moderators."""
    group = asked.group("view_activity")
    see = asked.sees_addresses(group)
    orders: dict[str, Callable[[Act], Any]] = {"created": lambda act: exact(act.at, act.id)}
    acts, field, direction = ordered(asked.query, group.acts, orders, ("created", "desc"))

    def row(act: Act) -> dict[str, Any]:
        address = f" &lt;{act.user.email}&gt;" if see else ""
        url = f"{asked.base}{group_path(group)}/memberbyuid/{act.user.id}"
        who = f'<a href="{url}">{escape(act.user.full_name)}{address}</a>'
        return {
            "id": act.id,
            "object": "activity_log",
            "created": when(act.at, act.id),
            "group_id": group.id,
            "entry": f"{who} {escape(act.about)}",
        }

    return page(asked.query, acts, row, sort_field=field, sort_dir=direction)


# Downloads, which are no calls

_FILE = re.compile(r"/g/(?P<group>[^/]+)/files/(?P<id>\d+)")
_ATTACHED = re.compile(r"/g/(?P<group>[^/]+)/attachment/(?P<num>\d+)/(?P<place>\d+)")


def download(asked: Call, path: str) -> Response | None:
    """The bytes of a shared or attached file; None for a path that is neither's."""
    found = _FILE.fullmatch(path) or _ATTACHED.fullmatch(path)
    if found is None:
        return None
    asked.query["group_name"] = found["group"].replace("%2B", "+").replace("%2b", "+")
    if "id" in found.groupdict():
        files = asked.group("files_visible").files
        shared = next((f for f in files if f.id == int(found["id"]) and not f.folder), None)
        if shared is not None:
            return Response(200, content_of(shared.name), content_type=shared.media_type)
    else:
        message = asked.group("archives_visible").messages.get(int(found["num"]))
        files_there = message.attachments if message else ()
        if int(found["place"]) < len(files_there):
            file = files_there[int(found["place"])]
            return Response(200, content_of(file.filename), content_type=file.media_type)
    return Response(404, b"404 page not found\n", content_type="text/plain")
