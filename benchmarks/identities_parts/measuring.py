"""One reading in a process of its own: seconds of one core, and the greatest memory."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

THREADS = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS",
    "POLARS_MAX_THREADS", "RAYON_NUM_THREADS",
)  # fmt: skip
ONE_THREAD = dict.fromkeys(THREADS, "1")

Reading = dict[str, Any]


def measured(work: Callable[[], Reading | None]) -> Reading:
    """What `work` says of itself with `cpu` and `wall` seconds, and `before` and `peak` in MB."""
    before = _memory("VmRSS")
    _forget_peak()
    wall, cpu = time.perf_counter(), time.process_time()
    told = work() or {}
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {"cpu": cpu, "wall": wall, "before": before, "peak": _memory("VmHWM")} | told


def one_core() -> None:
    """This process and its threads stay on the processor that it is on."""
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[os.getpid() % len(processors)]})


def in_a_process(command: list[str], arguments: Reading, budget: float) -> Reading:
    """The reading of a child that prints it as JSON in its last line.

    `failed` says why there is none: more seconds of a processor than `budget`, no memory, an error.
    """
    limit = int(budget) + 1
    child = subprocess.run(
        [*command, json.dumps(arguments)],
        check=False, capture_output=True, text=True, env=os.environ | ONE_THREAD,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5)),
    )  # fmt: skip
    if child.returncode in (-signal.SIGXCPU, -signal.SIGKILL) or "Out of Memory" in child.stderr:
        over = child.returncode == -signal.SIGXCPU
        return {"failed": f"over {budget:,.0f} s of CPU" if over else "out of memory"}
    if child.returncode:
        sys.stderr.write(child.stderr[-3000:])
        return {"failed": (child.stderr.strip().splitlines() or ["no word"])[-1][:200]}
    result: Reading = json.loads(child.stdout.splitlines()[-1])
    return result


def _memory(line: str) -> float:
    """Megabytes now (`VmRSS`) or at most (`VmHWM`); not ru_maxrss, which a parent hands down."""
    status = Path("/proc/self/status").read_text()
    return int(next(text for text in status.splitlines() if line in text).split()[1]) / 1024


def _forget_peak() -> None:
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:  # a container may forbid it: then imports count too, which is to our loss
        return
