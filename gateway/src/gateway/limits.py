"""Limits of a document: it is measured by its outline before it is parsed, and before anything of it runs.

Everything is counted in one walk that enters each fragment once, so that a document whose fragments double each other
forty times over is refused as fast as any other. (Strawberry's own limiters follow every path, behind the parser.)
"""

from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, TypeVar

from graphql import (
    ASTValidationRule,
    DocumentNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
    parse,
    specified_rules,
    validate,
)
from strawberry.extensions import SchemaExtension

from gateway.outline import (
    Definition,
    Inline,
    Outline,
    OutlineLimits,
    Part,
    Selected,
    Spread,
    WrongWord,
    read_outline,
    split_document,
)
from gateway.problems import (
    DocumentNotValid,
    DocumentTooDeep,
    DocumentTooLong,
    IntrospectionOff,
    OperationNotValid,
    PageTooLong,
    TooCostly,
    TooManyAliases,
    TooManyDirectives,
    TooManyRepeats,
)
from gateway.settings import GatewaySettings

Resolver = TypeVar("Resolver", bound=Callable[..., Any])
INTROSPECTION = frozenset({"__schema", "__type"})
NESTING = frozenset({"fields", "inputFields", "interfaces", "possibleTypes"})
"""Fields of introspection that lead from types to types; `ofType` only unwraps one."""
MOST_ERRORS = 5
"""Of what is wrong with a document, so many are told; a hundred of them would cost more than an answer."""
RULES_OF = {
    "...": frozenset(
        {
            *("FragmentsOnCompositeTypesRule", "UniqueFragmentNamesRule", "KnownFragmentNamesRule"),
            *("NoUnusedFragmentsRule", "PossibleFragmentSpreadsRule", "NoFragmentCyclesRule"),
        }
    ),
    "$": frozenset(
        {
            *("VariablesAreInputTypesRule", "UniqueVariableNamesRule", "NoUndefinedVariablesRule"),
            *("NoUnusedVariablesRule", "VariablesInAllowedPositionRule"),
        }
    ),
    "@": frozenset(
        {
            *("KnownDirectivesRule", "UniqueDirectivesPerLocationRule", "DeferStreamDirectiveOnRootField"),
            *("DeferStreamDirectiveOnValidOperationsRule", "DeferStreamDirectiveLabel", "StreamDirectiveOnListField"),
        }
    ),
}
"""Which of graphql-core's rules are about what is written with a mark: fragments, variables, directives."""
RULES_OF_SEVERAL = frozenset(
    {
        *("UniqueOperationNamesRule", "LoneAnonymousOperationRule"),
        *("KnownOperationTypesRule", "SingleFieldSubscriptionsRule"),
    }
)
"""Those about several operations, and about a kind of operation that there is none of, which is refused before."""
DEEPEST_INTROSPECTION, DEEPEST_SCHEMA = 1, 20
"""How often they may lead to each other, and how deep a document may be that asks for the schema: what clients ask
for to know all of it leads from types to types once, and then through `ofType` nine times, each into the next."""


def needs_own_request(resolver: Resolver) -> Resolver:
    """Marks the resolver of a field that needs a request of its own each time it is shown."""
    resolver.needs_own_request = True  # type: ignore[attr-defined]
    return resolver


@dataclass(slots=True)
class DocumentSize:
    """How much a part of a document asks for, fragments counted wherever they are used."""

    depth: int = 0
    cost: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0

    def add(self, other: "DocumentSize") -> None:
        self.depth = max(self.depth, other.depth)
        self.cost += other.cost
        self.fields += other.fields
        self.aliases += other.aliases
        self.directives += other.directives


