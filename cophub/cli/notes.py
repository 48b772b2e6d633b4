"""What is worth a warning while a command works: a line each, with the source that it is about."""

import logging

import click

_SOURCE = "cophub.source."


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
    """Show them from now on, once however often this is called."""
    logger = logging.getLogger("cophub")
    if not any(isinstance(handler, Notes) for handler in logger.handlers):
        logger.addHandler(Notes())
