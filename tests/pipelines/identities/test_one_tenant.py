"""The people of one tenant, by whatever door they are seen, and those of a newsletter beside it."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from identities_parts.metrics import score

from cophub import Connector
from cophub.connectors import mailchimp, sharepoint, yammer
from cophub.http import Limits, MemoryTokens, Transport
from cophub.pipelines.identities import cophub_pipelines
from cophub.sandbox import MailchimpSandbox, MicrosoftSandbox
from cophub.sandbox.mailchimp import KEY
from cophub.sandbox.microsoft.tenant import User
from cophub.sync import RunResult, SourceSpec, SyncEngine, Wish
from cophub.warehouse import Warehouse
from tests.sizes import sized

IDENTITIES = cophub_pipelines()[0]
WAYS = {
    "y-rest": ["rest"],
    "y-graph": ["graph"],
    "y-export": ["export"],
    "y-all": ["rest", "graph", "export"],
}
TENANT = ("intranet", *WAYS)


class Vendors(NamedTuple):
    """Two vendors of one world: many of its people are known to both."""

    tenant: MicrosoftSandbox
    news: MailchimpSandbox


@pytest.fixture(scope="module")
def vendors() -> Iterator[Vendors]:
    """200 people in 4 communities, and the same in 4 audiences, over a year and a half."""
    now = datetime(2026, 6, 1, tzinfo=UTC)
    world: dict[str, Any] = {"seed": 7, "people": 200, "years": 1.5, "now": now}
    with (
        MicrosoftSandbox(communities=4, messages=150, list_items=100, **world) as tenant,
        MailchimpSandbox(audiences=4, **world) as news,
    ):
        yield Vendors(tenant, news)


Sync = Callable[..., list[RunResult]]


@pytest.fixture
def sync(vendors: Vendors, warehouse: Warehouse, tmp_path: Path) -> Sync:
    """`sync("intranet", "y-rest")`: one run of each of these sources."""
    return syncing(vendors, warehouse, tmp_path)


def syncing(vendors: Vendors, warehouse: Warehouse, folder: Path, *, secret: bool = False) -> Sync:
    """What runs sources of these vendors; SharePoint by a certificate, or by a client secret."""
    tenant, news = vendors
    export = folder / "export"
    export.mkdir()
    tenant.yammer.write_export(
        export / "all.zip", datetime.fromtimestamp(tenant.world.start, UTC), tenant.now
    )
    specs = {spec.name: spec for spec in sources(tenant, news, export, secret=secret)}
    tokens = {name: MemoryTokens() for name in specs}
    for name in WAYS:
        tokens[name].set(f"{name}-microsoft", tenant.refresh_token(tenant.tenant.admin))
    engine = SyncEngine(
        warehouse,
        now=lambda: tenant.now,
        tokens=lambda source: tokens[source],
        transport=lambda spec: Transport(Limits(concurrency=4), sleep=lambda seconds: None),
    )

    def run(*names: str) -> list[RunResult]:
        wish = Wish(accept_departures=True)
        results = [engine.sync_one(specs[name], wish) for name in names]
        for result in results:
            assert result.state == "done", [stream.error for stream in result.streams]
        return results

    return run


def sources(
    tenant: MicrosoftSandbox, news: MailchimpSandbox, export: Path, *, secret: bool
) -> Iterator[SourceSpec]:
    """A SharePoint, four Yammers that each read the same network their way, and a MailChimp."""
    app = {
        "tenant": tenant.tenant_id,
        "client_id": tenant.client_id,
        "base_url": tenant.base_url,
    }
    first, *others = (tenant.site_url(n) for n in range(len(tenant.tenant.communities)))
    sites: dict[str, Any] = {"site_url": first, "sites": others}
    key = {"client_secret": tenant.client_secret} if secret else {"certificate": tenant.certificate}
    yield source("intranet", sharepoint, **app, **sites, **key)
    for name, ways in WAYS.items():
        more = {"client_secret": tenant.client_secret, "export_path": export, "ways": ways}
        yield source(name, yammer, **app, **more)
    yield source("newsletter", mailchimp, api_key=KEY, base_url=news.base_url)


def source(name: str, module: Any, **settings: Any) -> SourceSpec:
    """A source of a connector's module."""
    connector: Connector = module.cophub_connectors()[0]
    return SourceSpec(name, connector, connector.settings(**settings))


def humans(tenant: MicrosoftSandbox) -> dict[str, User]:
    """Everybody whom the directory has or had, by each key that an account of theirs may have."""
    found = {}
    for user in [*tenant.tenant.users.values(), *tenant.tenant.gone.values()]:
        found |= {user.id: user, str(user.yammer_id): user}
    return found


