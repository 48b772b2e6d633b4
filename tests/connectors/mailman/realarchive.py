"""A real HyperKitty that runs for the tests, fed with invented mail, without a Mailman core."""

import os
import re
import subprocess
import time
from contextlib import closing
from pathlib import Path

import httpx

from tests.connectors.mailman.realcore import end_group, free_port

USER, PASSWORD = "reader", "reader-pass"
_KEY = "key"
_SETTINGS = """
import os
from mailman_web.settings.base import *
from mailman_web.settings.mailman import *
BASE_DIR = os.path.dirname(__file__)
SECRET_KEY = "of a test"
ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3",
                         "NAME": os.path.join(BASE_DIR, "web.db")}}
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
Q_CLUSTER = {"sync": True, "orm": "default", "timeout": 30, "retry": 60}
MAILMAN_REST_API_URL = "http://127.0.0.1:9"
MAILMAN_REST_API_USER = "restadmin"
MAILMAN_REST_API_PASS = "restpass"
MAILMAN_ARCHIVER_KEY = "key"
MAILMAN_ARCHIVER_FROM = ("127.0.0.1",)
DEFAULT_FROM_EMAIL = "archive@example.org"
ACCOUNT_EMAIL_VERIFICATION = "none"
COMPRESS_ENABLED = False
COMPRESS_PRECOMPILERS = ()
LOGGING = {"version": 1, "disable_existing_loggers": False}
HYPERKITTY_MBOX_EXPORT = not os.path.exists(os.path.join(BASE_DIR, "no-export"))
"""


class RealArchive:
    """HyperKitty in a folder of its own."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder = programs, folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/archives"
        (folder / "settings.py").write_text(_SETTINGS)
        self._environment = os.environ | {"MAILMAN_WEB_CONFIG": str(folder / "settings.py")}
        self._environment.pop("DJANGO_SETTINGS_MODULE", None)
        self._server: subprocess.Popen[bytes] | None = None

    def run(self, *command: str, **environment: str) -> None:
        """A command of mailman-web."""
        subprocess.run(
            [str(self.programs / "mailman-web"), *command],
            env=self._environment | environment, cwd=self.folder, check=True, capture_output=True,
            timeout=120,
        )  # fmt: skip

    def prepare(self) -> None:
        """Make the database, and one reader who may see everything."""
        self.run("migrate")
        given = {"DJANGO_SUPERUSER_PASSWORD": PASSWORD, "DJANGO_SUPERUSER_USERNAME": USER}
        self.run("createsuperuser", "--noinput", "--email", "reader@example.org", **given)

    def take(self, address: str, *messages: bytes) -> None:
        """Archive messages, as Mailman core hands them over."""
        for message in messages:
            answer = httpx.post(
                f"{self.url}/api/mailman/archive",
                data={"mlist": address},
                files={"message": ("message.txt", message)},
                headers={"Authorization": f"Token {_KEY}"},
                timeout=30,
            )
            assert answer.status_code == 200, answer.text[:500]

    def load(self, address: str, mbox: bytes) -> None:
        """Import an mbox into a list's archive."""
        file = self.folder / "import.mbox"
        file.write_bytes(mbox)
        since = ("--since", "1970-01-01")
        self.run("hyperkitty_import", "-l", address, *since, "--no-sync-mailman", str(file))

    def make_private(self, address: str) -> None:
        """Close an archive to all but members."""
        self.run(
            "shell", "-c",
            "from hyperkitty.models import ArchivePolicy, MailingList;"
            f"MailingList.objects.filter(name={address!r})"
            ".update(archive_policy=ArchivePolicy.private.value)",
        )  # fmt: skip

    def start(self) -> None:
        """Start its server, and wait until it answers."""
        with (self.folder / "server.log").open("w") as log:
            self._server = subprocess.Popen(
                [str(self.programs / "mailman-web"), "runserver", "--noreload",
                 f"127.0.0.1:{self.port}"],
                env=self._environment, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, start_new_session=True,
            )  # fmt: skip
        until = time.monotonic() + 60
        while time.monotonic() < until and self._server.poll() is None:
            try:
                if httpx.get(f"{self.url}/api/lists/?format=json").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise RuntimeError((self.folder / "server.log").read_text()[-2000:])

    def stop(self) -> None:
        """End its server."""
        if self._server is not None:
            end_group(self._server.pid, patience=1)
            self._server.wait(10)

    def signed_in(self) -> httpx.Client:
        """A browser in which the reader is signed in."""
        login = self.url.replace("/archives", "/accounts/login/")
        browser = httpx.Client(follow_redirects=True, timeout=30)
        browser.get(login)
        form = {"login": USER, "password": PASSWORD} | _token(browser)
        assert "id_password" not in browser.post(login, data=form).text
        return browser

    def vote(self, address: str, mark: str, value: int = 1) -> None:
        """Like a message (1), or take the like back (0)."""
        with closing(self.signed_in()) as browser:
            page = f"{self.url}/list/{address}/message/{mark}/"
            browser.get(page)
            form = {"vote": str(value)} | _token(browser)
            answer = browser.post(
                f"{page}vote", data=form, headers={"X-Requested-With": "XMLHttpRequest"}
            )
            assert answer.status_code == 200, answer.text[:500]

    def delete(self, address: str, mark: str) -> None:
        """Delete a message, as a moderator does."""
        with closing(self.signed_in()) as browser:
            page = f"{self.url}/list/{address}/message/{mark}/delete"
            form = browser.get(page).text
            found = re.search(r'name="email" value="(\d+)"', form) or re.search(
                r'<input[^>]*name="email"[^>]*value="([^"]+)"', form
            )
            values = ({"email": found[1]} if found else {}) | _token(browser)
            answer = browser.post(page, data=values)
            assert answer.status_code == 200, answer.text[:500]


def _token(browser: httpx.Client) -> dict[str, str]:
    return {"csrfmiddlewaretoken": browser.cookies.get("csrftoken") or ""}
