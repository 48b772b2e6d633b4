"""The command `cophub quiet`: the spaces in which least was written."""

import click

from cophub import Command, CommandContext, hookimpl

QUIET = """
    SELECT s.source, s.title, count(p.key) AS posts
    FROM space s LEFT JOIN post p ON p.source = s.source AND p.space = s.key
    GROUP BY s.source, s.key, s.title ORDER BY posts, s.source, s.key LIMIT :top
"""


@click.option("--top", default=10, show_default=True, help="How many at most.")
def quiet(ctx: CommandContext, top: int) -> None:
    """List the spaces in which least was written, the quietest first."""
    from sqlalchemy import text  # `cophub --help` is not to wait for it

    with ctx.warehouse.connect() as connection:
        ctx.table(("source", "space", "posts"), connection.execute(text(QUIET), {"top": top}))


@hookimpl
def cophub_commands() -> list[Command]:
    return [Command("quiet", "The spaces in which least was written.", quiet)]