def held(people: dict[str, str], known: dict[str, User]) -> dict[str, set[str]]:
    """The accounts of each human of the tenant, as `source:key`, by directory id."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name in people:
        of, _, key = name.partition(":")
        if of in TENANT and key in known:
            found[known[key].id].add(name)
    return found


@pytest.mark.parametrize("dialect", sized(["sqlite"], ["sqlite", "postgresql"]))
@pytest.mark.parametrize(
    "yammers", [*sized([[*WAYS][:1]], [[name] for name in WAYS]), list(WAYS)], ids=" ".join
)
def test_everybody_of_a_tenant_is_one_person_with_one_account_for_each_source(
    vendors: Vendors, sync: Sync, rows: Any, run: Callable, yammers: list[str]
) -> None:
    """Members and guests, by each way to Yammer alone and by all of them beside one another."""
    sync("intranet", *yammers, "newsletter")
    run(IDENTITIES)
    known, people = humans(vendors.tenant), rows.people()
    directory = vendors.tenant.tenant
    here = {guid for group in directory.communities for guid in group.members}
    assert sum(directory.users[guid].guest for guid in here) > 20
    assert sum(not directory.users[guid].guest for guid in here) > 8
    accounts = held(people, known)
    kind = {row["id"]: row["kind"] for row in rows.all("person")}
    for guid in here:
        assert {name.partition(":")[0] for name in accounts[guid]} == {"intranet", *yammers}
        assert len(accounts[guid]) == 1 + len(yammers)
        theirs = {people[name] for name in accounts[guid]}
        nobody = {kind[person] for person in theirs} == {"role_mailbox"}
        assert nobody == known[guid].address.startswith("admin@")
        assert len(theirs) == 1 or nobody
    whose: defaultdict[str, set[str]] = defaultdict(set)
    for guid, names in accounts.items():
        for name in names:
            whose[people[name]].add(guid)
    assert all(len(guids) == 1 for guids in whose.values()), "two humans are never one person"


@pytest.mark.parametrize("dialect", sized(["sqlite"], ["sqlite", "postgresql"]))
def test_people_are_those_of_the_world(
    vendors: Vendors, sync: Sync, rows: Any, run: Callable
) -> None:
    """Also who uses a private address for the newsletter, and partners of an external network."""
    sync(*TENANT, "newsletter")
    run(IDENTITIES)
    known, people = humans(vendors.tenant), rows.people()
    reader = {
        member["email"].lower(): member["person"]
        for audience in vendors.news.truth()["audiences"].values()
        for member in audience["members"].values()
    }
    expected: dict[str, object] = {}
    for row in rows.all("account"):
        name = f"{row['source']}:{row['key']}"
        if row["source"] == "newsletter":
            person = reader.get((row["email"] or "").lower())
        else:
            person = known[row["key"]].person if row["key"] in known else None
        expected[name] = name if person is None else person
    assert people.keys() == expected.keys()
    names = sorted(people)
    figures = score([expected[name] for name in names], [people[name] for name in names])
    assert figures.precision >= 0.99, figures
    assert figures.recall >= 0.95, figures
    news = {people[name] for name in people if name.startswith("newsletter:")}
    both = {people[name] for name in people if name.partition(":")[0] in TENANT} & news
    assert len(both) > 100, "the address alone finds 80"


@pytest.mark.parametrize("dialect", sized(["postgresql"], ["sqlite", "postgresql"]))
def test_a_second_sync_rewrites_no_account_and_no_person(
    sync: Sync, rows: Any, run: Callable
) -> None:
    sync(*TENANT)
    run(IDENTITIES)
    before = rows.all("account")
    rows.alarm("account", "person", "person_account", "person_history")
    for result in sync(*TENANT):
        counts = [(one.stream, one.new, one.changed) for one in result.streams]
        assert all(one[1:] == (0, 0) for one in counts if one[0] == "members"), counts
    run(IDENTITIES)
    assert rows.all("account") == before


@pytest.mark.parametrize(
    ("dialect", "secret"),
    sized(
        [("postgresql", True)],
        [(each, secret) for each in ("sqlite", "postgresql") for secret in (False, True)],
    ),
)
def test_while_people_come_go_and_marry_no_row_changes_with_whoever_spoke_last(
    rows: Any, warehouse: Warehouse, tmp_path: Path, run: Callable, secret: bool
) -> None:
    """Months go by; each time a second sync has nothing to write, and the members are one."""
    world: dict[str, Any] = {"seed": 3, "people": 80, "years": 0.7}
    with (
        MicrosoftSandbox(communities=3, messages=80, list_items=40, **world) as tenant,
        MailchimpSandbox(audiences=1, **world) as news,
    ):
        sync = syncing(Vendors(tenant, news), warehouse, tmp_path, secret=secret)
        names = ("intranet", "y-rest", "y-graph")
        sync(*names)
        for _ in range(3):
            tenant.advance(days=25)
            with tenant.changing():
                everybody = list(tenant.tenant.users.values())
                renamed = next(user for user in everybody if not user.guest and user.person)
                tenant.tenant.rename(renamed, f"{renamed.family}son")
            sync(*names)
            before = rows.all("account")
            sync(*names)
            assert rows.all("account") == before
            run(IDENTITIES)
            people, known = rows.people(), humans(tenant)
            accounts = held(people, known)
            kind = {row["id"]: row["kind"] for row in rows.all("person")}
            for group in tenant.tenant.communities:
                for guid in group.members:
                    theirs = {people[name] for name in accounts[guid]}
                    assert len(theirs) == 1 or {kind[one] for one in theirs} == {"role_mailbox"}
                    assert len(accounts[guid]) == len(names)
