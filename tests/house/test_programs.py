"""A program that is there is declared, and stands on the map."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vocabulary.programs import PROGRAMS

from .houses import ROOT
from .rules import Rule


@dataclass(frozen=True)
class Declared:
    """Shape: `found` are folders that hold a program, `homes` those of the declared ones by program, `map` is the
    page that tells what stands where."""

    found: frozenset[str]
    homes: Mapping[str, str]
    map: str


def finds_undeclared(programs: Declared) -> Iterator[str]:
    for folder in sorted(programs.found - set(programs.homes.values())):
        yield f"{folder} holds a program that programs.toml of the vocabulary does not know"


def finds_off_the_map(programs: Declared) -> Iterator[str]:
    yield from (f"{home}/ is not on the map" for home in programs.homes.values() if f"`{home}/`" not in programs.map)


CONSENT, LETTERS = "services/consent", "services/letters"

EVERY_PROGRAM_IS_DECLARED = Rule(
    says="A folder with a program is declared in the vocabulary",
    finds=finds_undeclared,
    valid={"one": Declared(frozenset({CONSENT}), {"consent": CONSENT, "gateway": "gateway"}, "")},
    invalid={
        "a new one": (
            Declared(frozenset({CONSENT, LETTERS}), {"consent": CONSENT}, ""),
            "services/letters holds a program",
        )
    },
)
EVERY_PROGRAM_IS_ON_THE_MAP = Rule(
    says="The README's map says what each program is for",
    finds=finds_off_the_map,
    valid={"one": Declared(frozenset(), {"consent": CONSENT}, "| `services/consent/` | agreements |")},
    invalid={
        "a new one": (
            Declared(frozenset(), {"letters": LETTERS}, "| `services/consent/` | agreements |"),
            "services/letters/ is not on the map",
        )
    },
)


def there() -> Declared:
    found = frozenset(str(path.parents[2].relative_to(ROOT)) for path in ROOT.glob("services/*/src/*/app.py"))
    homes = {code: program.home for code, program in PROGRAMS.items()}
    return Declared(found - {"services/chassis"}, homes, (ROOT / "README.md").read_text())


def test_every_folder_with_a_program_is_declared() -> None:
    EVERY_PROGRAM_IS_DECLARED.check(there())


def test_every_program_is_on_the_map() -> None:
    EVERY_PROGRAM_IS_ON_THE_MAP.check(there())
