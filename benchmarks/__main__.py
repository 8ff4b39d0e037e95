"""`make bench`: measures all bars side by side, prints one table, and exits 0 also where a bar is missed."""

import argparse
import asyncio
import os
import platform
import sys

from benchmarks import acts, books, busy, load, looks, memory, scale, scrape
from benchmarks.figures import Figure, table, verdict


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def measure(quick: bool, only: str) -> list[Figure]:
    """Run the parts one after the other, so that they don't disturb each other."""
    figures: list[Figure] = []
    if "a" in only or "b" in only:
        say("(a), (b): fifty people act at once; clicks on single cards ...")
        figures += await acts.measure(acts.Sizes(3, 2, 2, 8, 3) if quick else acts.Sizes())
    if "c" in only:
        say("(c): memory of idle processes ...")
        figures += await memory.measure(1 if quick else 3)
    if "d" in only:
        say("(d): a quarter of cost into the ledger ...")
        figures += await load.measure(2 if quick else 9)
    if "e" in only:
        say("(e): App Homes after few and after many requests ...")
        figures += await looks.measure(3 if quick else 15)
    if "f" in only:
        say("(f): lists, App Home and a click in a small and in a large organization ...")
        figures += await scale.measure(3 if quick else 15)
    if "g" in only:
        say("(g): questions, digests and loads of a grown ledger ...")
        figures += await (books.measure(2, 200_000, 20_000) if quick else books.measure(7))
    if "h" in only:
        say("(h): acks and memory while history loads ...")
        figures += await (busy.measure(1, 60) if quick else busy.measure(5))
    if "i" in only:
        say("(i): scrapes of nine thousand series, and acks beside them ...")
        figures += await scrape.measure(3 if quick else 15)
    return figures


def main() -> None:
    """Measure and say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Ratios against bare counterparts.")
    parser.add_argument("--quick", action="store_true", help="few rounds: a look, not a measurement")
    parser.add_argument("--only", default="abcdefghi", help="which parts, such as cd")
    given = parser.parse_args()
    before = os.getloadavg()[0]
    say(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {before:.1f} (ratios want a calm machine)")
    figures = asyncio.run(measure(given.quick, given.only))
    say(f"\n{table(figures)}\n\nThe ratio is the median of the rounds, then lowest-highest.\n{verdict(figures)}")


if __name__ == "__main__":
    main()
