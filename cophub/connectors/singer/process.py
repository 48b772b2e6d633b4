"""Runs a tap: a program of others, without a shell, in a folder and a process group of its own."""

import os
import queue
import shutil
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from contextvars import copy_context
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import IO, Any, cast

import msgspec

from cophub import ConfigError, Context, SourceUnavailable
from cophub.connectors.singer.guard import Guard
from cophub.connectors.singer.settings import Settings
from cophub.error_codes import TOO_LARGE
from cophub.http import is_secret_name, remember_secret
from cophub.http.auth import without_addresses

# The rest of cophub's environment holds other vendors' keys.
_PASSED_ON = (
    "PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy",
    "no_proxy", "SYSTEMROOT",
)  # fmt: skip
_LAST_LINES = 5
_LONGEST_LINE = 64 << 20
"""Bytes of one message of a tap; several wait in the memory at once."""
_LONGEST_WORDS = 1 << 16
_AHEAD = 1000
"""Lines that are held before the tap has to wait."""
_TO_END = 5.0
"""Seconds that a tap has to end when it is told to."""


class Tap:
    """A tap and the private files that it is given; all of it is gone at the end of `with`.

    So it is when cophub is killed within it.
    """

    def __init__(self, ctx: Context[Settings]) -> None:
        self._ctx, self._settings = ctx, ctx.settings
        self._program = find_program(ctx.settings)
        self.name = Path(self._program).name
        self.last_words: deque[str] = deque(maxlen=_LAST_LINES)
        self._started: list[subprocess.Popen[bytes]] = []
        remember_inner(ctx.settings.config)
        remember_inner(ctx.settings.environment)

    def __enter__(self) -> "Tap":
        self._folder = TemporaryDirectory(prefix="cophub-tap-", ignore_cleanup_errors=True)
        self._guard = Guard(self._folder.name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        with self._guard:
            try:
                for process in self._started:
                    end_group(process)
            finally:
                self._folder.cleanup()

    def file(self, name: str, content: Any) -> str:
        """The path of a new file with this content as JSON, which only this user may read."""
        path = str(Path(self._folder.name) / name)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.encode(content))
        return path

    def config(self) -> list[str]:
        """The options that give the tap its configuration."""
        path = Path(self._folder.name) / "config.json"
        if not path.exists():
            self.file(path.name, self._settings.given_config())
        return ["--config", str(path)]

    def lines(self, *options: str, silence: float | None = None) -> Iterator[bytes]:
        """What the tap writes, line by line.

        Raises SourceUnavailable for one that fails, or says nothing for too long.
        """
        silence = silence or self._settings.silence_seconds
        process = self._start(options)
        lines: queue.Queue[bytes | None] = queue.Queue(_AHEAD)
        output = cast("IO[bytes]", process.stdout)
        threading.Thread(target=_pass_on, args=(output, lines), daemon=True).start()
        is_over = False
        try:
            while True:
                try:
                    line = lines.get(timeout=silence)
                except queue.Empty:
                    raise SourceUnavailable(
                        f"{self.name} wrote nothing for {silence:g} seconds and was ended; see its"
                        " log, or give it more time with silence_seconds"
                    ) from None
                if line is None:
                    is_over = True
                    break
                if len(line) > _LONGEST_LINE:
                    raise SourceUnavailable(
                        f"{self.name} wrote a line of more than {_LONGEST_LINE >> 20} MB and was"
                        " ended; leave the field out that is so long, in the tap's catalog",
                        code=TOO_LARGE,
                    )
                yield line
            self._wait(process, silence)
        finally:
            end_group(process)
            self._guard.ended(process.pid)
            if not is_over:
                self._drain(lines)

    def _start(self, options: tuple[str, ...]) -> "subprocess.Popen[bytes]":
        command = [self._program, *self._settings.command[1:], *options]
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                cwd=self._folder.name, env=self._environment(), start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise ConfigError(
                f'the program "{self.name}" cannot be started ({error.strerror}); install it anew'
            ) from error
        self._started.append(process)
        self._guard.began(process.pid)
        words = cast("IO[bytes]", process.stderr)
        self._listener = threading.Thread(
            target=copy_context().run, args=(self._listen, words), daemon=True
        )
        self._listener.start()
        return process

    def _environment(self) -> dict[str, str]:
        found = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        if self._settings.venv:
            found["VIRTUAL_ENV"] = self._settings.venv
            found["PATH"] = f"{_bin(self._settings.venv)}{os.pathsep}{found.get('PATH', '')}"
        return found | {"PYTHONUNBUFFERED": "1"} | self._settings.environment

    def _listen(self, stream: IO[bytes]) -> None:
        """Put what the tap says about itself into the log, without secrets and addresses."""
        while line := stream.readline(_LONGEST_WORDS):
            if text := without_addresses(line.decode("utf-8", "replace"))[:2000]:
                self.last_words.append(text)
                self._ctx.log.info("%s: %s", self.name, text)

    def _wait(self, process: "subprocess.Popen[bytes]", silence: float) -> None:
        try:
            code = process.wait(timeout=min(silence, 60))
        except subprocess.TimeoutExpired:
            raise SourceUnavailable(
                f"{self.name} closed its output and did not end; it was ended"
            ) from None
        self._listener.join(timeout=5)
        if code:
            how = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
            said = f": {self.last_words[-1][:300]}" if self.last_words else ""
            raise SourceUnavailable(
                f"{self.name} {how}{said}; what it had finished is kept, and the next run goes on"
                " from there"
            )

    def _drain(self, lines: "queue.Queue[bytes | None]") -> None:
        """Let the thread that reads go on to its end, when nobody takes its lines any more."""
        try:
            while lines.get(timeout=1) is not None:
                pass
        except queue.Empty:
            pass


