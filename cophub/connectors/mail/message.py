"""One message of an archive as records: its headers, its text and what is attached."""

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesParser
from hashlib import sha256

from cophub import Post
from cophub.connectors.mail.addresses import Sender, sender_of
from cophub.connectors.mail.dates import Posted, Window, posted
from cophub.connectors.mail.reading import Raw
from cophub.connectors.mail.text import decode_bytes, header_text, html_to_text, unfold
from cophub.connectors.mail.threading import (
    Known,
    bare_subject,
    message_ids,
    refs_of,
    subject_number,
)

BAD_MESSAGE = (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError)
"""What Python's `email` is known to raise on mail that was made to break it."""

_CUT_OFF = "it is cut off in its headers; it is read again when the file has grown"
_PARSER = BytesParser()
_MOST_HEADERS = 1 << 20
"""Bytes of a message's headers; the longest that mailers write have some 100,000."""
_MOST_PARTS = 100_000
"""Boundaries of parts, and lines that look so; each costs a kilobyte of memory."""
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
# What Mailman 2 leaves in the place of what it took out.
_SCRUBBED_FILE = re.compile(r"^(?:A non-text attachment|An embedded message) was scrubbed", re.M)
_SCRUBBED_HTML = re.compile(r"^[ \t]*\[\[alternative HTML version deleted\]\][ \t]*\n?", re.M)
_NEWS = re.compile(
    r"^(?:\[?ann(?:ounce(?:ment)?)?\]?\b|cf[pt]\b|call for (?:papers|participation|proposals)\b|"
    r"(?:save the date|invitation|vacancy|job opening)\b)",
    re.IGNORECASE,
)
_SIGNATURES = {
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
}

_PROSE = {"plain", "html", "enriched", "x-markdown", "markdown"}


@dataclass(frozen=True)
class Rules:
    """What the settings say about turning messages into records."""

    space: str
    charset: str
    tags: frozenset[str]
    """Tags of the list in subjects, as `tag_key` gives them."""
    keep_bodies: bool
    body_limit: int | None
    own: frozenset[str]
    """The list's own addresses."""
    window: Window


@dataclass(slots=True)
class Found:
    """What a first look at a message told."""

    known: Known | None
    """None when its headers could not be read."""
    posted: Posted | None
    check: int
    """A checksum of the whole message."""
    is_repeat: bool = False
    reason: str = ""
    has_id: bool = True
    """Whether it says its own Message-ID; without one its key is made of its text."""


@dataclass(slots=True)
class _Body:
    texts: list[str] = field(default_factory=list)
    attachments: int = 0
    from_html: bool = False


def first_look(raw: Raw, neighbour: datetime | None, file: int, rules: Rules) -> Found:
    """Who this message is, when it was posted and what it answers, from its headers alone."""
    check = zlib.crc32(raw.data)
    try:
        head, body = _part(raw.data)
        if reason := _too_much(head, body):
            return Found(None, None, check, reason=reason)
        headers = _headers(_PARSER.parsebytes(head, headersonly=True))
        when = _posted(headers, raw, neighbour, rules)
        own = message_ids(unfold(headers.get("message-id", ""), rules.charset))
        known = _known(headers, own, body, when, file, rules)
    except BAD_MESSAGE as error:
        return Found(
            None, None, check, reason=f"its headers cannot be read: {type(error).__name__}"
        )
    if raw.in_headers and (raw.separator or not own):
        # What is missing may be the id: a key made without it would be a second post for ever.
        return Found(None, when, check, reason=_CUT_OFF)
    return Found(known, when, check, has_id=bool(own))


def _too_much(head: bytes, body: bytes) -> str:
    """Why a message is made to harm; empty for any that somebody wrote."""
    if len(head) > _MOST_HEADERS:
        return "its headers are longer than 1 MB"
    if len(body) > 3 * _MOST_PARTS and body.count(b"\n--") > _MOST_PARTS:
        return f"it has more than {_MOST_PARTS} parts"
    return ""


def _part(data: bytes) -> tuple[bytes, bytes]:
    """Headers and body."""
    end = _END_OF_HEADERS.search(data)
    return (data[: end.end()], data[end.end() :]) if end else (data, b"")


