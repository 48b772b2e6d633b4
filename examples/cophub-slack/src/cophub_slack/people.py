"""Who is in the workspace: people, guests, bots, and those who were deactivated."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cophub import UNSET, Account, Item, Reject
from cophub.http import parse_each

from cophub_slack.client import PAGE, ClosedError, Ctx, Slack
from cophub_slack.payloads import OneUser, User, Users

SLACKBOT = "USLACKBOT"
"""Slack's own bot, of which Slack says that it is none."""


def people(ctx: Ctx, since: str | None) -> Iterator[Item]:
    """Everybody in the workspace, as `users.list` has them; nobody ever leaves that list.

    The address comes only with the scope users:read.email, and counts as verified where Slack says
    that it was confirmed. `status` is active, invited or deactivated.
    Source: `users.list`.
    """
    directory = ctx.once(Directory.read)
    yield from directory.rejects
    yield from parse_each(directory.users.values(), parse_user)


@dataclass
class Directory:
    """The users of a workspace; read once in a run."""

    users: dict[str, User] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """What people are called, by their ids."""

    @classmethod
    def read(cls, ctx: Ctx) -> "Directory":
        """All pages of it."""
        directory = cls()
        asked = ctx.once(Slack).pages("users.list", Users, include_locale="true", limit=PAGE)
        for page, rejects in asked:
            directory.users |= {user.id: user for user in page.members}
            directory.rejects += rejects
        directory.users = dict(sorted(directory.users.items()))
        directory.names = {key: called(user) for key, user in directory.users.items()}
        return directory


def stranger(ctx: Ctx, key: str) -> User | None:
    """Somebody of another workspace, who is in a shared channel; None where Slack hides them."""
    try:
        return ctx.once(Slack).get("users.info", OneUser, user=key, include_locale="true")[0].user
    except ClosedError:
        return None


def parse_user(user: User) -> Iterator[Item]:
    """The account of a user."""
    profile = user.profile
    account = Account(
        key=user.id,
        name=called(user),
        given_name=profile.first_name or None,
        family_name=profile.last_name or None,
        username=user.name,
        kind="bot" if is_bot(user) else "person",
        job_title=profile.title or None,
        timezone=user.tz,
        language=user.locale,
        status=_status(user),
        extra={"team": user.team_id, "display_name": profile.display_name or None},
    )
    if profile.email is not None:
        account.email = profile.email or None
        confirmed = user.is_email_confirmed
        account.email_verified = confirmed if confirmed is not None else UNSET
    if is_guest(user):
        account.extra = {**(account.extra or {}), "guest": True}
    yield account


def called(user: User) -> str:
    """The name by which people know a user."""
    profile = user.profile
    names = (profile.real_name, user.real_name, profile.display_name, user.name, user.id)
    return next(name for name in names if name)


def is_bot(user: User) -> bool:
    """Whether no person is behind it."""
    return bool(user.is_bot or user.is_workflow_bot) or user.id == SLACKBOT


def is_guest(user: User) -> bool:
    """Whether the user may see no more than the channels they were invited to."""
    return bool(user.is_restricted or user.is_ultra_restricted)


def _status(user: User) -> str:
    if user.deleted:
        return "deactivated"
    return "invited" if user.is_invited_user else "active"
