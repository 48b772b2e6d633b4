"""The fourteen connectors, each with a small vendor: what happens there, and what is true of it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from cophub.connectors import (
    calendar,
    dgroupsarchive,
    feed,
    files,
    mailarchive,
    mailchimp,
    mailman,
    rest,
    sharepoint,
    singer,
    yammer,
)
from cophub.http import FileTokens, Limits
from cophub.sandbox import MailchimpSandbox, MicrosoftSandbox
from cophub.sync import SourceSpec
from tests.connectors.dgroupsarchive.server import KEY, SECRET
from tests.faults import api, cloud, post_office, shelf
from tests.sync import tenant_life, tools, tools_truth
from tests.sync.forked import Watched
from tests.sync.mailchimp_truth import assert_true as assert_true_of_newsletter
from tests.sync.rows import Rows
from tests.sync.tenant_syncer import tenant_settings
from tests.sync.tenant_truth import SMALL, there
from tests.sync.tenant_truth import assert_true as assert_true_of_tenant
from tests.sync.tools_truth import unlike

Box = Any
"""An emulated vendor: a Sandbox that lets the story know of each request."""
Facts = dict[str, tuple[set[Any], set[Any]]]
SOURCE = "source"
"""What every source of a story is called."""
TAP = Path(__file__).with_name("tap.py")


@dataclass(frozen=True)
class World:
    """A vendor with the connector that reads it."""

    connector: ModuleType
    make: Callable[[], Box]
    """The vendor as it is found, the same every time; not yet started."""
    settings: Callable[[Box], dict[str, Any]]
    later: tuple[Callable[[Box], object], ...]
    """What happens from one stage of a story to the next."""
    restless: Callable[[Box], object]
    """A little of it, while it is read."""
    untrue: Callable[[Box, Rows], list[str]]
    """What the warehouse lacks or has too much by the vendor's own account, in a few words."""
    token_ends: Callable[[Box], object] | None = None
    """Ends what was signed in with; where nothing ends, requests are answered 401."""
    sign_in: Callable[[Box, FileTokens], object] = lambda box, tokens: None
    spared: frozenset[str] = frozenset()
    """Answers that say something that is not so in a way that nobody could see through."""
    tells_late: bool = False
    """Whether a run that goes on where another broke off leaves it to the next to tell who left."""
    late: frozenset[str] = frozenset()
    """Tables and columns that depend on when something was read, where it changed meanwhile."""
    by_row: bool = True
    """Whether rows are the same whatever way they were read; else only what they tell."""
    settles: Callable[[Box], object] = lambda box: None
    """Time passes after what changed while it was read, so that the vendor tells of all of it."""
    sizes: dict[str, dict[str, int]] = field(default_factory=dict)
    """Constants of the connector's modules that are made small."""

    @property
    def stages(self) -> int:
        """In how many states of the vendor it is read."""
        return 1 + len(self.later)

    def spec(self, name: str, settings: dict[str, Any]) -> SourceSpec:
        """The source of that name."""
        (connector,) = self.connector.cophub_connectors()
        return SourceSpec(name, connector, connector.settings(**settings))

    def limits(self, tries: int) -> Limits:
        """The connector's own, without its pace: waiting takes no time here."""
        (connector,) = self.connector.cophub_connectors()
        pace = connector.limits or Limits()
        return replace(pace, rate=(), lanes=(), read_timeout=10.0, tries=tries)


def asserted(assert_true: Callable[[Rows, Box], None]) -> Callable[[Box, Rows], list[str]]:
    """The same as `untrue`, of what is asserted."""

    def untrue(box: Box, rows: Rows) -> list[str]:
        try:
            assert_true(rows, box)
        except AssertionError as error:
            return [f"not true of the vendor: {str(error)[:300] or 'an assertion'}"]
        return []

    return untrue


def told(facts: Callable[[Box, Rows], Facts]) -> Callable[[Box, Rows], list[str]]:
    """The same as `untrue`, of sets that must be alike."""

    def untrue(box: Box, rows: Rows) -> list[str]:
        found = [unlike(name, ours, theirs) for name, (ours, theirs) in facts(box, rows).items()]
        return [line for lines in found for line in lines]

    return untrue


# --- MailChimp


class Newsletter(Watched, MailchimpSandbox):
    """A small account."""


