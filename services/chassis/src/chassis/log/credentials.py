"""Who a program is to the brokers, and what is known of being refused by them.

kafka-python tries again for ever after a refusal, and tells of it in its own log alone; so that is where it is read.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import structlog
from kafka.errors import KafkaConnectionError, SaslAuthenticationFailedError
from kafka.net.sasl import register_sasl_mechanism
from kafka.net.sasl.scram import SaslMechanismScram

MECHANISM = "SCRAM-SHA-512"
WRONG = "they know no such user, or its password is another one: run `python -m chassis.grant` (docs/operations.md)"
log = structlog.get_logger()


class NoPassword(Exception):
    """There is no file with the password for the brokers."""


@dataclass(frozen=True)
class Credentials:
    """A user of the brokers. The password is read when a connection is opened, and stands nowhere else.

    Shape: with `tls`, or a `ca_file` (PEM), connections are encrypted and brokers held to their names; without a
    `ca_file` the CAs that this machine trusts count.
    """

    user: str
    password_file: Path
    tls: bool = False
    ca_file: Path | None = None

    def settings(self) -> dict[str, Any]:
        """What kafka-python's clients are given. Errors: NoPassword."""
        try:
            password = self.password_file.read_text().strip()
        except OSError as missing:
            REFUSALS.tell(self.user, f"its password cannot be read from {self.password_file}")
            raise NoPassword(f"{self.password_file} cannot be read: {missing.strerror}") from None
        found: dict[str, Any] = {
            "security_protocol": "SASL_PLAINTEXT",
            "sasl_mechanism": MECHANISM,
            "sasl_plain_username": self.user,
            "sasl_plain_password": password,
        }
        if self.tls or self.ca_file:
            found |= {"security_protocol": "SASL_SSL", "ssl_check_hostname": True}
            found |= {"ssl_cafile": str(self.ca_file)} if self.ca_file else {}
        return found


class _Scram(SaslMechanismScram):  # type: ignore[misc]
    """Without the library's warning at each connection that a password is sent in the clear: SCRAM sends none.

    It notes who waits for an answer. A broker tells of a refusal and hangs up at once; where both are read together,
    the library hears the second alone.
    """

    waiting: ClassVar[set[str]] = set()

    def __init__(self, **config: Any) -> None:
        super().__init__(**config | {"security_protocol": ""})

    def auth_bytes(self) -> Any:
        self.waiting.add(self.username)
        return super().auth_bytes()

    def receive(self, auth_bytes: Any) -> Any:
        done = super().receive(auth_bytes)
        if done:
            self.waiting.discard(self.username)
        return done


class Refusals(logging.Filter):
    """The users whom brokers refuse. One line tells of it, until one of them was let in again."""

    def __init__(self) -> None:
        super().__init__()
        self._refused: set[str] = set()
        self._told: list[tuple[str, Callable[[], None]]] = []

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether kafka-python's own line is to be written: not where it tells of a refusal, at each try."""
        args = record.args if isinstance(record.args, tuple) else ()
        user = next((arg.config["sasl_plain_username"] for arg in args if hasattr(arg, "config")), None)
        told = any(isinstance(arg, SaslAuthenticationFailedError) for arg in args)
        hung_up = user in _Scram.waiting and any(isinstance(arg, KafkaConnectionError) for arg in args)
        if user and (told or hung_up):
            _Scram.waiting.discard(user)
            self.tell(user, WRONG)
            for who, give_up in list(self._told):
                if who == user:
                    give_up()
        return not told

    @contextmanager
    def telling(self, user: str, give_up: Callable[[], None]) -> Iterator[None]:
        """Call `give_up` at each refusal of this user: who connects need not try again until its time is over."""
        held = (user, give_up)
        self._told.append(held)
        try:
            yield
        finally:
            self._told.remove(held)

    def has(self, user: str) -> bool:
        return user in self._refused

    def forget(self, user: str) -> None:
        """This user was let in."""
        self._refused.discard(user)

    def tell(self, user: str, why: str) -> None:
        """Shape: `why` follows `the brokers refuse this program: `, and holds no password."""
        if user not in self._refused:
            self._refused.add(user)
            log.error("the brokers refuse this program", user=user, why=why)


REFUSALS = Refusals()
for _name in ("connection", "transport", "manager"):
    logging.getLogger(f"kafka.net.{_name}").addFilter(REFUSALS)
register_sasl_mechanism(MECHANISM, _Scram, overwrite=True)
