"""`people review` without a terminal: questions as a list or a file, answers from a file."""

from pathlib import Path
from typing import TYPE_CHECKING

from cophub.cli import show
from cophub.cli.options import State
from cophub.error_codes import ASKED
from cophub.errors import ConfigError
from cophub.hub.export import new_file
from cophub.hub.question_sheet import ONE, TWO
from cophub.identities.matching.words import sentence
from cophub.identities.privacy import mask_text

if TYPE_CHECKING:
    from cophub.hub.people import Decide
    from cophub.hub.review import Review
    from cophub.identities.profile import Side
    from cophub.identities.review import Queue


def write(state: State, review: "Review", target: Path, limit: int | None) -> int:
    """Write the questions to a file."""
    with new_file(target) as out:
        sheet = review.write(out, limit)
    if not show.finish(state, {"file": str(target), "sheet": sheet}):
        show.say(
            f"{show.mark('done')} {sheet.questions:,} questions of {sheet.open:,} are in {target}"
        )
        show.say(
            "  write same or different into the column answer, then:"
            f" cophub people review --answers {target}"
        )
    return 0


def read(state: State, review: "Review", source: Path, how: "Decide") -> int:
    """Take the answers of a file; 1 where a row was bad or people wait."""
    try:
        content = source.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{source} cannot be read ({error.strerror}); `cophub people review --csv FILE` writes"
            " such a file",
            code=ASKED,
        ) from None
    found = review.read(content, how)
    code = int(bool(found.bad or found.waits))
    if show.finish(state, found):
        return code
    would = "would be " if found.dry_run else ""
    said = [f"{found.kept:,} answer{'' if found.kept == 1 else 's'} {would}kept"]
    if found.already:
        said.append(f"{found.already:,} stood already")
    if found.bad:
        said.append(f"{len(found.bad):,} rows were not taken")
    show.say(f"{show.mark('warning' if found.bad else 'done')} {', '.join(said)}")
    state.warn([f"{source.name}, line {row.line}: {mask_text(row.reason)}" for row in found.bad])
    if found.waits:
        show.say(f"  {show.mark('warning')} they are kept, but people wait: {found.waits}")
    elif found.kept and not found.dry_run:
        show.say(f"  {show.dim(f'take them back: cophub people undo; {show.FIGURES}')}")
        if learned := str(review.learned()):
            show.say(f"  {show.dim(learned)}")
    return code


def listing(state: State, review: "Review", queue: "Queue", wrong: list[str]) -> int:
    """The questions as a table, where nobody can press a key."""
    waiting = queue.waiting()
    sides = review.sides(question for question, _ in waiting)
    rows = [
        {
            "question": question.id,
            "joined": question.joined,
            "a": sides[question.id][0],
            "b": sides[question.id][1],
            "score": question.score,
            "probability": round(question.probability, 3),
            "gain": gain,
            "why": mask_text(sentence(question.reasons)),
        }
        for question, gain in waiting
    ]
    answer = {"questions": rows, "open": len(queue.all.questions), "contradictions": wrong}
    if show.finish(state, answer):
        return 0
    if not rows:
        show.say("  nothing to ask: what the data cannot settle is answered, or not worth it")
    else:
        columns = ("one", "other", "held for", "yes", "gain", "why")
        lines = [
            (
                _in_short(sides[question.id][0]),
                _in_short(sides[question.id][1]),
                ONE if question.joined else TWO,
                f"{question.probability:.0%}",
                gain,
                mask_text(sentence(question.reasons)),
            )
            for question, gain in waiting
        ]
        show.table(columns, lines, right=("yes", "gain"), wrap=True)
        show.say("  answer them on a terminal, or with --csv FILE and --answers FILE")
    for line in wrong:
        show.say(f"  {show.mark('warning')} decisions contradict one another: {line}")
    return 0


def _in_short(side: "Side") -> str:
    parts = [*side.names[:1], *side.addresses[:1], *side.organizations[:1]]
    return ", ".join(parts) or side.accounts[0]


__all__ = ["listing", "read", "write"]
