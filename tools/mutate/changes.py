"""The changes: which mutants a syntax tree has. Each leaves code that compiles, and is wrong in one place.

| code                        | becomes                                                       |
|-----------------------------|---------------------------------------------------------------|
| `a < b`                     | `a <= b`, `a >= b`; the same for each comparison              |
| `a and b`                   | `a or b`; and each part left out                              |
| `not a`, `-a`               | `a`                                                           |
| `a + b`, `a - b`, `a | b` … | the opposite operator                                         |
| `7`, `"word"`, `True`       | `8`, `"word!"`, `False`                                       |
| `if a`, `x if a else y`, `[… if a]` | the condition is true, the condition is false         |
| `min`, `any`, `sorted(a)`   | `max`, `all`, `list(a)`                                       |
| `where(a, b)`               | each condition left out                                       |
| `return a`                  | `return None`                                                 |
| `f()`, `a += b`, `raise E`, `continue` | left out, as a statement of its own                |
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

COMPARED: dict[type[ast.cmpop], list[type[ast.cmpop]]] = {
    ast.Lt: [ast.LtE, ast.GtE],
    ast.LtE: [ast.Lt, ast.Gt],
    ast.Gt: [ast.GtE, ast.LtE],
    ast.GtE: [ast.Gt, ast.Lt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.Is: [ast.IsNot],
    ast.IsNot: [ast.Is],
    ast.In: [ast.NotIn],
    ast.NotIn: [ast.In],
}
REVERSED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
OPPOSITE = {"min": "max", "max": "min", "any": "all", "all": "any"}
CONDITIONED = {"where", "filter"}
UNTOUCHED = {
    ast.FunctionDef: {"decorator_list", "returns", "args"},
    ast.AsyncFunctionDef: {"decorator_list", "returns", "args"},
    ast.ClassDef: {"decorator_list", "bases", "keywords"},
    ast.AnnAssign: {"annotation", "target"},
    ast.Raise: {"exc", "cause"},
    ast.Assert: {"test", "msg"},
    ast.JoinedStr: {"format_spec"},
    ast.match_case: {"pattern"},
}
"""Parts of the tree that are walked past: what types and messages say is not what the code does."""


@dataclass(frozen=True, eq=False)
class Mutant:
    """One change.

    Shape: `lines` are those of the statement around it, of which the first one that runs runs the change; `in_function`
    is false of what runs when the file is imported.
    """

    path: Path
    line: int
    lines: range
    in_function: bool
    was: str
    becomes: str
    _parent: ast.AST = field(repr=False)
    _name: str = field(repr=False)
    _index: int | None = field(repr=False)
    _node: ast.AST = field(repr=False)

    def apply(self) -> None:
        """Change the tree that this mutant was found in. It cannot be undone: the caller has forked."""
        if self._index is None:
            setattr(self._parent, self._name, self._node)
        else:
            getattr(self._parent, self._name)[self._index] = self._node

    def __str__(self) -> str:
        return f"{self.path.name}:{self.line}: {self.was}  →  {self.becomes}"


@dataclass(frozen=True)
class _Spot:
    """Where a node hangs in the tree."""

    parent: ast.AST
    name: str
    index: int | None


def list_mutants(path: Path, tree: ast.Module) -> list[Mutant]:
    """Every change that can be made to a file, in order of its lines."""
    return list(_walk(path, tree, range(0), False))


def _walk(path: Path, node: ast.AST, lines: range, in_function: bool) -> Iterator[Mutant]:
    in_function = in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    skipped = UNTOUCHED.get(type(node), set())
    for name, value in ast.iter_fields(node):
        if name in skipped:
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _says_nothing(child):
                continue
            around = _lines_of(child) if isinstance(child, ast.stmt) else lines
            for new in _changes(child, isinstance(node, ast.JoinedStr)):
                yield _mutant(path, child, new, around, in_function, _Spot(node, name, index))
            yield from _walk(path, child, around, in_function)


def _mutant(path: Path, old: ast.AST, new: ast.AST, lines: range, in_function: bool, spot: _Spot) -> Mutant:
    fixed = ast.fix_missing_locations(ast.copy_location(new, old))
    line = getattr(old, "lineno", lines.start)
    return Mutant(path, line, lines, in_function, _text(old), _text(fixed), spot.parent, spot.name, spot.index, fixed)


def _text(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 100 else f"{text[:97]}..."


def _lines_of(statement: ast.stmt) -> range:
    """A simple statement's lines; of one that has a body, the lines before the body."""
    last = statement.end_lineno or statement.lineno
    body = getattr(statement, "body", None)
    if isinstance(body, list) and body:
        last = max(statement.lineno, body[0].lineno - 1)
    cases = getattr(statement, "cases", None)
    if cases:
        last = statement.lineno
    return range(statement.lineno, last + 1)


def _says_nothing(node: ast.AST) -> bool:
    """A docstring, or a line for the log."""
    if not isinstance(node, ast.Expr):
        return False
    if isinstance(node.value, ast.Constant):
        return True
    call = node.value.func if isinstance(node.value, ast.Call) else None
    return isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name) and call.value.id == "log"


def _changes(node: ast.AST, within_text: bool) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left=left, ops=ops, comparators=others):
            for index, op in enumerate(ops):
                for other in COMPARED[type(op)]:
                    yield ast.Compare(left, [*ops[:index], other(), *ops[index + 1 :]], others)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for index in range(len(values)):
                rest = [*values[:index], *values[index + 1 :]]
                yield ast.BoolOp(op, rest) if len(rest) > 1 else rest[0]
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.BinOp(left=left, op=op, right=right) if type(op) in REVERSED:
            yield ast.BinOp(left, REVERSED[type(op)](), right)
        case ast.AugAssign(target=target, op=op, value=value) if type(op) in REVERSED:
            yield ast.AugAssign(target, REVERSED[type(op)](), value)
            yield ast.Pass()
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
        case ast.Constant(value=str(value)) if not within_text:
            yield ast.Constant(f"{value}!")
        case ast.If(test=test, body=body, orelse=orelse):
            yield from (ast.If(ast.Constant(answer), body, orelse) for answer in (True, False) if _is_open(test))
        case ast.IfExp(test=test, body=one, orelse=other):
            yield from (one, other)
        case ast.comprehension(target=target, iter=source, ifs=ifs, is_async=is_async):
            for index in range(len(ifs)):
                yield ast.comprehension(target, source, [*ifs[:index], *ifs[index + 1 :]], is_async)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=keywords) if name in OPPOSITE:
            yield ast.Call(ast.Name(OPPOSITE[name], ast.Load()), args, keywords)
        case ast.Call(func=ast.Name(id="sorted"), args=[unsorted], keywords=_):
            yield ast.Call(ast.Name("list", ast.Load()), [unsorted], [])
        case ast.Call(func=ast.Attribute(attr=name) as function, args=args, keywords=keywords) if name in CONDITIONED:
            for index in range(len(args)):
                yield ast.Call(function, [*args[:index], *args[index + 1 :]], keywords)
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call() | ast.Await()) | ast.Raise() | ast.Delete() | ast.Continue() | ast.Break():
            yield ast.Pass()


def _is_open(test: ast.expr) -> bool:
    """Whether both answers are possible: not `if TYPE_CHECKING`."""
    return not (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") and not isinstance(test, ast.Constant)
