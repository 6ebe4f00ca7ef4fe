"""`python -m journey.servers`: get what PostgreSQL and Kafka need and does not come with the packages, and say so."""

import sys

from journey.servers import kafka
from journey.stopping import CannotGoOn

if __name__ == "__main__":
    try:
        kafka.fetch_kafka()
    except CannotGoOn as reason:
        sys.exit(f"servers: {reason}")
