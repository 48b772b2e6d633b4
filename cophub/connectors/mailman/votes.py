"""The stream of votes: how many readers liked a message, which only HyperKitty's API tells."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec

from cophub import AuthError, Context, Item, Post, Reject, SourceUnavailable
from cophub.connectors.mailman.archive import Archive, key_of
from cophub.connectors.mailman.lists import Taken, all_taken, config_of
from cophub.connectors.mailman.payloads import Thread, instant
from cophub.connectors.mailman.settings import Settings
from cophub.connectors.state import State

Ctx = Context[Settings]


class VotesRead(State):
    """The stream's cursor: per list the threads with votes, and their totals."""

    votes: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)


def votes(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """The likes of each message, as its `reaction_count`, in threads whose total of votes changed.

    Threads come with the latest active first; after the first run, those are asked for that were
    active within `votes_days`. A like and a dislike that came since the last run hide one another.
    Source: HyperKitty's `/api/list/{address}/threads/`, `…/thread/{id}/emails/`, `…/email/{hash}/`.
    """
    if not ctx.settings.archive:
        return
    position, archive = VotesRead.read(since), Archive(ctx)
    failure: AuthError | SourceUnavailable | None = None
    for one in all_taken(ctx)[0]:
        if config_of(ctx, one).archive_policy == "never":
            continue
        try:
            if archive.has(one.address):
                yield from _votes_of(ctx, archive, one, position)
        except (AuthError, SourceUnavailable) as error:
            failure = failure or error
    if failure is not None:
        raise failure


def _votes_of(ctx: Ctx, archive: Archive, one: Taken, position: VotesRead) -> Iterator[Item]:
    known = position.votes.get(one.key)
    oldest = None if known is None else ctx.now - timedelta(days=ctx.settings.votes_days)
    totals = dict(known or {})
    for page, rejects in archive.threads(one.address):
        yield from rejects
        for thread in page.results:
            if thread.votes_total != totals.get(thread.thread_id, 0):
                likes = list(_likes(ctx, archive, one, thread))
                yield from likes
                if not any(isinstance(item, Reject) for item in likes):  # else asked for again
                    totals[thread.thread_id] = thread.votes_total
        last = instant(page.results[-1].date_active) if page.results else None
        if oldest and last and last < oldest:
            break
    position.votes[one.key] = {thread: total for thread, total in totals.items() if total}
    yield position.checkpoint()


def _likes(ctx: Ctx, archive: Archive, one: Taken, thread: Thread) -> Iterator[Item]:
    """The likes of each message of a thread: a call for each."""
    emails, rejects = archive.emails_of(one.address, thread)
    yield from rejects
    marks = [email.message_id_hash for email in emails]
    for email in ctx.map(lambda mark: archive.email(one.address, mark), marks):
        if isinstance(email, Reject):
            yield email
        elif email.votes is not None:
            yield Post(key=key_of(email.message_id), reaction_count=email.votes.likes)
