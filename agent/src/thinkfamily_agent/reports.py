"""The platform's report, joined to the rows of the export that it is about."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from thinkfamily_agent.tables import Table

ADDED = ("thinkfamily_outcome", "thinkfamily_column", "thinkfamily_code", "thinkfamily_what_to_do")


def write_marked(path: Path, table: Table, lines: Iterable[Mapping[str, Any]]) -> int:
    """Write the export again with four columns more, and only the rows that somebody should look at.

    Whoever mends them can push the mended file alone, for the same days. Shape: how many rows were marked; a line of
    the report that fits no row of the file is not lost: it stands at the end by its number.
    """
    told = {int(line["line"]): line for line in lines}
    (_, headings), *rows = table.rows
    marked = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=table.delimiter)
        writer.writerow([*headings, *ADDED])
        for number, cells in rows:
            line = told.pop(number, None)
            if line is not None:
                padding = [""] * (len(headings) - len(cells))
                writer.writerow([*cells, *padding, *_marks(line)])
                marked += 1
        for number, line in sorted(told.items()):
            outcome, column, code, fix = _marks(line)
            writer.writerow([*([""] * len(headings)), f"{outcome} (row {number})", column, code, fix])
            marked += 1
    return marked


def _marks(line: Mapping[str, Any]) -> tuple[str, str, str, str]:
    errors = line["errors"]
    return (
        line["outcome"],
        "; ".join(error["column"] for error in errors),
        "; ".join(error["code"] for error in errors),
        " ".join(f"{error['detail']} {error['fix']}" for error in errors),
    )
