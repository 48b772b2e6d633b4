"""The stream of messages, out of each list's archive."""

from collections.abc import Iterator
from datetime import date

import msgspec

from cophub import (
    UNSET,
    Account,
    AuthError,
    Checkpoint,
    Context,
    Gone,
    Item,
    Post,
    SourceUnavailable,
    Space,
)
from cophub.connectors.mail.addresses import Sender
from cophub.connectors.mail.cursor import Counts, Cursor
from cophub.connectors.mail.dates import window as dates_from
from cophub.connectors.mail.message import Rules, tag_key
from cophub.connectors.mail.reader import Reader, account_of
from cophub.connectors.mail.threading import NOWHERE
from cophub.connectors.mailman.archive import Archive
from cophub.connectors.mailman.lists import Taken, all_taken, config_of
from cophub.connectors.mailman.payloads import ListConfig
from cophub.connectors.mailman.roster import roster_of
from cophub.connectors.mailman.settings import Settings
from cophub.connectors.mailman.windows import Export, MonthFile, first_month, unsettled, windows
from cophub.connectors.state import StateOf

Ctx = Context[Settings]

AT_ONCE = 24
"""Months that are fetched before their messages are kept."""

NOBODY = "name:none"
"""The sender of what HyperKitty's import took for a message though it has no From."""


class ArchiveRead(msgspec.Struct):
    """One list's archive as it was when it was last read."""

    mail: Cursor
    begin: str = ""
    """The first month that is read by itself, as a day."""
    count: int = -1
    """Messages that HyperKitty said there were; -1 while a read of them has not ended."""
    newest: str = ""
    """The mark of the message that came last."""
    lost: list[str] = []
    """Keys of messages that are in no month any more; they may turn up in one not read yet."""
    adrift: int = 0
    """Messages that HyperKitty counts and does not hand out, or the other way round."""


class Archives(StateOf):
    """The cursor of the messages: every archive that was read."""

    archives: dict[str, ArchiveRead] = msgspec.field(default_factory=dict)


def posts(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Every message of each list's archive, with its thread; who wrote it, and how many there are.

    An archive that has as many messages as before, with the same last one, is not asked for more.
    Else the running and the last month are, and those not read yet; where their number does not
    come to HyperKitty's, all are: then messages came late, or were deleted.
    An archive that is closed to the login stops no other; it is told when the others are read.
    Source: HyperKitty's `/list/{address}/export/` by months, `/api/list/{address}/emails/`.
    """
    if not ctx.settings.archive:
        return
    position = Archives.read_of(since, checksum(ctx.settings))
    archive = Archive(ctx)
    failure: AuthError | SourceUnavailable | None = None
    for one in all_taken(ctx)[0]:
        if config_of(ctx, one).archive_policy == "never":
            continue
        try:
            yield from _OneArchive(ctx, archive, one, position).read()
        except (AuthError, SourceUnavailable) as error:
            failure = failure or error
    if failure is not None:
        raise failure


def checksum(settings: Settings) -> str:
    """Of the settings that posts depend on."""
    import zlib

    names = {"bodies", "body_limit", "charset"}
    text = f"{settings.archive} {settings.model_dump_json(include=names)}"
    return f"{zlib.crc32(text.encode()):08x}"


class _OneArchive:
    """One run over the archive of one list."""

    def __init__(self, ctx: Ctx, archive: Archive, one: Taken, position: Archives) -> None:
        self.ctx, self.archive, self.one, self.position = ctx, archive, one, position
        self.rules = rules_of(ctx, one, config_of(ctx, one))
        self.refused = False

    def read(self) -> Iterator[Item]:
        """What is new in it."""
        address = self.one.address
        state = self.position.archives.get(self.one.key)
        if not self.archive.has(address):
            return  # nobody has posted yet
        count, newest, rejects = self.archive.newest(address)
        yield from rejects
        is_first = state is None
        if state is None:
            begin = first_month(self.archive, address, count, self.ctx.now.date())
            state = ArchiveRead(Cursor(settings=""), begin.isoformat())
        if (state.count, state.newest) == (count, newest):
            return
        state.count = -1
        self.position.archives[self.one.key] = state
        yield from self._months(state, again=False)
        if not (is_first or self.refused) and count - _held(state) != state.adrift:
            yield from self._months(state, again=True)
        yield Space(key=self.one.key, native_post_count=count)
        for key in state.lost:
            yield Gone(record=Post, where={"key": key})
        state.lost = []
        if not self.refused:  # what could not be read is asked for, and said, in every run
            state.count, state.newest, state.adrift = count, newest, count - _held(state)
        yield self.position.checkpoint()

    def _months(self, state: ArchiveRead, *, again: bool) -> Iterator[Item]:
        """What is new in the months that may have changed; `again`: in all of them.

        They are read some at a time, so that a first read that is stopped goes on from there.
        """
        export = Export(self.ctx, self.archive, self.one.address)
        every = windows(date.fromisoformat(state.begin), self.ctx.now.date())
        wanted = every if again else unsettled(every, state.mail.files)
        for start in range(0, len(wanted), AT_ONCE):
            yield from self._read(state, export.files(every, wanted[start : start + AT_ONCE]))
            if export.failure is not None:
                raise export.failure
        self.refused = export.refused

    def _read(self, state: ArchiveRead, files: Iterator[MonthFile]) -> Iterator[Item]:
        bounds = self.ctx.settings.bounds()
        reader = Reader(self.ctx, state.mail, self.rules, bounds, self._account)
        lost = set(state.lost)
        for item in reader.read(files, _nothing):
            if isinstance(item, Checkpoint):
                filed = {one.key for one in reader.index.by_key.values() if one.file != NOWHERE}
                state.lost = sorted((lost | reader.lost) - filed)
                yield self.position.checkpoint()
            elif not (isinstance(item, Account) and item.key == NOBODY):
                yield self._with_page(item) if isinstance(item, Post) else item

    def _with_page(self, post: Post) -> Post:
        """A message with its page in the archive; one whose thread changed is left as it is."""
        if post.posted_at:
            post.url = self.archive.page_of(self.one.address, str(post.key))
        if post.account == NOBODY:
            post.account = post.author_name = None
        return post

    def _account(self, sender: Sender) -> Account:
        """A sender; of whom a roster names, it says the name, and whether the address is theirs."""
        account = account_of(sender)
        account.email_verified = UNSET
        if sender.key in self.ctx.once(_named):
            account.name = UNSET
        return account


def rules_of(ctx: Ctx, one: Taken, config: ListConfig) -> Rules:
    """How the messages of a list become posts."""
    tags = {tag_key(config.subject_prefix or ""), tag_key(one.address.partition("@")[0])}
    return Rules(
        space=one.key,
        charset=ctx.settings.charset,
        tags=frozenset(tags - {""}),
        keep_bodies=ctx.settings.bodies,
        body_limit=ctx.settings.body_limit,
        own=frozenset({one.address.lower()}),
        window=dates_from(None, ctx.now),
    )


def _named(ctx: Ctx) -> set[str]:
    """Addresses that a roster gives a name with."""
    taken = all_taken(ctx)[0] if ctx.settings.password else []
    rosters = [roster_of(ctx, one.key).people.values() for one in taken]
    return {one.email for people in rosters for one in people if one.name}


def _held(state: ArchiveRead) -> int:
    """How many messages were found in all that was read."""
    return sum(file.counts.messages for file in state.mail.files.values())


def _nothing(files: int, counts: Counts) -> Iterator[Item]:
    """The list itself is another stream's."""
    return iter(())
