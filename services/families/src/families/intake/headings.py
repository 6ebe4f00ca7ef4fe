"""The row of headings: found below titles, in any case, spacing and order, between columns that are no feed's."""

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.problems import Fault
from families.intake.notes import numbers
from families.problems import FileNotValid

MOST_COLUMNS = 500
MOST_FAULTS = 20


def fold_heading(text: str) -> str:
    """Alike for `Date of Birth`, `date_of_birth`, `DateOfBirth` and `DATE-OF-BIRTH`."""
    return "".join(c for c in text.casefold() if c.isalnum())


@dataclass(frozen=True)
class Headings:
    """Which column of the feed stands in each of the file's; empty where none does."""

    columns: list[str]

    @property
    def passed_over(self) -> list[int]:
        """Numbers of the columns that mean nothing here."""
        return [number for number, name in enumerate(self.columns, 1) if not name]


def count_headings(cells: Sequence[str], names: Sequence[str]) -> int:
    """How many of the feed's columns a row names."""
    known = {fold_heading(name) for name in names}
    return len(known & {fold_heading(cell) for cell in cells[:MOST_COLUMNS]})


def read_headings(cells: Sequence[str], names: Sequence[str]) -> Headings:
    """Errors: FileNotValid: a column is missing, or comes twice. At most `MOST_FAULTS` are told, by number."""
    if len(cells) > MOST_COLUMNS:
        raise FileNotValid(
            errors=[
                Fault(
                    pointer="/header",
                    code="too_many_columns",
                    detail=f"There are {len(cells)} columns; {MOST_COLUMNS} are the most.",
                    fix="Take out those that are none of this feed's.",
                )
            ]
        )
    known = {fold_heading(name): name for name in names}
    columns = [known.get(fold_heading(cell), "") for cell in cells]
    found = [name for name in columns if name]
    faults = [
        Fault(
            pointer=f"/header/{number}",
            code="column_repeated",
            detail=f"Column {number} has come before.",
            fix="Take one of the two out.",
        )
        for number, name in enumerate(columns, 1)
        if name and name in columns[: number - 1]
    ]
    missing = [name for name in names if name not in found]
    faults += [
        Fault(
            pointer="/header",
            code="column_missing",
            detail=f"The column {name} is missing.",
            fix="Add it; it may be empty where the feed's page does not require it.",
        )
        for name in missing
    ]
    if faults:
        unknown = [number for number, cell in enumerate(cells, 1) if cell.strip() and not columns[number - 1]]
        if missing and unknown:
            faults.append(
                Fault(
                    pointer=f"/header/{unknown[0]}",
                    code="column_unknown",
                    detail=f"These columns are none of this feed's: {numbers(unknown)}.",
                    fix="Where one of them is a missing one, write its name as the feed's page has it.",
                )
            )
        raise FileNotValid(errors=faults[: MOST_FAULTS - 1] + faults[-1:] if len(faults) > MOST_FAULTS else faults)
    return Headings(columns)
