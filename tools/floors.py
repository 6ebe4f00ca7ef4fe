"""Hold each program's coverage against its floor: `python tools/floors.py`, behind `coverage run -m pytest tests`.

Lines and branches together, as coverage.py counts them. The floors stand in `pyproject.toml`, a little under what was
measured: whoever adds code without a test near to it falls beneath.
"""

import json
import sys
import tempfile
import tomllib
from collections import defaultdict
from pathlib import Path

from coverage import Coverage

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    with (ROOT / "pyproject.toml").open("rb") as file:
        floors: dict[str, float] = tomllib.load(file)["tool"]["thinkfamily"]["coverage"]
    found = measured()
    print("coverage by unit tests, on files (lines and branches):")
    wrong = []
    for program in sorted({*floors, *found}):
        percent, floor = found.get(program, 0.0), floors.get(program)
        print(f"{percent:7.1f} %  {program} (at least {floor if floor is not None else '?'})")
        if floor is None:
            wrong.append(f"{program} has no floor in pyproject.toml")
        elif percent < floor:
            wrong.append(
                f"{program} is covered by {percent:.1f} % and must be by {floor} %: test near to it what is new"
            )
    for told in wrong:
        print(f"floors: {told}", file=sys.stderr)
    return 1 if wrong else 0


def measured() -> dict[str, float]:
    """Percent of each program's lines and branches that were walked through."""
    coverage = Coverage()
    coverage.load()
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "coverage.json"
        # A test may run code of a folder that is gone by now.
        ours = [f"{ROOT}/services/*", f"{ROOT}/gateway/*"]
        coverage.json_report(outfile=str(told), include=ours)
        files = json.loads(told.read_text())["files"]
    walked: dict[str, int] = defaultdict(int)
    there: dict[str, int] = defaultdict(int)
    for name, file in files.items():
        summary, program = file["summary"], program_of(name)
        walked[program] += summary["covered_lines"] + summary["covered_branches"]
        there[program] += summary["num_statements"] + summary["num_branches"]
    return {program: 100 * walked[program] / there[program] for program in there if there[program]}


def program_of(path: str) -> str:
    """`services/claims/src/claims/app.py` belongs to claims, `gateway/src/gateway/app.py` to the gateway."""
    parts = Path(path).parts
    return parts[parts.index("src") + 1]


if __name__ == "__main__":
    sys.exit(main())
