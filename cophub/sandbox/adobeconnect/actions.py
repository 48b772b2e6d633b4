"""The actions of the XML API that read: what each answers, from the site as it is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cophub.sandbox.adobeconnect.answers import Refused, Row, chosen, element, listing
from cophub.sandbox.adobeconnect.site import Principal, Sco, Session, Site, Stay


@dataclass
class Call:
    """One request: the site, the time, and what was asked."""

    site: Site
    now: int
    asked: dict[str, str]
    most: int
    host: str

    def cut(self, name: str, rows: Iterator[Row]) -> str:
        """A listing as it was asked for."""
        return listing(name, chosen(rows, self.asked, self.most))

    def id(self, name: str) -> int:
        """An id that must be given. Raises Refused."""
        text = self.asked.get(name, "")
        if not text:
            raise Refused("invalid", invalid=f"{name}:missing")
        if not text.isdigit():
            raise Refused("invalid", invalid=f"{name}:format")
        return int(text)

    def sco(self) -> Sco:
        """The thing that `sco-id` names, if it may be seen."""
        sco = self.site.scos.get(self.id("sco-id"))
        if sco is None:
            raise Refused("no-data")
        if sco.hidden:
            raise Refused("no-access", "denied")
        return sco

    def administrator(self) -> None:
        """Raises Refused unless the account may see the whole site."""
        if not self.site.administrator:
            raise Refused("no-access", "denied")


def shortcuts(call: Call) -> str:
    """`sco-shortcuts`."""
    rows = [
        Row({"tree-id": id, "sco-id": id, "type": kind}, {"domain-name": call.host}, "sco")
        for kind, id in call.site.shortcuts.items()
    ]
    return listing("shortcuts", rows)


def contents(call: Call) -> str:
    """`sco-contents`: what lies in a folder or a room."""
    return call.cut("scos", map(sco_row, call.site.inside(call.sco().id)))


def expanded(call: Call) -> str:
    """`sco-expanded-contents`: the same of all folders below."""
    rows = map(sco_row, call.site.below(call.sco().id))
    return call.cut("expanded-scos", rows)


def info(call: Call) -> str:
    """`sco-info`."""
    return element(sco_row(call.sco()))


def recordings(call: Call) -> str:
    """`list-recordings`: of a room, or of a folder."""
    inside = call.site.inside(call.sco().id)
    return call.cut("recordings", (sco_row(one) for one in inside if one.icon == "archive"))


def bulk_objects(call: Call) -> str:
    """`report-bulk-objects`: everything on the site."""
    call.administrator()
    rows = (sco_row(sco, "row") for sco in call.site.scos.values() if sco.type != "folder")
    return call.cut("report-bulk-objects", rows)


def my_meetings(call: Call) -> str:
    """`report-my-meetings`: the rooms that the account may enter."""
    rooms = (room for room in call.site.rooms if not room.hidden)
    return call.cut("my-meetings", (sco_row(room, "meeting") for room in rooms))


def sessions(call: Call) -> str:
    """`report-meeting-sessions`: each time that a room was used."""
    room = call.sco()
    return call.cut("report-meeting-sessions", (_session(call, room, s) for s in room.sessions))


def session_users(call: Call) -> str:
    """`report-meeting-session-users`: everybody in one session, hosts among them."""
    room, asset = call.sco(), call.id("asset-id")
    found = next((one for one in room.sessions if one.asset == asset), None)
    if found is None:
        raise Refused("no-data")
    rows = (
        Row(
            {"principal-id": stay.principal.id},
            {"principal-name": stay.shown, **_dates(call, stay)},
        )
        for stay in found.seen(call.now)
    )
    return call.cut("report-meeting-session-users", rows)


def attendance(call: Call) -> str:
    """`report-meeting-attendance`: everybody in all sessions of a room, but for its hosts."""
    room = call.sco()
    rows = (
        _attended(call, room, session, stay)
        for session in room.sessions
        for stay in session.seen(call.now)
        if not stay.host
    )
    return call.cut("report-meeting-attendance", rows)


def summary(call: Call) -> str:
    """`report-meeting-summary`: of all sessions of a room together."""
    room = call.sco()
    stays = [stay for session in room.sessions for stay in session.seen(call.now)]
    guests = {stay.shown for stay in stays if stay.principal.type == "guest"}
    users = {stay.principal.id for stay in stays if stay.principal.type == "user"}
    attributes: dict[str, str | int | None] = {
        "num-unique-meetings": len(room.sessions),
        "peak-users": max((peak(session, call.now) for session in room.sessions), default=0),
        "num-invitees": len(users),
        "num-invitees-attended": len(users),
        "ispublic": "true",
        "num-guests-attended": len(guests),
    }
    return element(Row(attributes, tag="report-meeting-summary"))


def transactions(call: Call) -> str:
    """`report-bulk-consolidated-transactions`: stays of the whole site, without guests."""
    call.administrator()
    rows = (
        Row(
            {
                "transaction-id": stay.transcript,
                "sco-id": room.id,
                "type": "meeting",
                "principal-id": stay.principal.id,
                "score": "0",
            },
            {
                "name": room.name,
                "url": room.url_path,
                "login": stay.principal.login,
                "user-name": stay.principal.name,
                "status": "completed",
                "date-created": stay.joined,
                "date-closed": None if stay.lost or stay.left > call.now else stay.left,
            },
        )
        for room in call.site.rooms
        for session in room.sessions
        for stay in session.seen(call.now)
        if stay.principal.type != "guest"
    )
    return call.cut("report-bulk-consolidated-transactions", rows)


def principals(call: Call) -> str:
    """`principal-list`: logins and groups; with `group-id`, who is in it and who is not."""
    call.administrator()
    asked = call.asked
    if "group-id" not in asked:
        return call.cut("principal-list", map(_principal, call.site.listed()))
    group = call.site.principals.get(call.id("group-id"))
    if group is None or group.deleted:
        raise Refused("no-data")
    rows = (_member(one, group) for one in call.site.listed() if one.type == "user")
    return call.cut("principal-list", rows)


def bulk_users(call: Call) -> str:
    """`report-bulk-users`: every login."""
    call.administrator()
    users = (one for one in call.site.listed() if one.type == "user")
    return call.cut("report-bulk-users", (_principal(one, "row") for one in users))


def sco_row(sco: Sco, tag: str = "sco") -> Row:
    """A thing in the tree, as listings show it."""
    return Row(
        {
            "sco-id": sco.id,
            "source-sco-id": "",
            "folder-id": sco.folder,
            "type": sco.type,
            "icon": sco.icon,
            "display-seq": "0",
            "duration": sco.duration if sco.type == "meeting" else "",
            "is-folder": int(sco.type == "folder"),
        },
        {
            "name": sco.name,
            "url-path": sco.url_path,
            "description": sco.description or None,
            "date-begin": sco.begin,
            "date-end": sco.end,
            "date-created": sco.created,
            "date-modified": sco.modified,
            "duration": sco.duration if sco.icon == "archive" else None,
            "is-seminar": "false" if sco.type == "meeting" else None,
        },
        tag,
    )


def peak(session: Session, now: int) -> int:
    """How many were there at one time."""
    stays = session.seen(now)
    return max((sum(s.joined <= one.joined < s.left for s in stays) for one in stays), default=0)


def heads(session: Session, now: int) -> int:
    """How many came, as the vendor counts them: each guest's entry is somebody new."""
    return len({stay.principal.id for stay in session.seen(now)})


