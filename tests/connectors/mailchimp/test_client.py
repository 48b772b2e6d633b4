"""The vendor's client over our transport, and what an administrator is told."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from mailchimp_marketing.api_client import ApiClientError

from cophub import AuthError, Connector, Context, SourceUnavailable, Space
from cophub.connectors import mailchimp
from cophub.connectors.mailchimp.client import MailChimp, NotThere
from cophub.connectors.mailchimp.payloads import AudiencePage, MemberPage
from cophub.sandbox import MailchimpSandbox

Ask = Callable[..., Context[Any]]
Extract = Callable[..., Any]


def connector() -> Connector:
    """The connector as the hook brings it."""
    (found,) = mailchimp.cophub_connectors()
    return found


def test_a_word_in_a_path_stays_as_it_is(still: MailchimpSandbox, ask: Ask):
    """As it comes, the client puts the data centre in place of "server" anywhere in an address."""
    api = MailChimp(ask(still))
    with pytest.raises(NotThere):
        api.page(api.lists.get_list_members_info, MemberPage, "server")
    assert still.log[-1].path == "/3.0/lists/server/members"


def test_an_id_cannot_leave_its_place_in_the_path(still: MailchimpSandbox, ask: Ask):
    api = MailChimp(ask(still))
    with pytest.raises(NotThere):
        api.page(api.lists.get_list_members_info, MemberPage, "../ping?x=")
    assert "/members" in still.log[-1].path


def test_fields_go_as_whole_words(still: MailchimpSandbox, ask: Ask):
    api = MailChimp(ask(still))
    api.page(api.lists.get_all_lists, AudiencePage, count=5)
    assert still.log[-1].query["fields"].startswith("lists.id,lists.name,")
    with pytest.raises(TypeError, match="must be a list"):
        api.lists.get_all_lists(fields="lists.id")


def test_the_client_checks_a_page_before_it_is_asked_for(still: MailchimpSandbox, ask: Ask):
    api = MailChimp(ask(still))
    still.log.clear()
    with pytest.raises(ValueError, match="1000"):
        api.page(api.lists.get_all_lists, AudiencePage, count=1001)
    assert len(still.log) == 0


def test_nothing_is_ever_written_to_the_vendor(still: MailchimpSandbox, ask: Ask):
    api = MailChimp(ask(still))
    still.log.clear()
    with pytest.raises(ValueError, match="only reads"):
        api.lists.delete_list(still.audiences[0].list_id)
    assert len(still.log) == 0


class Counting(ThreadingHTTPServer):
    """A server with one empty page that counts the connections it is asked over."""

    daemon_threads = True
    request_queue_size = 128
    connections = 0

    def process_request(self, request: Any, client_address: Any) -> None:
        self.connections += 1
        super().process_request(request, client_address)


class EmptyPage(BaseHTTPRequestHandler):
    """No audiences."""

    protocol_version = "HTTP/1.1"
    body = b'{"lists": [], "total_items": 0}'

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def test_connections_are_kept_and_few(context: Callable[..., Context[Any]]):
    """As it comes, the client opens a connection for each call; the vendor allows ten at a time."""
    server = Counting(("127.0.0.1", 0), EmptyPage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base_url = f"http://127.0.0.1:{server.server_address[1]}"
    settings = mailchimp.Settings(api_key="k-us1", base_url=base_url)
    ctx = context(settings, limits=mailchimp.LIMITS)
    api = MailChimp(ctx)
    pages = list(ctx.map(lambda _: api.page(api.lists.get_all_lists, AudiencePage), range(60)))
    server.shutdown()
    server.server_close()
    assert len(pages) == ctx.transport.traffic.requests == 60
    assert server.connections <= 8


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        ("401", AuthError, "API key"),
        ("403", AuthError, "role Manager or Admin"),
        ("404", NotThere, "has no /lists"),
        ("422", SourceUnavailable, "did not answer GET /lists"),
    ],
)
def test_a_refusal_is_one_line_with_the_vendors_words_and_the_next_step(
    still: MailchimpSandbox, ask: Ask, status: str, error: type[Exception], words: str
):
    """The client hides them in a JSON text, and its error has no text of its own."""
    still.faults.plan(status, path="*/lists")
    api = MailChimp(ask(still))
    with pytest.raises(error, match=words) as caught:
        api.page(api.lists.get_all_lists, AudiencePage)
    assert not isinstance(caught.value, ApiClientError)
    assert "\n" not in str(caught.value)
    assert still.api_key not in str(caught.value)


@pytest.mark.parametrize(("kind", "body"), [("429", False), ("403", False), ("500", True)])
def test_an_answer_without_a_body_is_an_error_and_never_a_page(
    still: MailchimpSandbox, ask: Ask, kind: str, body: bool
):
    """As it comes, the client returns a raw response where the body is empty."""
    still.faults.plan(kind, path="*/lists", every=1, body=body)
    api = MailChimp(ask(still))
    with pytest.raises((AuthError, SourceUnavailable)) as caught:
        api.page(api.lists.get_all_lists, AudiencePage)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["empty", "truncated"])
def test_a_page_that_stays_unreadable_is_one_line_that_names_it(
    still: MailchimpSandbox, ask: Ask, kind: str
):
    still.faults.plan(kind, path="*/lists", every=1)
    api = MailChimp(ask(still))
    with pytest.raises(SourceUnavailable, match="GET /lists") as caught:
        api.page(api.lists.get_all_lists, AudiencePage)
    assert "\n" not in str(caught.value)


def test_a_person_has_no_place_in_a_message(still: MailchimpSandbox, ask: Ask):
    """The id of a contact is a hash of an address."""
    api = MailChimp(ask(still))
    person = "5f2b1c0a9d8e7f6a5b4c3d2e1f0a9b8c"
    with pytest.raises(NotThere) as caught:
        api.page(api.lists.get_list_member_tags, MemberPage, still.audiences[0].list_id, person)
    assert person not in str(caught.value)


def verdicts(ctx: Context[Any]) -> dict[str, str]:
    """The state of each subject that a check names."""
    check = connector().check
    assert check is not None
    return {verdict.subject: verdict.state for verdict in check(ctx)}


def test_a_check_tells_of_each_stream(still: MailchimpSandbox, ask: Ask):
    states = verdicts(ask(still))
    assert states == dict.fromkeys(
        ("api_key", "audiences", "members", "campaigns", "reports", "activity"), "ok"
    )


def test_a_check_of_a_wrong_key_is_one_verdict_with_the_fix(still: MailchimpSandbox, ask: Ask):
    check = connector().check
    assert check is not None
    (verdict,) = check(ask(still, api_key="wrong-us1"))
    assert (verdict.subject, verdict.state) == ("api_key", "failed")
    assert verdict.fix is not None
    assert "[sources.test.settings]" in verdict.fix
    assert "wrong-us1" not in verdict.message + verdict.fix


def test_a_check_names_the_audience_that_is_not_there(still: MailchimpSandbox, ask: Ask):
    states = verdicts(ask(still, audiences=["nowhere"]))
    assert states == {"api_key": "ok", "audiences": "failed"}


def test_a_check_goes_on_after_a_stream_that_may_not_be_read(still: MailchimpSandbox, ask: Ask):
    still.faults.plan("403", path="*/reports", every=1)
    states = verdicts(ask(still))
    assert (states["campaigns"], states["reports"]) == ("ok", "failed")


@pytest.mark.parametrize("stream", [stream.name for stream in mailchimp.STREAMS])
def test_every_stream_says_a_wrong_key_in_one_line(
    still: MailchimpSandbox, ask: Ask, extract: Extract, stream: str
):
    found = connector().stream(stream)
    with pytest.raises(AuthError, match="API key") as caught:
        extract(found, ask(still, api_key="wrong-us1"))
    assert "\n" not in str(caught.value)
    assert "wrong-us1" not in str(caught.value)


def test_discover_lists_every_audience(still: MailchimpSandbox, ask: Ask):
    """Whether the settings take it or not: that is what one looks for."""
    discover = connector().discover
    assert discover is not None
    spaces = list(discover(ask(still, audiences=[still.audiences[0].list_id])))
    assert all(isinstance(space, Space) for space in spaces)
    assert {space.title for space in spaces} == {one.title for one in still.audiences}


@pytest.mark.parametrize("sandbox", ["box", "crowd"])
def test_an_estimate_is_what_a_run_then_costs(
    request: pytest.FixtureRequest, ask: Ask, extract: Extract, sandbox: str
):
    vendor = request.getfixturevalue(sandbox)
    estimate = connector().estimate
    assert estimate is not None
    cursors: dict[str, str | None] = {}
    for _ in range(2):
        for told in list(estimate(ask(vendor), cursors)):
            ctx = ask(vendor)
            run = extract(connector().stream(told.stream), ctx, cursors.get(told.stream))
            spent = ctx.transport.traffic.requests
            assert abs(told.requests - spent) <= max(0.2 * spent, 1), told
            cursors[told.stream] = run.cursor


def test_the_connector_tells_what_it_can(still: MailchimpSandbox, ask: Ask, extract: Extract):
    """Streams yield the records that they declare, and personal fields exist."""
    from cophub.records import RECORDS

    tables = {kind.TABLE: kind for kind in RECORDS}
    for field in connector().personal:
        table, _, column = field.partition(".")
        assert column in tables[table].__struct_fields__
    for stream in connector().streams:
        kinds = {type(record) for record in extract(stream, ask(still)).records}
        assert kinds == set(stream.yields), stream.name
        assert stream.summary
        assert stream.permissions
