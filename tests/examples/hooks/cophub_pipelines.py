"""A pipeline that counts the posts of each space into a table beside the site's own."""

import csv
import io
from collections.abc import Iterator

from sqlalchemy import text

from cophub import Pipeline, PipelineContext, Publication, hookimpl

COUNT = text("SELECT source, space, count(*) FROM post GROUP BY source, space ORDER BY 1, 2")


def tally(ctx: PipelineContext) -> Iterator[Publication]:
    """One file, `data/posts-by-space.csv` in the site."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("source", "space", "posts"))
    with ctx.warehouse.connect() as connection:
        writer.writerows(connection.execute(COUNT))
    yield Publication("data/posts-by-space.csv", out.getvalue())


@hookimpl
def cophub_pipelines() -> list[Pipeline]:
    return [Pipeline("tally", "Counts the posts of each space", tally)]