def _headers(message: Message) -> dict[str, str]:
    """Raw values by lower-case name; the first of each, as mail programs show it."""
    headers: dict[str, str] = {}
    for name, value in message.raw_items():
        headers.setdefault(name.strip().lower(), str(value))
    return headers


def _posted(
    headers: Mapping[str, str], raw: Raw, neighbour: datetime | None, rules: Rules
) -> Posted:
    separator = raw.separator.decode("latin-1")
    date = unfold(headers.get("date", ""), rules.charset)
    received = unfold(headers.get("received", ""), rules.charset)
    return posted(date, received, separator, neighbour, rules.window)


def _known(
    headers: Mapping[str, str], own: list[str], body: bytes, when: Posted, file: int, rules: Rules
) -> Known:
    key = own[0] if own else _made_key(headers, body)
    bare, is_reply = bare_subject(header_text(headers.get("subject", ""), rules.charset))
    refs = refs_of(
        unfold(headers.get("references", ""), rules.charset),
        unfold(headers.get("in-reply-to", ""), rules.charset),
        key,
    )
    at = int(when.at.timestamp())
    return Known(key, at, subject_number(bare), is_reply, refs, file, zlib.crc32(body.strip()))


def _made_key(headers: Mapping[str, str], body: bytes) -> str:
    """A key for a message without an id: the same whenever and wherever it is read."""
    parts = [headers.get(name, "") for name in ("from", "date", "subject")]
    text = "\n".join(parts).encode("utf-8", "surrogateescape")
    return f"sha256:{sha256(text + body[:1024]).hexdigest()}"


def parse_message(raw: Raw, found: Found, rules: Rules) -> tuple[Post, Sender | None]:
    """A Post and its sender. Raises one of BAD_MESSAGE when it cannot be parsed.

    `found` is what `first_look` told, threaded since.
    """
    known, when = found.known, found.posted
    if known is None or when is None:
        raise ValueError(found.reason)
    message = _PARSER.parsebytes(raw.data)
    headers = _headers(message)
    sender = sender_of(headers, rules.own, rules.charset)
    subject = header_text(headers.get("subject", ""), rules.charset)
    body = _body(message, rules.charset)
    text, scrubbed = _tidy("\n\n".join(body.texts))
    title = strip_tag(subject, rules.tags)
    post = Post(
        key=known.key,
        space=rules.space,
        thread=known.thread,
        reply_to=known.reply_to,
        account=sender.key if sender else None,
        author_name=sender.name if sender else None,
        kind=_kind(headers, title, known),
        title=title or None,
        posted_at=when.at,
        attachment_count=body.attachments + scrubbed,
        extra=_extra(headers, raw, known, when, sender, text, body, rules.charset),
    )
    if rules.keep_bodies:
        post.body = text[: rules.body_limit]
    _set_native(post, headers, rules.charset)
    return post, sender