def _pass_on(stream: IO[bytes], lines: "queue.Queue[bytes | None]") -> None:
    while line := stream.readline(_LONGEST_LINE + 1):
        lines.put(line)
    lines.put(None)


def end_group(process: "subprocess.Popen[bytes]") -> None:
    """End a process and all that it started: kindly first, then at once."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
        except (ProcessLookupError, PermissionError):
            break
        try:
            process.wait(timeout=_TO_END)
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def find_program(settings: Settings) -> str:
    """The tap's program, in its own environment or where programs are. Raises ConfigError."""
    name = settings.command[0]
    places = [_bin(settings.venv)] if settings.venv else []
    path = os.pathsep.join([*places, os.environ.get("PATH", os.defpath)])
    found = shutil.which(name, path=path)
    if found is None:
        where = f' in "{settings.venv}"' if settings.venv else ""
        raise ConfigError(
            f'the program "{name}" is not found{where}; install the tap in an environment of its'
            f" own (python -m venv taps/{Path(name).name} && taps/{Path(name).name}/bin/pip install"
            f' {Path(name).name}) and set venv = "taps/{Path(name).name}"'
        )
    return found


def remember_inner(values: Any, *, is_secret: bool = False) -> None:
    """Let no log show what has the name of a secret, however deep in a configuration it is."""
    if isinstance(values, dict):
        for key, value in values.items():
            remember_inner(value, is_secret=is_secret or _is_key(str(key)))
    elif isinstance(values, list):
        for value in values:
            remember_inner(value, is_secret=is_secret)
    elif is_secret and isinstance(values, str):
        remember_secret(values)


def _is_key(name: str) -> bool:
    """Of a tap's settings also `private_token` and `TAP_NAME_SECRET`."""
    return is_secret_name(name) or name.lower().endswith(("token", "secret", "jwt"))


def _bin(venv: str) -> str:
    return str(Path(venv) / ("Scripts" if os.name == "nt" else "bin"))
