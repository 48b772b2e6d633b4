"""A group's archive as the vendor hands it out: a ZIP with one mbox, once a day for each group.

Source: `downloadarchives` (group_id, start_msg_num). Each message has its number in the group in
`X-Groupsio-MsgNum`, in which archive and API meet; its topic is not told.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, cast

import msgspec

from cophub import Post, Reject, SourceUnavailable
from cophub.connectors.dgroups.client import Ctx, NotThere, api, refusal
from cophub.connectors.dgroups.payloads import Payload
from cophub.connectors.dgroups.posts import kind_of, post_key
from cophub.connectors.mail.addresses import Sender, plain_address
from cophub.connectors.mail.message import BAD_MESSAGE, Found, Rules, first_look, parse_message
from cophub.connectors.mail.reading import Bounds, Raw, Tally, read_messages
from cophub.connectors.mail.threading import Index
from cophub.http import check_status, reject

_NUMBER = re.compile(
    rb"^X-Groupsio-MsgNum:[ \t]*(\d{1,12})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)
_ORIGINAL = re.compile(
    rb"^X-Orig-Message-Id:[ \t]*<?([^<>\s]+)>?[ \t]*\r?$", re.IGNORECASE | re.MULTILINE
)
"""The id under which a message was sent, where the vendor gave it another: answers may name it."""
_END = re.compile(rb"\r?\n\r?\n")
_REWRITTEN = re.compile(
    rb"^From:[^\n]*<([^<>@\s=]+)=([^<>@\s=]+\.[^<>@\s=]+)@[^<>@\s]+>", re.IGNORECASE | re.MULTILINE
)
"""`Ada via dgroups.io <ada=example.org@dgroups.io>`: from a domain that lets nobody send for it."""
_OWNER = re.compile(r"[-+]owner@")
_TRAILING_TAGS = re.compile(r"(?:\s+#[\w-]+)+$")
"""Hashtags, which the vendor puts at the end of a subject."""
_IN_MEMORY = 8 << 20


@contextmanager
def downloaded(ctx: Ctx, group: int, start: int) -> Iterator[tuple[IO[bytes], int]]:
    """The ZIP of a group's messages from number `start` on, and its size.

    Raises what an error object means, which comes in place of the ZIP with any status, and
    SourceUnavailable for a file that is longer than may be unpacked.
    """
    params = {"group_id": str(group)} | ({"start_msg_num": str(start)} if start else {})
    most = ctx.settings.max_unpacked_mb << 20
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        with api(ctx).http.stream("GET", "downloadarchives", params=params) as answer:
            if answer.status_code >= 400:
                answer.read()
                _refuse(answer.content)
                if answer.status_code == 404:
                    raise NotThere("the site knows no call downloadarchives")
                check_status(answer)
            size = 0
            for piece in answer.iter_bytes():
                size += len(piece)
                if size > most:
                    raise SourceUnavailable(
                        f"downloadarchives sends more than {most >> 20} MB for group {group};"
                        " raise max_unpacked_mb to read it"
                    )
                file.write(piece)
        file.seek(0)
        if file.read(1) == b"{":
            file.seek(0)
            _refuse(file.read(1 << 16))
            raise SourceUnavailable("downloadarchives answered with JSON that is no error")
        file.seek(0)
        yield cast("IO[bytes]", file), size


def _refuse(content: bytes) -> None:
    """Raise what an error object says, if the content is one."""
    try:
        error = msgspec.json.decode(content, type=Payload)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return
    if error.object == "error":
        raise refusal("downloadarchives", error)


@dataclass(slots=True)
class Mail:
    """A message of an archive as a post."""

    post: Post
    sender: Sender | None
    """None for a post from the web, which is sent under the group's own address."""
    number: int | None


