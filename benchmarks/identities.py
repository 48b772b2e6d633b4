"""How well, how fast and in how little memory accounts become people: cophub beside others.

    python benchmarks/identities.py                        # 1,000, 10,000 and 100,000 accounts
    python benchmarks/identities.py --million              # and 1,000,000
    python benchmarks/identities.py --sizes 10000 --systems memory
    python benchmarks/identities.py --table accounts.csv   # your own accounts

The accounts are those of the sandbox's invented population, with the truth beside them. Seeds from
1000 on report; those below are for tuning, and a run with one says so. Systems: `email` (the same
address), `splink` (Splink 5 on DuckDB, in an environment of its own), `memory` (cophub's matching)
and `hub` (cophub's pipeline over a warehouse in SQLite: from nothing, with 1,000 accounts more, and
with nothing changed). Each runs in a process of its own, on one processor with one thread.

A table of one's own is a CSV file with source, account, person (the truth) and any columns of
`export account`; names and addresses of examples are masked.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from identities_parts import report
from identities_parts.measuring import one_core
from identities_parts.running import NAMES, Options, Result, compare
from identities_parts.systems import SYSTEMS
from identities_parts.tables import columns_of, truth, write_population

SIZES = (1_000, 10_000, 100_000)
MILLION = 1_000_000
REPORTING = (1001, 1002, 1003)
FEW = 20_000
"""From so many accounts on a single seed is enough."""
LATE = 1_000
MARKS = ("<!-- figures: written by benchmarks/identities.py --page -->", "<!-- end of figures -->")
SAID: list[str] = []


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--million", action="store_true", help="a million accounts too")
    parser.add_argument("--seeds", type=int, nargs="+", default=REPORTING,
                        help=f"from {FEW:,} accounts on only the first")  # fmt: skip
    parser.add_argument("--systems", nargs="+", choices=NAMES, default=tuple(NAMES))
    parser.add_argument("--table", type=Path, help="a CSV file of accounts, with their `person`")
    parser.add_argument("--questions", type=float, default=35, help="for each 1,000 accounts")
    parser.add_argument("--threshold", type=float, default=0.5, help="Splink's")
    parser.add_argument("--splink", type=Path, help="a Python that has Splink 5 and anyascii")
    parser.add_argument("--budget", type=float, default=1800,
                        help="seconds of a processor for a system and a table")  # fmt: skip
    parser.add_argument("--memory", default="6GB", help="what DuckDB may take for Splink")
    parser.add_argument("--whole", type=int, default=FEW,
                        help="up to so many accounts: batches against all at once")  # fmt: skip
    parser.add_argument("--page", type=Path, help="put what is printed between this page's marks")
    parser.add_argument("--json", type=Path, help="write all figures here as well")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Measure, and print."""
    options = arguments()
    if options.child:
        name, told = options.child
        one_core()
        print(json.dumps(SYSTEMS[name](**json.loads(told))))
        return
    say(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {commit()}, {machine()}")
    with tempfile.TemporaryDirectory(prefix="cophub-bench-") as folder:
        settings = Options(
            tuple(options.systems), Path(folder), options.budget, options.questions,
            options.threshold, options.memory, options.splink, options.whole,
        )  # fmt: skip
        if options.table:
            results = [(str(options.table), own_table(options.table, settings))]
            if options.page:
                put_on_page(options.page)
        else:
            results = invented(options, settings, Path(folder))
    if options.json:
        options.json.write_text(json.dumps([(at, plain(runs)) for at, runs in results], indent=1))


def say(text: str) -> None:
    """Print, and keep what was printed for a page."""
    print(text, flush=True)
    SAID.append(text)


def put_on_page(page: Path) -> None:
    """Put what was printed between the marks of a page, instead of what stood there."""
    before, _, rest = page.read_text(encoding="utf-8").partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    figures = "\n".join(SAID)
    page.write_text(
        f"{before}{MARKS[0]}\n```text\n{figures}\n```\n{MARKS[1]}{after}", encoding="utf-8"
    )


def own_table(table: Path, settings: Options) -> list[list[Result]]:
    missing = {"source", "account", "person"} - set(columns_of(table))
    if missing:
        sys.exit(f"{table}: no column {', '.join(sorted(missing))}")
    runs = [compare(table, settings)]
    heading(table, table.name)
    say("\n".join(report.block(runs, names=False)))
    return runs


def invented(
    options: argparse.Namespace, settings: Options, folder: Path
) -> list[tuple[str, list[list[Result]]]]:
    tuning = [seed for seed in options.seeds if seed < 1000]
    what = f"TUNING, not to be reported: seeds {tuning}" if tuning else "reporting seeds"
    say(f"{what}; seeds below 1000 are for tuning (Splink's threshold: 7), others report")
    results = []
    for size in (*options.sizes, *((MILLION,) if options.million else ())):
        seeds = options.seeds if size < FEW else options.seeds[:1]
        table, runs = folder / "accounts.csv", []
        for seed in seeds:
            write_population(table, seed, size, LATE)
            runs.append(compare(table, settings))
        heading(table, f"seeds {', '.join(map(str, seeds))}")
        say("\n".join(report.block(runs, names=True)))
        results.append((f"{size} accounts, seeds {seeds}", runs))
        if options.page:  # now, since the next size may take hours, or more memory than there is
            put_on_page(options.page)
    return results


def heading(table: Path, what: str) -> None:
    people, can = truth(table)
    say(
        f"\n{'=' * 20} {len(people):,} accounts of {len(set(people)):,} people,"
        f" {sum(can) / len(can):.1%} linkable; {what} {'=' * 20}"
    )


def plain(runs: list[list[Result]]) -> list[list[dict[str, object]]]:
    """Without examples, and as JSON likes it."""
    return [
        [
            {
                "system": result.system,
                "all": result.everyone and result.everyone._asdict(),
                "linkable": result.linkable and result.linkable._asdict(),
                "reading": result.reading,
                "errors": {f"{wrong}: {tie}": n for (wrong, tie), n in result.errors.items()},
            }
            for result in results
        ]
        for results in runs
    ]


def commit() -> str:
    """Which state of the code was measured."""
    root = Path(__file__).resolve().parent.parent

    def git(*arguments: str) -> str:
        asked = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False
        )
        return asked.stdout.strip()

    head = git("rev-parse", "--short", "HEAD")
    changed = " and changes" if git("status", "--porcelain", "cophub", "benchmarks") else ""
    return f"commit {head}{changed}" if head else "no checkout"


def machine() -> str:
    """What the figures depend on."""
    import os
    import platform

    model = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.machine(),
    )  # fmt: skip
    load = os.getloadavg()[0]
    return (
        f"{model}, {os.cpu_count()} processors with a load of {load:.1f},"
        f" Python {platform.python_version()}"
    )


if __name__ == "__main__":
    main()
