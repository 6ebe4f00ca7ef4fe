"""Columns that every feed about people shares: who somebody is and where they live."""

from families.feeds import kinds
from families.feeds.catalogue import Column

IDENTITY, ADDRESS = "identity", "address"
SEXES = ("female", "male", "other", "unknown")


def who(*, required: bool, forename: str, surname: str, born: str, sex: str) -> tuple[Column, ...]:
    """Forename, surname, date of birth and sex; the arguments are the example's."""
    return (
        Column("forename", kinds.name, IDENTITY, "First name, as you hold it", forename, required),
        Column("surname", kinds.name, IDENTITY, "Family name, as you hold it", surname, required),
        Column("date_of_birth", kinds.past_day, IDENTITY, "Year-month-day", born, required),
        Column("sex", kinds.sex, IDENTITY, "Sex as recorded", sex, codes=SEXES),
    )


def where(line: str, postcode: str, uprn: str) -> tuple[Column, ...]:
    """Address, postcode and UPRN, each of which may be empty; the arguments are the example's."""
    return (
        Column("address_line", kinds.line, ADDRESS, "House and street; the flat first where there is one", line),
        Column("postcode", kinds.postcode, ADDRESS, "Postcode", postcode),
        Column("uprn", kinds.uprn, ADDRESS, "Unique property reference number", uprn),
    )