@dataclass
class Mbox:
    """The messages of one archive, twice read: for who answers whom, and for their texts."""

    file: IO[bytes]
    size: int
    rules: Rules
    bounds: Bounds
    announce: bool = False
    rejects: list[Reject] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    """Numbers in the group by Message-ID."""
    found: dict[int, Found] = field(default_factory=dict)
    """What a first look told, by the place in the archive."""

    def mails(self) -> Iterator[Mail]:
        """Each message, in the order of the archive; one that cannot be read is a reject."""
        self._look()
        seen: set[str] = set()
        for place, raw in enumerate(self._raws(quiet=True)):
            found = self.found.get(place)
            if found is None:
                continue
            try:
                post, sender = parse_message(raw, found, self.rules)
            except BAD_MESSAGE as error:
                self.rejects.append(reject(raw.data[:500].decode("latin-1"), error, "post"))
                continue
            mail = self._placed(post, sender, raw)
            if mail.post.key not in seen:
                seen.add(str(mail.post.key))
                yield mail

    def _raws(self, *, quiet: bool) -> Iterator[Raw]:
        self.file.seek(0)
        for raw in read_messages(self.file, "archive", self.size, self.bounds, Tally()):
            if isinstance(raw, Raw):
                yield raw
            elif not quiet:
                self.rejects.append(Reject(reason=f"the archive {raw.reason}", record="post"))

    def _look(self) -> None:
        """Headers of all messages, and their threads."""
        index, neighbour = Index(), None
        renamed: dict[str, str] = {}
        for place, raw in enumerate(self._raws(quiet=False)):
            found = first_look(raw, neighbour, 0, self.rules)
            if found.known is None:
                self.rejects.append(Reject(reason=found.reason, record="post"))
                continue
            neighbour = found.posted.at if found.posted else neighbour
            self.found[place] = found
            if (number := number_of(raw)) is not None:
                self.numbers.setdefault(found.known.key, number)
            if original := header(raw, _ORIGINAL):
                renamed.setdefault(original.decode("ascii", "replace"), found.known.key)
        for found in self.found.values():
            if found.known is not None and found.known.key not in index.by_key:
                found.known.refs = tuple(
                    key
                    for ref in found.known.refs
                    if (key := renamed.get(ref, ref)) != found.known.key
                )
                index.add(found.known)
        index.settle()
        for found in self.found.values():
            if found.known is not None:
                found.known = index.by_key[found.known.key]

    def _placed(self, post: Post, sender: Sender | None, raw: Raw) -> Mail:
        """The post under the key that the API gives it."""
        message_id, number = str(post.key), number_of(raw)
        sender = rewritten(raw, sender)
        post.key = self._key(message_id, number)
        post.thread = self._key(str(post.thread), None) if post.thread else post.key
        post.reply_to = self._known(post.reply_to)
        if isinstance(post.title, str) and (tags := _TRAILING_TAGS.search(post.title)):
            post.extra = {**(post.extra or {}), "hashtags": tags[0].split()}
            post.title = post.title[: tags.start()]
        if isinstance(post.title, str) and post.kind != "system":
            is_reply = post.thread != post.key
            post.kind = kind_of(post.title, announce=self.announce, is_reply=is_reply)
        post.extra = {**(post.extra or {}), "message_id": message_id}
        if sender is None or sender.email is None or is_own(sender.email, self.rules.own):
            post.author_name = sender.name if sender and not sender.email else None
            sender = None
        return Mail(post, sender, number)

    def _known(self, message_id: object) -> str | None:
        """The key of a message that is answered, if the archive has it."""
        number = self.numbers.get(str(message_id)) if message_id else None
        return post_key(self.rules.space, number) if number else None

    def _key(self, message_id: str, number: int | None) -> str:
        number = number or self.numbers.get(message_id)
        return (
            post_key(self.rules.space, number) if number else f"{self.rules.space}:<{message_id}>"
        )


def header(raw: Raw, name: re.Pattern[bytes]) -> bytes:
    """What a header says, by the first group of its pattern; b"" where there is none."""
    end = _END.search(raw.data)
    found = name.search((raw.data[: end.start()] if end else raw.data) + b"\n")
    return found[1] if found else b""


def number_of(raw: Raw) -> int | None:
    """A message's number in its group, from its headers; None where the archive does not say."""
    return int(header(raw, _NUMBER) or 0) or None


def rewritten(raw: Raw, sender: Sender | None) -> Sender | None:
    """The sender whose address the vendor has put into one of its own; else as it was."""
    end = _END.search(raw.data)
    found = _REWRITTEN.search(raw.data[: end.start()] if end else raw.data)
    email = (
        plain_address(
            f"{found[1].decode('ascii', 'replace')}@{found[2].decode('ascii', 'replace')}"
        )
        if found
        else None
    )
    if email is None or (
        sender is not None and sender.email is not None and "=" not in sender.email
    ):
        return sender
    return Sender(email, sender.name if sender else None, email, None)


def is_own(address: str, own: frozenset[str]) -> bool:
    """Whether an address is the group's: posts from the web come from `GROUP+owner@` it."""
    return address in own or bool(_OWNER.search(address))


def date_of(post: Post) -> datetime:
    """When a post of an archive was written."""
    assert isinstance(post.posted_at, datetime)  # noqa: S101 - the mail reader gives each a date
    return post.posted_at