def _session(call: Call, room: Sco, session: Session) -> Row:
    ended = session.ended if session.ended <= call.now else None
    return Row(
        {
            "sco-id": room.id,
            "asset-id": session.asset,
            "version": "1",
            "num-participants": heads(session, call.now),
        },
        {"date-created": session.began, "date-end": ended},
    )


def _attended(call: Call, room: Sco, session: Session, stay: Stay) -> Row:
    guest = stay.principal.type == "guest"
    return Row(
        {
            "transcript-id": stay.transcript,
            "asset-id": session.asset,
            "sco-id": room.id,
            "principal-id": stay.principal.id,
            "answered-survey": "0",
        },
        {
            "login": "" if guest else stay.principal.login,
            "session-name": stay.shown,
            "sco-name": room.name,
            "participant-name": None if guest else stay.principal.name,
            **_dates(call, stay),
        },
    )


def _dates(call: Call, stay: Stay) -> dict[str, str | int | None]:
    left = None if stay.lost or stay.left > call.now else stay.left
    return {"date-created": stay.joined, "date-end": left}


def _principal(one: Principal, tag: str = "principal") -> Row:
    kept = one.type != "user"
    return Row(
        {
            "principal-id": one.id,
            "account-id": "7",
            "type": one.type,
            "has-children": "true" if kept else "false",
            "is-primary": "false" if one.type in ("user", "group") else "true",
            "is-hidden": "false",
            "training-group-id": "",
        },
        {
            "name": one.name,
            "login": one.login or one.name,
            "email": None if kept else one.email,
            "display-uid": one.login or one.name,
        },
        tag,
    )


def _member(one: Principal, group: Principal) -> Row:
    row = _principal(one)
    row.fields["is-member"] = "true" if one.id in group.members else "false"
    return row


ACTIONS: dict[str, Callable[[Call], str]] = {
    "sco-shortcuts": shortcuts,
    "sco-contents": contents,
    "sco-expanded-contents": expanded,
    "sco-info": info,
    "list-recordings": recordings,
    "report-bulk-objects": bulk_objects,
    "report-bulk-users": bulk_users,
    "report-my-meetings": my_meetings,
    "report-meeting-sessions": sessions,
    "report-meeting-session-users": session_users,
    "report-meeting-attendance": attendance,
    "report-meeting-summary": summary,
    "report-bulk-consolidated-transactions": transactions,
    "principal-list": principals,
}
