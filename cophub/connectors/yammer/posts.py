"""One message as one row, whichever way it was seen: by a REST call or in an export.

Both ways see the same message, and a warehouse row keeps what the last of them said. So whatever
both know is made here, by one function, from values that are the same in both; what only one knows
(likes and language by REST, edits and deletions by export) it adds, and the other leaves unset.
"""

from datetime import UTC, datetime

from cophub import Post

ASSUMED_UTC = {"zone": "assumed UTC"}
_KINDS = {"question": "question", "announcement": "announcement", "system": "system"}
_FORMS = ("%Y/%m/%d %H:%M:%S %z", "%Y-%m-%d %H:%M:%S %z", "%a %b %d %H:%M:%S %z %Y")
_NOTHING = ("", "null", "nil", "none")


def post_of(
    *,
    key: int | str,
    thread: int | str | None,
    group: int | str | None,
    replied_to: int | str | None,
    sender: int | str | None,
    created_at: str,
    message_type: str | None,
    title: str | None,
    text: str | None,
    files: int,
    system: bool = False,
) -> Post:
    """The post of one message.

    `text` is the vendor's parsed form, in which a mention is `[[user:123]]`: an export gives no
    other, and names of mentioned people are not always in it. `files` counts uploaded files and
    images, not previews of links. Raises ValueError for a date that is none.
    """
    posted_at, assumed = dated(created_at)
    if posted_at is None:
        raise ValueError("created_at is empty")
    post = Post(
        key=str(key),
        space=_id(group),
        thread=_id(thread) or str(key),
        reply_to=_id(replied_to),
        account=_id(sender),
        kind=kind_of(message_type, system=system),
        title=plain(title),
        body=plain(text),
        posted_at=posted_at,
        attachment_count=files,
    )
    if assumed:
        post.extra = dict(ASSUMED_UTC)
    return post


def kind_of(message_type: str | None, *, system: bool = False) -> str:
    """Our word for a message type; polls, praise and updates are messages."""
    if system:
        return "system"
    return _KINDS.get((message_type or "").strip().lower(), "message")


def plain(text: str | None) -> str | None:
    """Text without blanks around it and with one kind of line end; None for nothing."""
    if text is None:
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n").strip() or None


def moment(text: str | None) -> datetime | None:
    """An instant in any of the vendor's forms, in UTC; None for none. Raises ValueError."""
    return dated(text)[0]


def dated(text: str | None) -> tuple[datetime | None, bool]:
    """An instant in any of the vendor's forms, in UTC, and whether its zone had to be assumed.

    `2022/11/11 21:00:20 +0000` (REST), `2022-11-11T21:00:20Z`, `2022-11-11 21:00:20 UTC`, and
    without a zone, which an export means in UTC: it is asked for and cut in UTC.
    """
    if text is None or text.strip().lower() in _NOTHING:
        return None, False
    words = text.strip().replace(" UTC", " +0000").replace(" GMT", " +0000").replace(" Z", " +0000")
    found = _read(words)
    if found.tzinfo is None:
        return found.replace(tzinfo=UTC), True
    return found.astimezone(UTC), False


def _read(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        pass
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - each form has a zone
        except ValueError:
            continue
    raise ValueError(f"{text[:40]!r} is no date")


def _id(value: int | str | None) -> str | None:
    text = "" if value is None else str(value).strip()
    return None if text.lower() in _NOTHING else text
