"""`python -m sandbox show` prints figures; `python -m sandbox write DIR` writes CSVs and truth."""

import argparse
from collections import Counter
from pathlib import Path

from sandbox import export
from sandbox.borough import Borough
from sandbox.size import size


def main() -> None:
    parser = argparse.ArgumentParser(prog="sandbox", description="The synthetic borough of Thornbury.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    show = verbs.add_parser("show", help="print its figures")
    write = verbs.add_parser("write", help="write its pushes and the truth to a folder")
    write.add_argument("folder", type=Path)
    for verb in (show, write):
        verb.add_argument("--families", type=size, default=500)
        verb.add_argument("--seed", type=int, default=2016)
    asked = parser.parse_args()
    borough = Borough.generate(asked.families, asked.seed)
    if asked.verb == "write":
        print(f"{len(export.write(borough, asked.folder))} files written to {asked.folder}")
    else:
        _show(borough)


def _show(borough: Borough) -> None:
    totals = borough.truth.totals
    print(f"people {len(borough.people)}, families {totals.families}, premises {len(borough.all_premises)}")
    print(f"identified {totals.identified}, attached {totals.attached}, paid {totals.paid}: {totals.pence} pence")
    for window in totals.by_window:
        print(f"  window {window.window}, {window.claims_on}: {window.claims}, {window.pence} pence, {window.by_type}")
    for fee in totals.fees:
        of = f"{fee.funded_places} of {fee.attached_so_far}, target {fee.target_so_far}"
        print(f"  fees {fee.year}: {of}: {fee.pence} p")
    stories = Counter((truth.story, truth.variant) for truth in borough.truth.families.values() if truth.story)
    for (story, variant), count in sorted(stories.items()):
        print(f"  story {story} {variant}: {count}")
    for wave in borough.waves:
        lines = ", ".join(f"{push.feed} {sum(1 for _ in push.lines())}" for push in wave.pushes)
        print(f"  wave {wave.number} to {wave.covers_to}: {lines}")


if __name__ == "__main__":
    main()
