"""Each fault, as a bare HTTP client meets it."""

import json

import httpx
import pytest

from cophub.sandbox import MailchimpSandbox
from cophub.sandbox.faults import Fault, Faults
from cophub.sandbox.server import reordered


@pytest.fixture
def members(sandbox: MailchimpSandbox) -> str:
    """The path of the busiest listing."""
    return f"/lists/{sandbox.audiences[0].list_id}/members"


def test_the_third_request_to_a_path_is_struck_and_no_other(
    sandbox: MailchimpSandbox, client: httpx.Client, members: str
) -> None:
    """Requests to other paths do not count."""
    sandbox.faults.plan("503", path="*/members", at=3)
    statuses = []
    for _ in range(4):
        client.get("/ping")
        statuses.append(client.get(members).status_code)
    assert statuses == [200, 200, 503, 200]
    assert sandbox.faults.struck == [("status", f"/3.0{members}")]


@pytest.mark.parametrize("body", [True, False])
def test_429_comes_with_or_without_a_body_and_with_or_without_retry_after(
    sandbox: MailchimpSandbox, client: httpx.Client, body: bool
) -> None:
    """The vendor documents neither, so a client has to take them all."""
    sandbox.faults.plan("429", at=1, body=body)
    sandbox.faults.plan("429", at=2, body=body, retry_after=7)
    plain, waiting = client.get("/ping"), client.get("/ping")
    assert plain.status_code == waiting.status_code == 429
    assert "Retry-After" not in plain.headers
    assert waiting.headers["Retry-After"] == "7"
    assert bool(plain.content) == body
    if body:
        assert plain.json()["title"] == "Too Many Requests"


@pytest.mark.parametrize("status", [403, 500, 503])
def test_a_refusal_may_have_no_body_at_all(
    sandbox: MailchimpSandbox, client: httpx.Client, status: int
) -> None:
    """403 with nothing in it is a habit of the vendor when there is too much to do."""
    sandbox.faults.plan(str(status), body=False)
    answer = client.get("/ping")
    assert (answer.status_code, answer.content) == (status, b"")


def test_a_hanging_answer_ends_in_the_clients_time_out(
    sandbox: MailchimpSandbox, client: httpx.Client
) -> None:
    """And the next request is served."""
    sandbox.faults.plan("hang", seconds=5)
    with pytest.raises(httpx.ReadTimeout):
        client.get("/ping", timeout=0.2)
    assert client.get("/ping").status_code == 200


def test_a_slow_answer_comes_late_and_whole(
    sandbox: MailchimpSandbox, client: httpx.Client
) -> None:
    """Within the client's patience."""
    sandbox.faults.plan("slow", seconds=0.2)
    answer = client.get("/ping")
    assert answer.elapsed.total_seconds() >= 0.2
    assert answer.json()["health_status"]


def test_a_cut_off_body_is_an_error_of_the_protocol(
    sandbox: MailchimpSandbox, client: httpx.Client, members: str
) -> None:
    """The length that was promised does not arrive."""
    sandbox.faults.plan("cut")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        client.get(members)


def test_a_reset_connection_is_an_error_of_the_network(
    sandbox: MailchimpSandbox, client: httpx.Client
) -> None:
    """Not a quiet end: the peer resets."""
    sandbox.faults.plan("reset")
    with pytest.raises(httpx.ReadError, match="reset"):
        client.get("/ping")


def test_an_empty_answer_is_a_success_with_nothing_in_it(
    sandbox: MailchimpSandbox, client: httpx.Client
) -> None:
    """200 and no byte."""
    sandbox.faults.plan("empty")
    answer = client.get("/ping")
    assert (answer.status_code, answer.content) == (200, b"")


