"""`alerts`: what is wrong and who was told of it."""

from typing import TYPE_CHECKING

import click

from cophub.cli import show
from cophub.cli.options import State, pass_state, shared
from cophub.error_codes import ASKED
from cophub.errors import ConfigError

if TYPE_CHECKING:
    from datetime import datetime

    from cophub.hub.alerting import AlertRow


@click.group(invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Also what is well again.")
@shared
@click.pass_context
@pass_state
def alerts(state: State, ctx: click.Context, everything: bool) -> None:
    """What is wrong now, since when, and who was told of it; `alerts test` tries it.

    Who is told stands under [alerts] in plugins.toml. What is wrong is looked at by `schedule` and
    `serve` each minute, and at the end of `sync` and `run`.
    """
    if ctx.invoked_subcommand is not None:
        return
    from cophub.hub import alerting

    with state.hub() as hub:
        found = alerting.listing(hub, everything)
        ways = hub.config.alerts.ways if hub.config.alerts else []
        now = hub.now()
    if show.finish(state, {"told_by": ways, "alerts": found}):
        return
    if not ways:
        show.say("  nobody is told: plugins.toml has no [alerts]")
    if not found:
        show.say(f"{show.mark('ok')} nothing is wrong{' or was' if everything else ''}")
        return
    for one in found:
        _say(one, now)


def _say(one: "AlertRow", now: "datetime") -> None:
    """How it stands, what is wrong, and who could not be told."""
    well = one.cleared_at is not None
    how = f"well again {show.ago(one.cleared_at, now)}" if well else "wrong"
    told = f"told {show.ago(one.told_at, now)}" if one.told_at else "not told yet"
    mark, name = show.mark("ok" if well else "failed"), show.bold(one.subject)
    since = show.ago(one.opened_at, now)
    show.say(f"{mark} {name} {how}, seen {since}, {told} {show.dim(f'[{one.code}]')}")
    show.say(f"    {show.clean(one.said)}")
    for way, why in sorted(one.waiting.items()):
        if why:
            again = show.ago(one.next_try_at, now)
            show.say(f"    not delivered by {way}: {show.clean(why)}; tried again {again}")


@alerts.command("test")
@shared
@pass_state
def alerts_test(state: State) -> int:
    """Tell everybody under [alerts] that this is a test, and say who did not take it."""
    from cophub.hub import alerting

    with state.hub() as hub:
        if hub.config.alerts is None:
            raise ConfigError(
                f'{hub.config.file} has no table [alerts]; add one with to = ["you@example.org"]'
                " and [alerts.smtp], or with webhooks",
                code=ASKED,
            )
        told = alerting.try_out(hub)
    if not show.finish(state, told):
        for way in told.took:
            show.say(f"{show.mark('ok')} {way} took it")
        for way, why in told.failed.items():
            show.say(f"{show.mark('failed')} {way}: {show.clean(why)}")
    return 1 if told.failed else 0


__all__ = ["alerts"]
