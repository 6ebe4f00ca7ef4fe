"""`python -m chassis.grant PROGRAM… [--print]`: gives programs their users at the brokers, with the rights they need.

A program writes on the topics of its own events, reads those that it reacts to, and may do nothing else. Both lists are
the program's own, so a release that speaks or listens on another topic is granted by being deployed. What a user was
given before and needs no longer is taken away. With `--print` nothing is done: the lines are those of Kafka's own
`kafka-acls.sh`, for who keeps the brokers by other means.

It signs in as the brokers' super user, whose password no program has.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
    UserScramCredentialUpsertion,
)
from kafka.errors import KafkaError

from chassis.cli import load
from chassis.log.credentials import MECHANISM, Credentials, NoPassword
from chassis.log.kafka import common_settings, connected
from chassis.program import Program
from chassis.settings import ServiceSettings
from chassis.telemetry import set_up_logging

SUPER_USER, PASSWORD_FILE = "admin", "kafka.super-user"
WRITER, READER = ("Write", "Create"), ("Read",)
"""Who may write may also make the topic, and know how it is made."""


@dataclass(frozen=True, order=True)
class Right:
    """Shape: `operation` as Kafka writes it: Write, Create or Read. All that is not listed is refused."""

    user: str
    topic: str
    operation: str

    def __str__(self) -> str:
        """Shape: the words behind `kafka-acls.sh --bootstrap-server …`."""
        return f"--add --allow-principal User:{self.user} --operation {self.operation} --topic {self.topic}"


def list_rights(program: Program, user: str, prefix: str = "") -> list[Right]:
    """What a program may do at the brokers: write on its own topics, read on those that it reacts to."""
    heard = sorted(topic for topics in program.reactions.by_producer().values() for topic in topics)
    wanted = [(topic, WRITER) for topic in program.topics] + [(topic, READER) for topic in heard]
    return [Right(user, prefix + topic, operation) for topic, operations in wanted for operation in operations]


def grant(admin: Any, user: str, password: str, rights: Sequence[Right]) -> tuple[int, int]:
    """Set a user's password, give it these rights, and take away all others. Returns how many were given and taken.

    Errors: KafkaError when the brokers refuse any of it.
    """
    refused = admin.alter_user_scram_credentials([UserScramCredentialUpsertion(user, MECHANISM, password)])[user]
    if refused:
        raise KafkaError(refused)
    wanted, there = set(map(_acl, rights)), set(_held(admin, user))
    new, over = wanted - there, there - wanted
    if new and (failed := admin.create_acls(list(new))["failed"]):
        raise failed[0]
    for _, _, error in admin.delete_acls([_only(acl) for acl in over]) if over else []:
        if error.errno:
            raise error
    return len(new), len(over)


def _acl(right: Right) -> ACL:
    pattern = ResourcePattern(ResourceType.TOPIC, right.topic)
    operation = ACLOperation[right.operation.upper()]
    return ACL(f"User:{right.user}", "*", operation, ACLPermissionType.ALLOW, pattern)


def _held(admin: Any, user: str) -> Iterator[ACL]:
    anything = ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY)
    found, _ = admin.describe_acls(ACLFilter(f"User:{user}", None, ACLOperation.ANY, ACLPermissionType.ANY, anything))
    yield from found


def _only(acl: ACL) -> ACLFilter:
    pattern = acl.resource_pattern
    exactly = ResourcePatternFilter(pattern.resource_type, pattern.resource_name, pattern.pattern_type)
    return ACLFilter(acl.principal, acl.host, acl.operation, acl.permission_type, exactly)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="chassis.grant", description=__doc__)
    parser.add_argument("programs", nargs="+", metavar="program")
    parser.add_argument(
        "--print", action="store_true", dest="only_print", help="say what would be granted, and do nothing"
    )
    parser.add_argument("--super-user", default=SUPER_USER, help="who grants; %(default)s unless said otherwise")
    parser.add_argument("--password-file", type=Path, help=f"of the super user; {PASSWORD_FILE} among the secrets")
    chosen = parser.parse_args(arguments)
    programs = [load(name) for name in chosen.programs]
    for program in programs:
        settings = program.settings.with_prefix()
        rights = list_rights(program, settings.own_kafka_user, settings.kafka_prefix)
        if chosen.only_print:
            print("\n".join(map(str, rights)))
            continue
        if not settings.kafka_servers:
            print(f"{program.name}: {program.name.upper()}_KAFKA_SERVERS must be set", file=sys.stderr)
            return 2
        set_up_logging(program.name, settings.log_level)
        try:
            given, taken = _grant(settings, rights, chosen.super_user, chosen.password_file)
        except (KafkaError, NoPassword, OSError) as refused:
            print(f"{program.name}: nothing was granted: {type(refused).__name__}: {refused}", file=sys.stderr)
            return 1
        print(
            f"{program.name}: user {settings.own_kafka_user} has {len(rights)} rights, {given} new, {taken} taken away"
        )
    return 0


def _grant(settings: ServiceSettings, rights: Sequence[Right], user: str, file: Path | None) -> tuple[int, int]:
    as_super_user = Credentials(
        user, file or settings.secrets_folder / PASSWORD_FILE, settings.kafka_tls, settings.kafka_ca_file
    )
    password = settings.own_kafka_password_file.read_text().strip()
    common = common_settings(settings.kafka_servers, settings.name, as_super_user)
    with closing(connected(KafkaAdminClient, common)) as admin:
        return grant(admin, settings.own_kafka_user, password, rights)


if __name__ == "__main__":
    sys.exit(main())
