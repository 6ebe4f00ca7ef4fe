"""Limits of a document: it is measured before anything of it runs.

Everything is counted in one walk that enters each fragment once, so that a document whose fragments double each other
forty times over is refused as fast as any other. (Strawberry's own limiters follow every path.)
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, TypeVar

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    parse,
    specified_rules,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import validate_document

from chassis.problems import Problem
from gateway.problems import (
    DocumentNotValid,
    DocumentTooDeep,
    IntrospectionOff,
    OperationNotValid,
    PageTooLong,
    TooCostly,
    TooManyAliases,
    TooManyDefinitions,
    TooManyDirectives,
)
from gateway.settings import GatewaySettings

Resolver = TypeVar("Resolver", bound=Callable[..., Any])


def needs_own_request(resolver: Resolver) -> Resolver:
    """Marks the resolver of a field that needs a request of its own each time it is shown."""
    resolver.needs_own_request = True  # type: ignore[attr-defined]
    return resolver


@dataclass(frozen=True)
class DocumentSize:
    """How much a part of a document asks for, fragments counted wherever they are used."""

    depth: int = 0
    cost: int = 0
    aliases: int = 0
    directives: int = 0

    def __add__(self, other: "DocumentSize") -> "DocumentSize":
        return DocumentSize(
            max(self.depth, other.depth),
            self.cost + other.cost,
            self.aliases + other.aliases,
            self.directives + other.directives,
        )


class DocumentMeasure:
    """Measures one operation of a document. It may hold names that the schema does not know; those cost 1."""

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any], settings: GatewaySettings
    ) -> None:
        self._schema, self._settings = schema, settings
        self._operations = operations_of(document)
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self._definitions = len(document.definitions)
        self._given, self._variables = variables, variables
        self._measured: dict[tuple[str, bool], DocumentSize] = {}

    def refuse_if_too_much(self) -> None:
        """Errors: one problem of this module, the first that applies."""
        limits = self._settings
        if self._definitions > limits.max_definitions:
            raise TooManyDefinitions(limit=limits.max_definitions)
        size = DocumentSize()
        for operation in self._operations:
            self._begin(operation)
            root = self._schema.get_root_type(operation.operation)
            size += self._selections(operation.selection_set, root, False)
            size += DocumentSize(directives=len(operation.directives or ()))
        if size.depth > limits.max_depth:
            raise DocumentTooDeep(limit=limits.max_depth)
        if size.aliases > limits.max_aliases:
            raise TooManyAliases(limit=limits.max_aliases)
        if size.directives > limits.max_directives:
            raise TooManyDirectives(limit=limits.max_directives)
        if size.cost > limits.max_cost:
            raise TooCostly(cost=min(size.cost, 10**9), limit=limits.max_cost)

    def _begin(self, operation: OperationDefinitionNode) -> None:
        # Fragments are measured for each operation anew: `first` may be a variable with another default in each.
        self._measured = {}
        self._variables = dict(self._given)
        for definition in operation.variable_definitions or ():
            if isinstance(definition.default_value, IntValueNode):
                self._variables.setdefault(definition.variable.name.value, int(definition.default_value.value))

    def _selections(self, selections: SelectionSetNode | None, parent: Any, sized: bool) -> DocumentSize:
        size = DocumentSize()
        if selections is not None and not selections.selections:  # graphql-core accepts them
            raise DocumentNotValid("Braces hold at least one field.")
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                size += self._field(node, parent, sized)
            elif isinstance(node, InlineFragmentNode):
                within = self._schema.get_type(node.type_condition.name.value) if node.type_condition else parent
                size += self._selections(node.selection_set, within, sized)
            elif isinstance(node, FragmentSpreadNode):
                size += self._fragment(node.name.value, sized)
            size += DocumentSize(directives=len(node.directives or ()))
        return size

    def _fragment(self, name: str, sized: bool) -> DocumentSize:
        if (name, sized) not in self._measured:
            # A fragment that uses itself adds nothing here; validation refuses it.
            self._measured[name, sized] = DocumentSize()
            if fragment := self._fragments.get(name):
                within = self._schema.get_type(fragment.type_condition.name.value)
                size = self._selections(fragment.selection_set, within, sized)
                self._measured[name, sized] = size + DocumentSize(directives=len(fragment.directives or ()))
        return self._measured[name, sized]

    def _field(self, node: FieldNode, parent: Any, sized: bool) -> DocumentSize:
        name = node.name.value
        if name in ("__schema", "__type") and not self._settings.development:
            raise IntrospectionOff()
        if name.startswith("__"):
            return DocumentSize(depth=1, aliases=int(node.alias is not None))
        known = parent.fields.get(name) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None
        times = self._first(node, known)
        within = self._selections(node.selection_set, get_named_type(known.type) if known else None, times is not None)
        if times is None:
            times = self._settings.list_size if known and _is_list(known) and not sized else 1
        own = self._settings.call_cost if known and _calls(known, parent, self._schema) else 1
        return replace(
            within + DocumentSize(aliases=int(node.alias is not None)),
            depth=within.depth + 1,
            cost=own + times * within.cost,
        )

    def _first(self, node: FieldNode, known: GraphQLField | None) -> int | None:
        """How many a page may hold; None when the field is no page. Errors: PageTooLong."""
        if known is None or "first" not in known.args:
            return None
        given: Any = known.args["first"].default_value
        for argument in node.arguments or ():
            if argument.name.value == "first":
                value = argument.value
                given = int(value.value) if isinstance(value, IntValueNode) else None
                if isinstance(value, VariableNode):
                    given = self._variables.get(value.name.value, known.args["first"].default_value)
        if not isinstance(given, int) or isinstance(given, bool) or not 1 <= given <= self._settings.max_first:
            raise PageTooLong(limit=self._settings.max_first)
        return given


def operations_of(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [part for part in document.definitions if isinstance(part, OperationDefinitionNode)]


def _is_list(field: GraphQLField) -> bool:
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    return isinstance(kind, GraphQLList)


def _calls(field: GraphQLField, parent: Any, schema: GraphQLSchema) -> bool:
    resolver = getattr((field.extensions or {}).get("strawberry-definition"), "base_resolver", None)
    marked = resolver is not None and getattr(resolver.wrapped_func, "needs_own_request", False)
    return marked or parent in (schema.query_type, schema.mutation_type)


class LimitsExtension(SchemaExtension):
    """Parses, measures and checks a document, in this order; nothing that was refused is executed."""

    def __init__(self, settings: GatewaySettings) -> None:
        super().__init__()
        self._settings = settings

    def on_operation(self) -> Generator[None]:
        self.execution_context.parse_options["max_tokens"] = self._settings.max_tokens
        yield

    def on_parse(self) -> Generator[None]:
        context = self.execution_context
        context.graphql_document = parse_document(context.query or "", self._settings)
        yield

    def on_validate(self) -> Generator[None]:
        context = self.execution_context
        schema, document = context.schema._schema, context.graphql_document
        assert document is not None
        try:
            DocumentMeasure(schema, document, context.variables or {}, self._settings).refuse_if_too_much()
            # Strawberry would run the first of several; its public `operation_name` hides that none was given.
            if context._provided_operation_name is None and len(operations_of(document)) > 1:
                raise OperationNotValid("Of several operations, `operationName` says which is to run.")
            context.pre_execution_errors = check_document(schema, document, context.query or "", self._settings)
        except Problem as refused:
            context.pre_execution_errors = [GraphQLError(refused.title, original_error=refused)]
        yield


def parse_document(query: str, settings: GatewaySettings) -> DocumentNode:
    """The document of a query. Errors: GraphQLError."""
    if _names_nobody(query):
        document: DocumentNode = _kept_document(settings.cached_documents)(query, max_tokens=settings.max_tokens)
        return document
    return parse(query, max_tokens=settings.max_tokens)


def check_document(
    schema: GraphQLSchema, document: DocumentNode, query: str, settings: GatewaySettings
) -> list[GraphQLError]:
    """What is wrong with a document."""
    rules = tuple(specified_rules)
    if _names_nobody(query):
        errors: list[GraphQLError] = _kept_check(settings.cached_documents)(schema, document, rules)
        return errors
    return validate_document(schema, document, rules)


def _names_nobody(query: str) -> bool:
    """A document with a quoted value may name somebody. It is not kept; variables are the way to be quick."""
    return '"' not in query


@lru_cache(maxsize=4)
def _kept_document(size: int) -> Any:
    return lru_cache(maxsize=size)(parse)


@lru_cache(maxsize=4)
def _kept_check(size: int) -> Any:
    return lru_cache(maxsize=size)(validate_document)