def test_truncated_json_has_a_true_length_and_cannot_be_read(
    sandbox: MailchimpSandbox, client: httpx.Client, members: str
) -> None:
    """The protocol is satisfied; the parser is not."""
    sandbox.faults.plan("truncated")
    answer = client.get(members)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_one_item_of_a_page_is_made_unreadable_and_the_others_stay(
    sandbox: MailchimpSandbox, client: httpx.Client, members: str
) -> None:
    """The page is as long as before, and valid JSON."""
    good = client.get(members).json()["members"]
    sandbox.faults.plan("bad_item")
    bad = client.get(members).json()["members"]
    differing = [place for place in range(len(good)) if good[place] != bad[place]]
    assert differing == [len(good) // 2]
    assert isinstance(bad[differing[0]]["email_address"], int)


def test_a_page_can_be_sent_twice(
    sandbox: MailchimpSandbox, client: httpx.Client, members: str
) -> None:
    """The second request asks for other rows and gets those of the first."""
    sandbox.faults.plan("duplicate_page", path="*/members", at=2)
    pages = [
        [
            row["id"]
            for row in client.get(members, params={"count": 5, "offset": n}).json()["members"]
        ]
        for n in (0, 5, 5)
    ]
    assert pages[0] == pages[1]
    assert not set(pages[0]) & set(pages[2])


def test_rows_move_while_they_are_paged_so_that_one_is_never_seen(
    sandbox: MailchimpSandbox, client: httpx.Client, members: str
) -> None:
    """By last change, the first row goes to the end: the next page begins one row too late."""
    order = {"sort_field": "last_changed", "sort_dir": "ASC", "count": 10}
    before = [
        row["id"] for row in client.get(members, params={**order, "count": 1000}).json()["members"]
    ]
    sandbox.faults.plan("drift", path="*/members", at=2)
    first = client.get(members, params=order).json()["members"]
    second = client.get(members, params={**order, "offset": 10}).json()["members"]
    seen = [row["id"] for row in first + second]
    assert seen == before[:10] + before[11:21]


def test_a_row_that_changes_leaves_the_window_that_a_reader_has_fixed(
    sandbox: MailchimpSandbox, client: httpx.Client, members: str
) -> None:
    """With an upper bound of time, the count of all goes down by the row that moved."""
    window = {"before_last_changed": sandbox.now.isoformat(), "sort_field": "last_changed"}
    before = client.get(members, params=window).json()["total_items"]
    sandbox.faults.plan("drift", rows=2)
    assert client.get(members, params=window).json()["total_items"] == before - 2


def test_new_reports_push_older_ones_to_the_next_page(
    sandbox: MailchimpSandbox, client: httpx.Client
) -> None:
    """The latest come first, so a row of the first page is on the second again."""
    sandbox.faults.plan("drift", path="*/reports", at=2)
    first = client.get("/reports", params={"count": 3}).json()["reports"]
    second = client.get("/reports", params={"count": 3, "offset": 3}).json()["reports"]
    assert second[0]["id"] == first[-1]["id"]


def test_the_same_seed_strikes_the_same_requests() -> None:
    """A chance of one in five, three times: alike with one seed, unlike with another."""

    def struck(seed: int) -> list[bool]:
        faults = Faults()
        faults.plan("503", probability=0.2, seed=seed)
        return [faults.strike("GET", "/x") is not None for _ in range(200)]

    assert struck(1) == struck(1) != struck(2)
    assert 20 < sum(struck(1)) < 60


def test_a_fault_can_come_every_so_often_and_so_many_times() -> None:
    """Every second request, twice."""
    faults = Faults()
    faults.plan("503", every=2, times=2)
    strikes = [faults.strike("GET", "/x") is not None for _ in range(8)]
    assert strikes == [False, True, False, True, False, False, False, False]


def test_a_fault_that_nobody_knows_is_refused() -> None:
    """The message lists those there are."""
    with pytest.raises(ValueError, match="no fault is called 'fire'; choose one of status, hang"):
        Fault(kind="fire")


def test_faults_are_planned_and_cleared_over_http(
    sandbox: MailchimpSandbox, client: httpx.Client
) -> None:
    """As another process does it."""
    control = f"{sandbox.base_url}/__sandbox__/faults"
    plans = [{"kind": "500", "path": "*/ping", "every": 1}]
    assert httpx.post(control, json=plans).status_code == 200
    assert client.get("/ping").status_code == 500
    assert httpx.get(control).json() == {"struck": [["status", "/3.0/ping"]]}
    assert httpx.delete(control).status_code == 200
    assert client.get("/ping").status_code == 200


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"kind": "500", "pth": "*"}, "a fault has no 'pth'"),
        ({"path": "*"}, "a fault needs a kind"),
        ({"kind": "fire"}, "no fault is called 'fire'"),
    ],
)
def test_a_plan_with_a_mistake_is_answered_with_what_is_wrong(
    sandbox: MailchimpSandbox, plan: dict[str, str], message: str
) -> None:
    """400, and one line."""
    answer = httpx.post(f"{sandbox.base_url}/__sandbox__/faults", json=plan)
    assert answer.status_code == 400
    assert message in answer.json()["error"]


def test_a_page_can_come_in_the_opposite_order(
    sandbox: MailchimpSandbox, client: httpx.Client, members: str
) -> None:
    """With the same items; what is no page is as it was."""
    right = client.get(members).json()["members"]
    sandbox.faults.plan("reorder_page", path="*/members", at=1)
    turned = client.get(members).json()["members"]
    assert len(right) > 3
    assert turned == right[::-1]
    assert reordered(b"a,b\n1,2\n") == b"a,b\n1,2\n"
