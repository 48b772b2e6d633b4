"""A hub of every connector, all of whose secrets are known, and everything that is done with it."""

import io
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

import pytest

from cophub import cli
from cophub.config import load_config
from cophub.http import Limits, Transport
from cophub.hub import Hub
from cophub.sandbox import (
    AdobeConnectSandbox,
    GotoSandbox,
    GroupsioSandbox,
    MailchimpSandbox,
    MicrosoftSandbox,
)
from tests.connectors.website import Answer, Asked, Website, website

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SMALL = {"seed": 7, "people": 24, "now": NOW}
SECRETS = {
    "mailchimp": "canary0mailchimp0key0123456789-us1",
    "groupsio": "canary~groupsio/key+0123456789==",
    "adobe": 'canary "adobe" pass&word 4711',
    "feed": "canary-feed-pass/word%4711",
    "feed address": "canaryfeedkey0123456789abcdef",
    "calendar": "canary-calendar-password-4711",
    "files": "canary-files-password-4711",
    "archive": "canary-archive-secret-4711",
    "mailman": "canary-mailman-password-4711",
    "hyperkitty": "canary-hyperkitty-password-4711",
    "tap": "canary-tap-password-4711",
    "api": "canary-api-key-4711",
    "plugin": "canary-plugin-token-4711",
    "webhook": "canarywebhookkey0123456789abc",
    "smtp": "canary-smtp-password-4711",
    "sealing": "canary phrase that seals the tokens",
    "erasing": "canary phrase that keys the hashes of the erased",
}
TAP = """
import json, sys
config = json.load(open(sys.argv[sys.argv.index("--config") + 1])) if "--config" in sys.argv else {}
print("log in with", json.dumps(config), file=sys.stderr)
if "--discover" in sys.argv:
    print(json.dumps({"streams": [{"tap_stream_id": "m", "stream": "m", "schema": {}}]}))
else:
    print(json.dumps({"type": "RECORD", "stream": "m", "record": {"id": config["password"]}}))
    print("broken because of " + config["password"])
sys.exit(3)
"""
PLUGIN = '''
"""A plugin of somebody who is not careful with secrets."""
import logging
from pydantic import BaseModel, SecretStr
from cophub import AuthError, Checked, Connector, Post, Reject, Stream, hookimpl

class Settings(BaseModel):
    token: SecretStr

def posts(ctx, since):
    token = ctx.settings.token.get_secret_value()
    logging.getLogger("cophub.plugin").warning("signing in with %s", token)
    yield Reject(reason=f"{token} is not understood", item={"password": token, "text": token})
    raise RuntimeError(f"{token} was refused")

def refused(ctx, since):
    token = ctx.settings.token.get_secret_value()
    yield Reject(reason="x", item={"nested": [{"url": "https://x/?k=" + token}]})
    raise AuthError("refused: " + token)

def check(ctx):
    raise ValueError("no: " + ctx.settings.token.get_secret_value())

@hookimpl
def cophub_connectors():
    streams = [Stream(posts), Stream(refused)]
    return [Connector("careless", "A careless plugin", Settings, streams, check=check)]
'''


def echo(asked: Asked) -> Answer:
    """A server that says again what it was asked, as a refusal or as a page."""
    said = " ".join([asked.path, *asked.query.values(), *asked.headers.values(), asked.body])
    number = len(said) % 3
    return Answer(f'{{"message": "{said}"}}'.encode(), (401, 500, 200)[number])


