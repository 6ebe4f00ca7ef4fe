"""What refusing costs: the gateway's CPU for hostile requests of each class, in turn with a legitimate `me`.

    .venv/bin/python bench/gateway_hostile.py                a table for people
    .venv/bin/python bench/gateway_hostile.py --json         one object for machines
    .venv/bin/python bench/gateway_hostile.py --unlimited    every document is parsed, however many a caller brings

The gateway runs as a process of its own, before a stand-in for identity, which answers from memory; its CPU alone
counts. Each round asks `me` and then each class, so that all of them meet the same machine. Units: milliseconds of CPU
(user and system) a request; the ratio is the median of the rounds, beside the lowest and the highest.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))  # the classes are those of the hostile tests

from hostile.costs import BAR, measure, table

ROUNDS, REQUESTS = 7, 60


def main() -> int:
    parser = argparse.ArgumentParser(description="What refusing costs, as a ratio to a legitimate `me`.")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--requests", type=int, default=REQUESTS, help="of each class in each round")
    parser.add_argument("--unlimited", action="store_true", help="no limit to what a caller may have parsed")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found = measure(chosen.rounds, chosen.requests, unlimited=chosen.unlimited)
    print(json.dumps(found) if chosen.json else table(found))
    return int(any(one["ratio"] > BAR for name, one in found.items() if name != "me"))


if __name__ == "__main__":
    sys.exit(main())
