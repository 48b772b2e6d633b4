"""The best hour of the week to ask something, with how sure that is, and for whom it is daytime.

Replies within a day of a post are counted by the hour of the week in which the thread began. Rates
of single hours rest on a handful of threads, so each is drawn towards the rate of all
(gamma-Poisson: the prior is fitted to all hours of the year together), and no hour is recommended
unless replies shuffled among the threads would hardly ever differ as much between hours as they do.
"""

import math
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from statistics import NormalDist
from zoneinfo import ZoneInfo

from cophub.pipelines.brief.facts import Facts
from cophub.pipelines.brief.zones import region

HOURS = 168
DAY = timedelta(hours=24)
SHUFFLES = 199
MOST_THREADS = 2_000
"""The newest ones: shuffling more takes time and tells no more."""
FEWEST_THREADS = 30
FEWEST_OF_HOUR = 4
"""Threads that an hour needs to be recommended: one lively debate makes no good hour."""
LATEST = 20
EARLIEST = 7
FEWEST_OF_REGION = 5
DEFINITION = (
    "Replies by other people within 24 hours, by the hour of the week in which a thread began, over"
    " twelve months; each hour's rate is drawn towards that of all hours (gamma-Poisson), in"
    " brackets the range in which it lies with 90 % probability. Among hours that no other beats"
    " both in replies and in fairness, the one with the most replies; fairness is told by the"
    " region where the largest share of members would be outside 7 to 20 o'clock. No hour is named"
    " unless 4 threads began in it, and replies shuffled among threads differ as much in fewer than"
    " 5 of 100 cases."
)
EMPTY = "No detectable difference between the hours."
_Z = NormalDist().inv_cdf(0.95)


@dataclass(frozen=True)
class Hour:
    """One hour of the week, in the hub's zone: 0 is Monday from midnight."""

    number: int
    threads: int
    replies: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Clock:
    """How the members' day fits an hour: shares of those whose local time is known."""

    known: int
    awake: float
    worst_region: str
    worst_share: float
    """Of that region, who would be outside 7 to 20 o'clock."""


@dataclass(frozen=True)
class Answer:
    """The hours that are recommended, best first; none where there is no detectable difference."""

    hours: tuple[Hour, ...]
    threads: int
    average: float
    chance: float
    """How often shuffled replies differ as much."""


def observed(facts: Facts) -> list[tuple[int, int]]:
    """(hour of the week, replies within a day) of each thread that is a day old."""
    found = [
        (_hour(thread.first.at, facts.zone),
         sum(1 for reply in thread.answers() if reply.at - thread.first.at <= DAY))
        for thread in facts.threads
        if thread.first.human and facts.as_of - thread.first.at >= DAY
    ]  # fmt: skip
    return found[-MOST_THREADS:]


def _hour(at: datetime, zone: ZoneInfo) -> int:
    local = at.astimezone(zone)
    return local.weekday() * 24 + local.hour


def best_hours(found: Sequence[tuple[int, int]], unfair: Mapping[int, float]) -> Answer:
    """What the threads tell; `unfair` is the worst region's share, by hour, where it is known."""
    threads = Counter(hour for hour, _ in found)
    replies: dict[int, int] = defaultdict(int)
    for hour, count in found:
        replies[hour] += count
    total = sum(replies.values())
    average = total / len(found) if found else 0.0
    if len(found) < FEWEST_THREADS or not total or len(threads) < 2:
        return Answer((), len(found), average, 1.0)
    chance = _chance(found, threads)
    noise = _noise(found, threads, replies)
    shape, rate = _prior(len(found), threads, replies, noise)
    if chance >= 0.05 or not math.isfinite(shape):
        return Answer((), len(found), average, chance)
    # Replies to one thread come together: so many of them tell no more than one would alone.
    alike = max(1.0, noise / average)
    hours = [
        Hour(h, n, replies[h], *_posterior(shape + replies[h] / alike, rate + n / alike))
        for h, n in sorted(threads.items())
        if n >= FEWEST_OF_HOUR
    ]
    better = [hour for hour in hours if hour.low > average]
    return Answer(tuple(_front(better, unfair)), len(found), average, chance)


