"""Figures as text: one block for each size."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from statistics import fmean

from cophub.identities.privacy import mask_text
from identities_parts.metrics import Scores
from identities_parts.mistakes import Seen
from identities_parts.running import NAMES, Result

QUALITY = f"{'':44}pairwise            B-cubed             owed per 1,000    VI    largest"
HEADER = f"{'':44}precision recall    precision recall    splits   merges   bits  (true)"


def block(runs: Sequence[Sequence[Result]], *, names: bool) -> Iterator[str]:
    """The lines on all runs of one size: figures are means over the runs, one a seed.

    `names` shows names of examples; addresses never.
    """
    for title, pick in (("all accounts", _everyone), ("linkable accounts", _linkable)):
        yield ""
        yield f"{title:44}{QUALITY[44:]}"
        yield HEADER
        for results in zip(*runs, strict=True):
            yield _quality(results, pick)
    yield ""
    yield f"{'cost':44}accounts/s   CPU s    wall s (loaded)   peak MB (of it there before)"
    for results in zip(*runs, strict=True):
        yield from _cost(results)
    systems = {result.system for result in runs[0]}
    for results in zip(*runs, strict=True):
        # The warehouse's people are those of the matching; its errors are told once.
        if results[0].system != NAMES["hub"] or NAMES["memory"] not in systems:
            yield from _errors(results, names)


def _everyone(result: Result) -> Scores | None:
    return result.everyone


def _linkable(result: Result) -> Scores | None:
    return result.linkable


def _quality(results: Sequence[Result], pick: Callable[[Result], Scores | None]) -> str:
    scores = [found for result in results if (found := pick(result))]
    name = label(results)
    if len(scores) < len(results):
        return f"{name:44}{results[0].reading.get('failed', 'failed in one of the runs')}"

    def mean(*fields: str) -> list[float]:
        return [fmean(getattr(one, field) for one in scores) for field in fields]

    precision, recall, b_precision, b_recall = mean(
        "precision", "recall", "b_cubed_precision", "b_cubed_recall"
    )
    splits = fmean(1000 * one.splits / max(one.accounts, 1) for one in scores)
    merges = fmean(1000 * one.merges / max(one.accounts, 1) for one in scores)
    largest = max(one.largest for one in scores)
    true = max(one.largest_true for one in scores)
    return (
        f"{name:44}{precision:.4f}    {recall:.4f}    {b_precision:.4f}    {b_recall:.4f}"
        f"   {splits:7.1f}  {merges:7.1f}   {mean('variation')[0]:5.3f}  {largest:,} ({true})"
    )


def label(results: Sequence[Result]) -> str:
    """The system's name; the number of questions as a mean over the seeds."""
    name, _, asked = results[0].system.partition(", ")
    if not asked:
        return name
    total = sum(int(r.system.partition(", ")[2].split()[0].replace(",", "")) for r in results)
    accounts = sum(r.everyone.accounts for r in results if r.everyone)
    return f"{name}, {1000 * total / max(accounts, 1):.0f} per 1,000 asked"


def _cost(results: Sequence[Result]) -> Iterator[str]:
    readings = [result.reading for result in results]
    if not readings[0] or any("failed" in reading for reading in readings):
        return
    accounts = fmean(result.everyone.accounts for result in results if result.everyone)
    parts = [("", accounts, label(results))]
    if "late" in readings[0]:
        parts += [("late", 0, "  new accounts on top"), ("again", 0, "  nothing changed")]
    for part, number, name in parts:
        chosen = [reading[part] if part else reading for reading in readings]
        cpu, wall = fmean(r["cpu"] for r in chosen), fmean(r["wall"] for r in chosen)
        peak, before = max(r["peak"] for r in chosen), max(r["before"] for r in chosen)
        speed = f"{number / cpu:10,.0f}" if number and cpu else " " * 10
        yield f"{name:44}{speed}  {cpu:7.2f}  {wall:8.2f}          {peak:8,.0f} ({before:,.0f})"
    for reading in readings:
        if "other in memory" in reading:
            other = reading["other in memory"]
            yield f"  in memory: {other:.2f} accounts in 1,000 have other companions than here"
        if reading.get("other in batches") is not None:
            other = reading["other in batches"]
            yield f"  in batches: {other:.2f} accounts in 1,000 have other companions than at once"
        if "offered" in reading:
            yield (
                f"  questions: {reading['offered']:,} offered, {reading['asked']:,} answered,"
                f" {reading['yes']:,} of them yes, {reading['kept']:,} joins confirmed and"
                f" {reading['parted']:,} parted"
            )
        if "capped" in reading:
            yield f"  {reading['capped']:,} keys capped"


def _errors(results: Sequence[Result], names: bool) -> Iterator[str]:
    kinds: Counter[tuple[str, str]] = Counter()
    for result in results:
        kinds += result.errors
    if not kinds:
        return
    owed = sum(r.everyone.splits + r.everyone.merges for r in results if r.everyone)
    seen = sum(kinds.values())
    yield ""
    sample = f", a sample of {seen:,} of {owed:,}" if seen < owed else ""
    yield f"errors of {label(results)}{sample}"
    for wrong in ("joined", "missed", "not linkable"):
        of_this = sum(number for (which, _), number in kinds.items() if which == wrong)
        if wrong == "not linkable":
            yield f"  missed, but not linkable from what is there: {of_this:,}"
            continue
        yield f"  {wrong}: {of_this:,}"
        for (which, tie), number in kinds.most_common():
            if which == wrong and number >= 0.02 * of_this:
                yield f"    {number / of_this:4.0%}  {tie}"
                for a, b in _examples(results, (which, tie)):
                    yield f"            {shown(a, names)}  |  {shown(b, names)}"


def _examples(results: Sequence[Result], kind: tuple[str, str]) -> list[tuple[Seen, Seen]]:
    return next((r.examples[kind][:2] for r in results if kind in r.examples), [])


def shown(seen: Seen, names: bool) -> str:
    """An account in an example: the address masked, and the name too unless it is invented."""
    name = seen.name if names else " ".join(f"{word[0]}***" for word in seen.name.split())
    parts = (
        mask_text(name),
        mask_text(seen.email.strip()),
        seen.organization if names else "",
        seen.country,
    )
    return ", ".join(part for part in parts if part) or "nothing at all"
