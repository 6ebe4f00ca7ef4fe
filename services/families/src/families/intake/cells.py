"""What spreadsheets and databases add to a cell when they write a file, taken off where only one meaning is possible.

For example `="00012"` (so that a spreadsheet keeps the noughts), `130.0` for a count, `£1,234.50` for an amount.
"""

import re
from collections.abc import Callable, Mapping

from families.feeds.columns import Column
from families.feeds.kinds import Amount, Day
from families.intake.dates import Order, read_date

Tidy = Callable[[str], str]

_QUOTED = re.compile(r'="([^"]*)"')
_WHOLE = re.compile(r"(\d+)\.0+", re.ASCII)
_AMOUNT = re.compile(r"£? ?(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2})|,(\d{2}))?", re.ASCII)


def tidy_text(text: str) -> str:
    found = _QUOTED.fullmatch(text)
    return found[1] if found else text


def tidy_number(text: str) -> str:
    text = tidy_text(text)
    found = _WHOLE.fullmatch(text)
    return found[1] if found else text


def tidy_amount(text: str) -> str:
    text = tidy_text(text)
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return text
    pounds, pence = found[1].replace(",", ""), found[2] or found[3]
    return f"{pounds}.{pence:0<2}" if pence else pounds


def tidiers(columns: Mapping[str, Column], orders: Mapping[str, Order]) -> dict[str, Tidy]:
    """What is done to the cells of each column."""
    return {name: _tidier(column, orders.get(name, "day")) for name, column in columns.items()}


def _tidier(column: Column, order: Order) -> Tidy:
    if isinstance(column.kind, Day):
        return lambda text: read_date(tidy_text(text), order)
    if isinstance(column.kind, Amount):
        return tidy_amount
    return tidy_number if column.numeric else tidy_text
