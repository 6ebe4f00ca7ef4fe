"""`docs/adding.md` read as what it is: recipes of numbered steps, whose fenced blocks are the edits themselves.

A step names the file in its sentence, then shows the edit:

    1. Declare it in `services/consent/src/consent/events.py`:          a sentence that ends with the path

       ```diff                                                          lines with +, - and unmarked context;
        class ObjectionRaised(Event):                                   `@@` between places; + alone means at the end
       +class ObjectionLifted(Event):
       ```
       Held by `tests/house/test_events.py::test_every_event_…`.        what fails when this step is left out

A block in any other language is a whole file, and so is an empty `path`. `make contracts`, `make manifests` and
`cp A B` in a step are carried out. A line that ends in `…` stands for whatever the rest of it is, and `NEXT` and `LAST`
in a migration for its number and the one before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NOTHING_HOLDS_IT = "Nothing fails without it"

_RECIPE = re.compile(r"^## (.+)$", re.MULTILINE)
_STEP = re.compile(r"^(\d+)\. ", re.MULTILINE)
_BLOCK = re.compile(r"^ *```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_QUOTED = re.compile(r"`([^`\n]+)`")
_HELD = re.compile(r"Held by\s+`([^`]+)`")
_EMPTY = re.compile(r"\bempty\s+`([^`]+)`")
_COPIED = re.compile(r"`cp\s+([^`\s]+)\s+([^`\s]+)`")
_MADE = re.compile(r"`make\s+(contracts|manifests)`")
_PATH = re.compile(r"(?:[\w.-]+/)+[\w.-]+|README\.md|pyproject\.toml|Makefile")


class NotApplicable(Exception):
    """The page and the tree have drifted apart: what a step expects to find is not there, or is there twice."""


@dataclass(frozen=True)
class Edit:
    """What one block does to one file. Shape: `old` and `new` are runs of lines; no `old` means the whole file, or its
    end when `at_end`."""

    path: str
    changes: tuple[tuple[str, str], ...]
    at_end: bool = False

    @property
    def creates(self) -> bool:
        """Whether it makes a file anew."""
        return not self.at_end and not self.changes[0][0]

    def apply(self, text: str | None) -> str:
        """Errors: NotApplicable."""
        for old, new in self.changes:
            if self.at_end:
                text = (text or "") + new
            elif self.creates:
                if text is not None:
                    raise NotApplicable(f"{self.path} is there already")
                text = new
            else:
                pattern = re.compile("^" + re.escape(old).replace("…", "(.*)"), re.MULTILINE)
                found = list(pattern.finditer(text or ""))
                if len(found) != 1:
                    raise NotApplicable(f"{self.path} holds {len(found)} times:\n{old}")
                for rest in found[0].groups():
                    new = new.replace("…", rest, 1)
                text = (text or "")[: found[0].start()] + new + (text or "")[found[0].end() :]
        return text or ""


@dataclass(frozen=True)
class Step:
    """Shape: `copies` are (from, to); `makes` are targets of make; `held_by` are pytest ids."""

    recipe: str
    number: int
    says: str
    edits: tuple[Edit, ...]
    copies: tuple[tuple[str, str], ...]
    makes: tuple[str, ...]
    held_by: tuple[str, ...]

    @property
    def label(self) -> str:
        return f"{self.recipe.lower().replace(' ', '-')}-{self.number}"


def read_recipes(page: str) -> dict[str, list[Step]]:
    """The recipes of a page, by heading; headings without steps are left out."""
    parts = _RECIPE.split(page)
    found = {title: list(_steps(title, body)) for title, body in zip(parts[1::2], parts[2::2], strict=True)}
    return {title: steps for title, steps in found.items() if steps}


def _steps(recipe: str, body: str) -> Iterator[Step]:
    parts = _STEP.split(body)
    for number, text in zip(parts[1::2], parts[2::2], strict=True):
        prose = _BLOCK.sub("", text)
        yield Step(
            recipe=recipe,
            number=int(number),
            says=" ".join(prose.split()),
            edits=(*(Edit(path, (("", ""),)) for path in _EMPTY.findall(prose)), *_edits(text)),
            copies=tuple(_COPIED.findall(prose)),
            makes=tuple(_MADE.findall(prose)),
            held_by=tuple(_HELD.findall(prose)),
        )


def _edits(text: str) -> Iterator[Edit]:
    for block in _BLOCK.finditer(text):
        quoted = [path for path in _QUOTED.findall(text[: block.start()]) if _PATH.fullmatch(path)]
        if not quoted:
            raise NotApplicable(f"A block without a path before it:\n{block.group()}")
        indent = len(block.group()) - len(block.group().lstrip())
        lines = [line[indent:] for line in block[2].splitlines()]
        if block[1] != "diff":
            yield Edit(quoted[-1], (("", "".join(f"{line}\n" for line in lines)),))
        elif all(line.startswith("+") for line in lines):
            yield Edit(quoted[-1], (("", "".join(f"{line[1:]}\n" for line in lines)),), at_end=True)
        else:
            yield Edit(quoted[-1], tuple(_changes(lines)))


def _changes(lines: list[str]) -> Iterator[tuple[str, str]]:
    hunk: list[str] = []
    for line in [*lines, "@@"]:
        if line.startswith("@@"):
            yield (
                "".join(f"{one[1:]}\n" for one in hunk if not one.startswith("+")),
                "".join(f"{one[1:]}\n" for one in hunk if not one.startswith("-")),
            )
            hunk = []
        else:
            hunk.append(line)


def carry_out(steps: list[Step], tree: Path, without: Step | None = None) -> dict[str, str]:
    """What the steps make of a tree, which is only read. Shape: path → text, of the files that they touch.

    `without`: a step that is left out; what later steps change in a file of its making is left out with it.
    Errors: NotApplicable.
    """
    made: dict[str, str] = {}

    def present(path: str) -> str | None:
        return made[path] if path in made else (tree / path).read_text() if (tree / path).is_file() else None

    missing = {edit.path for edit in without.edits if edit.creates} if without else set()
    missing |= {target for _, target in without.copies} if without else set()
    for step in steps:
        if step is without:
            continue
        for source, target in step.copies:
            text = present(source)
            if text is None:
                raise NotApplicable(f"{source} is not there")
            made[target] = text
        for edit in step.edits:
            if edit.path in missing:
                continue
            path, number, last = _numbered(edit.path, tree)
            text = edit.apply(present(path))
            made[path] = text.replace("NEXT", number).replace("LAST", last) if number else text
    return made


def _numbered(path: str, tree: Path) -> tuple[str, str, str]:
    """A migration's path with the next free number for `NEXT`, that number, and the one before it."""
    if "/NEXT_" not in path:
        return path, "", ""
    last = max(int(file.name[:4]) for file in (tree / path).parent.glob("0*.py"))
    return path.replace("NEXT", f"{last + 1:04}"), f"{last + 1:04}", f"{last:04}"
