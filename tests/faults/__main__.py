"""Plays stories: `python -m tests.faults --seeds 5000 [--connector X] [--seed N]`."""

import argparse
import json
import logging
import resource
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from cophub.warehouse import Warehouse
from tests import keys
from tests.faults.mishaps import MISHAPS, Plan, plan_of
from tests.faults.sabotage import BROKEN
from tests.faults.stages import Stages
from tests.faults.worlds import WORLDS


def shrunk(stages: Stages, plan: Plan, broken: str = "") -> tuple[Plan, list[str]]:
    """A plan that still ends badly, with no mishap that could be left out; and what is wrong."""
    wrong, again = stages.play(plan, broken), True
    while again and wrong:
        again = False
        for mishap in plan.mishaps:
            less = plan.without(mishap)
            if found := stages.play(less, broken):
                plan, wrong, again = less, found, True
                break
    return plan, wrong


def failures(
    name: str, seeds: Iterable[int], folder: Path, broken: str = "", only: Sequence[str] = ()
) -> Iterator[tuple[Plan, list[str]]]:
    """Each plan that ended badly, as short as it can be, and what was wrong."""
    with closing(Stages(name, folder)) as stages:
        for seed in seeds:
            plan = plan_of(name, seed, stages.count, only)
            if wrong := stages.play(plan, broken):
                less, found = shrunk(stages, plan, broken)
                yield (less, found) if found else (plan, [*wrong, "not so when played again"])


def serve(folder: Path) -> None:
    """Do the orders that come on standard input, each a line; the tests use it."""
    for line in sys.stdin:
        order = json.loads(line)
        seeds = range(*order["seeds"])
        found = failures(order["connector"], seeds, folder, order["broken"], order["only"])
        told = []
        for plan, wrong in found:
            told.append(f"python -m tests.faults --connector {plan}\n  " + "\n  ".join(wrong))
            if len(told) >= order["enough"]:
                break
        del found  # ends the processes
        _say(json.dumps(told))


def main() -> int:
    """Play what was asked for; 1 where a story ended badly."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="stories of each connector")
    parser.add_argument("--first", type=int, default=0, help="the first of the seeds")
    parser.add_argument("--seed", type=int, help="this one story")
    parser.add_argument("--connector", choices=sorted(WORLDS), action="append")
    parser.add_argument("--broken", choices=sorted(BROKEN), default="", help="break cophub first")
    parser.add_argument("--only", choices=MISHAPS, action="append", help="no other mishaps")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    keys.read_quickly()
    logging.getLogger("cophub").addHandler(logging.NullHandler())  # what is told, the end tells
    with TemporaryDirectory(prefix="cophub-faults-") as name:
        folder = Path(name)
        Warehouse.open(f"sqlite:///{folder / 'empty.db'}").dispose()
        if asked.serve:
            serve(folder)
            return 0
        return _play(asked, folder)


def _play(asked: argparse.Namespace, folder: Path) -> int:
    first = asked.first if asked.seed is None else asked.seed
    seeds = range(first, first + (asked.seeds if asked.seed is None else 1))
    bad = 0
    for name in asked.connector or sorted(WORLDS):
        began = _processor_seconds()
        for plan, wrong in failures(name, seeds, folder, asked.broken, asked.only or ()):
            bad += 1
            _say(f"{plan}\n    " + "\n    ".join(wrong))
        took = _processor_seconds() - began
        _say(f"{name}: {len(seeds)} stories, {took:.1f} s of processor time")
    _say(f"{bad} stories ended badly")
    return bool(bad)


def _processor_seconds() -> float:
    """What all processes that have ended took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
