"""An error that nobody foresaw: its traceback goes to a file, and a line to the user."""

import re
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from cophub.cli.options import State
from cophub.http import redact

_ADDRESS = re.compile(r"[\w.+'-]+@[\w-]+\.[\w.-]+")


def told(error: BaseException) -> str:
    """The traceback of an error, with secrets and addresses masked: it may quote the row it met."""
    whole: str = redact("".join(traceback.format_exception(error)))
    return _ADDRESS.sub("***@***", whole)


def record(state: State, error: BaseException) -> str:
    """Add the traceback to the log; answers the line that says so.

    The log lies beside plugins.toml, or with the temporary files where that folder is closed.
    """
    when = datetime.now(UTC)
    text = told(error)
    for folder in (state.path.absolute().parent, Path(tempfile.gettempdir())):
        log = folder / "cophub-errors.log"
        try:
            log.touch(mode=0o600)
            with log.open("a", encoding="utf-8") as out:
                out.write(f"--- {when:%Y-%m-%d %H:%M:%S} UTC\n{text}\n")
        except OSError:
            continue
        where = f"where it happened is in {log}"
        break
    else:
        where = "run it again with --debug to see where"
    return f"something that nobody foresaw went wrong ({type(error).__name__}); {where}"
