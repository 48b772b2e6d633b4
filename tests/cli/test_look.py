"""`status`, `runs`, `rejects`, `people`, `communities`: the warehouse as a person sees it."""

import re
from collections.abc import Callable, Iterator

import pytest

from cophub.cli import show

from .conftest import CONFIG, MBOX, Answer, Folder

Call = Callable[..., Answer]

MEMBERS = """
from pydantic import BaseModel, Field
from cophub import Account, Connector, Membership, Reject, Space, Stream, hookimpl

class Settings(BaseModel):
    base_url: str = Field("https://members.example.org", description="Where it is.")
    people: int = Field(30, description="How many members there are.")
    odd: int = Field(0, description="How many items cannot be understood.")

def members(ctx, since):
    yield Space(key="all", title="All", kind="list")
    for n in range(ctx.settings.people):
        email = f"p{n}@example.org"
        yield Account(key=n, name=f"Person {n:02}", email=email, email_verified=True, country="KE")
        yield Membership(space="all", account=n, status="active", role="subscriber")
    yield Account(key="bot", name="Digest", kind="bot")
    yield Membership(space="all", account="bot", status="active", role="member")
    for n in range(ctx.settings.odd):
        item = {"email": f"odd{n}@example.org", "token": "canary-token"}
        yield Reject(reason="no id", record="Account", field="id", item=item)

@hookimpl
def cophub_connectors():
    streams = [Stream(members, snapshot_of=(Membership,))]
    return [Connector(name="roll", summary="A roll.", settings=Settings, streams=streams)]
"""