@dataclass
class WholeHub:
    """The folder, its vendors, and what was said so far."""

    folder: Path
    site: Website
    vendors: dict[str, Any] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        self.vendors = {
            "mailchimp": MailchimpSandbox(audiences=2, api_key=SECRETS["mailchimp"], **SMALL),
            "microsoft": MicrosoftSandbox(communities=2, **SMALL),
            "groupsio": GroupsioSandbox(communities=2, api_key=SECRETS["groupsio"], **SMALL),
            "goto": GotoSandbox(communities=2, **SMALL),
            "adobe": AdobeConnectSandbox(communities=2, password=SECRETS["adobe"], **SMALL),
        }
        for vendor in self.vendors.values():
            vendor.start()
            self._stack.callback(vendor.stop)
        self.microsoft.concealed = False
        self.site.otherwise = echo
        self._write()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def microsoft(self) -> Any:
        """Entra ID, SharePoint and Yammer."""
        return self.vendors["microsoft"]

    @property
    def secrets(self) -> dict[str, str]:
        """Every secret there is by now, those that vendors handed out among them."""
        entra, goto, adobe = (self.microsoft.entra, self.vendors["goto"], self.vendors["adobe"])
        given = {
            "goto secret": goto.client_secret, "goto pat": goto.pat,
            "entra secret": self.microsoft.client_secret,
            "certificate": "".join(self.microsoft.certificate.split("\n")[3:5]),
            "certificate line": self.microsoft.certificate.split("\n")[3],
        }  # fmt: skip
        handed_out = [*entra.grants, *entra.refreshes, *goto.oauth.grants, *goto.oauth.refreshes]
        handed_out += adobe._sessions
        return SECRETS | given | {f"token {n}": text for n, text in enumerate(handed_out)}

    def _write(self) -> None:
        for name in ("groupsio", "feed", "webhook"):
            file = self.folder / f"secret-{name}"
            url = f"{self.site.url}/hook/{SECRETS[name]}"
            file.write_text(url if name == "webhook" else SECRETS[name])
        (self.folder / "app.pem").write_text(self.microsoft.certificate)
        (self.folder / "tap.py").write_text(TAP)
        (self.folder / "careless_forum.py").write_text(PLUGIN)
        (self.folder / "plugins.toml").write_text(self._config())

    @property
    def kept(self) -> list[Path]:
        """The files in which somebody keeps secrets on purpose."""
        return [
            *self.folder.glob("secret-*"),
            self.folder / "app.pem",
            self.folder / "plugins.toml",
        ]

    def _config(self) -> str:
        box, site = self.microsoft, self.site.url
        urls = [each.site_url for each in box.tenant.communities]
        who = f'tenant = "{box.tenant_id}"\nclient_id = "{box.client_id}"\n'
        who += f'base_url = "{box.base_url}"'
        goto, adobe = self.vendors["goto"], self.vendors["adobe"]
        quoted = SECRETS["adobe"].replace('"', '\\"')
        sources = {
            "newsletter": ("mailchimp", f"""api_key = {{ env = "CANARY_MAILCHIMP" }}
base_url = "{self.vendors["mailchimp"].base_url}" """),
            "dgroups": ("dgroups", f"""api_key = {{ file = "secret-groupsio" }}
base_url = "{self.vendors["groupsio"].base_url}" """),
            "calls": ("gotomeeting", f"""client_id = "{goto.client_id}"
client_secret = "{goto.client_secret}"
personal_access_token = "{goto.pat}"
since = "2026-03-01"
base_url = "{goto.base_url}" """),
            "webroom": ("adobeconnect", f"""login = "{adobe.login}"
password = "{quoted}"
base_url = "{adobe.base_url}" """),
            "intranet": ("sharepoint", f'site_url = "{urls[0]}"\ncertificate = "app.pem"\n{who}'),
            "yammer": ("yammer", f'client_secret = "{box.client_secret}"\nways = ["rest"]\n{who}'),
            "news": ("feed", f"""url = "{site}/private/{SECRETS["feed address"]}/feed"
space = "news"
username = "wanda"
password = {{ file = "secret-feed" }}"""),
            "diary": ("calendar", f"""url = "{site}/calls.ics"
space = "calls"
username = "wanda"
password = "{SECRETS["calendar"]}" """),
            "table": ("files", f"""url = "{site}/people.csv"
record = "membership"
columns = {{ email = "E-mail" }}
username = "wanda"
password = "{SECRETS["files"]}" """),
            "archive": ("dgroupsarchive", f"""base_url = "{site}"
key = "site"
secret = "{SECRETS["archive"]}"
communities = "fao/forum" """),
            "lists": ("mailman", f"""base_url = "{site}"
user = "restadmin"
password = "{SECRETS["mailman"]}"
archive_url = "{site}/archives"
archive_user = "wanda"
archive_password = "{SECRETS["hyperkitty"]}" """),
            "tap": ("singer", f"""command = ["{sys.executable}", "{self.folder / "tap.py"}"]
config = {{ password = "{SECRETS["tap"]}" }}
streams = {{ m = {{ record = "account", columns = {{ key = "id" }} }} }}"""),
            "api": ("rest", f"""base_url = "{site}"
auth = {{ type = "query", name = "key", value = "{SECRETS["api"]}" }}
streams.m = {{ path = "/m", record = "account", columns = {{ key = "id" }} }}"""),
            "forum": ("careless", f'token = "{SECRETS["plugin"]}"'),
        }  # fmt: skip
        tables = "".join(
            f'\n[sources.{name}]\nconnector = "{connector}"\nevery = "1 hour"\n'
            f"[sources.{name}.settings]\n{settings}\n"
            for name, (connector, settings) in sources.items()
        )
        return f"""[plugins]
modules = ["careless_forum"]
[alerts]
to = ["ops@example.org"]
webhooks = [{{ kind = "json", url = {{ file = "secret-webhook" }} }}]
[alerts.smtp]
host = "127.0.0.1"
port = 9
sender = "hub@example.org"
user = "hub"
password = "{SECRETS["smtp"]}"
starttls = false
[pipelines.site.settings]
audiences = ["public", "facilitators"]
languages = ["en"]
{tables}"""

    def call(self, *arguments: str) -> str:
        """What a command prints, whatever it leaves with."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = cli.run([str(argument) for argument in arguments])
        self.said.append(
            f"{' '.join(map(str, arguments))}: {code}\n{out.getvalue()}{err.getvalue()}"
        )
        return self.said[-1]


def fast(spec: Any) -> Transport:
    """A way to a vendor whose clock runs faster: its pace is kept, and takes no time."""
    limits = spec.connector.limits or Limits()
    return Transport(
        replace(limits, budget=limits.budget * 10_000, tries=2),
        clock=lambda: time.monotonic() * 10_000,
        sleep=lambda seconds: time.sleep(seconds / 10_000),
    )


@contextmanager
def whole_hub(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[WholeHub]:
    """The hub, in its folder; its clock is its vendors'."""
    began = time.monotonic()

    def opened(cls: type[Hub], path: Path, now: Callable[[], datetime] | None = None) -> Hub:
        return Hub(
            load_config(path),
            lambda: NOW + timedelta(seconds=time.monotonic() - began),
            transport=fast,
        )

    patch.setattr(Hub, "open", classmethod(opened))
    patch.chdir(folder)
    patch.setenv("CANARY_MAILCHIMP", SECRETS["mailchimp"])
    patch.setenv("COPHUB_KEY", SECRETS["sealing"])
    patch.setenv("COPHUB_ERASURE_KEY", SECRETS["erasing"])
    with website() as site, WholeHub(folder, site) as hub:
        yield hub
