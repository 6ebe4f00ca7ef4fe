"""The school calendar. Terms are fixed: autumn, spring and summer, with nothing between summer and autumn."""

from datetime import date

TERMS = ("autumn", "spring", "summer")


def term_dates(academic_year: str, term: str) -> tuple[date, date]:
    """First and last day of a term of `2016/17`, both inclusive."""
    year = int(academic_year[:4])
    if term == "autumn":
        return date(year, 9, 1), date(year, 12, 31)
    if term == "spring":
        return date(year + 1, 1, 1), date(year + 1, 3, 31)
    return date(year + 1, 4, 1), date(year + 1, 7, 31)
