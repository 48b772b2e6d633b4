"""What is worth a warning while a command works: a line each, with the source that it is about."""

import logging

import click

_SOURCE = "cophub.source."
_NAME = "cophub command line"


class Notes(logging.Handler):
    """Shows warnings of cophub's own on standard error, without secrets."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        """`! engage: what is worth knowing`; the source is the end of the logger's name."""
        from cophub.http.secrets import redact

        source = record.name.removeprefix(_SOURCE) if record.name.startswith(_SOURCE) else ""
        about = f"{source}: " if source else ""
        click.echo(
            f"{click.style('!', fg='yellow')} {about}{redact(record.getMessage())}", err=True
        )


def show_notes() -> None:
    """Show them from now on, and nothing else of the log."""
    _only(Notes(), logging.NOTSET)


def show_log(level: str | None, *, as_json: bool) -> None:
    """Show the log from a level on (info, when none is named) in place of the notes."""
    from cophub.cli.log_lines import handler

    _only(handler(as_json=as_json), getattr(logging, (level or "info").upper()))


def _only(handler: logging.Handler, level: int) -> None:
    """The one handler of the command line takes the place of the one before."""
    handler.name = _NAME
    logger = logging.getLogger("cophub")
    for before in [one for one in logger.handlers if one.name == _NAME]:
        logger.removeHandler(before)
    logger.addHandler(handler)
    logger.setLevel(level)
