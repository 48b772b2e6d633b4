"""A Slack workspace over real HTTP on this machine; everybody in it is invented.

What it answers, and what it refuses, follows these pages of https://docs.slack.dev:

- `apis/web-api`: `ok` in every answer, refusals under HTTP 200, a bearer token in the header;
- `apis/web-api/pagination`: `limit`, `cursor`, `response_metadata.next_cursor`; fewer rows than
  asked for may come, and the end is an empty cursor;
- `apis/web-api/rate-limits`: 429 with `Retry-After` in seconds;
- `reference/methods/conversations.list`, `.members`, `.history` (newest first; a bot reads what it
  is in), `.replies` (oldest first), `users.list`, `users.info`, `auth.test`, `chat.postMessage`;
- `reference/events/message` and its subtypes; `reference/objects/file-object`.

The shapes are those of the samples in slackapi/java-slack-sdk (`json-logs/samples/api`). A
tombstone looks as those that people have shown (such as hackclub/toriel, pull request 238).

    python tests/vendor.py cophub sync      answers as long as that command runs
"""

import base64
import json
import sys
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import httpx
from cophub.testing import serve_command

Json = dict[str, Any]
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
TOKEN = "xoxb-000000000000-an-invented-token"
ENVIRONMENT = {"SLACK_TOKEN": TOKEN}
HOME = "https://river-practice.slack.example/"
SCOPES = {
    "auth.test": "",
    "users.list": "users:read",
    "users.info": "users:read",
    "conversations.list": "channels:read",
    "conversations.members": "channels:read",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
    "chat.postMessage": "chat:write",
}
"""What each method needs; in a private channel `groups:` in place of `channels:`."""
ALL = frozenset({
    "channels:history", "channels:read", "chat:write", "groups:history", "groups:read",
    "users:read", "users:read.email",
})  # fmt: skip


class RefusalError(Exception):
    """What becomes `ok: false`."""

    def __init__(self, error: str, **more: str) -> None:
        self.body = {"ok": False, "error": error, **more}


