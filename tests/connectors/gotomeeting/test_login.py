"""Ways of signing in, and tokens that rotate: what is new is kept before it is used."""

from typing import Any

import pytest

from cophub import AuthError, ConfigError, SourceUnavailable
from cophub.connectors import gotomeeting
from cophub.connectors.gotomeeting import login
from cophub.connectors.gotomeeting.client import ADMIN, MEETING, WEBINAR, Denied, goto
from cophub.connectors.gotomeeting.login import current, token_name
from cophub.connectors.gotomeeting.payloads import GroupList, Me, SessionPage
from cophub.http import MemoryTokens
from cophub.sandbox.goto import GotoSandbox
from tests.connectors.gotomeeting.conftest import paths


def me(ctx: Any) -> Me:
    return goto(ctx).page(f"{ADMIN}/me", Me)[0]


def token_requests(box: GotoSandbox) -> int:
    return len(paths(box, "/oauth/token"))


def test_a_refresh_token_signs_in_and_the_new_one_is_kept(box, ask):
    tokens = MemoryTokens()
    ctx = ask(box, tokens, refresh_token=(first := box.refresh_token()))
    assert me(ctx).email == box.me.email
    assert current(ctx) not in ("", first)
    assert current(ctx) in box.oauth.refreshes


def test_an_answer_without_a_refresh_token_keeps_the_old_one(box, ask):
    box.oauth.rotation = "none"
    tokens = MemoryTokens()
    ctx = ask(box, tokens, refresh_token=(first := box.refresh_token()))
    me(ctx)
    assert current(ctx) == first and tokens.get(token_name(ctx)) is None


def test_rotated_tokens_go_on_from_run_to_run(box, ask):
    """Each run begins with what the last one was given, for a month after the setting's ended."""
    box.oauth.rotation = "once"
    tokens, first = MemoryTokens(), box.refresh_token()
    for _ in range(6):
        me(ask(box, tokens, refresh_token=first))
        box.advance(days=20)
    assert first not in box.oauth.refreshes


class Torn(MemoryTokens):
    """A store at which the process is killed, before or after the token was written."""

    def __init__(self, *, after: bool) -> None:
        super().__init__()
        self.after, self.killed = after, False

    def set(self, name: str, value: str) -> None:
        if self.killed:
            super().set(name, value)
            return
        self.killed = True
        if self.after:
            super().set(name, value)
        raise KeyboardInterrupt


@pytest.mark.parametrize("after", [False, True])
def test_a_kill_between_two_tokens_locks_nobody_out(box, ask, after):
    """The new token is kept before the access token beside it is used for anything."""
    box.oauth.rotation = "once"
    tokens, first = Torn(after=after), box.refresh_token()
    with pytest.raises(KeyboardInterrupt):
        me(ask(box, tokens, refresh_token=first))
    assert paths(box, "/admin") == []
    assert me(ask(box, tokens, refresh_token=first)).email == box.me.email
    assert me(ask(box, tokens, refresh_token=first)).email == box.me.email


def test_a_changed_setting_replaces_what_is_kept(box, ask):
    tokens = MemoryTokens()
    me(ask(box, tokens, refresh_token=box.refresh_token()))
    other = next(each for each in box.account.organizers if each is not box.me)
    ctx = ask(box, tokens, refresh_token=(second := box.refresh_token(other)))
    assert current(ctx) == second
    assert me(ctx).email == other.email
    assert me(ask(box, tokens, refresh_token=second)).email == other.email


def test_a_setting_that_is_taken_out_leaves_what_is_kept(box, ask):
    tokens = MemoryTokens()
    me(ask(box, tokens, refresh_token=box.refresh_token()))
    assert me(ask(box, tokens, refresh_token=None)).email == box.me.email


def test_two_runs_at_once_do_not_lock_each_other_out(box, ask):
    """A token that another run has used up meanwhile is taken from the store again."""
    box.oauth.rotation = "once"
    tokens, first = MemoryTokens(), box.refresh_token()
    me(ask(box, tokens, refresh_token=first))
    ctx = ask(box, tokens, refresh_token=first)
    stale = tokens.get(token_name(ctx))

    class Late(MemoryTokens):
        """Gives what was kept before the other run, once."""

        gave = False

        def get(self, name: str) -> str | None:
            if not self.gave:
                self.gave = True
                return stale
            return tokens.get(name)

        def set(self, name: str, value: str) -> None:
            tokens.set(name, value)

    me(ask(box, tokens, refresh_token=first))
    me(ask(box, tokens, refresh_token=first))
    ctx.tokens = Late()
    assert me(ctx).email == box.me.email


def test_what_is_kept_by_another_program_is_not_a_token(box, ask):
    ctx = ask(box, MemoryTokens(), refresh_token=(first := box.refresh_token()))
    ctx.tokens.set(token_name(ctx), "not json")
    assert current(ctx) == first


def test_a_personal_access_token_signs_in(box, ask):
    ctx = ask(box, personal_access_token=box.pat)
    assert me(ctx).email == box.me.email
    assert "personal_access_token" in box.log[0].body.decode()


def test_two_tokens_are_refused(box, ask):
    with pytest.raises(ValueError, match="both given"):
        ask(box, refresh_token="a", personal_access_token="b")


@pytest.mark.parametrize(
    ("settings", "told"),
    [({"refresh_token": "gone"}, "cophub sign-in test"),
     ({"personal_access_token": "gone"}, "new personal access token"),
     ({"refresh_token": None}, "nobody has signed in"),
     ({"client_secret": "wrong"}, "client_id and client_secret")],
)  # fmt: skip
def test_a_refused_sign_in_says_what_to_do(box, ask, settings, told):
    with pytest.raises(AuthError, match=told) as error:
        me(ask(box, **settings))
    assert "gone" not in str(error.value) and "wrong" not in str(error.value)


