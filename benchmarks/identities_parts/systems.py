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
from identities_parts.tables import ACCOUNT, Row, communities, is_true, rows, write_labels

SPACES = "communities"
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
    """Put accounts and memberships into the warehouse as a sync of each source would have.

    Which spaces are one community stands there from the first, as if a person had set it.
    """
    from sqlalchemy import insert

    from cophub.warehouse import Warehouse, tables

    account, membership, run = tables.account, tables.membership, tables.run
    seen = BEGIN + timedelta(hours=1 if later else 0)
    sync = {"kind": "sync", "state": "done", "started_at": seen, "finished_at": seen}
    own = {"first_seen_at": seen, "changed_at": seen}

    def work() -> None:
        warehouse = Warehouse.open(url)
        with warehouse.begin() as connection:
            if not later:
                _set_communities(connection, Path(table))
            runs: dict[str, int] = {}
            accounts = rows(Path(table), ("source", "account", *ACCOUNT, SPACES), later=later)
            while batch := [_typed(row) | own for row in islice(accounts, 5000)]:
                for row in batch:
                    if row["source"] not in runs:
                        made = connection.execute(insert(run), sync | {"source": row["source"]})
                        runs[row["source"]] = made.inserted_primary_key[0]
                    row["run"] = runs[row["source"]]
                joined = [_joined(row, space) for row in batch for space in row.pop(SPACES)]
                connection.execute(insert(account), batch)
                if joined:
                    connection.execute(insert(membership), joined)
        warehouse.dispose()

    return measured(work)


def _set_communities(connection: Any, table: Path) -> None:
    """Each name is a community, and in every source the space that serves it."""
    from sqlalchemy import insert

    from cophub.warehouse.tables import community, community_space

    told = rows(table, ("source", SPACES), later=None)
    served = sorted({(name, source) for source, names in told for name in communities(names)})
    if served:
        names = dict.fromkeys(name for name, _ in served)
        connection.execute(insert(community), [{"key": name, "title": name} for name in names])
        links = [{"community": name, "source": source, "space": name} for name, source in served]
        connection.execute(insert(community_space), [link | {"set_by": "table"} for link in links])


def _joined(row: dict[str, Any], space: str) -> dict[str, Any]:
    """A row of `membership` for an account of the batch."""
    stamps = {name: row[name] for name in ("source", "run", "first_seen_at", "changed_at")}
    return stamps | {"space": space, "account": row["key"], "status": "active"}


def _typed(row: Row) -> dict[str, Any]:
    """A row of the file as one of the table, and the names of the account's communities."""
    values: dict[str, Any] = dict(zip(("source", "key", *ACCOUNT, SPACES), row, strict=True))
    values[SPACES] = communities(values[SPACES])
    if values["email_verified"] is not None:
        values["email_verified"] = is_true(values["email_verified"])
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


def hub_answers(table: str, url: str, questions: int, rounds: int, **_: Any) -> Reading:
    """The questions of `people review`, answered by the truth as somebody at a terminal would."""
    from cophub.identities.review import Queue, asked
    from cophub.warehouse import Warehouse

    people = {
        (source, key): person or (source, key)
        for source, key, person in rows(Path(table), ("source", "account", "person"), later=None)
    }
    warehouse = Warehouse.open(url)
    told = {"offered": 0, "asked": 0, "yes": 0, "kept": 0, "parted": 0}
    for left in range(rounds, 0, -1):
        with warehouse.connect() as connection:
            queue = Queue(asked(connection), questions)
        told["offered"] = told["offered"] or len(queue.all.questions)
        for _turn in range((questions - told["asked"]) // min(left, 2)):
            if not (waiting := queue.waiting()):
                break
            question = waiting[0][0]
            same = people[question.a] == people[question.b]
            # Whoever is told of a contradiction skips the question.
            kept = _decided(warehouse, question, same)
            queue.answer(question, same if kept else None)
            told["asked"] += 1
            if kept:
                told["kept" if question.joined else "yes"] += same
                told["parted"] += question.joined and not same
        hub_run(url, 3 + rounds - left)
    warehouse.dispose()
    return told


def _decided(warehouse: Any, question: Any, same: bool) -> bool:
    """Keep an answer as the review does; False where it contradicts what was said before."""
    from cophub.identities.decisions import Wish, objections, record
    from cophub.identities.uniting import unite

    with warehouse.begin() as connection:
        ends = [question.a, question.b]
        wishes = unite(connection, ends) if same else [Wish(False, *ends)]
        if objections(connection, wishes, now=BEGIN):
            return False
        record(connection, wishes, by="the truth", now=BEGIN)
    return True


# --- cophub, in memory --------------------------------------------------------------------------


def memory(table: str, labels: str, answered: str, questions: int, rounds: int,
           later: bool | None = False, **_: Any) -> Reading:  # fmt: skip
    """Reading and matching of a whole table; then again with questions answered by the truth."""
    from cophub.identities.matching.match import match
    from identities_parts.evidence import read_table

    state: dict[str, Any] = {}

    def work() -> None:
        evidence, register = read_table(Path(table), later)
        found = match(evidence, register=register)
        write_labels(Path(labels), _labels(found, len(evidence)))
        state.update(evidence=evidence, found=found, register=register)

    told = measured(work)
    told["capped"] = len(state["found"].capped)
    if questions:
        told |= _ask(Path(table), state, questions, rounds)
        write_labels(Path(answered), _labels(state["found"], len(state["evidence"])))
    return told


def _ask(table: Path, state: dict[str, Any], questions: int, rounds: int) -> Reading:
    """Ask in the order of the queue, and match again with what was said, a few times."""
    from cophub.identities.matching.clustering import Decision
    from cophub.identities.matching.match import match

    evidence = state["evidence"]
    people = [person or str(at) for at, (person,) in enumerate(rows(table, ("person",)))]
    places = {(one.source, one.key): at for at, one in enumerate(evidence)}
    decisions: list[Any] = []
    told = {"offered": len(state["found"].clustering.questions), "yes": 0, "kept": 0, "parted": 0}
    for left in range(rounds, 0, -1):
        groups = asking.Groups(len(evidence))
        for person in state["found"].people:
            for at in person[1:]:
                groups.join(person[0], at)
        queue = [
            asking.Question(places[q.edge.a.key], places[q.edge.b.key], q.joined)
            for q in state["found"].clustering.questions
        ]
        # Half of what is left now, so that what answers bring up can still be asked.
        now = (questions - len(decisions)) // min(left, 2)
        said = list(asking.answered(queue, groups, people, now))
        if not said:
            break
        for (a, b, joined), same in said:
            one, other = evidence[a], evidence[b]
            decisions.append(Decision(same, (one.source, one.key), (other.source, other.key)))
            told["kept" if joined else "yes"] += same
            told["parted"] += joined and not same
        state["found"] = match(evidence, register=state["register"], decisions=decisions)
    return told | {"asked": len(decisions)}


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
    "hub-answers": hub_answers,
}