def _set_native(post: Post, headers: Mapping[str, str], charset: str) -> None:
    """What only some messages tell: their page in the archive, and their language."""
    page = unfold(headers.get("archived-at", ""), charset).strip("<> ")
    if page.startswith(("http://", "https://")) and " " not in page:
        post.url = page
    language = unfold(headers.get("content-language", ""), charset)
    if re.fullmatch(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", language):
        post.language = language


def _extra(
    headers: Mapping[str, str], raw: Raw, known: Known, when: Posted,
    sender: Sender | None, text: str, body: _Body, charset: str,
) -> dict[str, object]:  # fmt: skip
    """What a number may hang on: how sure the date is, how long the sender's own words are.

    Holds facts of the message alone, none of its thread: those change when others arrive.
    """
    extra: dict[str, object] = {"own_characters": own_characters(text)}
    if when.basis != "date":
        extra |= {"date_basis": when.basis, "date_as_sent": headers.get("date", "")[:100]}
    if sender and sender.raw:
        extra["address_as_archived"] = sender.raw[:200]
    if answered := message_ids(unfold(headers.get("in-reply-to", ""), charset)):
        # As the sender's program says, also where `reply_to` is the nearest that was archived.
        extra["in_reply_to"] = answered[0]
    if raw.cut:
        extra["cut"] = raw.cut
    if body.from_html:
        extra["text_from"] = "html"
    return extra


def _kind(headers: Mapping[str, str], title: str, known: Known) -> str:
    """Kept simple: system by Auto-Submitted; else by the subject of a message that starts a thread.

    A "?" makes a question; [ANN], "Call for papers" and the like make an announcement.
    """
    automatic = headers.get("auto-submitted", "no").strip().lower()
    if automatic.startswith(("auto-generated", "auto-replied")):
        return "system"
    if known.is_reply or known.refs:
        return "message"
    if _NEWS.search(title):
        return "announcement"
    return "question" if "?" in title or "？" in title or "؟" in title else "message"


def tag_key(tag: str) -> str:
    """A list's tag or name, for comparing: letters and digits in lower case."""
    return re.sub(r"[\W_]+", "", tag.casefold())


def strip_tag(subject: str, tags: frozenset[str]) -> str:
    """`subject` without the list's [tag], wherever it stands; a reply's Re: stays."""
    if "[" not in subject:
        return subject
    kept = re.sub(r"\[([^\]]{1,60})\]", lambda m: "" if tag_key(m[1]) in tags else m[0], subject)
    return " ".join(kept.split())


def own_characters(text: str) -> int:
    """How much of `text` the sender wrote: less quotes and signature."""
    own = 0
    for line in text.splitlines():
        if line == "-- ":
            break
        if not line.startswith(">"):
            own += len(line.strip())
    return own


def _tidy(text: str) -> tuple[str, int]:
    """`text` without the archiver's marks, and how many attachments it had taken out."""
    text = text.replace("\r\n", "\n")
    if "scrubbed" not in text and "[[alternative" not in text:
        return text.strip("\n"), 0
    return _SCRUBBED_HTML.sub("", text).strip("\n"), len(_SCRUBBED_FILE.findall(text))


def _body(message: Message, charset: str) -> _Body:
    body = _Body()
    html: Message | None = None
    for part in _readable(message):
        # A message that is one text is read, even where a mailer gave the text a file's name.
        if _is_text(part) or (part is message and part.get_content_maintype() == "text"):
            text = _part_text(part, charset)
            if part.get_content_subtype() == "html":
                body.from_html = True
                text = html_to_text(text)
            body.texts.append(text)
        elif part.get_content_type() not in _SIGNATURES:
            body.attachments += 1
            html = html or (part if _is_moved_text(part) else None)
    if html is not None and not any(text.strip() for text in body.texts):
        body.from_html, body.attachments = True, body.attachments - 1
        body.texts.append(html_to_text(_part_text(html, charset)))
    return body


def _is_moved_text(part: Message) -> bool:
    """Whether an archiver has made an attachment of the HTML that the message was written in."""
    return part.get_content_type() == "text/html" and part.get_filename() == "attachment.html"


def _readable(message: Message) -> Iterator[Message]:
    """The parts that a reader sees or may open: of alternatives one, plain text first."""
    if message.get_content_maintype() != "multipart":
        yield message
        return
    parts = message.get_payload()
    if not isinstance(parts, list):
        # It says multipart, but has no parts: what there is is text.
        message.set_type("text/plain")
        yield message
    elif message.get_content_subtype() == "alternative":
        yield from _best([part for part in parts if isinstance(part, Message)])
    else:
        for part in parts:
            if isinstance(part, Message):
                yield from _readable(part)


def _best(parts: list[Message]) -> Iterator[Message]:
    """Of alternatives the plain text, else the HTML; what is attached comes along."""
    leaves = [leaf for part in parts for leaf in _readable(part)]
    for subtype in ("plain", "html"):
        texts = [p for p in leaves if _is_text(p) and p.get_content_subtype() == subtype]
        # An empty plain part beside HTML is a mailer's habit, not what was said.
        if any(str(part.get_payload()).strip() for part in texts):
            yield from texts
            break
    yield from (leaf for leaf in leaves if not _is_text(leaf))


def _is_text(part: Message) -> bool:
    """Whether a part is read, not opened."""
    if part.get_content_maintype() != "text" or part.get_content_disposition() == "attachment":
        return False
    return part.get_content_subtype() in _PROSE and not part.get_filename()


def _part_text(part: Message, fallback: str) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    charset = part.get_param("charset")
    name = charset[2] if isinstance(charset, tuple) else charset
    return decode_bytes(data, str(name) if name else None, fallback)


def utc_from(seconds: int) -> datetime:
    """The instant, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
