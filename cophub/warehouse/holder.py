"""Who holds a lease, and whether they are dead: a process that was killed releases nothing.

A holder reads `machine:process:thread` and, on Linux, ends in a mark of the boot, the process
namespace and the moment the process began. Only whoever shares the first two can tell whether the
process is gone; two containers may well have one host name and processes of the same numbers.
"""

import os
import platform
import threading
from hashlib import blake2b
from pathlib import Path

_PROC = Path("/proc")


def this_thread() -> str:
    """The calling thread, as a holder of leases."""
    name = f"{platform.node()}:{os.getpid()}:{threading.get_ident()}"
    began = _began(os.getpid())
    return f"{name}:{began}:{_surroundings()}" if began else name


def is_dead(holder: str) -> bool:
    """Whether the holder's process is known to have ended; False where that cannot be known."""
    parts = holder.rsplit(":", 4)
    if len(parts) < 5 or not parts[1].isdecimal() or parts[4] != _surroundings():
        return False
    process, began = int(parts[1]), parts[3]
    return _began(process) != began and not _is_hidden(process)


def spoken(holder: str) -> str:
    """The holder as a person wants to know it."""
    machine, process, *_ = [*holder.split(":"), ""]
    return f"process {process} on {machine}" if process.isdecimal() else holder


def _began(process: int) -> str:
    """When a process began, in clock ticks since the boot; "" when it ended or cannot be seen.

    One that was killed is still listed until whoever started it has taken notice (state Z).
    """
    try:
        listed = (_PROC / str(process) / "stat").read_text()
    except OSError:
        return ""
    # The second field is the program's name in brackets, and may hold blanks and brackets itself.
    fields = listed.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def _is_hidden(process: int) -> bool:
    """Whether a process lives that /proc does not show to us (mounted with `hidepid`)."""
    if (_PROC / str(process)).exists():
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _surroundings() -> str:
    """A mark of this boot of this machine and of the namespace of our process; "" for none."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text()
        space = (_PROC / "self/ns/pid").readlink()
    except OSError:
        return ""
    return blake2b(f"{boot}{space}".encode(), digest_size=6).hexdigest()
