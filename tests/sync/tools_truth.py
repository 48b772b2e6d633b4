"""What Dgroups, GoTo and Adobe Connect hold, told by themselves, held against a warehouse."""

from datetime import datetime
from typing import Any

from tests.connectors.dgroups.conftest import posts_of
from tests.connectors.dgroups.test_members import current
from tests.connectors.gotomeeting.expected import attendances, events
from tests.sync.rows import Rows
from tests.sync.tenant_truth import there
from tests.sync.tools import Calls, Groups, Rooms

IN = ("active", "bounced", "pending")


def untrue(box: Any, rows: Rows) -> list[str]:
    """What the warehouse lacks or has too much, in a few words each; [] where all is right."""
    if isinstance(box, Groups):
        facts = groups(box, rows)
    else:
        facts = calls(box, rows) if isinstance(box, Calls) else rooms(box, rows)
    found = [unlike(name, ours, theirs) for name, (ours, theirs) in facts.items()]
    return [line for lines in found for line in lines]


def unlike(name: str, ours: set[Any], theirs: set[Any]) -> list[str]:
    """The first few that are not in both."""
    missing, more = sorted(theirs - ours, key=str)[:3], sorted(ours - theirs, key=str)[:3]
    return [f"{name}: missing {missing}, too many {more}"] if missing or more else []


Facts = dict[str, tuple[set[Any], set[Any]]]


def groups(box: Groups, rows: Rows) -> Facts:
    """Groups, members, posts with threads and authors, events and files."""
    truth = box.truth()
    members = [row for row in rows["membership"] if row["status"] in IN]
    joined = {(*key, at) for key, (_, at) in current(truth).items()}
    posts = {(key, row["thread"], row["account"]) for key, row in posts_of(truth).items()}
    files = {key for key, row in truth["files"].items() if not row["folder"]}
    documents = there(rows["document"], "key")
    return {
        "group": (there(rows["space"], "key"), set(truth["spaces"])),
        "member": (
            {(space, who, at.replace(microsecond=0))
             for space, who, at in there(members, "space", "account", "joined_at")},
            joined,
        ),
        "post": (there(rows["post"], "key", "thread", "account"), posts),
        "event": (there(rows["event"], "key"), set(truth["events"])),
        "file": ({key for key in documents if key.startswith("file:")},
                 {f"file:{key}" for key in files}),
    }  # fmt: skip


def calls(box: Calls, rows: Rows) -> Facts:
    """Meetings held and planned, webinars, who was there, and for how long."""
    held, truth = events(box), box.truth()
    known = there(rows["event"], "key")
    attended = [row for row in rows["attendance"] if row["event"] in held]
    came = {
        (f"webinar:{session['session_key']}", who["email"], spans is not None)
        for webinar in truth["webinars"].values()
        for session in webinar["sessions"]
        for who, spans in registered(webinar, session)
    }
    webinars = {
        (row["event"], row["account"], bool(row["visits"]))
        for row in rows["attendance"]
        if row["event"].startswith("webinar:")
    }
    planned = {one["meeting_id"] for one in truth["upcoming"]}
    return {
        "organizer": (
            there(rows["account"], "key") & {o["email"] for o in truth["organizers"].values()},
            {one["email"] for one in truth["organizers"].values()},
        ),
        "meeting": ({key for key in known if key[0].isdecimal()}, set(held)),
        "planned": ({key.split(":")[1] for key in known if key.startswith("upcoming:")}, planned),
        "attendance": (
            there(attended, "event", "account", "visits"),
            {(key, who, len(visits)) for key, one in held.items()
             for who, visits in attendances(one).items()},
        ),
        "webinar": (webinars, came),
    }  # fmt: skip


def registered(webinar: dict[str, Any], session: dict[str, Any]) -> list[tuple[Any, Any]]:
    """Who registered in time, with their attendance or None."""
    here = {one["registrant"]: one for one in session["attendees"]} if session["reported"] else {}
    ended = datetime.fromisoformat(session["end"])
    return [
        (who, here.get(who["key"])) for who in webinar["registrants"]
        if who["key"] in here or (
            who["status"] == "APPROVED" and datetime.fromisoformat(who["registered"]) <= ended
        )
    ]  # fmt: skip


def rooms(box: Rooms, rows: Rows) -> Facts:
    """Rooms, sessions with their stays, groups with their members, recordings and files."""
    truth = box.truth()
    spaces = {row["key"]: row for row in rows["space"] if not row["gone_at"]}
    seen = {key for key, room in truth["rooms"].items() if not room["hidden"]}
    listed = {key: one for key, one in truth["sessions"].items() if key.partition(":")[0] in seen}
    stays = {(key, len(one["stays"])) for key, one in listed.items()}
    visits: dict[str, int] = dict.fromkeys(listed, 0)
    for event, _, number in there(rows["attendance"], "event", "account", "visits"):
        visits[event] = visits.get(event, 0) + number
    own = {key: one for key, one in truth["groups"].items() if one["type"] == "group"}
    kinds = {kind: {key for key, row in spaces.items() if row["kind"] == kind}
             for kind in ("meeting_room", "group")}  # fmt: skip
    return {
        "room": (kinds["meeting_room"], set(truth["rooms"])),
        "group": (kinds["group"], set(own)),
        "member": (
            there(rows["membership"], "space", "account"),
            {(key, who) for key, one in own.items() for who in one["members"]},
        ),
        "session": (there(rows["event"], "key") & set(listed), set(listed)),
        "stay": ({(key, n) for key, n in visits.items() if key in listed}, stays),
        "file": (
            there(rows["document"], "key"),
            {
                key
                for key, one in truth["files"].items()
                if truth["rooms"].get(one["folder"]) is None or one["folder"] in seen
            },
        ),
    }