def newsletter() -> Newsletter:
    now = datetime(2026, 6, 1, tzinfo=UTC)
    return Newsletter(seed=5, people=60, audiences=3, years=0.15, now=now)


def newsletter_goes_on(box: Newsletter) -> None:
    """What an incremental run sees."""
    box.advance(days=3)


def contacts_are_deleted(box: Newsletter) -> None:
    """What only a whole read can see."""
    box.advance(days=9)
    audience = box.audiences[0]
    with box.changing():
        box.life.delete(audience, next(m for m in audience.members.values() if not m.gone))


def a_contact_changes(box: Newsletter) -> None:
    """Somebody is edited, somebody is archived, and by turns a campaign goes out."""
    box.advance(seconds=1)
    number = box.requests.total()
    with box.changing():
        audience = box.audiences[number % 2]
        members = [m for m in audience.members.values() if not m.gone]
        box.life.edit(audience, members[number % len(members)], vip=number % 3 == 0)
        box.life.archive(audience, members[-1 - number % 3])
        if number % 4 == 0:
            box.mailing.send_extra(audience)


# --- Microsoft


class Tenant(Watched, MicrosoftSandbox):
    """Two communities with their sites."""


def tenant() -> Tenant:
    return Tenant(**SMALL)


def of_tenant(source: str) -> dict[str, Any]:
    """What the two connectors of a tenant have in common."""

    def somebody_writes(box: Tenant) -> None:
        with box.changing():
            tenant_life.somebody_writes(box, box.requests.total())

    def signed_in(box: Tenant, tokens: FileTokens) -> None:
        tokens.set(f"{SOURCE}-microsoft", box.refresh_token(box.tenant.admin))

    return {
        "make": tenant,
        "settings": lambda box: tenant_settings(box, source),
        "later": (tenant_life.things_go, tenant_life.cursors_end),
        "restless": somebody_writes,
        "untrue": asserted(lambda rows, box: assert_true_of_tenant(source, rows, box)),
        "sign_in": signed_in,
        "settles": lambda box: box.advance(hours=1),
    }


# --- Dgroups, GoTo and Adobe Connect


def of_tool(name: str, **more: Any) -> dict[str, Any]:
    """What the harness of tests/sync knows of it."""
    tool = tools.TOOLS[name]
    return {
        "connector": tool.connector,
        "make": tool.made,
        "settings": tool.settings,
        "later": tool.later,
        "restless": tools.RESTLESS[name],
        "untrue": tools_truth.untrue,
        "settles": lambda box: box.advance(days=2),
        **more,
    }


def after_a_month(happens: Callable[[Box], object]) -> Callable[[Box], object]:
    """The same, so much later that whatever is read whole now and then is due again."""

    def later(box: Box) -> None:
        box.advance(days=31)
        happens(box)

    return later


# --- Those that keep documents


def of_table(box: shelf.Table, rows: Rows) -> Facts:
    names = {(row["key"], row["name"]) for row in rows["account"]}
    members = there(rows["membership"], "account")
    return {
        "member": (members, set(box.people)),
        "name": (names & set(box.people.items()), set(box.people.items())),
    }


def of_diary(box: shelf.Diary, rows: Rows) -> Facts:
    ours = {(row["title"], str(row["starts_at"])[:16]) for row in rows["event"]
            if not row["gone_at"]}  # fmt: skip
    single = {(f"Call {uid}", day) for uid, day in box.days.items()}
    weekly = {("Call weekly", 1 + 7 * week) for week in range(box.weekly)}
    theirs = {(title, str(shelf.START + shelf.timedelta(days=day))[:16])
              for title, day in single | weekly}  # fmt: skip
    return {"event": (ours, theirs)}


def of_mail_list(box: shelf.MailList, rows: Rows) -> Facts:
    said = {
        (f"m{number}@example.org", "What was meant" in mail.decode())
        for number, mail in box.mails.items()
    }
    ours = {(row["key"], "What was meant" in row["body"]) for row in rows["post"]}
    return {"post": (ours, said)}


