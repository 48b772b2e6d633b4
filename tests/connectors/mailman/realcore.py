"""A real Mailman core that runs for the tests, with a REST server and nothing that sends mail."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

USER, PASSWORD = "restadmin", "restpass"
_RUNNERS = (
    "archive", "bounces", "command", "in", "lmtp", "nntp", "out", "pipeline", "retry", "task",
    "virgin", "digest",
)  # fmt: skip
_CONFIG = """
[mailman]
layout: here
[paths.here]
var_dir: {folder}/var
[webservice]
hostname: 127.0.0.1
port: {port}
admin_user: restadmin
admin_pass: restpass
[mta]
incoming: mailman.mta.null.NullMTA
smtp_host: 127.0.0.1
smtp_port: 9
lmtp_host: 127.0.0.1
lmtp_port: {lmtp}
"""
_SEED = """
import json, sys
from datetime import datetime
from mailman.core.initialize import initialize
initialize(sys.argv[1])
from mailman.app.lifecycle import create_list
from mailman.config import config
from mailman.interfaces.domain import IDomainManager
from mailman.interfaces.member import MemberRole
from mailman.interfaces.usermanager import IUserManager
from zope.component import getUtility
plan = json.loads(sys.stdin.read())
getUtility(IDomainManager).add("example.org")
users = getUtility(IUserManager)
for name, people in plan.items():
    mlist = create_list(name + "@example.org")
    mlist.send_welcome_message = False
    mlist.admin_notify_mchanges = False
    mlist.created_at = datetime(2020, 1, 1)
    for email, display_name, registered in people:
        address = users.get_address(email)
        if address is None:
            address = users.make_user(email, display_name).addresses[0]
            address.registered_on = address.verified_on = datetime.fromisoformat(registered)
        mlist.subscribe(address, MemberRole.member)
config.db.commit()
"""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


class RealCore:
    """Mailman core in a folder of its own."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.programs, self.folder = programs, folder
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.config = folder / "mailman.cfg"
        runners = "".join(f"[runner.{name}]\nstart: no\n" for name in _RUNNERS)
        text = _CONFIG.format(folder=folder, port=self.port, lmtp=free_port()) + runners
        self.config.write_text(text)
        self.client = httpx.Client(
            base_url=f"{self.base_url}/3.1/", auth=(USER, PASSWORD), timeout=60
        )
        self._master = 0

    def seed(self, plan: str) -> None:
        """Make lists with members, `{"name": [[address, name, registered], ...]}`, at one go."""
        python = str(self.programs / "python")
        subprocess.run(
            [python, "-W", "ignore", "-c", _SEED, str(self.config)],
            input=plan, text=True, check=True, capture_output=True, cwd=self.folder,
        )  # fmt: skip

    def start(self) -> None:
        """Start it as its manual says, and wait until it answers."""
        command = [str(self.programs / "mailman")]
        if os.geteuid() == 0:
            command.append("--run-as-root")
        # Without a file for its output the call does not return: the daemon keeps the pipe open.
        with (self.folder / "start.log").open("w") as log:
            subprocess.run(
                [*command, "-C", str(self.config), "start"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=True, timeout=60,
                cwd=self.folder,
            )  # fmt: skip
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if self.client.get("system/versions").status_code == 200:
                    self._master = int((self.folder / "var" / "master.pid").read_text())
                    return
            except (httpx.TransportError, OSError):
                pass
            time.sleep(0.1)
        raise RuntimeError((self.folder / "start.log").read_text()[-2000:])

    def stop(self) -> None:
        """End its processes, kindly and then not, and wait until they are gone."""
        self.client.close()
        path = self.folder / "var" / "master.pid"
        master = self._master or (int(path.read_text()) if path.exists() else 0)
        if master:
            end_group(master, patience=3)

    # --- what an administrator does -----------------------------------------------------------

    def new_list(self, name: str, **settings: Any) -> str:
        """Make a list; its id."""
        if not self.get("domains").get("entries"):
            self.post("domains", mail_host="example.org")
        self.post("lists", fqdn_listname=f"{name}@example.org")
        quiet = {"send_welcome_message": "false", "admin_notify_mchanges": "false"}
        self.patch(f"lists/{name}.example.org/config", **quiet, **settings)
        return f"{name}.example.org"

    def join(self, list_id: str, email: str, name: str = "", role: str = "member") -> None:
        """Put somebody on a list."""
        given = {"list_id": list_id, "subscriber": email, "role": role}
        if name:
            given["display_name"] = name
        yes = {"pre_verified": "true", "pre_confirmed": "true", "pre_approved": "true"}
        self.post("members", **given, **(yes if role == "member" else {}))

    def leave(self, list_id: str, email: str) -> None:
        """Take a subscriber off a list."""
        self.call("DELETE", f"lists/{list_id}/member/{quote(email)}")

    def is_on(self, list_id: str, email: str, role: str = "member") -> bool:
        """Whether somebody is in a roster."""
        answer = self.client.get(f"lists/{list_id}/{role}/{quote(email)}")
        return answer.status_code == 200

    def take_off(self, list_id: str, email: str, role: str) -> None:
        """Take somebody out of a roster, if they are in it."""
        if self.is_on(list_id, email, role):
            self.call("DELETE", f"lists/{list_id}/{role}/{quote(email)}")

    def drop_list(self, list_id: str) -> None:
        """Delete a list."""
        self.call("DELETE", f"lists/{list_id}")

    def get(self, path: str) -> Any:
        """What is at a path."""
        return self.call("GET", path).json()

    def post(self, path: str, **form: Any) -> None:
        """Make something."""
        self.call("POST", path, data=form)

    def patch(self, path: str, **form: Any) -> None:
        """Change something."""
        self.call("PATCH", path, data=form)

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any call; an error is the test's."""
        answer = self.client.request(method, path, **options)
        assert answer.status_code < 400, (method, path, answer.text)
        return answer


def end_group(leader: int, patience: float) -> None:
    """End a process group, and wait until nobody of it runs any more."""
    for sign, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, 10.0)):
        try:
            os.killpg(leader, sign)
        except (ProcessLookupError, PermissionError):
            return
        until = time.monotonic() + wait
        while time.monotonic() < until:
            if not _running(leader):
                return
            time.sleep(0.05)


def _running(leader: int) -> bool:
    """Whether a process of the group runs; one that is dead and waits to be noticed does not."""
    if not Path("/proc/self/stat").exists():
        try:
            os.killpg(leader, 0)
        except ProcessLookupError:
            return False
        return True
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, group = stat.read_text().rpartition(") ")[2].split()[:3]
        except (OSError, ValueError):
            continue
        if int(group) == leader and state != "Z":
            return True
    return False
