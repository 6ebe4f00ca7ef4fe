"""The outline of a GraphQL document: what it selects, read at a twentieth of what parsing it costs.

Only what the limits count is read. Whether the document is right, graphql-core says, which parses what the limits let
through. What is no document by its outline already is refused here: unbalanced brackets, a selection of nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.problems import (
    DocumentNotValid,
    DocumentTooDeep,
    DocumentTooLong,
    TooManyAliases,
    TooManyDefinitions,
    TooManyDirectives,
    TooManyRepeats,
    TooManyValues,
)

WORD = re.compile(
    r"[\ufeff\t\n\r ,]++|#[^\n\r]*+"
    r"|([_A-Za-z][_0-9A-Za-z]*+|[{}():$!@=\[\]|&]|\.\.\."
    r"|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?"
    r'|"""(?:[^"\\]++|\\"""|\\|"(?!""))*+"""|"(?:[^"\\\n\r]++|\\[^\n\r])*+"'
    r"|.)",
    re.DOTALL,
)
"""A word or bracket of a document; blanks, commas and comments have no group."""

NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*")
OPERATIONS = frozenset({"query", "mutation", "subscription"})
OPENS = {"(": ")", "[": "]", "{": "}"}
CLOSES = frozenset(OPENS.values())
DEEPEST_VALUE = 12
"""How far the brackets of a value may nest; the inputs of the schema nest to three."""
END = ""


@dataclass(frozen=True)
class OutlineLimits:
    """What a document may hold as it is written. Shape: `words` are of all of it, `values` those of its values and
    variables; `repeats` counts fields that stand again in the same braces; `depth` is of braces."""

    characters: int
    words: int
    depth: int
    definitions: int
    aliases: int
    directives: int
    repeats: int
    values: int


class WrongWord(Exception):
    """What is wrong with a document at one of its words. Shape: `at` is the number of the word."""

    def __init__(self, problem: DocumentNotValid, at: int) -> None:
        super().__init__()
        self.problem, self.at = problem, at


@dataclass(slots=True)
class Selected:
    """A field. Shape: `key` is its name in the answer; `arguments` holds the first word of each value, `$` for a
    variable's name before it; `at` is the number of its word."""

    name: str
    key: str
    at: int
    arguments: dict[str, str] = field(default_factory=dict)
    directives: int = 0
    below: "list[Part] | None" = None


@dataclass(slots=True)
class Spread:
    """A fragment that is used by its name."""

    name: str
    at: int
    directives: int = 0


@dataclass(slots=True)
class Inline:
    """A fragment in its place. Shape: `of` is its type, None for that around it."""

    of: str | None
    at: int
    directives: int
    below: "list[Part]"


Part = Selected | Spread | Inline


@dataclass(slots=True)
class Definition:
    """An operation or a fragment. Shape: `kind` is query, mutation, subscription or fragment; `of` a fragment's type;
    `defaults` the first word of each variable's."""

    kind: str
    name: str
    at: int
    of: str | None = None
    directives: int = 0
    defaults: dict[str, str] = field(default_factory=dict)
    below: list[Part] = field(default_factory=list)


@dataclass(slots=True)
class Outline:
    """What a document selects.

    Shape: `words` counts its words and brackets; `quotes` says whether a value in quotes or a comment stands in it.
    """

    definitions: list[Definition]
    words: int
    quotes: bool

    @property
    def operations(self) -> list[Definition]:
        return [one for one in self.definitions if one.kind != "fragment"]


def split_words(document: str) -> list[str]:
    """The words and brackets of a document."""
    return [word for word in WORD.findall(document) if word]


def split_document(document: str, limits: OutlineLimits) -> list[str]:
    """The words and brackets of a document that is not too long. Errors: DocumentTooLong."""
    if len(document) > limits.characters:
        raise DocumentTooLong(limit=limits.characters)
    # The parser spends as much on a comment as on a word. Of nothing but brackets the first part is enough to see.
    comments, begin = document.count("#"), 3 * limits.words
    if comments > limits.words or (len(document) > begin and len(WORD.findall(document, 0, begin)) > 2 * limits.words):
        raise DocumentTooLong(limit=limits.words)
    words = split_words(document)
    if len(words) + comments > limits.words:
        raise DocumentTooLong(limit=limits.words)
    return words


def read_outline(document: str, words: list[str], limits: OutlineLimits) -> Outline:
    """Shape: `words` are the document's.

    Errors: WrongWord; of gateway.problems the one that says which limit was passed, as soon as it is.
    """
    reader = _Reader(words, limits)
    definitions = list(reader.definitions())
    return Outline(definitions, len(words), '"' in document or "#" in document)


def locate_word(document: str, number: int) -> dict[str, int]:
    """Where a word stands. Units: lines and columns, from 1."""
    found = (match for match in WORD.finditer(document) if match[1])
    position = next((match.start() for at, match in enumerate(found) if at == number), len(document))
    before = re.split(r"\r\n|\n|\r", document[:position])
    return {"line": len(before), "column": len(before[-1]) + 1}


