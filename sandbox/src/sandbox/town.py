"""Thornbury's streets: every address has a UPRN, a street has its postcode, flats share both but the UPRN."""

from random import Random

from sandbox import identifiers
from sandbox.model import Premises

_FIRST = """Mill Church Station Victoria Albert Park Spring Ash Oak Elm Birch Cedar Hawthorn Quarry Bridge Canal Wharf
    Market Chapel School High Low Moor Dale Valley Hill Bank Grove Manor Abbey Priory Castle King Queen Prince Duke
    Nelson Wellington Gladstone Cobden Bright Peel Russell Milton Byron Shelley Tennyson Keats"""
_SECOND = "Street Road Lane Avenue Close Terrace Grove Drive Crescent Gardens Place Walk Rise View Court Fold"
_QUARTERS = ("", "Upper ", "Lower ", "Old ", "New ", "Great ", "Little ")
_HOUSES_A_STREET = 14
_ORDINARY_POSTCODES = identifiers.POSTCODES * 3 // 4  # the rest are kept for communal premises, one each


class Town:
    """Hands out addresses that nobody has yet."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._streets = 0
        self._communal = 0
        self._uprn = identifiers.FIRST_UPRN
        self._names = [f"{first} {second}" for second in _SECOND.split() for first in _FIRST.split()]
        rng.shuffle(self._names)
        self._postcodes = list(range(identifiers.POSTCODES))
        rng.shuffle(self._postcodes)
        self._free: list[tuple[str, str]] = []

    def home(self) -> Premises:
        """An ordinary address; some are flats of a building whose other flats follow."""
        if not self._free:
            self._open_street()
        line, postcode = self._free.pop()
        return self._address(line, postcode, "ordinary")

    def communal(self, kind: str) -> Premises:
        """A refuge, HMO or hostel. It has a street and a postcode to itself, so that each is recognised anywhere."""
        postcode = identifiers.postcode(self._postcodes[-1 - self._communal])
        self._communal += 1
        return self._address(f"{self._rng.randrange(2, 90)} {self._next_name()}", postcode, kind)

    def _address(self, line: str, postcode: str, kind: str) -> Premises:
        self._uprn += self._rng.randrange(1, 40)
        return Premises(self._uprn, line, postcode, kind)

    def _next_name(self) -> str:
        quarter, street = divmod(self._streets, len(self._names))
        self._streets += 1
        return _QUARTERS[quarter] + self._names[street]

    def _open_street(self) -> None:
        postcode = identifiers.postcode(self._postcodes[self._streets % _ORDINARY_POSTCODES])
        street = self._next_name()
        number = self._rng.randrange(1, 60)
        lines: list[str] = []
        while len(lines) < _HOUSES_A_STREET:
            number += self._rng.choice((1, 2, 2, 2, 3))
            if self._rng.random() < 0.08:
                lines += [f"Flat {flat}, {number} {street}" for flat in range(1, self._rng.randrange(3, 7))]
            else:
                lines.append(f"{number} {street}")
        self._free = [(line, postcode) for line in reversed(lines)]
