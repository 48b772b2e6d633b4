"""What the emulated site holds, as plain data, to compare a warehouse with."""

from typing import Any

from cophub.sandbox.adobeconnect.actions import heads, peak
from cophub.sandbox.adobeconnect.answers import written
from cophub.sandbox.adobeconnect.site import Sco, Session, Site


def truth(site: Site, now: int) -> dict[str, Any]:
    """Rooms with their sessions, groups with their members, users, and files by room.

    Keys are the vendor's ids as text; a session's is `ROOM:ASSET`.
    """
    return {
        "now": written(now),
        "rooms": {
            str(room.id): {
                "title": room.name,
                "hidden": room.hidden,
                "sessions": [f"{room.id}:{session.asset}" for session in room.sessions],
                "community": room.community,
            }
            for room in site.rooms
        },
        "sessions": {
            f"{room.id}:{session.asset}": _session(session, now)
            for room in site.rooms
            for session in room.sessions
        },
        "groups": {
            str(group.id): {
                "title": group.name,
                "type": group.type,
                "members": sorted(map(str, group.members)),
            }
            for group in site.groups
        },
        "users": {
            str(one.id): {"name": one.name, "email": one.email.lower(), "person": one.person}
            for one in site.listed()
            if one.type == "user"
        },
        "files": {str(sco.id): _file(sco) for sco in site.scos.values() if sco.type == "content"},
    }


def _session(session: Session, now: int) -> dict[str, Any]:
    return {
        "began": written(session.began),
        "ended": written(session.ended) if session.ended <= now else None,
        "participants": heads(session, now),
        "peak": peak(session, now),
        "stays": [
            {
                "principal": str(stay.principal.id),
                "person": stay.principal.person,
                "guest": stay.principal.type == "guest",
                "name": stay.shown,
                "joined": written(stay.joined),
                "left": None if stay.lost or stay.left > now else written(stay.left),
                "host": stay.host,
            }
            for stay in session.seen(now)
        ],
    }


def _file(sco: Sco) -> dict[str, Any]:
    return {"title": sco.name, "folder": str(sco.folder), "recording": sco.icon == "archive"}
