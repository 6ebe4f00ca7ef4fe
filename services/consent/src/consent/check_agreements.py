"""`python -m consent.check_agreements`: agreements that were not signed as they should be, a line each.

Run it once behind the release that asks identity whose a service is (December 2026), and whenever you like. With
`--void` the wrong signatures count no longer: the agreements are suspended until the right people have signed. It ends
with 1 when it found any. Settings are consent's own (`CONSENT_…`).
"""

import argparse
import sys
from pathlib import Path

from chassis.runtime import make_runtime, running
from consent.agreements.wrongly_signed import list_wrongly_signed, void_wrong_signatures
from consent.settings import ConsentSettings


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="consent.check_agreements", description="List what was signed wrongly.")
    parser.add_argument("--var", type=Path, help="where the embedded profile keeps its files")
    parser.add_argument("--void", action="store_true", help="let wrong signatures count no longer")
    chosen = parser.parse_args(arguments)
    settings = ConsentSettings.with_prefix(**({"var": chosen.var} if chosen.var else {}))
    with running(make_runtime(settings)) as runtime:
        if chosen.void:
            with runtime.write() as session:
                found = void_wrong_signatures(session)
        else:
            with runtime.read() as session:
                found = list_wrongly_signed(session)
    for wrong in found:
        print(wrong.sentence)
    print(f"consent: {len(found)} agreements signed wrongly{' and suspended' if chosen.void and found else ''}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
