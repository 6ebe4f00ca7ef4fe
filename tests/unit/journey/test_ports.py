"""A program that was killed finds its port free when it comes back."""

import socket
from pathlib import Path

import pytest

from journey.ports import FOR_PROGRAMS, FOR_SERVERS, find_first_free, is_free
from journey.stopping import CannotGoOn


def test_no_port_is_one_that_a_client_s_connection_may_be_given_meanwhile() -> None:
    given = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first = int(given.read_text().split()[0]) if given.exists() else 0
    usual = 32_768  # a machine that gives its clients nearly every port has no better place for ours
    assert max(*FOR_PROGRAMS, *FOR_SERVERS) < max(first, usual)


def test_servers_and_programs_of_one_platform_never_choose_the_same_port() -> None:
    assert not set(FOR_PROGRAMS) & set(FOR_SERVERS)


def test_ports_that_follow_each_other_go_round_those_that_are_taken() -> None:
    first = find_first_free(6, FOR_PROGRAMS)
    with socket.socket() as other:
        other.bind(("127.0.0.1", first + 2))
        other.listen()
        assert not is_free(first + 2)
        assert {find_first_free(3, range(first, first + 6)) for _ in range(20)} == {first + 3}
        with pytest.raises(CannotGoOn, match="no 4 free ports"):
            find_first_free(4, range(first, first + 6))
    assert is_free(first + 2)


def test_nobody_is_given_a_port_that_does_not_exist() -> None:
    with pytest.raises(CannotGoOn):
        find_first_free(2, range(65_535, 65_540))
