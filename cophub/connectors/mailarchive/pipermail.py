"""An archive on the web: the index page of Mailman 2 (pipermail) and the files it links.

Months that are over do not change, so only the current and the previous period are asked for
again, and those with the validators that the server gave.
"""

import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast
from urllib.parse import unquote, urljoin, urlsplit, urlunsplit

from cophub import AuthError, Context, SourceUnavailable
from cophub.connectors.mail.cursor import FileState
from cophub.connectors.mail.files import Change, compare, kept_open
from cophub.connectors.mail.reading import Refused
from cophub.connectors.mailarchive.places import period, reading_order
from cophub.connectors.mailarchive.settings import Settings
from cophub.connectors.web.markup import elements
from cophub.error_codes import CREDENTIALS

_FILE = re.compile(r"\.(?:txt|mbox|mbx)(?:\.gz)?$", re.IGNORECASE)
_IN_MEMORY = 2 << 20
_INDEX_LIMIT = 8 << 20


@dataclass(frozen=True, slots=True)
class Link:
    """A file that an index page links."""

    name: str
    url: str
    listed: str
    """The link's text, which tells the file's size."""


@dataclass(slots=True)
class RemoteFile:
    """A file of a web archive, fetched or found unchanged."""

    name: str
    content: IO[bytes] | None = None
    """None when it was not fetched."""
    size: int = 0
    facts: dict[str, Any] = field(default_factory=dict)
    """What to remember beside its content: etag, modified, listed, settled."""
    refused: str = ""

    def look(self, known: FileState | None, number: int) -> Change | FileState | None:
        """Compares the content with what was read, if the server sent any."""
        if self.refused:
            raise Refused(self.refused)
        if self.content is None:
            return self._remember(known) if known else None
        look = compare(self.content, [self.size], known, number)
        self._remember(look.state if isinstance(look, Change) else look)
        return look

    def _remember(self, state: FileState) -> FileState:
        for name, value in self.facts.items():
            setattr(state, name, value)
        return state

    def open(self) -> IO[bytes]:
        """The content, from its beginning."""
        if self.content is None:
            raise FileNotFoundError(f"{self.name} was not fetched")
        self.content.seek(0)
        return kept_open(self.content)


class WebArchive:
    """The files of one web archive, fetched as far as they may have changed."""

    def __init__(self, ctx: Context[Settings]) -> None:
        self.ctx = ctx
        self.url = archive_url(ctx.settings)
        origin = urlsplit(self.url)
        self.client = ctx.client(base_url=f"{origin.scheme}://{origin.netloc}")
        self.failure: SourceUnavailable | None = None
        """Why the run could not fetch everything; raised when what was fetched is kept."""
        self._lock = threading.Lock()

    def files(self, known: Mapping[str, FileState]) -> Iterator[RemoteFile]:
        """Every file that the index lists, oldest first."""
        index, links = self._index()
        if links is None:
            yield index
            return
        if not links and known:
            raise SourceUnavailable(
                f"{self.url} lists no files, though {len(known)} were read before; look at the"
                " page in a browser"
            )
        yield from self.ctx.map(lambda link: self._file(link, known.get(link.name)), links)

    def links(self) -> list[Link]:
        """What the index lists; one link to itself when the address is a file."""
        index, links = self._index()
        return [Link(index.name, self.url, "")] if links is None else links

    def _index(self) -> tuple[RemoteFile, list[Link] | None]:
        """The page or file at the address, and its links when it is a page."""
        self._sign_in()
        page, base = self._fetch(self.url, {})
        if page.content is None:
            raise SourceUnavailable(f"{self.url} was answered 304 to a first request; try again")
        page.name = unquote(urlsplit(base).path.rpartition("/")[2]) or "archive"
        head = page.content.read(2048).lstrip(b"\xef\xbb\xbf \t\r\n")
        page.content.seek(0)
        if not head.startswith(b"<"):
            return page, None
        html = page.content.read(_INDEX_LIMIT).decode("utf-8", "replace")
        links, asks_password = find_links(html, base)
        if not links and asks_password:
            raise AuthError(
                f"{self.url} asks for a login; set username and password of a member of the list",
                code=CREDENTIALS,
            )
        return page, links

    def _sign_in(self) -> None:
        settings = self.ctx.settings
        if settings.username and settings.password:
            from cophub.http import check_status, remember_secret

            secret = settings.password.get_secret_value()
            remember_secret(secret)
            form = {"username": settings.username, "password": secret, "submit": "Let me in..."}
            check_status(self.client.post(self.url, data=form))

    def _file(self, link: Link, known: FileState | None) -> RemoteFile:
        """One linked file, as far as it has to be fetched."""
        origin, index = urlsplit(link.url), urlsplit(self.url)
        if (origin.scheme, origin.netloc) != (index.scheme, index.netloc):
            return _refuse(link, f"is linked to another host ({origin.netloc}), which is not asked")
        settled = is_settled(link.name, self.ctx.now.date())
        if known and known.settled and known.listed == link.listed and not known.waits:
            return RemoteFile(link.name)
        if self.failure is not None:
            return RemoteFile(link.name)
        try:
            file, _ = self._fetch(link.url, _validators(known))
        except Refused as refused:
            return _refuse(link, str(refused))
        except SourceUnavailable as error:
            with self._lock:
                self.failure = self.failure or error
            return RemoteFile(link.name)
        file.name = link.name
        # An archive lists no period in which nobody wrote: an empty answer is not its last word.
        settled = settled and (file.content is None or file.size > 0)
        file.facts |= {"listed": link.listed, "settled": settled}
        return file

    def _fetch(self, url: str, headers: dict[str, str]) -> tuple[RemoteFile, str]:
        """What is at `url` (no content when it did not change), and the address it came from."""
        from cophub.http import check_status

        with self.client.stream("GET", url, headers=headers) as answer:
            if answer.status_code == 304:
                return RemoteFile(""), str(answer.url)
            if headers is not None and answer.status_code in (403, 404, 410) and url != self.url:
                raise Refused(f"was answered {answer.status_code} by {answer.url.host}")
            if answer.status_code >= 400:
                answer.read()
            check_status(answer)
            if (answer.url.scheme, answer.url.netloc.decode()) != urlsplit(self.url)[:2]:
                raise Refused(f"leads to another host ({answer.url.host}), which is not asked")
            # As it came: what is packed in transit is unpacked within the same bounds as a file.
            content, size = self._keep(answer.iter_raw())
            facts = {"etag": answer.headers.get("etag", "")}
            facts["modified"] = answer.headers.get("last-modified", "")
            return RemoteFile("", content, size, facts), str(answer.url)

    def _keep(self, pieces: Iterator[bytes]) -> tuple[IO[bytes], int]:
        file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - it is read after this
        size, most = 0, self.ctx.settings.bounds().unpacked
        for piece in pieces:
            size += len(piece)
            if size > most:
                file.close()
                raise Refused(f"is longer than {most >> 20} MB; raise max_unpacked_mb to read it")
            file.write(piece)
        file.seek(0)
        return cast("IO[bytes]", file), size