class _Reader:
    def __init__(self, words: list[str], limits: OutlineLimits) -> None:
        self._words, self._at, self._limits = [*words, END], 0, limits
        self._aliases = self._all_directives = self._values = 0

    def definitions(self) -> Iterator[Definition]:
        if len(self._words) == 1:
            raise self._unexpected()
        found = 0
        while self._words[self._at] != END:
            found += 1
            if found > self._limits.definitions:
                raise TooManyDefinitions(limit=self._limits.definitions)
            yield self._definition()

    def _definition(self) -> Definition:
        at, kind = self._at, self._words[self._at]
        if kind == "{":
            return Definition("query", "", at, below=self._selections(1))
        if kind == "fragment":
            self._at += 1
            if self._words[self._at] == "on":
                raise self._unexpected()
            found = Definition(kind, self._name(), at)
            self._expect("on")
            found.of = self._name()
        elif kind in OPERATIONS:
            self._at += 1
            named = NAME.fullmatch(self._words[self._at]) is not None
            found = Definition(kind, self._name() if named else "", at)
            if self._words[self._at] == "(":
                found.defaults = self._variables()
        else:
            raise self._unexpected()
        found.directives = self._directives()
        found.below = self._selections(1)
        return found

    def _selections(self, depth: int) -> list[Part]:
        if depth > self._limits.depth:
            raise DocumentTooDeep(limit=self._limits.depth)
        self._expect("{")
        words, found, keys = self._words, list[Part](), set[str]()
        repeats, most = 0, self._limits.repeats
        while (word := words[self._at]) != "}":
            at = self._at
            if word == "...":
                found.append(self._fragment(at, depth))
                continue
            key = name = self._name()
            if words[self._at] == ":":
                self._at += 1
                name = self._name()
                self._aliases += 1
                if self._aliases > self._limits.aliases:
                    raise TooManyAliases(limit=self._limits.aliases)
            if key in keys:
                repeats += 1
                if repeats > most:
                    raise TooManyRepeats(limit=most)
            keys.add(key)
            one = Selected(name, key, at)
            following = words[self._at]
            if following == "(":
                one.arguments = self._arguments()
                following = words[self._at]
            if following == "@":
                one.directives = self._directives()
                following = words[self._at]
            if following == "{":
                one.below = self._selections(depth + 1)
            found.append(one)
        if not found:
            raise WrongWord(DocumentNotValid("Braces hold at least one field."), self._at)
        self._at += 1
        return found

    def _fragment(self, at: int, depth: int) -> Part:
        self._at += 1
        word = self._words[self._at]
        if word not in ("on", "@", "{"):
            spread = Spread(self._name(), at)
            spread.directives = self._directives()
            return spread
        of = None
        if word == "on":
            self._at += 1
            of = self._name()
        directives = self._directives()
        return Inline(of, at, directives, self._selections(depth + 1))

    def _directives(self) -> int:
        found = 0
        while self._words[self._at] == "@":
            self._at += 1
            self._name()
            if self._words[self._at] == "(":
                self._arguments()
            found += 1
            self._all_directives += 1
            if self._all_directives > self._limits.directives:
                raise TooManyDirectives(limit=self._limits.directives)
        return found

    def _arguments(self) -> dict[str, str]:
        self._at += 1
        found = dict[str, str]()
        while self._words[self._at] != ")":
            name = self._name()
            self._expect(":")
            found[name] = self._value()
        if not found:
            raise self._unexpected()
        self._at += 1
        return found

    def _variables(self) -> dict[str, str]:
        self._at += 1
        found = dict[str, str]()
        while self._words[self._at] != ")":
            self._expect("$")
            name = self._name()
            self._expect(":")
            self._skip_type()
            self._count_value()
            if self._words[self._at] == "=":
                self._at += 1
                found[name] = self._value()
            self._directives()
        self._at += 1
        return found

    def _skip_type(self) -> None:
        depth = 0
        while self._words[self._at] == "[":
            self._at += 1
            depth += 1
        if depth > DEEPEST_VALUE:
            raise DocumentTooDeep(limit=DEEPEST_VALUE)
        self._name()
        while self._words[self._at] == "!" or (depth and self._words[self._at] == "]"):
            depth -= self._words[self._at] == "]"
            self._at += 1
        if depth:
            raise self._unexpected()

    def _value(self) -> str:
        """The first word of a value, which is passed over; with the variable's name behind a `$`."""
        words, first, open_ = self._words, self._words[self._at], list[str]()
        if first == "$":
            self._at += 1
            return first + self._name()
        while True:
            self._count_value()
            word = words[self._at]
            if word in OPENS and word != "(":
                open_.append(OPENS[word])
                if len(open_) > DEEPEST_VALUE:
                    raise DocumentTooDeep(limit=DEEPEST_VALUE)
            elif open_ and word == open_[-1]:
                open_.pop()
            elif word in CLOSES or word == END or word in ("(", "@", "!", "...", "="):
                raise self._unexpected()
            self._at += 1
            if not open_:
                return first

    def _count_value(self) -> None:
        self._values += 1
        if self._values > self._limits.values:
            raise TooManyValues(limit=self._limits.values)

    def _name(self) -> str:
        word = self._words[self._at]
        if not NAME.match(word):
            raise self._unexpected()
        self._at += 1
        return word

    def _expect(self, wanted: str) -> None:
        if self._words[self._at] != wanted:
            raise self._unexpected()
        self._at += 1

    def _unexpected(self) -> WrongWord:
        word = self._words[self._at]
        # A word may be somebody's name; brackets are nobody's.
        what = "the end" if word == END else f'"{word}"' if not word.isalnum() and len(word) == 1 else "a word"
        return WrongWord(DocumentNotValid(f"Syntax Error: Unexpected {what}."), self._at)
