"""The stream of an archive's posts, and what can be said before it is read."""

from collections import Counter
from collections.abc import Iterator, Mapping

from cophub import Context, CophubError, CursorExpired, Estimate, Item, Space, Verdict
from cophub.connectors.mail.cursor import Counts, Cursor
from cophub.connectors.mail.reader import Reader
from cophub.connectors.mail.reading import Tally, Trouble, read_messages
from cophub.connectors.mail.text import find_tag
from cophub.connectors.mailarchive.pipermail import WebArchive
from cophub.connectors.mailarchive.places import LocalFile, local_files
from cophub.connectors.mailarchive.settings import Settings

_BYTES_A_MESSAGE = 2500


def posts(ctx: Context[Settings], since: str | None) -> Iterator[Item]:
    """The list, its senders and every message that its archive got since the last run.

    Yields a Space with `native_post_count` (true messages, repeats among them), an Account for
    each sender and a Post for each Message-ID: of messages that share one, the first is kept and
    the others are counted in the space's `extra`. `since` holds the files as they were read and
    who answers whom; files that are as they were are not opened. A file that cannot be read is a
    Reject in every run until it can; the others are read.
    Raises ConfigError when there is no archive, AuthError when it asks for a login, and
    SourceUnavailable when the web archive stops answering, after keeping what it gave.
    """
    settings = ctx.settings
    cursor = Cursor.read_of(since, settings.checksum())
    reader = _reader(ctx, cursor)

    def head(files: int, counts: Counts) -> Iterator[Item]:
        yield _space(settings, files, counts)

    if settings.path is not None:
        yield from reader.read(local_files(settings.path), head)
        return
    archive = WebArchive(ctx)
    yield from reader.read(archive.files(cursor.files), head)
    if archive.failure is not None:
        raise archive.failure


def _reader(ctx: Context[Settings], cursor: Cursor) -> Reader:
    return Reader(ctx, cursor, ctx.settings.rules(ctx.now), ctx.settings.bounds())


def _space(settings: Settings, files: int, counts: Counts) -> Space:
    """The list, with what its files hold: `native_post_count` is true messages."""
    space = Space(key=settings.list, kind="list", title=settings.title or settings.list)
    space.visibility = settings.seen_by()
    space.native_post_count = counts.messages
    space.extra = {
        "files": files,
        "repeated_ids": counts.repeats,
        "repeats_with_another_text": counts.other_texts,
        "look_alike_separators": counts.look_alikes,
        "cut_off": counts.cut,
    }
    if settings.url:
        space.url = str(settings.url)
    return space


def check(ctx: Context[Settings]) -> Iterator[Verdict]:
    """Whether the archive is there, and whether each of its files may be opened."""
    try:
        yield from _check_local(ctx) if ctx.settings.path else _check_web(ctx)
    except CophubError as error:
        yield Verdict("posts", "failed", str(error), "Correct path or url of this source.")


def _check_local(ctx: Context[Settings]) -> Iterator[Verdict]:
    files = local_files(str(ctx.settings.path))
    if not files:
        yield Verdict(
            "posts", "warning", f'the folder "{ctx.settings.path}" is empty',
            "Let the list server write its archive there.",
        )  # fmt: skip
        return
    good = 0
    for file in files:
        trouble = _first_trouble(ctx, file)
        good += not trouble
        if trouble:
            fix = "Make it readable for the account cophub runs as, or take it out of the folder."
            yield Verdict("posts", "warning" if len(files) > 1 else "failed", trouble, fix)
    if good:
        yield Verdict("posts", "ok", f"{good} of {len(files)} files can be read")


def _first_trouble(ctx: Context[Settings], file: LocalFile) -> str:
    """Why the first message of a file cannot be read; empty when it can."""
    try:
        with file.open() as content:
            size = file.path.stat().st_size
            first = next(
                read_messages(content, file.name, size, ctx.settings.bounds(), Tally()), None
            )
    except OSError as error:
        return f"{file.name}: cannot be read: {error.strerror or error}"
    return f"{first.where}: {first.reason}" if isinstance(first, Trouble) else ""


def _check_web(ctx: Context[Settings]) -> Iterator[Verdict]:
    links = WebArchive(ctx).links()
    if links:
        yield Verdict("posts", "ok", f"{len(links)} files, {links[0].name} to {links[-1].name}")
    else:
        yield Verdict(
            "posts", "failed", f"{ctx.settings.url} links no .txt, .txt.gz or .mbox file",
            "Give the address of the archive's index page, such as"
            " https://lists.example.org/pipermail/mercop/",
        )  # fmt: skip


def discover(ctx: Context[Settings]) -> Iterator[Space]:
    """The list; from files also with its true messages counted, and the tag its subjects carry."""
    settings = ctx.settings
    if settings.path is None:
        links = WebArchive(ctx).links()
        space = Space(key=settings.list, kind="list", title=settings.title or settings.list)
        space.url = str(settings.url)
        space.extra = {"files": [link.name for link in links]}
        yield space
        return
    files = local_files(settings.path)
    space = _space(settings, *_reader(ctx, Cursor(settings="")).count(files))
    if tag := _common_tag(ctx, files):
        space.extra = {**(space.extra or {}), "subject_tag": tag}
    yield space


def _common_tag(ctx: Context[Settings], files: list[LocalFile]) -> str | None:
    """The tag that most subjects of the newest file carry."""
    tags: Counter[str | None] = Counter()
    for file in files[-1:]:
        try:
            with file.open() as content:
                size = file.path.stat().st_size
                for raw in read_messages(content, "", size, ctx.settings.bounds(), Tally()):
                    if not isinstance(raw, Trouble):
                        tags[find_tag(raw.data, ctx.settings.charset)] += 1
        except OSError:
            return None
    tag, count = tags.most_common(1)[0] if tags else (None, 0)
    return tag if count * 2 > tags.total() else None


def estimate(ctx: Context[Settings], cursors: Mapping[str, str | None]) -> Iterator[Estimate]:
    """What the next run would fetch: requests on the web, about how many messages on disk."""
    known = _known(ctx, cursors.get("posts"))
    if ctx.settings.path is None:
        links = WebArchive(ctx).links()
        ask = [
            link for link in links if not (state := known.files.get(link.name)) or not state.settled
        ]
        sign_in = 1 if ctx.settings.username else 0
        note = f"{len(ask)} of {len(links)} files are asked for"
        yield Estimate("posts", requests=1 + sign_in + len(ask), note=note)
        return
    files = local_files(ctx.settings.path)
    new = [_new_bytes(file, known) for file in files]
    count = sum(size > 0 for size in new)
    note = f"{count} of {len(files)} files changed"
    note += "; the rows are guessed by their size" if count else ""
    yield Estimate("posts", requests=0, rows=-(-sum(new) // _BYTES_A_MESSAGE), note=note)


def _known(ctx: Context[Settings], cursor: str | None) -> Cursor:
    try:
        return Cursor.read_of(cursor, ctx.settings.checksum())
    except CursorExpired:
        return Cursor(settings="")


def _new_bytes(file: LocalFile, known: Cursor) -> int:
    """About how many bytes of mail are new in a file, unpacked."""
    state = known.files.get(file.name)
    try:
        found = file.path.stat()
    except OSError:
        return 0
    stamp = [found.st_size, found.st_mtime_ns, found.st_ctime_ns]
    if state and (state.stamp == stamp or (file.is_maildir and not state.done)):
        return 0
    packed = 3 if file.name.endswith((".gz", ".zip")) else 1
    start = state.offset if state and found.st_size > (state.stamp or [0])[0] else 0
    return max(1, (found.st_size - start) * packed)
