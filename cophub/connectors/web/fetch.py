"""One file from the web: whole, or the word that it is as it was."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit
from zlib import crc32

import httpx
import msgspec
from pydantic import HttpUrl, SecretStr

from cophub import Context, SourceUnavailable
from cophub.http import basic, check_status, remember_secret
from cophub.http.auth import place

LARGEST = 64 << 20
"""Bytes of a file, unpacked; a larger one is refused."""
_TOKEN = re.compile(r"[A-Za-z0-9_=%-]{16,}")


class WebSettings(Protocol):
    """The settings of a source that reads files from the web."""

    @property
    def base_url(self) -> HttpUrl | None:
        """Scheme and host to ask in place of a file's own."""

    @property
    def username(self) -> str | None:
        """A login, where the site wants one."""

    @property
    def password(self) -> SecretStr | None:
        """Its password."""


class Validators(msgspec.Struct, omit_defaults=True):
    """What a file was like when it was read: what the server called it, and its bytes' checksum."""

    etag: str = ""
    modified: str = ""
    crc: int = 0


@dataclass
class Fetched:
    """What is at an address; `content` is None where it is as it was."""

    url: str
    """Where it came from in the end, as the world knows that place."""
    content: bytes | None
    validators: Validators
    media_type: str = ""
    """The Content-Type, with its character set."""
    moved_to: str = ""
    """The new address, where the server says that the old one is no more."""
    headers: Mapping[str, str] = field(default_factory=dict)


class Fetcher:
    """Asks the site of `url` for files, with the login of the settings, if they have one.

    `base_url` of the settings stands in for scheme and host of every address.
    """

    def __init__(self, ctx: Context[Any], url: str) -> None:
        settings: WebSettings = ctx.settings
        self._real = origin(url)
        self._asked = origin(str(settings.base_url)) if settings.base_url else self._real
        user, secret = settings.username, settings.password
        auth = basic(user, secret) if user and secret else None
        remember_key(url)
        self.client = ctx.client(base_url=self._asked, auth=auth)

    def fetch(self, url: str, known: Validators | None = None) -> Fetched:
        """The file at `url`, unless it is as `known` says.

        Raises AuthError and SourceUnavailable; a file of another site is asked from there.
        """
        headers = {}
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.modified:
            headers["If-Modified-Since"] = known.modified
        try:
            with self.client.stream("GET", self.asked(url), headers=headers) as answer:
                return self._read(answer, known or Validators())
        except httpx.DecodingError as error:
            raise SourceUnavailable(
                f"{shown(url)}: the answer is packed in a way that cannot be unpacked"
            ) from error

    def asked(self, url: str) -> str:
        """Where to ask for what is at `url`."""
        return url.replace(self._real, self._asked, 1) if url.startswith(self._real) else url

    def _read(self, answer: httpx.Response, known: Validators) -> Fetched:
        url = self._told(str(answer.url))
        moved = self._told(_moved_to(answer))
        if answer.status_code == 304:
            return Fetched(url, None, known, moved_to=moved, headers=answer.headers)
        if answer.status_code >= 400:
            answer.read()
            raise_for(answer)
        pieces, size = [], 0
        for piece in answer.iter_bytes():
            size += len(piece)
            if size > LARGEST:
                raise SourceUnavailable(
                    f"{shown(url)} is larger than {LARGEST >> 20} MB, which is no such file; look"
                    " at the address in a browser"
                )
            pieces.append(piece)
        content = b"".join(pieces)
        found = Validators(
            answer.headers.get("etag", ""), answer.headers.get("last-modified", ""), crc32(content)
        )
        return Fetched(
            url, None if known.crc == found.crc and known.crc else content, found,
            answer.headers.get("content-type", ""), moved, answer.headers,
        )  # fmt: skip

    def _told(self, url: str) -> str:
        """An address as the world knows it, where `base_url` stands in for its host."""
        return url.replace(self._asked, self._real, 1) if url.startswith(self._asked) else url


def raise_for(answer: httpx.Response) -> None:
    """Raise what a refusal means; an address without a file says what to do about it."""
    if answer.status_code in (404, 410):
        gone = "is gone for good" if answer.status_code == 410 else "is not there"
        raise SourceUnavailable(
            f"{shown(str(answer.url))} {gone} ({answer.status_code}); look at the address in a"
            " browser and correct it in this source's settings"
        )
    check_status(answer)


def _moved_to(answer: httpx.Response) -> str:
    """Where a file is from now on: only while every step of the way was for good."""
    steps = list(answer.history)
    if not steps or any(step.status_code not in (301, 308) for step in steps):
        return ""
    return str(answer.url)


def origin(url: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def shown(url: str) -> str:
    """An address for a message: without what follows its path, for that may be a key."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], place(url), "", ""))


def remember_key(url: str) -> None:
    """Let no message show the parts of an address that are its key."""
    parts = urlsplit(url)
    for piece in re.split(r"[/?&]", f"{parts.path}?{parts.query}"):
        value = piece.rpartition("=")[2] or piece
        if value.startswith("private-") or (_TOKEN.fullmatch(value) and re.search(r"\d", value)):
            remember_secret(value)


__all__ = ["Fetched", "Fetcher", "Validators", "origin", "raise_for", "remember_key", "shown"]
