"""The systems that are compared, each from the table of accounts to a file of labels."""

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from identities_parts import asking
from identities_parts.measuring import Reading, measured
from identities_parts.tables import ACCOUNT, Row, rows, write_labels

BEGIN = datetime(2026, 6, 2, tzinfo=UTC)


def exact_email(table: str, labels: str, **_: Any) -> Reading:
    """Accounts with the same address, in any case of letters, are one person."""

    def work() -> None:
        found = []
        for source, key, email in rows(Path(table), ("source", "account", "email")):
            address = (email or "").strip().lower()
            found.append(address if "@" in address else f"{source} {key}")
        write_labels(Path(labels), found)

    return measured(work)


# --- cophub, in its warehouse -------------------------------------------------------------------


def hub_load(table: str, url: str, later: bool, **_: Any) -> Reading:
    """Put the accounts into the table `account` as a sync of each source would have."""
    from sqlalchemy import insert

    from cophub.warehouse import Warehouse, tables

    account, run = tables.metadata.tables["account"], tables.metadata.tables["run"]
    seen = BEGIN + timedelta(hours=1 if later else 0)
    sync = {"kind": "sync", "state": "done", "started_at": seen, "finished_at": seen}
    own = {"first_seen_at": seen, "changed_at": seen}

    def work() -> None:
        warehouse = Warehouse.open(url)
        with warehouse.begin() as connection:
            runs: dict[str, int] = {}
            accounts = rows(Path(table), ("source", "account", *ACCOUNT), later=later)
            while batch := [_typed(row) | own for row in islice(accounts, 5000)]:
                for row in batch:
                    if row["source"] not in runs:
                        made = connection.execute(insert(run), sync | {"source": row["source"]})
                        runs[row["source"]] = made.inserted_primary_key[0]
                    row["run"] = runs[row["source"]]
                connection.execute(insert(account), batch)
        warehouse.dispose()

    return measured(work)


def _typed(row: Row) -> dict[str, Any]:
    """A row of the file as one of the table."""
    values: dict[str, Any] = dict(zip(("source", "key", *ACCOUNT), row, strict=True))
    if values["email_verified"] is not None:
        values["email_verified"] = values["email_verified"].strip().lower() in ("1", "true")
    if values["created_at"] is not None:
        moment = datetime.fromisoformat(values["created_at"])
        values["created_at"] = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if values["extra"] is not None:
        values["extra"] = json.loads(values["extra"])
    return values


def hub_run(url: str, hour: int, **_: Any) -> Reading:
    """The pipeline `identities` over the warehouse, as after a sync."""
    from cophub import PipelineContext
    from cophub.pipelines.identities import cophub_pipelines
    from cophub.warehouse import Warehouse

    pipeline = cophub_pipelines()[0]
    warehouse = Warehouse.open(url)
    context = PipelineContext(
        settings=pipeline.settings(),
        warehouse=warehouse,
        now=BEGIN + timedelta(hours=hour),
        timezone=ZoneInfo("Europe/Zurich"),
        communities=(),
        log=logging.getLogger("cophub.pipeline"),
    )

    def work() -> None:
        for _ in pipeline.run(context):
            pass

    told = measured(work)
    warehouse.dispose()
    return told


def hub_labels(table: str, url: str, labels: str, later: bool | None, **_: Any) -> Reading:
    """The people that the warehouse has now."""
    from sqlalchemy import text

    from cophub.warehouse import Warehouse

    warehouse = Warehouse.open(url)
    with warehouse.connect() as connection:
        found = connection.execute(text("SELECT source, account, person FROM person_account"))
        people: dict[Row, str] = {(source, key): person for source, key, person in found}
    warehouse.dispose()
    keys = rows(Path(table), ("source", "account"), later=later)
    write_labels(Path(labels), [people.get(key, f"{key}") for key in keys])
    return {"people": len(set(people.values()))}


# --- cophub, in memory --------------------------------------------------------------------------


def memory(table: str, labels: str, answered: str, questions: int, rounds: int,
           later: bool | None = False, **_: Any) -> Reading:  # fmt: skip
    """Reading and matching of a whole table; then again with questions answered by the truth."""
    from cophub.identities.evidence import Evidence
    from cophub.identities.matching.match import match
    from cophub.identities.reading.account import FIELDS, read_account

    state: dict[str, Any] = {}

    def work() -> None:
        columns = tuple("account" if name == "key" else name for name in FIELDS)
        evidence: list[Evidence] = [
            read_account(row) for row in rows(Path(table), columns, later=later)
        ]
        register = _register(evidence)
        found = match(evidence, register=register)
        write_labels(Path(labels), _labels(found, len(evidence)))
        state.update(evidence=evidence, found=found, register=register)

    told = measured(work)
    told["capped"] = len(state["found"].capped)
    if questions:
        told |= _ask(Path(table), state, questions, rounds)
        write_labels(Path(answered), _labels(state["found"], len(state["evidence"])))
    return told


def _register(evidence: list[Any]) -> Any:
    """What ships with cophub about organisations, and what these accounts tell of theirs."""
    from cophub.identities.organizations.register import Register

    mailboxes: dict[tuple[str, str], set[Any]] = {}
    for at, one in enumerate(evidence):
        if one.organization or one.domain:
            told = mailboxes.setdefault((one.organization, one.domain), set())
            told.add(one.mailbox or at)
    return Register().learn((*told, len(boxes)) for told, boxes in sorted(mailboxes.items()))


def _ask(table: Path, state: dict[str, Any], questions: int, rounds: int) -> Reading:
    """Ask in the order of the queue, and match again with what was said, a few times."""
    from cophub.identities.matching.clustering import Decision
    from cophub.identities.matching.match import match

    evidence = state["evidence"]
    people = [person or str(at) for at, (person,) in enumerate(rows(table, ("person",)))]
    places = {(one.source, one.key): at for at, one in enumerate(evidence)}
    decisions: list[Any] = []
    offered = len(state["found"].clustering.questions)
    for _ in range(rounds):
        groups = asking.Groups(len(evidence))
        for person in state["found"].people:
            for at in person[1:]:
                groups.join(person[0], at)
        queue = [
            (places[q.edge.a.key], places[q.edge.b.key])
            for q in state["found"].clustering.questions
        ]
        said = list(asking.answered(queue, groups, people, questions - len(decisions)))
        if not said:
            break
        for a, b, same in said:
            one, other = evidence[a], evidence[b]
            decisions.append(Decision(same, (one.source, one.key), (other.source, other.key)))
        state["found"] = match(evidence, register=state["register"], decisions=decisions)
    yes = sum(decision.same for decision in decisions)
    return {"asked": len(decisions), "yes": yes, "offered": offered}


def _labels(found: Any, accounts: int) -> list[int]:
    labels = [-1] * accounts
    for number, person in enumerate(found.people):
        for at in person:
            labels[at] = number
    return labels


SYSTEMS: dict[str, Callable[..., Reading]] = {
    "email": exact_email,
    "memory": memory,
    "hub-load": hub_load,
    "hub-run": hub_run,
    "hub-labels": hub_labels,
}