class DocumentMeasure:
    """Measures the operations of a document. Shape: `may_introspect` says whether the caller may see the schema."""

    def __init__(
        self,
        schema: GraphQLSchema,
        outline: Outline,
        variables: Mapping[str, Any],
        settings: GatewaySettings,
        *,
        may_introspect: bool,
    ) -> None:
        self._schema, self._settings, self._may_introspect = schema, settings, may_introspect
        self._outline, self._given = outline, variables
        self._fragments = {one.name: one for one in outline.definitions if one.kind == "fragment"}
        self._variables: Mapping[str, Any] = variables
        self._measured: dict[tuple[str, bool], DocumentSize | None] = {}
        self._used: set[str] = set()

    def refuse_if_too_much(self) -> None:
        """Errors: WrongWord; one problem of this module, the first that applies."""
        size = DocumentSize()
        for operation in self._outline.operations:
            # Fragments are measured for each operation anew: `first` may be a variable with another default in each.
            self._measured = {}
            self._variables = {**_numbers(operation.defaults), **self._given}
            root = getattr(self._schema, f"{operation.kind}_type")
            if root is None:
                raise OperationNotValid("There are no subscriptions.")
            size.add(self._selections(operation.below, root, False))
            size.directives += operation.directives
        self._refuse_size(size)
        for name, fragment in self._fragments.items():
            if name not in self._used:
                raise WrongWord(DocumentNotValid("Fragment '?' is never used."), fragment.at)
        for operation in self._outline.operations:
            self._refuse_repeats(operation)

    def _refuse_size(self, size: DocumentSize) -> None:
        limits = self._settings
        if size.depth > limits.max_depth:
            raise DocumentTooDeep(limit=limits.max_depth)
        if size.aliases > limits.max_aliases:
            raise TooManyAliases(limit=limits.max_aliases)
        if size.directives > limits.max_directives:
            raise TooManyDirectives(limit=limits.max_directives)
        if size.cost > limits.max_cost:
            raise TooCostly(cost=min(size.cost, 10**9), limit=limits.max_cost)
        if size.fields > limits.max_tokens:
            raise DocumentTooLong(limit=limits.max_tokens)

    def _selections(self, parts: list[Part], parent: Any, sized: bool) -> DocumentSize:
        size = DocumentSize()
        for part in parts:
            if isinstance(part, Selected):
                self._add_field(size, part, parent, sized)
            elif isinstance(part, Spread):
                size.add(self._fragment(part, sized))
            else:
                within = self._type(part.of, part.at) if part.of else parent
                size.add(self._selections(part.below, within, sized))
            size.directives += part.directives
        return size

    def _fragment(self, spread: Spread, sized: bool) -> DocumentSize:
        key = spread.name, sized
        self._used.add(spread.name)
        if key not in self._measured:
            if (fragment := self._fragments.get(spread.name)) is None:
                raise WrongWord(DocumentNotValid("Unknown fragment '?'."), spread.at)
            self._measured[key] = None
            size = self._selections(fragment.below, self._type(fragment.of or "", fragment.at), sized)
            size.directives += fragment.directives
            self._measured[key] = size
        if (measured := self._measured[key]) is None:
            raise WrongWord(DocumentNotValid("Cannot spread fragment '?' within itself."), spread.at)
        return measured

    def _type(self, name: str, at: int) -> Any:
        found = self._schema.get_type(name)
        if not isinstance(found, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
            what = "Unknown type '?'." if found is None else "A fragment is of a type that has fields."
            raise WrongWord(DocumentNotValid(what), at)
        return found

    def _add_field(self, size: DocumentSize, part: Selected, parent: Any, sized: bool) -> None:
        size.fields += 1
        size.aliases += part.key != part.name
        if part.name in INTROSPECTION and parent is self._schema.query_type:
            if not self._may_introspect:
                raise IntrospectionOff()
            # All of the schema takes most of what a document may cost, one type as much as a request of its own.
            size.cost += self._settings.max_cost * 3 // 4 if part.name == "__schema" else self._settings.call_cost
            self._add_introspection(size, part.below or [], 0)
            return
        if part.name == "__typename":
            size.depth = max(size.depth, 1)
            return
        known = None if isinstance(parent, GraphQLUnionType) else parent.fields.get(part.name)
        if known is None:
            of = f"Cannot query field '?' on type '{parent.name}'."
            raise WrongWord(DocumentNotValid(of), part.at)
        _check_arguments(part, known, parent.name)
        kind = get_named_type(known.type)
        times = self._first(part, known)
        within = DocumentSize()
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
            if part.below is None:
                text = f"Field '{part.name}' of type '{known.type}' must have a selection of subfields."
                raise WrongWord(DocumentNotValid(text), part.at)
            within = self._selections(part.below, kind, times is not None)
        elif part.below is not None:
            text = f"Field '{part.name}' must not have a selection since type '{known.type}' has no subfields."
            raise WrongWord(DocumentNotValid(text), part.at)
        if times is None:
            times = self._settings.list_size if _is_list(known) and not sized else 1
        own = self._settings.call_cost if _calls(known, parent, self._schema) else 1
        size.depth = max(size.depth, within.depth + 1)
        size.cost += own + times * within.cost
        size.fields += within.fields
        size.aliases += within.aliases
        size.directives += within.directives

    def _add_introspection(self, size: DocumentSize, parts: Iterable[Part], nested: int) -> None:
        """The schema is as long as it is, so it is not counted by its lists, but by how often types lead to types."""
        for part in parts:
            size.directives += part.directives
            if isinstance(part, Spread):
                fragment = self._fragments.get(part.name)
                self._used.add(part.name)
                key = part.name, True
                if fragment and key not in self._measured:
                    self._measured[key] = DocumentSize()
                    self._add_introspection(size, fragment.below, nested)
            elif isinstance(part, Inline):
                self._add_introspection(size, part.below, nested)
            else:
                size.fields += 1
                size.aliases += part.key != part.name
                deeper = nested + (part.name in NESTING)
                if deeper > DEEPEST_INTROSPECTION:
                    raise DocumentTooDeep(limit=DEEPEST_INTROSPECTION)
                self._add_introspection(size, part.below or [], deeper)

    def _first(self, part: Selected, known: GraphQLField) -> int | None:
        """How many a page may hold; None when the field is no page. Errors: PageTooLong."""
        if "first" not in known.args:
            return None
        usual = known.args["first"].default_value
        stated = part.arguments.get("first")
        given: Any = usual if stated is None else _number(stated)
        if stated is not None and stated.startswith("$"):
            given = self._variables.get(stated[1:], usual)
        if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= self._settings.max_first:
            raise PageTooLong(limit=self._settings.max_first)
        return given

    def _refuse_repeats(self, operation: Definition) -> None:
        """Counts fields that stand again where they stand already, fragments taken in.

        graphql-core compares each of those with each other, and all below them too.
        Errors: TooManyRepeats.
        """
        repeats, left = 0, [[operation.below]]
        while left:
            found: dict[str, list[Selected]] = {}
            self._collect(left.pop(), set(), found)
            repeats += sum(len(same) - 1 for same in found.values())
            if repeats > self._settings.max_repeats:
                raise TooManyRepeats(limit=self._settings.max_repeats)
            left += [below for same in found.values() if (below := [one.below for one in same if one.below])]

    def _collect(self, lists: Iterable[list[Part]], seen: set[str], found: dict[str, list[Selected]]) -> None:
        for parts in lists:
            for part in parts:
                if isinstance(part, Selected):
                    found.setdefault(part.key, []).append(part)
                elif isinstance(part, Inline):
                    self._collect([part.below], seen, found)
                elif part.name not in seen and part.name in self._fragments:
                    seen.add(part.name)
                    self._collect([self._fragments[part.name].below], seen, found)


def _check_arguments(part: Selected, known: GraphQLField, parent: str) -> None:
    """What graphql-core would say of a field's arguments, before it has parsed them. Errors: WrongWord."""
    if part.arguments.keys() - known.args.keys():
        raise WrongWord(DocumentNotValid(f"Unknown argument '?' on field '{parent}.{part.name}'."), part.at)
    for name, argument in known.args.items():
        if name not in part.arguments and is_required_argument(argument):
            text = f"argument '{name}' of type '{argument.type}' is required, but it was not provided."
            raise WrongWord(DocumentNotValid(f"Field '{part.name}' {text}"), part.at)


def _number(word: str) -> int | None:
    """A whole number of a document; None for what is none, or longer than any page."""
    return int(word) if len(word) < 10 and word.removeprefix("-").isdigit() else None


def _numbers(defaults: Mapping[str, str]) -> dict[str, int]:
    return {name: number for name, word in defaults.items() if (number := _number(word)) is not None}


def _is_list(field: GraphQLField) -> bool:
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    return isinstance(kind, GraphQLList)


def _calls(field: GraphQLField, parent: Any, schema: GraphQLSchema) -> bool:
    resolver = getattr((field.extensions or {}).get("strawberry-definition"), "base_resolver", None)
    marked = resolver is not None and getattr(resolver.wrapped_func, "needs_own_request", False)
    return marked or parent in (schema.query_type, schema.mutation_type)


def find_rules(document: str, operations: int) -> tuple[type[ASTValidationRule], ...]:
    """The rules by which a document can be wrong at all: each of the others is about what it has no mark of.

    Of a small document the rules cost more than all else, most of them for nothing. A mark may also stand in a quoted
    value; then some rule is asked in vain.
    """
    absent = frozenset(mark for mark in RULES_OF if mark not in document)
    return _rules_but(absent, operations > 1)


@cache
def _rules_but(absent: frozenset[str], several: bool) -> tuple[type[ASTValidationRule], ...]:
    left_out = {name for mark in absent for name in RULES_OF[mark]} | (set() if several else RULES_OF_SEVERAL)
    return tuple(rule for rule in specified_rules if rule.__name__ not in left_out)


@dataclass(slots=True)
class Prepared:
    """A document that may run, or what is wrong with it. Shape: `node` is None until it is checked and right."""

    outline: Outline
    node: DocumentNode | None = None
    wrong: list[GraphQLError] = field(default_factory=list)


class Documents:
    """Reads and checks documents, and keeps those that name nobody: only the first of its kind costs anything.

    A document with a quoted value or a comment may name somebody, and is not kept; variables are the way to be quick.
    """

    def __init__(self, schema: GraphQLSchema, settings: GatewaySettings) -> None:
        self._schema, self._settings = schema, settings
        self._kept: OrderedDict[str, Prepared] = OrderedDict()
        self._limits = OutlineLimits(
            characters=settings.max_document,
            words=settings.max_tokens,
            depth=settings.max_depth,
            definitions=settings.max_definitions,
            aliases=settings.max_aliases,
            directives=settings.max_directives,
            repeats=settings.max_repeats,
            values=settings.max_values,
        )

    def __len__(self) -> int:
        return len(self._kept)

    def read(self, document: str) -> Prepared:
        """The document by its outline. Errors: WrongWord; a problem of this module."""
        prepared = self._kept.get(document)
        if prepared is None:
            limits = self._limits
            words = split_document(document, limits)
            if not INTROSPECTION.isdisjoint(words):
                limits = replace(limits, depth=DEEPEST_SCHEMA)
            return Prepared(read_outline(document, words, limits))
        self._kept.move_to_end(document)
        return prepared

    def measure(self, prepared: Prepared, variables: Mapping[str, Any], *, may_introspect: bool) -> None:
        """Errors: WrongWord; a problem of this module."""
        measure = DocumentMeasure(
            self._schema, prepared.outline, variables, self._settings, may_introspect=may_introspect
        )
        measure.refuse_if_too_much()

    def check(self, document: str, prepared: Prepared) -> None:
        """Parses and checks a document that was measured, and keeps it."""
        try:
            node = parse(document, max_tokens=self._settings.max_tokens)
        except GraphQLError as wrong:
            prepared.wrong = [wrong]
            return
        rules = find_rules(document, len(prepared.outline.operations))
        found = validate(self._schema, node, rules, max_errors=MOST_ERRORS, hide_suggestions=True)
        prepared.wrong = found[:MOST_ERRORS]
        if prepared.wrong:
            return
        prepared.node = node
        if not prepared.outline.quotes:
            self._kept[document] = prepared
            if len(self._kept) > self._settings.cached_documents:
                self._kept.popitem(last=False)


class PreparedExtension(SchemaExtension):
    """Hands Strawberry the document that was prepared, so that it neither parses nor validates."""

    def on_parse(self) -> Generator[None]:
        context = self.execution_context
        context.graphql_document = context.context.prepared.node
        yield

    def on_validate(self) -> Generator[None]:
        self.execution_context.pre_execution_errors = []
        yield