@pytest.fixture
def roll(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Writes a plugins.toml with a source whose members and faults a test sets."""
    name = f"roll_{abs(hash(str(folder.folder)))}"
    (folder.folder / f"{name}.py").write_text(MEMBERS)
    monkeypatch.syspath_prepend(str(folder.folder))

    def configure(**settings: int) -> None:
        written = ", ".join(f"{key} = {value}" for key, value in settings.items())
        folder.configure(
            f'[plugins]\nmodules = ["{name}"]\n'
            '[communities.club]\ntitle = "The Club"\nspaces = ["roll:all"]\n'
            f'[sources.roll]\nconnector = "roll"\nevery = "6 hours"\nsettings = {{ {written} }}\n'
        )

    configure()
    yield configure


def test_status_before_and_after_the_first_run(cophub: Call) -> None:
    """It says what to do next, and then that all is well."""
    before = cophub("status")
    assert before.code == 0
    assert "never ran" in before.out
    assert "cophub sync lists" in before.out
    assert "nothing is published yet: cophub run" in before.out
    assert cophub("run").code == 0
    after = cophub("status")
    assert "fresh" in after.out
    assert "in 6 hours" in after.out
    assert "site version 1, published now" in after.out


def test_status_tells_of_a_space_that_is_not_there(cophub: Call, folder: Folder) -> None:
    """A misspelled key would take a community's people away without a word."""
    folder.configure(CONFIG.replace('"lists:forum"', '"lists:form", "lists:f*", "lists:x=y"'))
    assert "form" not in cophub("status").out
    cophub("sync")
    answer = cophub("status")
    lines = [line for line in answer.out.splitlines() if "there is no space" in line]
    assert lines == [
        '  ! community "forum": there is no space "lists:form"; take its key from'
        " `cophub discover lists`"
    ]


def test_status_tells_a_program_the_same(cophub: Call) -> None:
    cophub("run")
    found = cophub("status", "--json").json
    [source] = found["sources"]
    assert (source["state"], source["spaces"], source["accounts"]) == ("fresh", 1, 2)
    assert source["last"]["streams"][0]["new"] == 5
    assert found["published"]["version"] == 1


def test_a_run_that_would_lose_too_many_is_held_and_waits_for_a_yes(
    cophub: Call, roll: Callable[..., None]
) -> None:
    """Exit code 1; nothing is changed; `status` says why and what to do; the yes ends it."""
    roll(people=30)
    assert cophub("sync").code == 0
    roll(people=5)
    held = cophub("sync")
    assert held.code == 1
    assert "held" in held.out
    assert "--accept-departures" in held.out
    status = cophub("status")
    assert status.code == 1
    assert "cophub sync roll --accept-departures" in status.out
    accepted = cophub("sync", "roll", "--accept-departures")
    assert accepted.code == 0
    assert "25 gone" in accepted.out
    assert cophub("status").code == 0


def test_on_a_narrow_terminal_runs_say_when_they_began(
    cophub: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    cophub("sync")
    monkeypatch.setattr(show, "terminal", lambda: True)
    monkeypatch.setattr(show, "columns_across", lambda: 60)
    out = cophub("runs").out
    assert re.search(r"lists +done +\d{4}-\d\d-\d\d \d\d:\d\d ", out), out
    assert "a wider terminal shows also:" in out
    assert max(map(show.cells, out.splitlines()[:2])) <= 60


def test_runs_are_listed_newest_first_and_one_in_full(cophub: Call) -> None:
    assert "no runs yet" in cophub("runs").out
    cophub("sync")
    cophub("run", "--no-sync")
    answer = cophub("runs")
    lines = answer.out.splitlines()
    assert "pipelines" in lines[1]
    assert "lists" in lines[2]
    [run] = cophub("runs", "1", "--json").json["runs"]
    assert (run["source"], run["streams"][0]["seen"]) == ("lists", 5)
    assert "posts" in cophub("runs", "1").out
    assert "there is no run 99" in cophub("runs", "99").out
    made = cophub("runs", "2").out
    assert all(name in made for name in ("identities", "measures", "site", "brief"))
    [run] = cophub("runs", "2", "--json").json["runs"]
    assert [one["state"] for one in run["pipelines"]] == ["done"] * 4
    assert run["pipelines"][0]["pipeline"] == "identities"
    assert cophub("runs", "--source", "nowhere").code == 2
    assert len(cophub("runs", "-n", "1", "--json").json["runs"]) == 1


def test_rejects_say_what_was_wrong_and_show_the_item_only_when_asked(
    cophub: Call, roll: Callable[..., None]
) -> None:
    """The item holds personal data; secrets in it were taken out before it was kept."""
    assert "no rejects" in cophub("rejects").out
    roll(odd=2)
    cophub("sync")
    answer = cophub("rejects")
    assert answer.out.count("no id") == 2
    assert "odd0@example.org" not in answer.out
    full = cophub("rejects", "--items")
    assert "odd0@example.org" in full.out
    assert "canary-token" not in full.out
    [newest, _] = cophub("rejects", "--json").json["rejects"]
    assert (newest["record"], newest["field"], newest["item"]) == ("Account", "id", None)
    assert cophub("status", "--json").json["sources"][0]["rejects"] == 2


def test_people_are_listed_with_their_communities(cophub: Call, roll: Callable[..., None]) -> None:
    assert "nobody yet: cophub run" in cophub("people", "list").out
    roll(people=30)
    cophub("run")
    answer = cophub("people", "list")
    assert "Person 00" in answer.out
    assert "20 of 30" in answer.out
    everyone = cophub("people", "list", "--all", "--json").json
    assert (len(everyone["people"]), everyone["total"]) == (30, 30)
    assert everyone["people"][0]["communities"] == ["club"]
    [found] = cophub("people", "list", "p17@", "--json").json["people"]
    assert found["name"] == "Person 17"
    assert found["email"].startswith("p***@")
    [whole] = cophub("people", "list", "p17@", "--addresses", "--json").json["people"]
    assert whole["email"].startswith("p17@")
    assert 'nobody with "zzz"' in cophub("people", "list", "zzz").out
    assert cophub("people", "list", "--community", "club", "--json").json["total"] == 30
    wrong = cophub("people", "list", "--community", "clubb")
    assert (wrong.code, 'did you mean "club"?' in wrong.err) == (2, True)


def test_communities_are_listed_with_members_and_spaces(
    cophub: Call, roll: Callable[..., None]
) -> None:
    assert "no communities yet: cophub run" in cophub("communities", "list").out
    roll(people=12)
    cophub("run")
    [club] = cophub("communities", "list", "--json").json["communities"]
    assert (club["key"], club["members"], club["spaces"]) == ("club", 12, ["roll:all"])
    assert "The Club" in cophub("communities", "list").out


def test_a_late_source_is_called_late(cophub: Call, folder: Folder) -> None:
    """Whose time came more than an hour ago, because nobody keeps the timetable."""
    from datetime import UTC, datetime, timedelta

    from cophub.hub import Hub

    path = folder.folder / "plugins.toml"
    with Hub.open(path, now=lambda: datetime.now(UTC) - timedelta(hours=8)) as hub:
        list(hub.sync())
    answer = cophub("status")
    assert answer.code == 0
    assert "late" in answer.out
    assert "is `cophub schedule` running?" in answer.out


def test_only_what_is_due_is_synced_by_run(cophub: Call, folder: Folder) -> None:
    """Its timetable says six hours; `sync` asks at any time."""
    first = cophub("run")
    assert first.code == 0
    assert "lists done" in first.out
    assert "the site:" in first.out
    folder.mail(MBOX, "2026-04.mbox")
    assert "lists" not in cophub("run").out
    folder.configure(CONFIG.replace('every = "6 hours"\n', ""))
    assert "lists done" in cophub("run").out
    assert "lists" not in cophub("run", "--no-sync").out
    wrong = cophub("run", "sitte")
    assert (wrong.code, 'did you mean "site"?' in wrong.err) == (2, True)


def test_what_is_well_by_now_is_closed(cophub: Call, roll: Callable[..., None]) -> None:
    roll(odd=2)
    cophub("sync")
    again = cophub("rejects", "retry")
    assert again.code == 1
    assert "0 of 2 rejects are well now, 2 are not: cophub rejects --source" in again.out
    assert len(cophub("rejects", "--json").json["rejects"]) == 2
    roll(odd=1)
    assert "1 of 2 rejects are well now, 1 are not" in cophub("rejects", "retry").out
    roll(odd=0)
    [retried] = cophub("rejects", "retry", "--json").json["retried"]
    assert (retried["before"], retried["well"], retried["still"]) == (1, 1, 0)
    assert "no rejects" in cophub("rejects").out
    assert len(cophub("rejects", "--all", "--json").json["rejects"]) == 5
    assert "closed" in cophub("rejects", "--all").out
    assert cophub("status", "--json").json["sources"][0]["rejects"] == 0
    nothing = cophub("rejects", "retry")
    assert (nothing.code, "nothing to try again" in nothing.out) == (0, True)


def test_of_one_run_or_source(cophub: Call, roll: Callable[..., None]) -> None:
    roll(odd=1)
    cophub("sync")
    assert cophub("rejects", "retry", "nowhere").code == 2
    assert "nothing to try again" in cophub("rejects", "retry", "--run", "99").out
    assert "0 of 1 rejects are well" in cophub("rejects", "retry", "--run", "1").out


def test_a_source_that_is_no_more_is_told_and_nothing_is_asked(
    cophub: Call, roll: Callable[..., None], folder: Folder
) -> None:
    roll(odd=1)
    cophub("sync")
    folder.configure("")
    answer = cophub("rejects", "retry")
    assert "not read any more, so not tried" in answer.out
