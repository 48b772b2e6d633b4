"""Cophub pipeline `measures`: the quarter table and the months, for each community and for all.

It reads people and communities as pipeline `identities` left them, counts with set-based SQL over
staged tables, and writes what is told otherwise than before in one transaction: a reader
sees the figures of one version, whole. `request` makes a quarter as of a day, and writes nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from cophub import Pipeline, PipelineContext, Publication, hookimpl
from cophub.pipeline import NoSettings


def run(ctx: PipelineContext[NoSettings]) -> Iterator[Publication]:
    """Compute every figure anew; yields no files."""
    from cophub.pipelines.measures import sample
    from cophub.pipelines.measures.refresh import refresh

    with ctx.warehouse.begin() as connection, ctx.warehouse.connect() as reading:
        figures, months = refresh(connection, reading, ctx.now, ctx.timezone, ctx.run)
    ctx.log.info("%d figures, %d rows by month", figures, months)
    with ctx.warehouse.begin() as connection:
        renewed = sample.renew(connection, ctx.now, ctx.timezone)
    if renewed:
        ctx.log.info("brokers are found anew, as every week")
    yield from ()


def request(ctx: PipelineContext[NoSettings], wanted: Mapping[str, str]) -> Publication:
    """The rows of `wanted["quarter"]` as told at `wanted["as_of"]`, an instant, as a JSON list.

    Raises ConfigError where there were none.
    """
    import msgspec

    from cophub.pipelines.measures.asof import quarter_as_of

    quarter, then = wanted["quarter"], datetime.fromisoformat(wanted["as_of"])
    with ctx.warehouse.connect() as connection:
        rows = quarter_as_of(connection, quarter, then, ctx.timezone)
    return Publication(f"{quarter}.json", msgspec.json.encode(rows))


@hookimpl
def cophub_pipelines() -> list[Pipeline]:
    return [
        Pipeline(
            name="measures",
            summary="The quarter table and the months of every community",
            run=run,
            after=("identities",),
            request=request,
        )
    ]
