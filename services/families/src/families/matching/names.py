"""How alike two names are. Comparisons are of folded names: no accents, no case, no hyphens, one space."""

import unicodedata
from functools import lru_cache
from importlib.resources import files

from rapidfuzz.distance import OSA, JaroWinkler

_OTHER_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_SOUNDS = {c: digit for digit, letters in enumerate(("bfpv", "cgjkqsxz", "dt", "l", "mn", "r"), 1) for c in letters}
REMEMBERED = 200_000


@lru_cache(REMEMBERED)
def fold(name: str) -> str:
    """A name as it is compared."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_OTHER_LETTERS))
    spaced = "".join(" " if c in "-_/" else c for c in plain if c in " -_/" or c.isalnum())
    return " ".join(spaced.split())


def _read_groups() -> dict[str, frozenset[int]]:
    groups: dict[str, set[int]] = {}
    lines = files("families.matching").joinpath("data/forenames.txt").read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        for name in line.split() if not line.startswith("#") else ():
            groups.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in groups.items()}


_GROUPS = _read_groups()
_MEMBERS: dict[int, list[str]] = {}
for _name, _numbers in _GROUPS.items():
    for _number in _numbers:
        _MEMBERS.setdefault(_number, []).append(_name)


@lru_cache(REMEMBERED)
def known_as(forename: str) -> frozenset[str]:
    """All that a bearer of a folded forename may be called, itself included."""
    return frozenset({forename}.union(*(_MEMBERS[group] for group in _GROUPS.get(forename, ()))))


def forename_tokens(forename: str) -> frozenset[str]:
    """Tokens that two forenames have in common when one is the other or its short form."""
    return frozenset({forename} | {f"#{group}" for group in _GROUPS.get(forename, ())})


def same_or_nickname(one: str, other: str) -> bool:
    """For folded forenames."""
    return one == other or bool(_GROUPS.get(one, frozenset()) & _GROUPS.get(other, frozenset()))


def _one_edit(one: str, other: str) -> bool:
    return OSA.distance(one, other, score_cutoff=1) <= 1


@lru_cache(REMEMBERED)
def meant_forenames(forename: str) -> frozenset[str]:
    """Forenames of which a folded one is a mistyping; none for one that is a forename itself."""
    if forename in _GROUPS or len(forename) < 3:
        return frozenset()
    return frozenset(known for known in _GROUPS if len(known) > 2 and _one_edit(forename, known))


@lru_cache(REMEMBERED)
def compare_forenames(one: str, other: str) -> str:
    """Shape: an outcome of the field `forename` in the weights; symmetric. For folded names."""
    if not one or not other:
        return "missing"
    if one == other:
        return "exact"
    if same_or_nickname(one, other):
        return "nickname"
    if min(len(one), len(other)) >= 3 and _one_edit(one, other):
        return "typo"
    first, second = one.split(), other.split()
    if (len(first) > 1 or len(second) > 1) and same_or_nickname(first[0], second[0]):
        return "part"
    if len(one) == 1 or len(other) == 1:
        return "initial" if one[0] == other[0] else "conflict"
    alike = JaroWinkler.similarity(one, other)
    if alike >= 0.92:
        return "typo"
    if any(_one_edit(mine, other) for mine in known_as(one) if len(mine) > 2) or any(
        _one_edit(one, theirs) for theirs in known_as(other) if len(theirs) > 2
    ):
        return "nickname_typo"
    # Two clerks who mistyped one name in two ways: Theeo and Tho.
    return "similar" if alike >= 0.8 or meant_forenames(one) & meant_forenames(other) else "conflict"


@lru_cache(REMEMBERED)
def compare_surnames(one: str, other: str) -> str:
    """Shape: an outcome of the field `surname` in the weights; symmetric. For folded names."""
    if not one or not other:
        return "missing"
    if one == other:
        return "exact"
    first, second = set(one.split()), set(other.split())
    if first == second or one.replace(" ", "") == other.replace(" ", ""):
        return "reordered"
    if any(len(half) > 1 for half in first & second):
        return "part"
    if min(len(one), len(other)) >= 3 and _one_edit(one, other):
        return "typo"
    alike = JaroWinkler.similarity(one, other)
    if alike >= 0.94:
        return "typo"
    half_mistyped = max(len(first), len(second)) > 1 and any(
        len(a) > 3 and len(b) > 3 and _one_edit(a, b) for a in first for b in second
    )
    if half_mistyped or soundex(one) == soundex(other):
        return "sound"
    return "similar" if alike >= 0.82 else "conflict"


@lru_cache(REMEMBERED)
def soundex(name: str) -> str:
    """How a folded name begins to sound (Soundex)."""
    letters = name.replace(" ", "")
    if not letters:
        return ""
    code, last = letters[0], _SOUNDS.get(letters[0])
    for letter in letters[1:]:
        digit = _SOUNDS.get(letter)
        if digit and digit != last:
            code += str(digit)
        if letter not in "hw":
            last = digit
    return code[:4].ljust(4, "0")
