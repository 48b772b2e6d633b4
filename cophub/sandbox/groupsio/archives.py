"""The call `downloadarchives`: a zip with one `messages.mbox`, about once a day for each group.

Headers come in no order and in two spellings; posts from the web are from the group's owner
address; some answers by mail name what they answer, others do not; a body's line that begins
"From " is not marked.
"""

from base64 import encodebytes
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from io import BytesIO
from quopri import encodestring
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo
from zoneinfo import ZoneInfo

from cophub.sandbox.groupsio.api import Call, call
from cophub.sandbox.groupsio.listing import number
from cophub.sandbox.groupsio.refusals import Refusal
from cophub.sandbox.groupsio.sharing import content_of
from cophub.sandbox.groupsio.state import DOMAIN, Message
from cophub.sandbox.groupsio.texts import body_of
from cophub.sandbox.server import Response
from cophub.sandbox.world import DAY

_HOME = ZoneInfo("America/Los_Angeles")
MUNGED = ("yahoo.example", "hotmail.example")
"""Domains whose mail may not be passed on under their own name: the sender is rewritten."""


@call("downloadarchives")
def downloadarchives(asked: Call) -> Response:
    """Messages from `start_msg_num` on, written between `start_time` and `end_time`."""
    group = asked.group("download_archives")
    first = number(asked.query, "start_msg_num", 0)
    start, end = _instant(asked.query, "start_time", 0), _instant(asked.query, "end_time", 1 << 40)
    served = asked.sandbox.downloads
    if asked.now - served.get(group.id, -DAY) < asked.sandbox.archives_wait:
        raise Refusal("rate_limited", "archives of this group were downloaded less than a day ago")
    served[group.id] = asked.now
    chosen = [
        message
        for message in group.messages.values()
        if message.num >= first and start <= message.created <= end
    ]
    return Response(
        200,
        packed(b"".join(mbox(message) for message in chosen), asked.now),
        {"Content-Disposition": 'attachment; filename="messages.zip"'},
        content_type="application/zip",
    )


def _instant(query: dict[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal("bad_request", f"{name} is not a date") from None
    return int((given if given.tzinfo else given.replace(tzinfo=UTC)).timestamp())


def packed(content: bytes, now: int) -> bytes:
    """The zip around an mbox, which may be empty."""
    whole = BytesIO()
    stamp = datetime.fromtimestamp(now, UTC).timetuple()[:6]
    with ZipFile(whole, "w", ZIP_DEFLATED) as zipped:
        zipped.writestr(ZipInfo("messages.mbox", stamp), content, ZIP_DEFLATED)
    return whole.getvalue()


def mbox(message: Message) -> bytes:
    """One message after its separator."""
    arrived = datetime.fromtimestamp(message.appeared, _HOME)
    chance = Random(message.id * 5)
    kind, body = _content(message)
    headers = [*_headers(message, chance), ("Content-Type", kind)]
    chance.shuffle(headers)
    head = "".join(f"{name}: {value}\n" for name, value in headers)
    separator = (
        f"From {message.group.address} {arrived:%a %b} {arrived.day:2} {arrived:%H:%M:%S %Y}"
    )
    return f"{separator}\n{head}\n".encode() + body + b"\n\n\n"


def message_id(message: Message) -> str:
    """The Message-ID: the vendor's for posts from the web, the mail program's for others."""
    if message.web:
        return f"<{message.created}{message.id % 10**9:09d}.{message.id % 30_011}@{DOMAIN}>"
    domain = message.user.email.lower().rpartition("@")[2]
    return f"<{message.id:x}.{message.created}@mail.{domain}>"


def _headers(message: Message, chance: Random) -> list[tuple[str, str]]:
    old = message.id % 3 == 0
    tags = "".join(f" {tag.name}" for tag in message.topic.hashtags)
    mark = "" if message.web else f"{message.group.tag} "
    subject = f"{'Re: ' if message.is_reply else ''}{mark}{message.topic.subject}{tags}"
    zone = _HOME if message.web else ZoneInfo(message.user.timezone)
    headers = [
        ("To", message.group.address),
        ("From", _sender(message)),
        ("Subject", _word(subject)),
        ("Date", format_datetime(datetime.fromtimestamp(message.created, zone))),
        ("Mime-Version" if old else "MIME-Version", "1.0"),
        ("Message-Id" if old else "Message-ID", message_id(message)),
        ("X-Groupsio-MsgNum", str(message.num)),
    ]
    if message.web:
        headers += [
            ("User-Agent", "GROUPS.IO Web Poster"),
            ("X-Originating-Ip" if old else "X-Originating-IP", f"192.0.2.{message.id % 250}"),
        ]
    elif message.answers is not None and chance.random() < 0.6:
        headers += [
            ("In-Reply-To", message_id(message.answers)),
            ("References", message_id(message.answers)),
        ]
    if message.id % 8 == 0:
        headers.append(("X-Orig-Message-Id", message_id(message)))
    return headers


def _sender(message: Message) -> str:
    group, user = message.group, message.user
    if message.web:
        name, _, host = group.address.partition("@")
        return f"{name}{'-' if message.id % 10 == 0 else '+'}owner@{host}"
    local, _, domain = user.email.partition("@")
    if domain.lower() in MUNGED:
        return formataddr((f"{user.full_name or local} via {DOMAIN}", f"{local}={domain}@{DOMAIN}"))
    return formataddr((user.full_name, user.email))


def _word(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=900).encode()


def _content(message: Message) -> tuple[str, bytes]:
    """The content type and the body that goes with it."""
    said = body_of(message)
    plain = 'text/plain; charset="utf-8"', said.plain
    html = 'text/html; charset="utf-8"', f"{said.body}{said.quoted}{said.remainder}\n"
    if message.attachments:
        parts = [_part(*plain)]
        for file in message.attachments:
            content = encodebytes(content_of(file.filename)).decode()
            parts.append(
                f'Content-Type: {file.media_type}; name="{file.filename}"\n'
                f'Content-Disposition: attachment; filename="{file.filename}"\n'
                f"Content-Transfer-Encoding: base64\n\n{content}"
            )
        return _multipart("mixed", message.id, parts)
    if message.plain:
        return plain[0], plain[1].encode()
    if message.web and message.id % 4 == 0:
        return html[0], html[1].encode()
    return _multipart("alternative", message.id, [_part(*plain), _part(*html)])


def _part(kind: str, text: str) -> str:
    encoded = encodestring(text.encode()).decode("ascii")
    return f"Content-Type: {kind}\nContent-Transfer-Encoding: quoted-printable\n\n{encoded}"


def _multipart(kind: str, salt: int, parts: list[str]) -> tuple[str, bytes]:
    boundary = f"3-{salt}-1074296831=:5"
    text = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f'multipart/{kind}; boundary="{boundary}"', f"{text}--{boundary}--\n".encode()
