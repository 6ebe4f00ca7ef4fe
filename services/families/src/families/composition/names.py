"""Whether a carer, as a school's office writes her, is somebody whom another agency writes otherwise."""

import unicodedata
from functools import lru_cache

# Each line is one name as different clerks write it: short forms, and spellings brought over from other alphabets.
_SAME = """
    william bill will billy willie liam
    robert rob bob bobby robbie
    james jim jamie jimmy
    michael mike mick mickey
    richard rick dick ricky
    thomas tom tommy
    daniel dan danny
    matthew matt
    christopher chris
    christine chris tina
    anthony tony
    andrew andy drew
    stephen steven steve
    joseph joe
    samuel sam
    samantha sam sammy
    benjamin ben
    edward ted eddie ed
    nicholas nick nicky
    jonathan jon
    john jack johnny
    gregory greg
    kenneth ken
    david dave davey
    peter pete
    elizabeth liz beth lizzie betty eliza
    margaret maggie peggy meg
    catherine katherine kathryn cath kate cathy kathy kat katie
    susan sue susie
    jennifer jenny jen
    patricia pat trish tricia
    patrick pat paddy
    deborah debbie deb
    jacqueline jackie
    rebecca becky becca
    victoria vicky tori vicki
    charlotte lottie charlie
    charles charlie chas
    isabella isabel bella izzy
    eleanor ellie nell
    abigail abby
    jessica jess
    amanda mandy
    kimberley kim
    alexandra alex sandra
    alexander alex oleksandr aleksandr sandy
    mohammed muhammad mohamed mohammad mohamad
    yusuf yousef yousuf youssef
    fatima fatimah fatma
    aisha ayesha aysha
    khadija khadijah khadeeja
    ibrahim ebrahim
    hussein hussain husain
    yuliia julia yulia
    ahmed ahmad
    omar umar
    oksana oxana
    dmytro dmitri dmitry
    serhii sergei sergey
    olha olga
    natalia nataliya natalya
"""


def _groups() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_SAME.strip().splitlines()):
        for name in line.split():
            found.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}


_GROUPS = _groups()


@lru_cache(maxsize=50_000)
def plain(name: str) -> str:
    """Lower case, without accents, apostrophes or spaces; a hyphen stays, since it joins two names."""
    text = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in text if c.isalpha() or c == "-").strip("-")


@lru_cache(maxsize=100_000)
def same_name(one: str, other: str) -> bool:
    """Whether two writings can be one name. Shape: both `plain`."""
    if not one or not other:
        return False
    if one == other or _GROUPS.get(one, frozenset()) & _GROUPS.get(other, frozenset()):
        return True
    if set(one.split("-")) & set(other.split("-")) - {""}:
        return True
    shorter = min(len(one), len(other))
    return shorter >= 3 and distance(one, other) <= (2 if shorter >= 8 else 1)


def same_person_name(forename: str, surname: str, other_forename: str, other_surname: str) -> bool:
    """Whether two full names can be one person's; forename and surname may have been exchanged."""
    a, b, c, d = plain(forename), plain(surname), plain(other_forename), plain(other_surname)
    return (same_name(a, c) and same_name(b, d)) or (same_name(a, d) and same_name(b, c))


def distance(one: str, other: str) -> int:
    """Letters put in, left out, replaced or exchanged with their neighbour; 3 means three or more."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before, row = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return min(row[-1], 3)
