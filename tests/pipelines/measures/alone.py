"""Changes that happen alone, each to figures of years ago: whoever misses one is found out."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from cophub import records as r
from tests.pipelines.measures.histories import History


def day(year: int, month: int, number: int = 10) -> datetime:
    return datetime(year, month, number, 12, tzinfo=UTC)


NUMBERS = (*range(20, 30), 31)
"""Of the people whom the changes are about; 30 comes with one of them."""


def settle_in(history: History) -> None:
    """What the changes are about; figures are to be made after it."""
    for number in NUMBERS:
        one = f"x{number}"
        with history.warehouse.begin() as connection:
            for sql in (
                "INSERT INTO person (id, name, kind, listed, created_at)"
                " VALUES (:one, 'Ana Example', 'person', false, '2020-01-01 00:00:00')",
                "INSERT INTO person_account (source, account, person) VALUES ('talk', :one, :one)",
            ):
                connection.execute(text(sql), {"one": one})
    # Known by whom it is before it is there.
    _sql("INSERT INTO person_account (source, account, person) VALUES ('talk', 'x30', 'x22')")(
        history
    )
    history.bring(
        *(r.Account(key=f"x{number}", email=f"X{number}@Example.org") for number in NUMBERS),
        _post("root", "x20", day(2023, 5)),
        _post("reply", "x21", day(2023, 5, 12), thread="root"),
        _post("later", "x21", day(2025, 2), thread="root"),
        _post("open", "x28", day(2022, 8)),
        r.Post(key="bare", space="g1", account="x28", posted_at=day(2024, 2), kind="question"),
        _post("slow", "x20", day(2022, 11)),
        _post("slowly", "x21", day(2023, 3), thread="slow"),
        _post("early", "x22", day(2022, 5)),
        _post("to come", "x23", day(2026, 3, 1), thread="early"),
        r.Post(key="out", thread="bare", account="x20", posted_at=day(2026, 3, 1), kind="message"),
        r.Reaction(post="root", account="x22", kind="like"),
        r.Reaction(post="root", account="x23", kind="like", reacted_at=day(2024, 8)),
        _event("call", day(2023, 6), organizer="x24"),
        _event("mailed", day(2023, 9), organizer="X27@example.org"),
        _event("written", day(2022, 2), organizer="X25@example.org"),
        _event("placed", day(2024, 2), organizer="x24"),
        _event("lately", day(2026, 2, 5), organizer="x24"),
        r.Event(key="told", space="m1", starts_at=day(2023, 10), attendee_count=5),
        r.Attendance(event="lately", account="x25", minutes=30.0),
        r.Attendance(event="call", account="x25", minutes=30.0),
        r.Attendance(event="call", account="x31", minutes=30.0),
        r.Attendance(event="call", account="x26", minutes=30.0, joined_at=day(2024, 11)),
        r.Attendance(event="call", account="x23"),
        r.Attendance(event="call", account="x22", registered=True, visits=1),
        r.Attendance(event="call", account="x21", joined_at=day(2023, 6), left_at=day(2023, 6, 11)),
        r.Campaign(key="news", space="l1", sent_at=day(2023, 7), delivered_count=9),
        r.Delivery(campaign="news", account="x26", open_count=1),
        r.Delivery(campaign="news", account="x27", clicked_at=day(2025, 2), click_count=1),
        r.Delivery(campaign="news", account="x24", opened_at=day(2022, 5), open_count=1),
        r.Delivery(campaign="news", account="x29", click_count=1),
        r.Delivery(campaign="unknown", account="x26", opened_at=day(2024, 5), open_count=1),
        _document("paper", "x28", day(2022, 3)),
        _member("x29", day(2022, 10)),
        _listed("x20", day(2023, 2)),
        _listed("x26", day(2024, 10), status="unsubscribed"),
        _listed("x21", day(2023, 5)),
        _listed("x22", day(2022, 4), left_at=day(2026, 3, 3)),
        _listed("x23", day(2022, 4), left_at=day(2024, 3)),
        _listed("x24", day(2026, 3, 3)),
        r.Space(key="l9", kind="list"),
        r.Membership(space="l9", account="x24"),
    )
    _sql(
        "INSERT INTO community_space (community, source, space, set_by)"
        " VALUES ('soil', 'talk', 'l9', 'config')"
    )(history)
    history.bring(*(r.Membership(space="l9", account=account) for account in ("x26", "x29")))
    # Of some memberships the hub keeps no history: they count from when they were first seen.
    for sql in (
        "DELETE FROM membership_period WHERE space = 'l9' AND account IN ('x24', 'x29')",
        "UPDATE membership SET first_seen_at = '2025-04-05 00:00:00'"
        " WHERE space = 'l9' AND account = 'x24'",
        "UPDATE membership SET first_seen_at = '2025-12-05 00:00:00'"
        " WHERE space = 'l9' AND account = 'x29'",
    ):
        _sql(sql)(history)
    history.bring(_listed("x27", day(2022, 4)))
    history.bring(_listed("x27", day(2022, 4), status="unsubscribed"))
    _sql("INSERT INTO event_place (source, event, place) VALUES ('talk', 'placed', 'g1')")(history)


def _post(key: str, account: str, at: datetime, thread: str | None = None, **more: Any) -> r.Post:
    return r.Post(
        key=key, space="g1", thread=thread or key, account=account, posted_at=at, kind="message",
        **more,
    )  # fmt: skip


def _event(key: str, at: datetime, organizer: str, **more: Any) -> r.Event:
    return r.Event(key=key, space="m1", starts_at=at, organizer=organizer, **more)


def _document(key: str, account: str, at: datetime) -> r.Document:
    return r.Document(key=key, space="g1", account=account, created_at=at)


def _member(account: str, at: datetime, status: str = "active") -> r.Membership:
    return r.Membership(
        space="g2", account=account, joined_at=at, joined_at_basis="native", status=status
    )


def _listed(account: str, at: datetime, **more: Any) -> r.Membership:
    return r.Membership(space="l1", account=account, joined_at=at, **more)


def _sql(sql: str) -> Callable[[History], None]:
    def change(history: History) -> None:
        with history.warehouse.begin() as connection:
            connection.execute(text(sql))

    return change


def _brought(*records: r.Record) -> Callable[[History], None]:
    return lambda history: history.bring(*records)


def _gone(record: type[r.Record], **where: str | int) -> Callable[[History], None]:
    return lambda history: history.lose(r.Gone(record=record, where={**where}, told=True))


def _sights(*seen: str) -> Callable[[History], None]:
    """The first in a space was seen at another time; figures are made after each but the last."""

    def change(history: History) -> None:
        for at in seen:
            _sql(
                f"UPDATE membership SET first_seen_at = '{at}'"
                " WHERE space = 'l9' AND account = 'x24'"
            )(history)
            if at is not seen[-1]:
                history.refresh()
        history.bring(_post("late", "x20", day(2022, 2)))

    return change


def _left_to_come(history: History) -> None:
    """Figures are made while it is of the future that somebody leaves."""
    history.bring(_listed("x21", day(2023, 5), left_at=day(2026, 3, 10)))
    history.refresh()
    history.wait_until(day(2026, 3, 12))


ALONE: dict[str, Callable[[History], None]] = {
    "a post comes late": _brought(_post("late", "x20", day(2022, 2))),
    "a first answer comes late": _brought(_post("answer", "x20", day(2025, 12), thread="open")),
    "a post was of another day": _brought(_post("open", "x28", day(2024, 8))),
    "a post without a thread is of another day": _brought(
        r.Post(key="bare", space="g1", account="x28", posted_at=day(2023, 8), kind="question")
    ),
    "a post without a thread comes late": _brought(
        r.Post(key="barer", space="g1", account="x28", posted_at=day(2023, 8), kind="question")
    ),
    "a post is in another space": _brought(
        r.Post(key="open", space="g2", thread="open", account="x28", posted_at=day(2022, 8))
    ),
    "a post is deleted": _brought(_post("open", "x28", day(2022, 8), deleted_at=day(2026, 2))),
    "a post is gone": _gone(r.Post, key="open"),
    "a post is one of the system": _sql("UPDATE post SET kind = 'system' WHERE key = 'open'"),
    "a reply is of another thread": _brought(
        _post("reply", "x21", day(2023, 5, 12), thread="open")
    ),
    "a reply of another quarter is of another thread": _brought(
        _post("slowly", "x21", day(2023, 3), thread="root")
    ),
    "the hour of an answer comes": lambda history: history.wait_until(day(2026, 3, 5)),
    "a reply is by another": _brought(_post("reply", "x20", day(2023, 5, 12), thread="root")),
    "a thread is by another": _brought(_post("root", "x21", day(2023, 5))),
    "a post with marks is gone": _gone(r.Post, key="root"),
    "who marked is nobody": _sql("DELETE FROM person_account WHERE account = 'x23'"),
    "a mark comes late": _brought(r.Reaction(post="open", account="x22", kind="like")),
    "a mark is gone": _gone(r.Reaction, post="root", account="x22", kind="like"),
    "a mark was of another day": _brought(
        r.Reaction(post="root", account="x23", kind="like", reacted_at=day(2022, 5))
    ),
    "an event comes late": _brought(_event("other", day(2022, 6), organizer="x24")),
    "an event is called off": _brought(_event("call", day(2023, 6), "x24", cancelled=True)),
    "an event was for fewer people": _brought(
        r.Event(key="told", space="m1", starts_at=day(2023, 10), attendee_count=1)
    ),
    "an event turns out to have a list": _brought(r.Attendance(event="told", account="nobody")),
    "an event is moved": _brought(_event("call", day(2022, 6), "x24")),
    "an event is in another space": _brought(
        r.Event(key="call", space="g2", starts_at=day(2023, 6), organizer="x24")
    ),
    "an event is gone": _gone(r.Event, key="mailed"),
    "an event is held by another": _brought(_event("call", day(2023, 6), "x20")),
    "an event is given a place": _sql(
        "INSERT INTO event_place (source, event, place) VALUES ('talk', 'call', 'nowhere')"
    ),
    "who holds an event has another address": _brought(
        r.Account(key="x27", email="other@example.org")
    ),
    "who holds an event has that address": _brought(
        r.Account(key="x21", email="X27@Example.org"),
    ),
    "who holds an event has an account by that address": _brought(
        r.Account(key="x30", email="X27@Example.org")
    ),
    "somebody was there, as is told late": _brought(
        r.Attendance(event="call", account="x20", minutes=30.0)
    ),
    "somebody was hardly there": _brought(r.Attendance(event="call", account="x25", minutes=1.0)),
    "somebody was registered only": _brought(
        r.Attendance(event="call", account="x23", registered=True)
    ),
    "somebody never entered": _brought(
        r.Attendance(event="call", account="x22", registered=True, visits=0)
    ),
    "somebody left at once": _brought(
        r.Attendance(event="call", account="x21", joined_at=day(2023, 6), left_at=day(2023, 6))
    ),
    "somebody is listed no more": _gone(r.Attendance, event="call", account="x25"),
    "somebody came on another day": _brought(
        r.Attendance(event="call", account="x26", minutes=30.0, joined_at=day(2022, 11))
    ),
    "a newsletter went out on another day": _brought(
        r.Campaign(key="news", space="l1", sent_at=day(2022, 7), delivered_count=9)
    ),
    "a newsletter went to another list": _brought(
        r.Campaign(key="news", space="g2", sent_at=day(2023, 7), delivered_count=9)
    ),
    "a newsletter is gone": _gone(r.Campaign, key="news"),
    "a newsletter comes after its openings": _brought(
        r.Campaign(key="unknown", space="l1", sent_at=day(2022, 7), delivered_count=9)
    ),
    "somebody opens": _brought(r.Delivery(campaign="news", account="x25", open_count=1)),
    "somebody did not open": _brought(r.Delivery(campaign="news", account="x26", open_count=0)),
    "somebody clicked on another day": _brought(
        r.Delivery(campaign="news", account="x27", clicked_at=day(2022, 2), click_count=1)
    ),
    "somebody opened on another day": _brought(
        r.Delivery(campaign="news", account="x24", opened_at=day(2025, 6), open_count=1)
    ),
    "somebody did not click": _brought(r.Delivery(campaign="news", account="x29", click_count=0)),
    "an opening is gone": _gone(r.Delivery, campaign="news", account="x26"),
    "a document comes late": _brought(_document("draft", "x28", day(2022, 9))),
    "a document was of another day": _brought(_document("paper", "x28", day(2024, 3))),
    "a document is in another space": _brought(
        r.Document(key="paper", space="l1", account="x28", created_at=day(2022, 3))
    ),
    "a document is by another": _brought(_document("paper", "x22", day(2022, 3))),
    "a document is deleted": _brought(
        r.Document(
            key="paper",
            space="g1",
            account="x28",
            created_at=day(2022, 3),
            deleted_at=day(2026, 2),
        )
    ),
    "a document is gone": _gone(r.Document, key="paper"),
    "somebody joined long ago": _brought(_member("x28", day(2022, 12))),
    "somebody joined before": _brought(_member("x29", day(2022, 2))),
    "somebody waits to be let in": _brought(_member("x29", day(2022, 10), "pending")),
    "who has left joined on another day": _brought(
        _listed("x26", day(2022, 4), status="unsubscribed")
    ),
    "the day on which somebody joined who has left was only seen": _sql(
        "UPDATE membership SET joined_at_basis = 'first_seen'"
        " WHERE account = 'x26' AND space = 'l1'"
    ),
    "who has left was never let in": _sql(
        "UPDATE membership SET status = 'pending' WHERE account = 'x26' AND space = 'l1'"
    ),
    "who has left was never there": _sql(
        "DELETE FROM membership WHERE account = 'x26' AND space = 'l1'"
    ),
    "somebody without a history has left": _sql(
        "UPDATE membership SET status = 'left' WHERE account = 'x29' AND space = 'l9'"
    ),
    "somebody without a history is gone": _sql(
        "UPDATE membership SET gone_at = '2026-01-05 00:00:00'"
        " WHERE account = 'x29' AND space = 'l9'"
    ),
    "a day of joining was only seen": _sql(
        "UPDATE membership SET joined_at_basis = 'first_seen'"
        " WHERE account = 'x29' AND space = 'g2'"
    ),
    "somebody leaves": _gone(r.Membership, space="g2", account="x29"),
    "somebody left before": _brought(_listed("x23", day(2022, 4), left_at=day(2022, 9))),
    "somebody has not left": _sql("UPDATE membership SET left_at = NULL WHERE account = 'x23'"),
    "somebody comes back": _brought(_listed("x27", day(2025, 11), status="active")),
    "somebody was never there": _sql("DELETE FROM membership WHERE account = 'x29'"),
    "it was known otherwise": _sql(
        "UPDATE membership_period SET status = 'pending' WHERE account = 'x21' AND space = 'l1'"
    ),
    "what was known is not known": _sql(
        "DELETE FROM membership_period WHERE account = 'x27' AND status = 'active'"
    ),
    "the day comes of who leaves and who joins": lambda history: history.wait_until(
        day(2026, 3, 4)
    ),
    "the very instant comes of who leaves and who joins": lambda history: history.wait_until(
        day(2026, 3, 3)
    ),
    "the day comes of who was to leave": _left_to_come,
    "a quarter goes by": lambda history: history.wait_until(day(2026, 4, 20)),
    "a year goes by": lambda history: history.wait_until(day(2027, 3)),
    "somebody gave much as the last quarter ended": _brought(
        *(_post(f"much{number}", "x20", day(2025, 12, number)) for number in range(8, 32))
    ),
    "what was known ended on another day": _sql(
        "UPDATE membership_period SET valid_to = '2026-02-20 10:30:00'"
        " WHERE account = 'x21' AND space = 'l1'"
    ),
    "it was known since another day": _sql(
        "UPDATE membership_period SET valid_from = '2025-02-20 00:00:00'"
        " WHERE account = 'x21' AND space = 'l1'"
    ),
    "a space was first looked at before": _sql(
        "UPDATE membership SET first_seen_at = '2025-02-05 00:00:00'"
        " WHERE space = 'l9' AND account = 'x29'"
    ),
    "a space was first looked at later, and again as before": _sights(
        "2025-12-20 00:00:00", "2025-04-05 00:00:00"
    ),
    "somebody was seen before": _sql(
        "UPDATE membership SET first_seen_at = '2025-08-05 00:00:00'"
        " WHERE space = 'l9' AND account = 'x29'"
    ),
    "a space was first looked at later": _sql("DELETE FROM membership WHERE account = 'x24'"),
    "two of a space are one": _sql(
        "UPDATE person_account SET person = 'x20' WHERE account = 'x23'"
    ),
    "a member is another": _sql("UPDATE person_account SET person = 'x28' WHERE account = 'x20'"),
    "a member is a mailbox": _sql("UPDATE person SET kind = 'role_mailbox' WHERE id = 'x20'"),
    "a member is erased": lambda history: history.erase("x23"),
    "two are one": _sql("UPDATE person_account SET person = 'x20' WHERE account = 'x21'"),
    "who holds an event is another": _sql(
        "UPDATE person_account SET person = 'x22' WHERE account = 'x24'"
    ),
    "who holds an event, by address, is another": _sql(
        "UPDATE person_account SET person = 'x22' WHERE account = 'x27'"
    ),
    "who holds an event, by address, and is in no space, is another": _sql(
        "UPDATE person_account SET person = 'x22' WHERE account = 'x25'"
    ),
    "one is nobody": _sql("DELETE FROM person_account WHERE account = 'x25'"),
    "one is a mailbox": _sql("UPDATE person SET kind = 'role_mailbox' WHERE id = 'x28'"),
    "one is a word": _sql("UPDATE person SET name = 'maria', email = NULL WHERE id = 'x31'"),
    "one is erased": lambda history: history.erase("x28"),
    "one is erased who began a thread": lambda history: history.erase("x20"),
    "the place of an event is another": _sql(
        "UPDATE event_place SET place = 'nowhere' WHERE event = 'placed'"
    ),
    "an event has no place of its own any more": _sql(
        "DELETE FROM event_place WHERE event = 'placed'"
    ),
    "the row of a post is deleted": _sql("DELETE FROM post WHERE key = 'open'"),
    "the row of a mark is deleted": _sql("DELETE FROM reaction WHERE account = 'x23'"),
    "the row of an event is deleted": _sql("DELETE FROM event WHERE key = 'mailed'"),
    "the row of a stay is deleted": _sql("DELETE FROM attendance WHERE account = 'x26'"),
    "the row of a campaign is deleted": _sql("DELETE FROM campaign WHERE key = 'news'"),
    "the row of an opening is deleted": _sql("DELETE FROM delivery WHERE account = 'x24'"),
    "the row of a document is deleted": _sql("DELETE FROM document WHERE key = 'paper'"),
    "a space serves another": _sql(
        "INSERT INTO community_space (community, source, space, set_by)"
        " SELECT key, 'talk', 'g1', 'config' FROM community WHERE key NOT IN"
        " (SELECT community FROM community_space WHERE source = 'talk' AND space = 'g1')"
    ),
    "a space is a list": _brought(r.Space(key="g2", kind="list")),
}

COUNTED_WHOLE = frozenset(
    {
        "a member is erased", "a space is a list", "a space serves another",
        "one is erased who began a thread",
    }
)  # fmt: skip
"""Of these changes: after which everything is counted anew."""
