"""Columns of a feed, and those that every feed about people shares: who somebody is and where they live."""

from dataclasses import dataclass

from families.feeds import kinds
from families.feeds.kinds import Coded, Kind

IDENTITY, ADDRESS, LOCATION = "identity", "address", "location"


@dataclass(frozen=True)
class Column:
    """One column. An empty cell is None.

    Shape: without a `category` it is of the feed's own. `dated_by` names the column that holds the day for which a code
    must have been in use; without one, that is the first day of the line's main fact.
    """

    name: str
    kind: Kind
    description: str
    example: str = ""
    required: bool = False
    category: str = ""
    dated_by: str = ""

    @property
    def numeric(self) -> bool:
        """In NDJSON a number may stand here as one."""
        return self.kind.number

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that may stand here, on whatever day."""
        return tuple(code.code for code in self.kind.codes) if isinstance(self.kind, Coded) else ()


def who(
    *, required: bool, forename: str, surname: str, born: str, sex: str, born_required: bool | None = None
) -> tuple[Column, ...]:
    """Forename, surname, date of birth and sex; the arguments are the example's.

    Shape: `born_required` where the date of birth is asked for otherwise than the names are.
    """
    must_be_born = required if born_required is None else born_required
    return (
        Column("forename", kinds.NAME, "First name, as you hold it", forename, required, IDENTITY),
        Column("surname", kinds.NAME, "Family name, as you hold it", surname, required, IDENTITY),
        Column("date_of_birth", kinds.DAY, "Year-month-day", born, must_be_born, IDENTITY),
        Column("sex", kinds.SEX, "Sex as recorded", sex, category=IDENTITY),
    )


def where(line: str, postcode: str, uprn: str) -> tuple[Column, ...]:
    """Address, postcode and UPRN, each of which may be empty; the arguments are the example's."""
    return (
        Column(
            "address_line", kinds.LINE, "House and street; the flat first where there is one", line, category=ADDRESS
        ),
        Column("postcode", kinds.POSTCODE, "Postcode", postcode, category=ADDRESS),
        Column("uprn", kinds.UPRN, "Unique property reference number", uprn, category=ADDRESS),
    )