def _chance(found: Sequence[tuple[int, int]], threads: Mapping[int, int]) -> float:
    """Share of shuffles in which hours differ at least as much; the same at each run."""
    order = random.Random(168)
    hours, counts = [hour for hour, _ in found], [count for _, count in found]

    def spread() -> float:
        sums = [0] * HOURS
        for hour, count in zip(hours, counts, strict=True):
            sums[hour] += count
        return sum(sums[hour] ** 2 / size for hour, size in threads.items())

    ours = spread() - 1e-9
    as_much = 0
    for _ in range(SHUFFLES):
        order.shuffle(counts)
        as_much += spread() >= ours
    return (as_much + 1) / (SHUFFLES + 1)


def _noise(
    found: Sequence[tuple[int, int]], threads: Mapping[int, int], replies: Mapping[int, int]
) -> float:
    """Variance of the replies to a thread, within one hour of the week."""
    within = sum((count - replies[hour] / threads[hour]) ** 2 for hour, count in found)
    return within / max(len(found) - len(threads), 1)


def _prior(
    size: int, threads: Mapping[int, int], replies: Mapping[int, int], noise: float
) -> tuple[float, float]:
    """Shape and rate of the gamma prior, by moments; infinite where hours are alike."""
    average = sum(replies.values()) / size
    between = sum(n * (replies[h] / n - average) ** 2 for h, n in threads.items())
    spare = size - sum(n * n for n in threads.values()) / size
    variance = (between - (len(threads) - 1) * noise) / spare if spare else 0.0
    if variance <= 0:
        return math.inf, math.inf
    return average * average / variance, average / variance


def _posterior(shape: float, rate: float) -> tuple[float, float, float]:
    """Mean, 5th and 95th percentile of a gamma distribution (Wilson and Hilferty's cubes)."""

    def quantile(z: float) -> float:
        cube = 1 - 1 / (9 * shape) + z / (3 * math.sqrt(shape))
        return shape * max(cube, 0.0) ** 3 / rate

    return shape / rate, quantile(-_Z), quantile(_Z)


def _front(hours: Sequence[Hour], unfair: Mapping[int, float]) -> list[Hour]:
    """Those that no other beats in replies and in fairness at once; most replies first."""
    kept: list[Hour] = []
    order = sorted(hours, key=lambda h: (-h.mean, unfair.get(h.number, 0.0), h.number))
    for hour in order:
        if all(unfair.get(hour.number, 0.0) < unfair.get(k.number, 0.0) for k in kept):
            kept.append(hour)
    return kept


def clocks(facts: Facts) -> dict[int, Clock]:
    """How the coming week's hours fall into the members' day; empty where no member's is known."""
    sizes = Counter(zone for person, zone in facts.zones.items() if person in facts.members)
    if not sizes:
        return {}
    regions = Counter[str]()
    for zone, size in sizes.items():
        regions[region(zone)] += size
    large = {name for name, size in regions.items() if size >= FEWEST_OF_REGION} or set(regions)
    return {hour: _clock(facts, hour, sizes, regions, large) for hour in range(HOURS)}


def _clock(
    facts: Facts, hour: int, sizes: Mapping[str, int], regions: Mapping[str, int], large: set[str]
) -> Clock:
    local = facts.as_of.astimezone(facts.zone)
    monday = local.date() + timedelta(days=7 - local.weekday())
    at = datetime.combine(monday + timedelta(days=hour // 24), time(hour % 24), facts.zone)
    outside = Counter[str]()
    for zone, size in sizes.items():
        if not EARLIEST <= at.astimezone(ZoneInfo(zone)).hour < LATEST:
            outside[region(zone)] += size
    known = sum(sizes.values())
    worst = max(sorted(large), key=lambda name: outside[name] / regions[name])
    return Clock(known, 1 - outside.total() / known, worst, outside[worst] / regions[worst])
