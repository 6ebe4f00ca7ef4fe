"""kafka-python's clients while no broker answers: nothing of them is left behind."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer
from kafka.errors import KafkaError

from chassis.log import Entry
from chassis.log import kafka as kafka_log
from chassis.log.credentials import Credentials
from chassis.log.kafka import KafkaLog, common_settings, connected
from journey.servers import Kafka
from journey.servers.kafka import SUPER_USER

ENTRY = Entry("1", "x.y", "k", b"one")


def threads() -> set[threading.Thread]:
    return set(threading.enumerate())


@pytest.mark.parametrize("what", ["ends", "prepare", "append"])
def test_a_try_while_the_broker_is_away_leaves_no_thread_behind(what: str) -> None:
    log = KafkaLog("127.0.0.1:1")
    log._common["bootstrap_timeout_ms"] = 200
    tries: dict[str, Callable[[], object]] = {
        "ends": lambda: log.ends("x", ["x.y"]),
        "prepare": lambda: log.prepare(["x.y"]),
        "append": lambda: log.append("x", [ENTRY]),
    }
    before = threads()
    for _ in range(3):
        with pytest.raises(Exception, match="bootstrap"):
            tries[what]()
    for thread in threads() - before:
        thread.join(5)
    assert threads() <= before


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Kafka]:
    broker = Kafka(tmp_path / "kafka")
    try:
        broker.start()
        yield broker
    finally:
        broker.forget()


@pytest.mark.servers
def test_a_broker_of_an_earlier_release_asks_who_is_there_from_now_on_and_keeps_its_events(broker: Kafka) -> None:
    who = Credentials(SUPER_USER, broker.password_file)
    before = KafkaLog(broker.servers, partitions=1, credentials=who)
    before.prepare(["x.y"])
    before.append("x", [ENTRY])
    before.close()
    broker.stop()
    # As it was: whoever came was let in, and there was no super user.
    settings = broker.data.parent / "server.properties"
    lines = re.sub(r"\\\n", "", settings.read_text()).replace("SASL_PLAINTEXT", "PLAINTEXT").splitlines()
    secured = re.compile(r"sasl|listener\.name|authorizer|allow\.everyone|super\.users")
    settings.write_text("\n".join(line for line in lines if not secured.match(line)) + "\n")
    former = broker.password_file.read_text()
    broker.password_file.unlink()
    broker.start()
    assert broker.password_file.read_text() != former
    with pytest.raises(KafkaError, match="bootstrap"):
        connected(KafkaConsumer, common_settings(broker.servers, "", None) | {"bootstrap_timeout_ms": 700})
    after = KafkaLog(broker.servers, partitions=1, credentials=who)
    values = [stored.value for stored in after.read("x", ["x.y"], {}, 10)]
    after.close()
    assert values == [b"one"]


@pytest.mark.servers
def test_a_producer_that_was_given_up_sends_nothing_more(broker: Kafka, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_log, "PATIENCE", 1.0)
    log = KafkaLog(broker.servers, partitions=1, credentials=Credentials(SUPER_USER, broker.password_file))
    log.prepare(["x.y"])
    before = threads()
    log.append("x", [Entry("0", "x.y", "k", b"zero")])
    broker.kill()
    with pytest.raises(Exception, match="larger"):
        log.append("x", [ENTRY, Entry("2", "x.y", "k", b"x" * (kafka_log.LARGEST + 1))])
    for thread in threads() - before:
        thread.join(15)
    assert threads() <= before, "its sender is still at work"
    broker.start()
    log.append("x", [ENTRY])
    values = [stored.value for stored in log.read("x", ["x.y"], {}, 10)]
    log.close()
    assert values == [b"zero", b"one"]