class Workspace:
    """Channels, people and messages; tests change them as people would."""

    def __init__(self) -> None:
        self.users: dict[str, Json] = {}
        self.strangers: dict[str, Json] = {}
        self.channels: dict[str, Json] = {}
        self.members: dict[str, list[str]] = {}
        self.messages: dict[str, dict[str, Json]] = {}
        self.scopes = set(ALL)
        self.most = 1000
        """The most rows of a page, whatever is asked for."""
        self.asked: list[tuple[str, Json]] = []
        self.too_fast: dict[str, int] = {}
        """How many answers of a method are still 429."""
        self.too_fast_status = 429

    # --- What people do

    def joins(self, key: str, name: str, **more: Any) -> None:
        """A user comes into the workspace."""
        first, _, last = name.partition(" ")
        address = f"{first}.{last}@example.org".lower()
        profile = {
            "real_name": name, "display_name": first.lower(), "first_name": first,
            "last_name": last, "email": address, "title": "", **more.pop("profile", {}),
        }  # fmt: skip
        self.users[key] = {
            "id": key, "team_id": "T0RIVER00", "name": first.lower(), "deleted": False,
            "real_name": name, "tz": "Africa/Nairobi", "is_admin": False, "is_bot": False,
            "is_restricted": False, "is_ultra_restricted": False, "is_app_user": False,
            "is_email_confirmed": True, "locale": "en-GB", "updated": 1770000000,
            "profile": profile, **more,
        }  # fmt: skip

    def opens(self, key: str, name: str, members: list[str], *, app: bool, **more: Any) -> None:
        """A channel, with the app in it or not."""
        self.channels[key] = {
            "id": key, "name": name, "is_channel": True, "created": 1767225600,
            "is_archived": False, "is_general": False, "is_private": False, "is_member": app,
            "is_ext_shared": False, "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len(members), **more,
        }  # fmt: skip
        self.members[key] = members
        self.messages[key] = {}

    def says(self, channel: str, user: str, text: str, ts: str, **more: Any) -> None:
        """A message; with `thread_ts` an answer."""
        message = {"type": "message", "user": user, "text": text, "ts": ts, **more}
        self.messages[channel][ts] = message
        root = self.messages[channel].get(more.get("thread_ts", ""))
        if root is not None and root is not message:
            self._count(channel, root)

    def deletes(self, channel: str, ts: str) -> None:
        """A message is deleted; where it has answers, a tombstone stands for it."""
        gone = self.messages[channel].pop(ts)
        root = self.messages[channel].get(gone.get("thread_ts", ""))
        if root is not None:
            self._count(channel, root)
        elif gone.get("reply_count"):
            kept = ("ts", "thread_ts", "reply_count", "reply_users_count", "latest_reply", "type")
            self.messages[channel][ts] = {
                **{name: gone[name] for name in kept}, "subtype": "tombstone", "hidden": True,
                "user": "USLACKBOT", "text": "This message was deleted.",
            }  # fmt: skip

    def _count(self, channel: str, root: Json) -> None:
        answers = self._answers(channel, root["ts"])
        root["thread_ts"] = root["ts"]
        root["reply_count"] = len(answers)
        root["reply_users"] = sorted({one["user"] for one in answers})
        root["reply_users_count"] = len(root["reply_users"])
        root["latest_reply"] = max((one["ts"] for one in answers), default="0000000000.000000")

    def _answers(self, channel: str, ts: str) -> list[Json]:
        return [
            one for one in self.messages[channel].values()
            if one.get("thread_ts") == ts and one["ts"] != ts
        ]  # fmt: skip

    # --- What Slack answers

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The answer to a call; its arguments come in the address, as a form or as JSON."""
        kind, body = request.headers.get("content-type", ""), request.read().decode()
        said = json.loads(body or "{}") if "json" in kind else dict(parse_qsl(body))
        asked = {**dict(request.url.params), **said}
        method = request.url.path.removeprefix("/api/")
        status, headers, found = self._called(method, asked, request.headers.get("authorization"))
        return httpx.Response(status, headers=headers, json=found)

    def _called(self, method: str, asked: Json, signed: str | None) -> tuple[int, Json, Json]:
        self.asked.append((method, asked))
        headers = {"X-OAuth-Scopes": ",".join(sorted(self.scopes))}
        if self.too_fast.get(method, 0) > 0:
            self.too_fast[method] -= 1
            body = {"ok": False, "error": "ratelimited"}
            return self.too_fast_status, {**headers, "Retry-After": "1"}, body
        try:
            if signed != f"Bearer {TOKEN}":
                raise RefusalError("invalid_auth" if signed else "not_authed")
            if method not in SCOPES:
                raise RefusalError("unknown_method")
            self._needs(SCOPES[method])
            made = getattr(self, f"_{method.replace('.', '_')}")(asked)
        except RefusalError as refusal:
            return 200, headers, refusal.body
        return 200, headers, {"ok": True, **made}

    def _needs(self, scope: str) -> None:
        if scope and scope not in self.scopes:
            raise RefusalError(
                "missing_scope", needed=scope, provided=",".join(sorted(self.scopes))
            )

    def _channel(self, asked: Json, scope: str = "") -> str:
        """The channel that is asked for, as far as the app may know of it."""
        key = asked.get("channel", "")
        channel = self.channels.get(key)
        if channel is None or (channel["is_private"] and not channel["is_member"]):
            raise RefusalError("channel_not_found")
        if channel["is_private"] and scope:
            self._needs(scope.replace("channels:", "groups:"))
        return str(key)

    def _page(self, name: str, rows: list[Any], asked: Json, usual: int = 100) -> Json:
        limit = int(asked.get("limit", usual))
        if not 0 < limit < 1000:
            raise RefusalError("invalid_limit")
        try:
            start = int(base64.b64decode(asked.get("cursor", "")).decode().rpartition(":")[2] or 0)
        except ValueError:
            raise RefusalError("invalid_cursor") from None
        end = start + min(limit, self.most)
        following = base64.b64encode(f"next:{end}".encode()).decode() if end < len(rows) else ""
        return {name: rows[start:end], "response_metadata": {"next_cursor": following}}

    def _auth_test(self, asked: Json) -> Json:
        return {
            "url": HOME, "team": "River Practice", "user": "cophub", "team_id": "T0RIVER00",
            "user_id": "U0COPHUB0", "bot_id": "B0COPHUB0", "is_enterprise_install": False,
        }  # fmt: skip

    def _users_list(self, asked: Json) -> Json:
        return self._page("members", [self._shown(one) for one in self.users.values()], asked)

    def _users_info(self, asked: Json) -> Json:
        user = {**self.users, **self.strangers}.get(asked.get("user", ""))
        if user is None:
            raise RefusalError("user_not_found")
        return {"user": self._shown(user)}

    def _shown(self, user: Json) -> Json:
        if "users:read.email" in self.scopes:
            return user
        hidden = ("email",)
        profile = {name: value for name, value in user["profile"].items() if name not in hidden}
        return {**user, "profile": profile}

    def _conversations_list(self, asked: Json) -> Json:
        types = asked.get("types", "public_channel").split(",")
        if "private_channel" in types:
            self._needs("groups:read")
        rows = [
            one for one in self.channels.values()
            if ("private_channel" if one["is_private"] else "public_channel") in types
            and (one["is_member"] or not one["is_private"])
            and not (asked.get("exclude_archived") == "true" and one["is_archived"])
        ]  # fmt: skip
        return self._page("channels", rows, asked)

    def _conversations_members(self, asked: Json) -> Json:
        channel = self._channel(asked, "channels:read")
        if self.channels[channel]["is_archived"]:  # docmarionum1/slack-archive-bot, issue 29
            raise RefusalError("fetch_members_failed")
        return self._page("members", self.members[channel], asked)

    def _conversations_history(self, asked: Json) -> Json:
        channel = self._channel(asked, "channels:history")
        if not self.channels[channel]["is_member"]:
            raise RefusalError("not_in_channel")
        rows = [
            one for one in self.messages[channel].values()
            if one.get("thread_ts", one["ts"]) == one["ts"]
            or one.get("subtype") == "thread_broadcast"
        ]  # fmt: skip
        found = self._page("messages", self._between(rows, asked)[::-1], asked)
        has_more = bool(found["response_metadata"]["next_cursor"])
        return {**found, "has_more": has_more, "pin_count": 0}

    def _conversations_replies(self, asked: Json) -> Json:
        channel = self._channel(asked, "channels:history")
        if not self.channels[channel]["is_member"]:
            raise RefusalError("not_in_channel")
        root = self.messages[channel].get(asked["ts"])
        rows = ([root] if root else []) + self._answers(channel, asked["ts"])
        if not rows:
            raise RefusalError("thread_not_found")
        found = self._page("messages", self._between(rows, asked), asked, 999)
        return {**found, "has_more": bool(found["response_metadata"]["next_cursor"])}

    @staticmethod
    def _between(rows: list[Json], asked: Json) -> list[Json]:
        low, high = float(asked.get("oldest", 0)), float(asked.get("latest", "inf"))
        kept = [one for one in rows if low < float(one["ts"]) < high]
        return sorted(kept, key=lambda one: float(one["ts"]))

    def _chat_postMessage(self, asked: Json) -> Json:  # noqa: N802 - Slack's own name
        channel = self._channel(asked)
        if not self.channels[channel]["is_member"]:
            raise RefusalError("not_in_channel")
        if self.channels[channel]["is_archived"]:
            raise RefusalError("is_archived")
        if not asked.get("text"):
            raise RefusalError("no_text")
        ts = f"{1780315200 + len(self.messages[channel])}.000100"
        said = {"type": "message", "user": "U0COPHUB0", "bot_id": "B0COPHUB0", "ts": ts}
        self.messages[channel][ts] = {**said, "text": asked["text"]}
        return {"channel": channel, "ts": ts, "message": self.messages[channel][ts]}


def ts(day: int, hour: int = 9, month: int = 5) -> str:
    """The `ts` of a message of 2026."""
    return f"{int(datetime(2026, month, day, hour, tzinfo=UTC).timestamp())}.000{hour:02}0"


def river_practice() -> Workspace:
    """Two channels that the app is in, others that it is not, and what people wrote in May 2026."""
    slack = Workspace()
    slack.joins("U0AMINA00", "Amina Otieno", profile={"title": "Hydrologist"})
    slack.joins("U0BORIS00", "Boris Lindqvist")
    slack.joins("U0CHEN000", "Chen Moreau", is_restricted=True)
    slack.joins("U0DIEGO00", "Diego Sanna", deleted=True)
    slack.joins("U0COPHUB0", "cophub", is_bot=True, profile={"email": None})
    slack.joins("USLACKBOT", "Slackbot", profile={"email": None})
    slack.strangers["U0ELSE000"] = {
        "id": "U0ELSE000", "team_id": "T0ELSEWHERE", "name": "else", "real_name": "Elsa Quispe",
        "is_bot": False, "profile": {"real_name": "Elsa Quispe", "email": "elsa@example.net"},
    }  # fmt: skip
    _channels(slack)
    _messages(slack)
    return slack


def _channels(slack: Workspace) -> None:
    inside = ["U0AMINA00", "U0BORIS00", "U0CHEN000", "U0COPHUB0", "U0ELSE000"]
    purpose = {"value": "Water & rivers", "creator": "U0AMINA00", "last_set": 1767225600}
    slack.opens("C0WATER00", "cop-water", inside, app=True, purpose=purpose, is_ext_shared=True)
    slack.opens("C0SOIL000", "cop-soil", ["U0AMINA00", "U0COPHUB0"], app=True)
    slack.opens("C0GENERAL", "general", ["U0AMINA00", "U0BORIS00"], app=False, is_general=True)
    slack.opens("C0PAST000", "cop-past", [], app=False, is_archived=True)
    slack.opens("G0BOARD00", "board", ["U0BORIS00", "U0COPHUB0"], app=True, is_private=True)
    slack.opens("G0HIDDEN0", "hidden", ["U0BORIS00"], app=False, is_private=True)


def _messages(slack: Workspace) -> None:
    water = "C0WATER00"
    joined = "<@U0AMINA00> has joined the channel"
    slack.says(water, "U0AMINA00", joined, ts(1, 8), subtype="channel_join")
    slack.says(water, "U0DIEGO00", "has joined the channel", ts(1, 9), subtype="channel_join")
    slack.says(
        water, "U0AMINA00", "Who has gauge data for the <https://example.org/lower|lower> basin?",
        ts(4), reactions=[{"name": "eyes", "users": ["U0BORIS00", "U0CHEN000"], "count": 2}],
    )  # fmt: skip
    slack.says(water, "U0BORIS00", "<@U0AMINA00> we do &amp; share it", ts(5), thread_ts=ts(4))
    slack.says(water, "U0CHEN000", "So do we", ts(6), thread_ts=ts(4))
    slack.says(water, "U0AMINA00", "Thank you both :tada:", ts(7), thread_ts=ts(4))
    slack.says(
        water, "U0BORIS00", "The *2025* survey", ts(12),
        edited={"user": "U0BORIS00", "ts": ts(12, 10)},
        files=[{"id": "F0SURVEY0", "created": 1778576400, "name": "survey.pdf", "mode": "hosted",
                "title": "Survey 2025", "mimetype": "application/pdf", "size": 52_480,
                "user": "U0BORIS00", "permalink": f"{HOME}files/U0BORIS00/F0SURVEY0/survey.pdf"}],
    )  # fmt: skip
    slack.says(water, "U0AMINA00", "set the topic", ts(13), subtype="channel_topic", topic="Rain")
    bot = {"subtype": "bot_message", "bot_id": "B0RAIN000", "username": "Rain alert"}
    slack.says(water, "U0NOBODY0", "", ts(14), **bot, attachments=[{"fallback": "Heavy rain"}])
    del slack.messages[water][ts(14)]["user"]
    soil = "C0SOIL000"
    for day in (18, 19, 20, 21):
        slack.says(soil, "U0AMINA00", f"Note of day {day}", ts(day))
    slack.says(soil, "U0AMINA00", "On that note", ts(22), thread_ts=ts(18))


def answer(request: httpx.Request) -> httpx.Response:
    """What River Practice answers, before anybody changes it."""
    return _AS_IT_IS.answer(request)


_AS_IT_IS = river_practice()

if __name__ == "__main__":
    sys.exit(serve_command(answer, 8765, ENVIRONMENT))
