"""Brokers behind TLS: what is sent is encrypted, and a broker that cannot prove its name is not believed."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from chassis.log import Entry
from chassis.log.credentials import Credentials
from chassis.log.kafka import KafkaLog, common_settings, connected
from journey.ports import FOR_SERVERS, find_first_free
from journey.servers import Kafka
from journey.servers.kafka import SUPER_USER

Key = ec.EllipticCurvePrivateKey


def certificate(name: str, key: Key, issuer: str, by: Key, is_ca: bool) -> bytes:
    """In PEM, good for an hour, for 127.0.0.1 alone."""
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, issuer)]
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(issuer_name=names[1], subject_name=names[0], public_key=key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1))
    made = made.not_valid_after(now + timedelta(hours=1))
    made = made.add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    where = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    return made.add_extension(where, critical=False).sign(by, hashes.SHA256()).public_bytes(Encoding.PEM)


@pytest.fixture
def addresses(tmp_path: Path) -> Iterator[tuple[Kafka, int]]:
    """A broker, and the port of its listener for TLS. The CA is in `ca.pem`, that of somebody else in `other.pem`."""
    authority, other, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    (tmp_path / "ca.pem").write_bytes(certificate("ca", authority, "ca", authority, is_ca=True))
    (tmp_path / "other.pem").write_bytes(certificate("ca", other, "ca", other, is_ca=True))
    secret = own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "broker.pem").write_bytes(secret + certificate("broker", own, "ca", authority, is_ca=False))
    broker, port = Kafka(tmp_path / "kafka"), find_first_free(1, FOR_SERVERS[5000:])
    broker.prepare()
    settings = tmp_path / "kafka" / "server.properties"
    text = settings.read_text().replace("listeners=CLIENT", f"listeners=TLS://127.0.0.1:{port},CLIENT")
    text = text.replace("protocol.map=CLIENT", "protocol.map=TLS:SASL_SSL,CLIENT")
    text += "listener.name.tls.scram-sha-512.sasl.jaas.config="
    text += "org.apache.kafka.common.security.scram.ScramLoginModule required;\n"
    settings.write_text(f"{text}ssl.keystore.type=PEM\nssl.keystore.location={tmp_path / 'broker.pem'}\n")
    try:
        broker.start()
        yield broker, port
    finally:
        broker.forget()


@pytest.mark.servers
def test_a_broker_proves_its_name_before_it_is_told_anything(addresses: tuple[Kafka, int], tmp_path: Path) -> None:
    broker, port = addresses

    def who(ca: str) -> Credentials:
        return Credentials(SUPER_USER, broker.password_file, ca_file=tmp_path / ca if ca else None, tls=True)

    with closing(KafkaLog(f"127.0.0.1:{port}", partitions=1, credentials=who("ca.pem"))) as log:
        log.prepare(["x.y"])
        log.append("x", [Entry("1", "x.y", "k", b"one")])
        assert [stored.value for stored in log.read("x", ["x.y"], {}, 10)] == [b"one"]
    plain = Credentials(SUPER_USER, broker.password_file)
    for host, stranger in (
        ("127.0.0.1", who("other.pem")),
        ("127.0.0.1", who("")),
        ("localhost", who("ca.pem")),
        ("127.0.0.1", plain),
    ):
        common = common_settings(f"{host}:{port}", "", stranger) | {"bootstrap_timeout_ms": 700}
        with pytest.raises(KafkaError, match="bootstrap"):
            connected(KafkaAdminClient, common)
