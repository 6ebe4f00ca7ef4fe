"""Real servers of our own for the production profile on one machine: PostgreSQL and Kafka, on loopback, without root.

They come from the tests' environment (`make env-test`); what they need beyond it is fetched once into `.cache/`.
"""

from journey.servers.kafka import Kafka
from journey.servers.postgres import Postgres

__all__ = ["Kafka", "Postgres"]
