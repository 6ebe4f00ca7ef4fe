"""The gateway's types are as the services' contracts say; tests/unit/gateway/test_mirrors.py holds the check itself."""

import gateway.schema  # noqa: F401  # its types say what they mirror when they are made
from unit.gateway.mirror_checks import check_all
from unit.gateway.openapi import documents


def test_every_type_of_the_gateway_is_as_the_contract_that_it_mirrors() -> None:
    assert check_all(documents()) == []
