"""`python -m cophub.sandbox mailchimp --port 0`: serve an emulated vendor until told to stop.

The first line of output is the base URL. It ends on SIGTERM, on Ctrl-C and, where standard input
is a pipe, when that closes, so it never outlives the program that started it.
"""

import gc
import os
import signal
import stat
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from cophub.sandbox.adobeconnect import AdobeConnectSandbox
from cophub.sandbox.goto import GotoSandbox
from cophub.sandbox.groupsio import KEY as GROUPSIO_KEY
from cophub.sandbox.groupsio import GroupsioSandbox
from cophub.sandbox.mailchimp import KEY, NOW, MailchimpSandbox
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.server import Sandbox


@click.group(help="Serve an emulated vendor on loopback; the first line printed is its base URL.")
def main() -> None:
    """The command group; a command for each vendor."""


def _instant(context: click.Context, parameter: click.Parameter, value: str) -> datetime:
    if value == "today":
        return datetime.now(UTC).replace(microsecond=0)
    try:
        given = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("give an ISO 8601 instant such as 2026-06-01, or today") from None
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def world(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every vendor: what its people and its time are, and how it answers."""
    for option in (
        click.option("--latency", default=0.0, help="Seconds that each answer takes.",
                     show_default=True),
        click.option("--now", default=NOW.date().isoformat(), callback=_instant,
                     help="Where the clock stands; 'today' for now.", show_default=True),
        click.option("--years", default=2.0, help="How much history there is.", show_default=True),
        click.option("--people", default=400, show_default=True),
        click.option("--seed", default=1, show_default=True),
        click.option("--port", default=0, help="0 takes any free port.", show_default=True),
    ):  # fmt: skip
        command = option(command)
    return command


communities = click.option("--communities", default=6, show_default=True)
speed = click.option(
    "--speed", default=1.0, help="How much faster the limits' clock runs.", show_default=True
)


@main.command()
@world
@click.option("--audiences", default=6, show_default=True)
@click.option(
    "--churn", default=0.001, help="Share of a crowd that changes each day.", show_default=True
)
@click.option("--api-key", default=KEY, show_default=True)
def mailchimp(**options: object) -> None:
    """MailChimp's Marketing API v3; from 5,000 people on rows are computed when asked for."""
    serve(MailchimpSandbox(**options))  # type: ignore[arg-type]


@main.command()
@world
@communities
@click.option("--messages", type=int, help="How many messages there are in Yammer, about.")
@click.option("--list-items", type=int, help="How many items the largest SharePoint list has.")
@click.option("--limits", is_flag=True, help="Keep the vendor's limits.")
@speed
@click.option(
    "--certificate",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="File to write the app's key and certificate to.",
)
def microsoft(certificate: Path | None, **options: object) -> None:
    """Entra ID, Graph, SharePoint and Yammer; prints tenant, client id and secret as well."""
    sandbox = MicrosoftSandbox(**options)  # type: ignore[arg-type]
    if certificate:
        certificate.touch(mode=0o600)
        certificate.write_text(sandbox.certificate, encoding="ascii")
    names = ("tenant_id", "client_id", "client_secret")
    told = [f"{name} = {getattr(sandbox, name)}" for name in names]
    serve(sandbox, *told, f"site_url = {sandbox.site_url(0)}")


@main.command()
@world
@communities
@click.option("--limits", is_flag=True, help="Keep the vendor's limits.")
@speed
@click.option("--api-key", default=GROUPSIO_KEY, help="The key of the hub's account.")
def groupsio(**options: object) -> None:
    """groups.io's API v1 as dgroups.io; prints the API key as well."""
    sandbox = GroupsioSandbox(**options)  # type: ignore[arg-type]
    serve(sandbox, f"api_key = {sandbox.api_key}")


@main.command()
@world
@communities
@click.option("--limits", is_flag=True, help="Keep the vendor's limits.")
@speed
def goto(**options: object) -> None:
    """GoToMeeting and GoTo Webinar; prints client id, secret and two kinds of token as well."""
    sandbox = GotoSandbox(**options)  # type: ignore[arg-type]
    names = ("client_id", "client_secret", "pat")
    told = [f"{name} = {getattr(sandbox, name)}" for name in names]
    serve(sandbox, *told, f"refresh_token = {sandbox.refresh_token()}")


@main.command()
@world
@communities
@click.option("--limits", is_flag=True, help="Let sessions that nobody uses end after 20 minutes.")
@speed
def adobeconnect(**options: object) -> None:
    """Adobe Connect's XML API; prints login and password as well."""
    sandbox = AdobeConnectSandbox(**options)  # type: ignore[arg-type]
    serve(sandbox, f"login = {sandbox.login}", f"password = {sandbox.password}")


def serve(sandbox: Sandbox, *told_first: str) -> None:
    """Serve until a signal comes or standard input closes; the address and more are printed."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    # What was built stays for good: the collector need not look at it during requests.
    gc.collect()
    gc.freeze()
    click.echo("\n".join((sandbox.start(), *told_first)))
    sys.stdout.flush()
    if stat.S_ISFIFO(os.fstat(0).st_mode):
        threading.Thread(target=_wait_for_end, args=(told,), daemon=True).start()
    told.wait()
    sandbox.stop()


def _wait_for_end(told: threading.Event) -> None:
    while os.read(0, 1024):
        pass
    told.set()


if __name__ == "__main__":
    main()
