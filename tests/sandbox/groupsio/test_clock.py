"""Time: the same seed lives the same life in any steps, and quickly."""

from datetime import UTC, datetime

import httpx

from cophub.sandbox import GroupsioSandbox


def small(now: datetime) -> GroupsioSandbox:
    """A small sandbox whose clock stands at `now`."""
    return GroupsioSandbox(seed=3, people=80, communities=2, years=0.5, now=now)


def test_many_steps_and_one_lead_to_the_same() -> None:
    """Whatever happens depends on its own instant alone."""
    now = datetime(2026, 6, 1, tzinfo=UTC)
    once, often = small(now), small(now)
    once.advance(days=40)
    for _ in range(80):
        often.advance(hours=12)
    assert once.truth() == often.truth()


def test_two_years_of_six_hundred_people_are_written_from_the_beginning() -> None:
    sandbox = GroupsioSandbox(people=600, communities=12)
    assert sum(len(group.messages) for group in sandbox.state.groups.values()) > 3_000


def test_another_process_takes_rights_and_lets_archives_be_read_again(
    sandbox: GroupsioSandbox,
) -> None:
    """Below `/__sandbox__/`, as the clock."""
    control = f"{sandbox.base_url}/__sandbox__"
    taken = {"name": "mercop", "moderator": False, "members_visible": False}
    assert httpx.post(f"{control}/rights", json=taken).json() == {"denied": ["members_visible"]}
    assert httpx.post(f"{control}/rights", json={"name": "none"}).status_code == 400
    assert httpx.post(f"{control}/rights", json={"name": "mercop", "fly": True}).status_code == 400
    url, auth = f"{sandbox.base_url}/api/v1/downloadarchives", (sandbox.api_key, "")
    name = {"group_name": "mnch"}
    assert [httpx.get(url, params=name, auth=auth).status_code for _ in "12"] == [200, 400]
    httpx.post(f"{control}/archives")
    assert httpx.get(url, params=name, auth=auth).status_code == 200


def test_a_test_or_another_process_lets_things_happen(sandbox: GroupsioSandbox) -> None:
    """Posts, answers, edits, deletions, joins and leaves; late ones keep their old Date."""
    control = f"{sandbox.base_url}/__sandbox__"

    def act(what: str, /, **body: object) -> dict[str, int]:
        answer = httpx.post(f"{control}/{what}", json=body)
        assert answer.status_code == 200
        return dict(answer.json())

    first = act("post", name="mercop", text="Hello all", days_ago=2)["number"]
    answer = act("post", name="mercop", text="Welcome", to=first)["number"]
    assert answer == first + 1
    act("edit", name="mercop", number=answer, text="Welcome to you")
    posts, key = sandbox.truth()["posts"], sandbox.group("mercop").id
    assert posts[f"{key}:{first}"]["created"] < posts[f"{key}:{first}"]["appeared"]
    assert posts[f"{key}:{answer}"]["thread"] == posts[f"{key}:{first}"]["thread"]
    assert "Welcome to you" in posts[f"{key}:{answer}"]["text"]
    act("delete", name="mercop", number=first)
    assert f"{key}:{first}" not in sandbox.truth()["posts"]
    user = act("join", name="mercop", person=90_001)["user"]
    assert sandbox.truth()["members"][str(key)][str(user)]["person"] == 90_001
    act("leave", name="mercop", user=user, action="removed_member")
    assert sandbox.truth()["past"][str(key)][-1]["action"] == "removed_member"


def test_a_planned_drift_shifts_pages(sandbox: GroupsioSandbox) -> None:
    """New topics come before, new members among the others."""
    url, auth = f"{sandbox.base_url}/api/v1", (sandbox.api_key, "")
    for name in ("gettopics", "getmembers"):
        query = {"group_name": "mercop", "limit": "5"}
        before = httpx.get(f"{url}/{name}", params=query, auth=auth).json()
        plan = [{"kind": "drift", "path": f"*{name}", "rows": 2}]
        httpx.post(f"{sandbox.base_url}/__sandbox__/faults", json=plan)
        after = httpx.get(f"{url}/{name}", params={**query, "page_token": "5"}, auth=auth).json()
        assert after["total_count"] == before["total_count"] + 2
        assert {r["id"] for r in after["data"]} & {r["id"] for r in before["data"]}