def archive_url(settings: Settings) -> str:
    """The address to ask: `url`, at the host of `base_url` where that is given."""
    url = urlsplit(str(settings.url))
    if settings.base_url is not None:
        base = urlsplit(str(settings.base_url))
        url = url._replace(scheme=base.scheme, netloc=base.netloc)
    return urlunsplit(url)


def find_links(html: str, base: str) -> tuple[list[Link], bool]:
    """The archive files that a page links, oldest first, and whether it asks for a password.

    Of a file that is linked plain and packed, the packed one is taken.
    """
    found: dict[str, Link] = {}
    folder, asks_password = urljoin(base, "."), False
    for each in elements(html, "a", "input"):
        if each.name == "input":
            asks_password |= each.attributes.get("type", "").lower() == "password"
        if each.name != "a" or "href" not in each.attributes:
            continue
        url = _joined(base, each.attributes["href"].strip())
        path = urlsplit(url).path
        if not url.startswith(("http://", "https://")) or not _FILE.search(path):
            continue
        name = unquote(url.removeprefix(folder) if url.startswith(folder) else path.lstrip("/"))
        plain = name.removesuffix(".gz")
        if plain not in found or name.endswith(".gz"):
            found[plain] = Link(name, url, " ".join(each.text.split()))
    links = sorted(found.values(), key=lambda link: reading_order(link.name))
    return links, asks_password


def _joined(base: str, href: str) -> str:
    """Where a link leads to; empty for one that is no address."""
    try:
        return urljoin(base, href)
    except ValueError:
        return ""


def is_settled(name: str, today: date) -> bool:
    """Whether a file that is fetched today is final: the period after its own is over too."""
    found = period(name.rpartition("/")[2])
    if found is None:
        return False
    first, last = found
    return today > last + (last - first) + timedelta(days=1)


def _validators(known: FileState | None) -> dict[str, str]:
    """Headers that ask for a file only if it changed."""
    headers = {}
    if known and not known.done and not known.waits:
        if known.etag:
            headers["If-None-Match"] = known.etag
        if known.modified:
            headers["If-Modified-Since"] = known.modified
    return headers


def _refuse(link: Link, reason: str) -> RemoteFile:
    return RemoteFile(link.name, refused=reason)
