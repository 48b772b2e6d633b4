"""One run over the files: what changed is read, what did not is not opened."""

from collections.abc import Iterator
from dataclasses import dataclass

from cophub import Checkpoint, Context, Gone, Item, Reject
from cophub.connectors.files.bounds import UnreadableError
from cophub.connectors.files.cursor import Cursor, FileState, event_mark
from cophub.connectors.files.places import Place
from cophub.connectors.files.reading import FileReader, Report
from cophub.connectors.files.settings import FileMapping, Settings
from cophub.connectors.mapping.attendance import Roll
from cophub.connectors.mapping.fields import SCOPES, TYPES

_BETWEEN_CHECKPOINTS = 5_000
"""Rows."""


@dataclass
class Job:
    """A file that is to be read."""

    place: Place
    state: FileState
    skip: int = 0
    """Rows that an interrupted run has kept already."""
    again: bool = False
    """It did not change: it is read for what it shares with files that did."""


class FilesRun:
    """Reads files with one mapping; `items` is a run, `reports` says what it came to."""

    def __init__(self, ctx: Context[Settings], mapping: FileMapping, cursor: Cursor) -> None:
        self.ctx, self.mapping, self.cursor = ctx, mapping, cursor
        self.reports: list[Report] = []
        self.unreadable: list[tuple[str, str]] = []
        """Files that cannot be read, and why."""
        self.counts: dict[str, int] = {}
        """Records by table, where a dry run counts them."""
        self.rejected = 0
        self.roll = Roll()
        self._met: set[tuple[str, ...]] = set()
        self._spaces: dict[str, None] = {}
        self.doubtful = False
        """Whether a row or a file was rejected that may be about anybody."""
        self._attends = mapping.record == "attendance"
        self._places: list[Place] = []
        self._unended: list[Job] = []
        """Files of whole lists that were read, until it is told who is on none of them."""
        self._record = TYPES["membership" if mapping.record == "account" else mapping.record]

    def items(self, places: list[Place]) -> Iterator[Item]:
        """Everything that is new in these files, and who has left where they are the whole list."""
        before, self._places = self.cursor.encode(), places
        jobs = self._jobs(places)
        renamed = self.cursor.encode() != before
        gone = self._forget(places)
        if self.ctx.settings.whole and (gone or any(not job.again for job in jobs)):
            jobs = self._all(places)
        changed: set[str] = set()
        for number, job in enumerate(jobs):
            self.ctx.progress("files", number, len(jobs))
            yield from self._read(job, changed)
        if self._attends:
            yield from self._attendance(jobs, changed)
        if self.ctx.settings.whole and (jobs or gone):
            yield from self._absent()
            for job in self._unended:
                self._note(job)
        yield from (self._reject_file(name, reason) for name, reason in self.unreadable)
        if jobs or gone or renamed:
            yield self.cursor.checkpoint()

    # --- which files ---

    def _jobs(self, places: list[Place]) -> list[Job]:
        """The files to read: what changed, and what comes after it, so that the last one counts."""
        jobs: list[Job] = []
        for place in places:
            known = self.cursor.files.get(place.name)
            try:
                job = self._job(place, known)
            except OSError as error:
                self.unreadable.append((place.name, f"cannot be read: {error.strerror or error}"))
                continue
            if job is not None:
                jobs.append(job)
            elif jobs and not self._attends:
                # Where two files tell of one person, the later one counts, in whatever order
                # they were changed.
                jobs.append(Job(place, self.cursor.files[place.name], again=True))
        return jobs

    def _job(self, place: Place, known: FileState | None) -> Job | None:
        stamp = place.stamp()
        if known is not None and not known.done and known.stamp == stamp:
            return None
        digest = place.digest()
        new = FileState(digest, stamp, etag=place.etag, modified=place.modified)
        if known is not None and known.digest == digest:
            if not known.done:
                known.stamp, known.etag, known.modified = stamp, place.etag, place.modified
                return None
            return Job(place, new, skip=known.done)
        if (twin := self.cursor.twin(digest)) and self.ctx.settings.file_name is None:
            # The same file under another name tells nothing new.
            self.cursor.files[place.name] = FileState(digest, stamp, events=twin.events)
            return None
        return Job(place, new)

    def _all(self, places: list[Place]) -> list[Job]:
        """Every file that can be read: a whole list has to be seen whole."""
        bad = {name for name, _ in self.unreadable}
        jobs = []
        for place in places:
            if place.name not in bad:
                known = self.cursor.files.get(place.name)
                state = FileState(
                    place.digest(), place.stamp(), etag=place.etag, modified=place.modified
                )
                skip = known.done if known and known.digest == state.digest else 0
                jobs.append(Job(place, state, skip=skip))
        return jobs

    def _forget(self, places: list[Place]) -> bool:
        """Whether a file that was read is no longer there."""
        there = {place.name for place in places}
        here = {self.cursor.files[name].digest for name in there & self.cursor.files.keys()}
        missing = self.cursor.files.keys() - there
        lost = any(self.cursor.files[name].digest not in here for name in missing)
        for name in missing:
            del self.cursor.files[name]
        return lost

    # --- reading ---

    def _read(self, job: Job, changed: set[str]) -> Iterator[Item]:
        settings, name = self.ctx.settings, job.place.name
        reader = FileReader(
            name, job.place.path, settings, self.mapping, self.ctx.source, self.roll
        )
        reader.spaces = self._spaces
        last = job.skip
        try:
            for item in reader.items(job.skip):
                yield item
                if reader.done - last >= _BETWEEN_CHECKPOINTS and not self._attends:
                    last = reader.done
                    yield self._part(job, reader.done)
        except (UnreadableError, OSError) as error:
            self.roll.drop()
            reason = (
                str(error) if isinstance(error, UnreadableError) else f"cannot be read: {error}"
            )
            self.unreadable.append((name, reason))
            self.cursor.files.pop(name, None)
            self.doubtful = True
            return
        finally:
            self.reports += reader.reports
        self._met |= reader.met
        self.doubtful = self.doubtful or reader.doubtful
        job.state.events = sorted(map(event_mark, reader.events))
        if self._attends:
            changed |= reader.events
            known = self.cursor.files.get(name)
            # What was on the file before may stand on another one still.
            changed |= {f"mark:{mark}" for mark in (known.events if known else ())}
            self._note(job)
            return
        if settings.whole:
            # Killed before it is said who is gone, the next run reads it again to say so.
            self._unended.append(job)
            yield self._part(job, max(reader.done, 1))
            return
        self._note(job)
        yield self.cursor.checkpoint()

    def _part(self, job: Job, done: int) -> Checkpoint:
        self.cursor.files[job.place.name] = FileState(job.state.digest, job.state.stamp, done=done)
        return self.cursor.checkpoint()

    def _note(self, job: Job) -> None:
        self.cursor.files[job.place.name] = job.state

    def _attendance(self, jobs: list[Job], changed: set[str]) -> Iterator[Item]:
        """Who was there, with what unchanged files tell of the same events."""
        marks = {m.removeprefix("mark:") for m in changed if m.startswith("mark:")}
        events = {key for key in changed if not key.startswith("mark:")}
        marks |= set(map(event_mark, events))
        read = {job.place.name for job in jobs}
        for name, state in self.cursor.files.items():
            if name not in read and marks & set(state.events):
                yield from self._companion(name)
        shared = {key for key in self.roll.calls if event_mark(key) in marks}
        for key in shared:
            self._met |= {(key, *pair) for pair in self.roll.keys(key)}
        yield from self.roll.items(shared)

    def _companion(self, name: str) -> Iterator[Item]:
        """Read a file that did not change into the roll; its records come with the events."""
        place = next((one for one in self._places if one.name == name), None)
        if place is None:
            return
        reader = FileReader(
            name, place.path, self.ctx.settings, self.mapping, self.ctx.source, self.roll
        )
        reader.spaces = self._spaces
        try:
            for _ in reader.items():
                pass
        except (UnreadableError, OSError) as error:
            self.roll.drop()
            self.doubtful = True
            yield self._reject_file(name, f"cannot be read: {error}")

    # --- who is gone, and what cannot be read ---

    def _absent(self) -> Iterator[Item]:
        """End what no row told, unless a row or a file that cannot be read may have told it."""
        scope = SCOPES.get(self.mapping.record)
        if scope is None or self.doubtful or self.unreadable:
            return
        groups: dict[str, list[tuple[str, ...]]] = {}
        for group, *key in self._met_keys():
            groups.setdefault(group, []).append(tuple(key))
        for group in dict.fromkeys([*self.cursor.spaces, *groups]):
            keys = groups.get(group, [])
            but = tuple(key[0] if len(key) == 1 else key for key in keys)
            yield Gone(record=self._record, where={scope: group}, but=but)
        self.cursor.spaces = sorted(groups)

    def _met_keys(self) -> Iterator[tuple[str, ...]]:
        is_member = self.mapping.record in ("account", "membership")
        for met in self._met:
            # A membership is its space and its account.
            yield (met[0], *met) if is_member else met

    def _reject_file(self, name: str, reason: str) -> Reject:
        record = TYPES[self.mapping.record].__name__
        return Reject(reason=f"{name}: {reason}", record=record, key=name)


__all__ = ["FilesRun", "Job"]
