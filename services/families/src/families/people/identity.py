"""Whom a line is about, as one text: equal when a line says the same of somebody, and readable again."""

from datetime import date

from families.feeds.lines import Stated

_PART, _PAIR = "\x1f", "\x1e"  # no cell can hold them


def write_identity(about: Stated) -> str:
    numbers = _PAIR.join(f"{scheme}={value}" for scheme, value in about.identifiers)
    born = about.date_of_birth.isoformat() if about.date_of_birth else ""
    parts = (about.forename, about.surname, born, about.sex or "", numbers)
    return _PART.join((*parts, about.uprn or "", about.address_line, about.postcode))


def read_identity(text: str) -> Stated:
    forename, surname, born, sex, numbers, uprn, line, postcode = text.split(_PART)
    pairs = [number.partition("=") for number in numbers.split(_PAIR) if number]
    return Stated(
        forename=forename,
        surname=surname,
        date_of_birth=date.fromisoformat(born) if born else None,
        sex=sex or None,
        identifiers=tuple((scheme, value) for scheme, _, value in pairs),
        uprn=uprn or None,
        address_line=line,
        postcode=postcode,
    )
