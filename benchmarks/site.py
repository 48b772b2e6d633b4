"""How long a site takes: its figures, its pages in every audience and language, and serving them.

    python benchmarks/site.py                                # 200 communities, one site
    python benchmarks/site.py --communities 12 --posts 20000 --members 2000
    python benchmarks/site.py --audiences public,members,facilitators --languages en,fr,es

The invented hub of `measures.py`, with domains, and a tenth of its people listed.
Seconds are this process's own work. What machines have in common are the ratios: of the site to
its figures, and of each page to the first. Every page is asked for over HTTP on loopback, as
`cophub serve` gives it; the data of a page's charts are left out of its weight.
"""

import argparse
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import httpx
import uvicorn
from measures import NOW, invented, sync, timed
from sqlalchemy import text

from cophub.folders import Version
from cophub.identities.store.rows import put
from cophub.pipeline import PipelineContext
from cophub.pipelines import site
from cophub.pipelines.measures.refresh import refresh
from cophub.pipelines.site.settings import Settings
from cophub.warehouse import Warehouse
from cophub.web import listen, site_app

ZONE = ZoneInfo("Europe/Zurich")
DATA = re.compile(
    r"<tr\b.*?</tr>|<li\b.*?</li>|<svg\b.*?</svg>|<script type=\"application/json\">.*?</script>",
    re.DOTALL,
)
"""The rows of tables, the items of lists, drawings and their figures."""


def fill(warehouse: Warehouse, sizes: argparse.Namespace) -> None:
    """The invented hub, with domains and with people who are listed."""
    with warehouse.begin() as connection:
        for table, columns, rows in invented(sizes):
            put(connection, table, columns, rows)
        connection.execute(text("UPDATE community SET domain = 'Domain ' || substr(key, 2, 1)"))
        connection.execute(
            text("UPDATE person SET listed = :yes WHERE id LIKE '%7'"), {"yes": True}
        )
        sync(connection, 1, NOW, iter(()))


def weigh(folder: Path, pages: list[str]) -> None:
    """The largest page without its data, and the largest with it."""
    texts = {page: (folder / page).read_text("utf-8") for page in pages}
    for what, weights in (
        (
            "without its data",
            {page: len(DATA.sub("", each).encode()) for page, each in texts.items()},
        ),
        ("with it", {page: len(each.encode()) for page, each in texts.items()}),
    ):
        page = max(weights, key=weights.__getitem__)
        print(f"largest page {what}: {weights[page] / 1000:.0f} kB, {page}")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which `cophub serve` would show a site, on a port that is free."""
    listener = listen(0)
    config = uvicorn.Config(site_app(folder), log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def ask(folder: Path, pages: list[str]) -> None:
    """Every page once, as a browser that has a connection asks for it."""
    spent: dict[str, float] = {}
    with served(folder) as address, httpx.Client(base_url=address, trust_env=False) as client:
        for page in pages:
            began = time.perf_counter()
            client.get(f"/{page}").raise_for_status()
            spent[page] = 1000 * (time.perf_counter() - began)
    page = max(spent, key=spent.__getitem__)
    print(f"served: {median(spent.values()):.1f} ms a page, at most {spent[page]:.1f} ms ({page})")


def measure(folder: Path, sizes: argparse.Namespace) -> None:
    """Figures, then the site, then the same site asked for page by page."""
    warehouse = Warehouse.open(f"sqlite:///{folder / 'cophub.db'}")
    fill(warehouse, sizes)

    def figures() -> None:
        with warehouse.begin() as connection, warehouse.connect() as reading:
            refresh(connection, reading, NOW, ZONE, 1)

    settings = Settings(audiences=sizes.audiences, languages=sizes.languages)

    def make() -> None:
        context = PipelineContext(settings=settings, warehouse=warehouse, now=NOW, timezone=ZONE)
        version = Version(folder / "site", 1)
        version.write("site", site.run(context))
        version.switch()

    (_, counting), (_, first), (_, again) = timed(figures), timed(make), timed(make)
    pages = [path.relative_to(folder / "site").as_posix()
             for path in sorted((folder / "site").rglob("*.html"))]  # fmt: skip
    print(
        f"figures: {counting:.1f} s; site: {first:.1f} s, {first / counting:.1f} times the figures"
    )
    print(f"{len(pages)} pages, {1000 * first / len(pages):.0f} ms each; again: {again:.1f} s")
    weigh(folder / "site", pages)
    ask(folder / "site", pages)
    warehouse.dispose()


def names(told: str) -> list[str]:
    return [each for each in told.split(",") if each]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--communities", type=int, default=200)
    parser.add_argument("--posts", type=int, default=200_000)
    parser.add_argument("--members", type=int, default=20_000)
    parser.add_argument("--audiences", type=names, default=[])
    parser.add_argument("--languages", type=names, default=["en"])
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), parser.parse_args())


if __name__ == "__main__":
    main()