def test_a_vendor_that_is_down_is_not_a_refusal(box, ask):
    box.faults.plan("503", path="/oauth/token", every=1)
    with pytest.raises(SourceUnavailable):
        me(ask(box))


def test_an_answer_that_is_no_token_is_not_a_refusal(box, ask):
    box.faults.plan("truncated", path="/oauth/token", every=1)
    with pytest.raises(SourceUnavailable, match="base_url"):
        me(ask(box))


@pytest.mark.parametrize("path", [f"{MEETING}/groups", f"{WEBINAR}/organizers/KEY/sessions"])
def test_an_ended_token_is_renewed_once_whether_401_or_403_tells_it(box, ask, path):
    """GoToMeeting says 401, GoTo Webinar 403."""
    host = next(each for each in box.account.organizers if each.webinars and not each.suspended)
    window = {"fromTime": "2026-05-01T00:00:00Z", "toTime": "2026-05-02T00:00:00Z"}
    ctx = ask(box)
    me(ctx)
    box.oauth.grants.clear()
    before = token_requests(box)
    kind, params = (SessionPage, window) if "G2W" in path else (GroupList, {})
    goto(ctx).page(path.replace("KEY", str(host.key)), kind, **params)
    assert token_requests(box) == before + 1


def test_a_permission_that_is_missing_costs_one_token_and_not_one_for_each_call(box, ask):
    box.webinar_licence = False
    ctx = ask(box)
    key = box.account.organizers[0].key
    for day in range(1, 6):
        window = {"fromTime": f"2026-05-0{day}T00:00:00Z", "toTime": "2026-05-09T00:00:00Z"}
        with pytest.raises(Denied):
            goto(ctx).page(f"{WEBINAR}/organizers/{key}/sessions", SessionPage, **window)
    assert token_requests(box) == 2


def test_an_ended_token_is_renewed_where_a_permission_is_missing_too(box, ask):
    """401 always says that it is the token."""
    box.admin = False
    ctx = ask(box)
    for _ in range(2):
        with pytest.raises(Denied, match="administrator"):
            goto(ctx).page(f"{MEETING}/groups", GroupList)
        box.oauth.grants.clear()


def test_a_403_without_a_word_may_be_an_ended_token_too(box, ask):
    ctx = ask(box)
    me(ctx)
    box.faults.plan("403", path="*/groups", at=(1, 2, 3, 4, 5), body=False)
    assert goto(ctx).page(f"{MEETING}/groups", GroupList)[0].items


def test_no_secret_is_in_a_log_or_an_error(box, ask, caplog):
    caplog.set_level("DEBUG")
    ctx = ask(box, refresh_token=(first := box.refresh_token()))
    me(ctx)
    for secret in (first, current(ctx), box.client_secret):
        assert secret not in caplog.text


def test_a_client_without_a_secret_names_itself(box, ask):
    ctx = ask(box, client_secret=None)
    with pytest.raises(AuthError, match="client"):
        me(ctx)
    assert box.client_id in box.log[-1].body.decode()


def test_an_unknown_grant_is_a_matter_of_the_settings(box, ask):
    error = login.refusal(ask(box), "unsupported_grant_type", "")
    assert isinstance(error, ConfigError)


def test_a_token_is_renewed_before_it_ends(box, ask, monkeypatch):
    """Nobody has to refuse it first."""
    ctx = ask(box)
    me(ctx)
    now = login.time.monotonic()
    monkeypatch.setattr(login.time, "monotonic", lambda: now + 56 * 60)
    before = token_requests(box)
    me(ctx)
    assert token_requests(box) == before + 1


def test_threads_that_were_refused_together_renew_once(box, ask):
    ctx = ask(box)
    refused = goto(ctx).login.token()
    before = token_requests(box)
    assert goto(ctx).login.renewed(refused) == goto(ctx).login.renewed(refused) != refused
    assert token_requests(box) == before + 1


def test_a_permission_that_is_missing_in_one_part_says_nothing_of_another(box, ask):
    box.webinar_licence = False
    ctx = ask(box)
    key = box.account.organizers[0].key
    window = {"fromTime": "2026-05-01T00:00:00Z", "toTime": "2026-05-09T00:00:00Z"}
    with pytest.raises(Denied):
        goto(ctx).page(f"{WEBINAR}/organizers/{key}/sessions", SessionPage, **window)
    box.faults.plan("403", path="*/groups", at=(1, 2, 3, 4, 5), body=False)
    assert goto(ctx).page(f"{MEETING}/groups", GroupList)[0].items


def test_an_old_token_may_have_ended_where_a_permission_was_missing(box, ask, monkeypatch):
    box.webinar_licence = False
    ctx = ask(box)
    host = next(each for each in box.account.organizers if each.webinars and not each.suspended)
    window = {"fromTime": "2026-05-01T00:00:00Z", "toTime": "2026-05-02T00:00:00Z"}
    path = f"{WEBINAR}/organizers/{host.key}/sessions"
    with pytest.raises(Denied):
        goto(ctx).page(path, SessionPage, **window)
    box.webinar_licence = True
    box.oauth.grants.clear()
    monkeypatch.setattr(goto(ctx).login, "age", lambda: 3_000.0)
    goto(ctx).page(path, SessionPage, **window)


def test_the_hosts_are_those_that_still_answer():
    """The older sign-in at the API's own host was closed in 2025."""
    settings = gotomeeting.Settings(client_id="x")
    assert settings.login_host == "https://authentication.logmeininc.com"
    assert settings.api_host == "https://api.getgo.com"
