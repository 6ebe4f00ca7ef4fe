"""The clerks' errors: few, stable, and never so many that a true pair of records shares nothing.

Promise: any two records of one person share an exact date of birth; or a date with day and month exchanged and a
forename or surname; or an identifier; or a UPRN and a forename (or its nickname). Kept so: whose date of birth is
wrong in one agency has it right in the others, lives at one address throughout, is written there by every agency,
and is never misnamed by more than one letter of the surname.
"""

from datetime import date
from random import Random

from sandbox import names
from sandbox.calendar import WAVES
from sandbox.model import ANTI_SOCIAL_BEHAVIOUR, BENEFITS, SCHOOL_ATTENDANCE, Person, Premises, Slip

# How careful the clerks are: nobody errs; a name or a missing NINO at most (stories); a wrong date too (families in
# need); as life is, with exchanged names and addresses from before.
FLAWLESS, GENTLE, MILD, ORDINARY = "flawless", "gentle", "mild", "ordinary"

WRONG_DATE = 0.05
NAME_MISWRITTEN = 0.14
NINO_MISSING = 0.06
UPRN_MISSING = 0.05
FORMER_AREA = 0.05
CORRECTED = 0.25
_INNER_LETTERS = "aeioulnrst"


def typo(rng: Random, name: str) -> str:
    """One letter put in, left out or exchanged (edit distance 1), never the first."""
    index = rng.randrange(1, len(name))
    kind = rng.choice(("insert", "drop", "replace")) if len(name) > 3 else "insert"
    if kind == "insert":
        return name[:index] + name[index] + name[index:]
    if kind == "drop":
        return name[:index] + name[index + 1 :]
    return name[:index] + rng.choice([letter for letter in _INNER_LETTERS if letter != name[index]]) + name[index + 1 :]


def swapped(day: date) -> date | None:
    """The date with day and month exchanged; None where that is no date or the same one."""
    return date(day.year, day.day, day.month) if day.day <= 12 and day.day != day.month else None


def mistyped_date(rng: Random, day: date) -> date:
    """The date with one digit wrong."""
    if rng.random() < 0.5 and day.day not in (30, 31):
        return day.replace(day=day.day + 1 if day.day % 10 != 9 and day.day < 28 else day.day - 1)
    if (day.month, day.day) == (2, 29):
        return day.replace(day=28)
    return day.replace(year=day.year + (1 if day.year % 10 != 9 else -1))


def write(
    rng: Random, person: Person, feeds: tuple[str, ...], temper: str, former: Premises | None, twin: bool
) -> None:
    """Decide once how each agency writes a person. `former`: an address from before, for whoever has one."""
    if temper == FLAWLESS:
        return
    settled = len(person.residences) == 1
    if temper in (MILD, ORDINARY) and settled and not twin and rng.random() < WRONG_DATE:
        _wrong_date(rng, person, rng.choice(feeds))
        return
    for feed in feeds:
        slip = person.slips.get(feed, Slip())
        if not twin and rng.random() < NAME_MISWRITTEN:
            slip.forename, slip.surname = miswritten(rng, person, gentle=temper != ORDINARY)
        if feed == BENEFITS and rng.random() < NINO_MISSING:
            slip.without_nino = True
        if temper == ORDINARY and feed == ANTI_SOCIAL_BEHAVIOUR and rng.random() < UPRN_MISSING:
            slip.without_uprn = True
        if former and settled and feed != SCHOOL_ATTENDANCE and rng.random() < FORMER_AREA:
            slip.former_premises = former
        if rng.random() < CORRECTED:
            slip.corrected_on = rng.choice(WAVES[1:7]).covers_to
        if slip != Slip() and (slip.corrected_on is None or _identity(slip)):
            person.slips[feed] = slip


def write_carer(rng: Random, person: Person) -> None:
    """How the school's office writes a carer: by nickname or half a surname, never with a typing error."""
    if rng.random() < 0.10 and not any(slip.date_of_birth for slip in person.slips.values()):
        slip = Slip()
        if "-" in person.surname and rng.random() < 0.5:
            slip.surname = person.surname.split("-")[0]
        elif others := names.also_called(person.forename):
            slip.forename = rng.choice(others)
        if slip != Slip():
            person.slips[SCHOOL_ATTENDANCE] = slip


def miswritten(rng: Random, person: Person, *, gentle: bool) -> tuple[str | None, str | None]:
    """Forename and surname as written; None where right. Exchanged only where the clerk is not gentle."""
    if not gentle and rng.random() < 0.08:
        return person.surname, person.forename
    if "-" in person.surname and rng.random() < 0.7:
        first, second = person.surname.split("-")
        return None, rng.choice((first, second, f"{second}-{first}"))
    others = names.also_called(person.forename)
    if others and rng.random() < 0.6:
        return rng.choice(others), None
    if rng.random() < 0.5:
        return typo(rng, person.forename), None
    return None, typo(rng, person.surname)


def _wrong_date(rng: Random, person: Person, feed: str) -> None:
    exchanged = swapped(person.date_of_birth)
    slip = Slip(date_of_birth=exchanged or mistyped_date(rng, person.date_of_birth))
    if rng.random() < 0.2:
        slip.surname = typo(rng, person.surname)
    if rng.random() < CORRECTED:
        slip.corrected_on = rng.choice(WAVES[1:7]).covers_to
    person.slips[feed] = slip


def _identity(slip: Slip) -> bool:
    return bool(slip.forename or slip.surname or slip.date_of_birth or slip.without_nino or slip.former_premises)
