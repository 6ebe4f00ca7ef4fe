"""The committed contracts of the programs behind the gateway, and values that are as they say."""

import copy
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator

from gateway.json_mapping import Component
from vocabulary.programs import SERVICES

ROOT = Path(__file__).parents[3]
EXAMPLES = {
    "uuid": "01930000-0000-7000-8000-000000000001",
    "date": "2018-12-31",
    "date-time": "2018-12-31T09:30:00.000Z",
}
AN_ID, TEXT = EXAMPLES["uuid"], "word"
A_DIGEST, DIGEST_PATTERN = "5e" * 32, "^[0-9a-f]{64}$"

Schema = dict[str, Any]


@cache
def _committed(program: str) -> str:
    return (ROOT / "services" / program / "contract" / "openapi.json").read_text()


def documents() -> dict[str, Schema]:
    """The OpenAPI of each program, to be read or changed at will."""
    return {program: json.loads(_committed(program)) for program in SERVICES}


def component(document: Schema, name: str) -> Schema:
    found: Schema = document["components"]["schemas"][name]
    return found


def name_of(schema: Schema) -> str | None:
    """The component that a schema refers to."""
    return schema["$ref"].rpartition("/")[2] if "$ref" in schema else None


def without_null(schema: Schema) -> tuple[Schema, bool]:
    """What a value is when it is not null, and whether it may be null."""
    parts = schema.get("anyOf", [schema])
    others = [part for part in parts if part.get("type") != "null"]
    return (others[0] if len(others) == 1 else {"anyOf": others}), len(others) < len(parts)


def rename(found: Schema, member: str) -> Schema:
    """A copy of a component in which one member has another name."""
    changed = copy.deepcopy(found)
    changed["properties"][f"{member}_renamed"] = changed["properties"].pop(member)
    if member in changed.get("required", []):
        changed["required"] = [f"{member}_renamed" if name == member else name for name in changed["required"]]
    return changed


def renamed(where: Component, member: str) -> dict[str, Schema]:
    """The contracts, with one member renamed in one of them. They are not to be changed further."""
    found = _committed_documents()
    document = found[where.program]
    schemas = document["components"]["schemas"]
    schemas = schemas | {where.schema: rename(schemas[where.schema], member)}
    components = document["components"] | {"schemas": schemas}
    return found | {where.program: document | {"components": components}}


def find_operation(document: Schema, method: str, path: str) -> tuple[str, Schema] | None:
    """The operation of a contract that a request asks for, and its path with parameters."""
    # A path without parameters wins over one with: `/v1/claims/lookup` over `/v1/claims/{claim_id}`.
    for name in sorted(document["paths"], key=lambda name: name.count("{")):
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", name), path) and method.lower() in document["paths"][name]:
            return name, document["paths"][name][method.lower()]
    return None


def answer_of(operation: Schema) -> tuple[int, Schema]:
    """With what an operation answers when it succeeds."""
    status = next(status for status in operation["responses"] if status.startswith("2"))
    return int(status), operation["responses"][status]["content"]["application/json"]["schema"]


@cache
def _committed_documents() -> dict[str, Schema]:
    return documents()


def answer_faults(method: str, path: str, body: Any) -> list[str]:
    """How an answer is not as the committed contract of its program says; nothing where no program has the path."""
    for document in _committed_documents().values():
        if operation := find_operation(document, method, path):
            return faults_of(document, answer_of(operation[1])[1], body)
    return []


@dataclass(frozen=True)
class Maker:
    """Makes values that a contract allows.

    Shape: `whole` fills every member and is never null; otherwise only what is required is there, and all that may be
    null or empty is so.
    """

    document: Schema
    whole: bool = True

    def make(self, schema: Schema) -> Any:
        if name := name_of(schema):
            return self.make(component(self.document, name))
        inner, nullable = without_null(schema)
        if nullable and not self.whole:
            return None
        if "anyOf" in inner:
            return self.make(inner["anyOf"][0])
        if "$ref" in inner:
            return self.make(inner)
        if "const" in inner:
            return inner["const"]
        if "enum" in inner:
            return inner["enum"][0]
        return self._plain(inner)

    def _plain(self, schema: Schema) -> Any:
        match schema.get("type"):
            case "object" if "properties" in schema:
                required = schema.get("required", [])
                return {
                    name: self.make(member)
                    for name, member in schema["properties"].items()
                    if self.whole or name in required
                }
            case "object":
                return {"counted": 1} if self.whole else {}
            case "array":
                return [self.make(schema["items"])] if self.whole or schema.get("minItems") else []
            case "string":
                if schema.get("pattern") == DIGEST_PATTERN:
                    return A_DIGEST
                return EXAMPLES.get(schema.get("format", ""), TEXT)
            case "integer":
                return 7
            case "number":
                return 0.5
            case "boolean":
                return True
        raise AssertionError(f"No example is known for {schema}")


def faults_of(document: Schema, schema: Schema, value: Any) -> list[str]:
    """How a value is not as a schema of this contract says."""
    whole = {**schema, "components": document["components"]}
    validator = Draft202012Validator(whole, validate_formats=True)
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)]