def of_paper(box: shelf.Paper, rows: Rows) -> Facts:
    live = [row for row in rows["post"] if not row["gone_at"]]
    blog = box.blog
    comments = {int(row["key"].rpartition("-")[2].rpartition(":")[2])
                for row in live if row["kind"] == "comment"}  # fmt: skip
    return {
        "post": ({row["title"] for row in live if row["kind"] == "news"},
                 {f"Post \u2013 {number}" for number in blog.posts}),
        "comments": ({len(comments)}, {len(blog.comments)}),
    }  # fmt: skip


def of_cloud(box: cloud.Cloud, rows: Rows) -> Facts:
    def pairs(of: dict[str, dict[str, str]]) -> set[tuple[str, str]]:
        return {(path, key) for path, here in of.items() for key in here}

    return {
        "member": (there(rows["membership"], "space", "account"), pairs(box.members)),
        "event": (there(rows["event"], "space", "title"), titles(box.events)),
        "document": (there(rows["document"], "space", "title"), titles(box.papers)),
    }


def titles(of: dict[str, dict[str, str]]) -> set[tuple[str, str]]:
    """Everything by community and title."""
    return {(path, title) for path, here in of.items() for title in here.values()}


def of_post_office(box: post_office.PostOffice, rows: Rows) -> Facts:
    lists = {name: f"{name}.{post_office.HOST}" for name in post_office.LISTS}
    posts = {f"{name}.{number}@{post_office.HOST}" for name in lists for number in box.mails[name]}
    liked = {
        (f"{name}.{number}@{post_office.HOST}", count)
        for (name, number), count in box.likes.items()
        if number in box.mails[name]
    }
    live = [row for row in rows["post"] if not row["gone_at"]]
    likes = {(row["key"], row["reaction_count"]) for row in live if row["reaction_count"]}
    return {
        "member": (
            there(rows["membership"], "space", "account"),
            {(key, who) for name, key in lists.items() for who in box.people[name]},
        ),
        "post": (there(rows["post"], "key"), posts),
        "like": (likes, liked),
    }


def of_api(box: api.Api, rows: Rows) -> Facts:
    names = {(row["key"], row["name"]) for row in rows["account"]}
    members = {str(number): name for number, name in box.members.items()}
    return {
        "member": (there(rows["membership"], "account"), set(members)),
        "name": (names & members.items(), set(members.items())),
        "post": ({(row["key"], row["body"]) for row in rows["post"]},
                 {(f"{topic}-{said}", f"Said {said}") for topic, many in box.topics.items()
                  for said in range(many)}),
    }  # fmt: skip


def of_register(box: shelf.Register, rows: Rows) -> Facts:
    people = {(row["email"], row["full_name"]) for row in box.members.values()}
    names = {(row["key"], row["name"]) for row in rows["account"]}
    return {
        "member": (there(rows["membership"], "account"), {email for email, _ in people}),
        "name": (names & people, people),
    }


MEMBERS = {
    "record": "membership", "space": "cop",
    "columns": {"email": "email", "name": "full_name", "joined_at": "since"},
}  # fmt: skip
FALSE = frozenset({"truncated"})
"""Half of a table or of an archive is one that is shorter, and nothing tells the difference."""
WORLDS: dict[str, World] = {
    "adobeconnect": World(
        **of_tool("adobeconnect", token_ends=lambda box: box.expire()),
        sizes={"adobeconnect.client": {"PAGE": 12}},
    ),
    "calendar": World(
        calendar,
        shelf.Diary,
        lambda box: {
            "url": ["https://calendar.example.org/calls.ics"], "base_url": box.base_url,
            "space": "calls",
        },
        (shelf.the_diary_changes, shelf.the_diary_changes),
        shelf.a_call_moves,
        told(of_diary),
    ),
    "dgroups": World(
        # Events of long ago are read once in thirty days: by then they were, whatever happened.
        **of_tool("dgroups", later=(tools.groups_go_on, after_a_month(tools.a_group_ends))),
        sizes={"dgroups.client": {"PAGE": 15}, "dgroups.walking": {"PAGE": 15},
               "dgroups.adopting": {"PAGE": 15}, "dgroups.archive": {"WORTH": 60}},
    ),
    "dgroups-archive": World(
        dgroupsarchive,
        cloud.Cloud,
        lambda box: {
            "base_url": box.base_url, "key": KEY, "secret": SECRET,
            "communities": list(cloud.PATHS),
        },
        (cloud.the_cloud_changes, cloud.the_cloud_changes),
        cloud.somebody_joins,
        told(of_cloud),
    ),
    "feed": World(
        feed,
        shelf.Paper,
        lambda box: {
            "url": [shelf.HOME], "base_url": box.base_url, "space": "news", "kind": "wordpress",
        },
        (shelf.the_paper_goes_on, shelf.the_paper_goes_on),
        shelf.a_post_appears,
        told(of_paper),
        settles=lambda box: box.advance(hours=1),
        sizes={"feed.wordpress": {"PAGE": 8, "GLANCE": 4},
               "feed.collections": {"PAGE": 8, "GLANCE": 4}},
    ),
    "files": World(
        files,
        shelf.Table,
        lambda box: {
            "url": "https://example.org/members.csv", "base_url": box.base_url,
            "record": "membership", "space": "cop", "whole": True,
            "columns": {"email": "E-mail", "name": "Full name"},
        },
        (shelf.the_table_changes, shelf.the_table_changes),
        shelf.a_row_changes,
        told(of_table),
        spared=FALSE,
    ),
    "gotomeeting": World(
        **of_tool("gotomeeting", token_ends=lambda box: box.oauth.grants.clear()),
        sizes={"gotomeeting.webinarpages": {"SIZE": 7}},
    ),
    "mailarchive": World(
        mailarchive,
        shelf.MailList,
        lambda box: {
            "url": "https://lists.example.org/pipermail/cop/", "base_url": box.base_url,
            "list": "cop",
        },
        (shelf.the_list_goes_on, shelf.the_list_goes_on),
        shelf.a_mail_comes,
        told(of_mail_list),
        spared=FALSE,
        sizes={"mail.reader": {"_BETWEEN_CHECKPOINTS": 10}},
    ),
    "mailchimp": World(
        mailchimp,
        newsletter,
        lambda box: {"api_key": box.api_key, "base_url": box.base_url},
        (newsletter_goes_on, contacts_are_deleted),
        a_contact_changes,
        asserted(assert_true_of_newsletter),
        sizes={"mailchimp.campaigns": {"ACTIVITY_PAGE": 10}},
    ),
    "mailman": World(
        mailman,
        post_office.PostOffice,
        lambda box: {
            "base_url": box.base_url, "password": "restpass",
            "archive_url": f"{box.base_url}/archives",
        },
        (post_office.the_post_goes_on, post_office.the_post_goes_on),
        post_office.somebody_posts,
        told(of_post_office),
        # Of whom a roster names, a post does not say the name; who has left then has none.
        late=frozenset({"account.name"}),
        sizes={"mailman.core": {"PAGE": 10}, "mailman.archive": {"PAGE": 10}},
    ),
    "rest": World(
        rest,
        api.Api,
        lambda box: {"base_url": box.base_url, "streams": api.STREAMS},
        (api.the_api_goes_on, api.the_api_goes_on),
        api.something_is_said,
        told(of_api),
    ),
    "sharepoint": World(
        sharepoint,
        **of_tenant("intranet"),
        # Likes are asked for with what they are of, when that changed or it is its time.
        late=frozenset({"reaction", "post.reaction_count"}),
        sizes={"sharepoint.pages": {"CHUNK": 3}, "sharepoint.discussions": {"CHUNK": 3}},
    ),
    "singer": World(
        singer,
        shelf.Register,
        lambda box: {
            "command": [sys.executable, "-I", "-S", str(TAP)], "config": {"url": box.base_url},
            "streams": {"members": MEMBERS},
        },
        (shelf.the_register_changes, shelf.the_register_changes),
        shelf.a_member_enters,
        told(of_register),
        tells_late=True,
    ),
    "yammer": World(
        yammer,
        **of_tenant("yammer"),
        # Likes show in no list: a thread is read again for them at growing ages.
        late=frozenset({"reaction", "post.reaction_count"}),
    ),
}  # fmt: skip
"""By the connector's name."""


def make_small(name: str) -> None:
    """Let a few dozen rows be many pages, parcels and checkpoints; in this process alone."""
    from cophub.sync import writer

    writer.PARCEL_RECORDS = 20
    for module, constants in WORLDS[name].sizes.items():
        for constant, value in constants.items():
            found = import_module(f"cophub.connectors.{module}")
            getattr(found, constant)  # AttributeError for one that is not there any more
            setattr(found, constant, value)
