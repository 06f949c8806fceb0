import tracemalloc

from pivotal_server.limits.failures import Failures

START = 1_767_225_600


def test_an_address_may_fail_300_times_a_minute() -> None:
    failures = Failures()
    assert [failures.record("203.0.113.7", START + index / 10) for index in range(300)] == [0] * 300
    assert failures.record("203.0.113.7", START + 30) == 30
    assert failures.blocked("203.0.113.7", START + 30) == 30
    assert failures.record("203.0.113.8", START + 30) == 0
    assert failures.record("203.0.113.7", START + 59.95) == 1
    assert failures.blocked("203.0.113.7", START + 60) == 0
    assert failures.record("203.0.113.7", START + 60) == 0


def test_asking_counts_nothing() -> None:
    failures = Failures(limit=1)
    assert [failures.blocked("203.0.113.7", START) for _ in range(5)] == [0] * 5
    assert len(failures) == 0
    assert failures.record("203.0.113.7", START) == 0
    assert failures.record("203.0.113.7", START) == 60


def test_an_ipv6_client_counts_as_its_64() -> None:
    failures = Failures(limit=2)
    assert failures.record("2001:db8:0:1::1", START) == 0
    assert failures.record("2001:db8:0:1:ffff::2", START) == 0
    assert failures.record("2001:db8:0:1::3", START) == 60
    assert failures.record("2001:db8:0:2::1", START) == 0


def test_ipv4_written_as_ipv6_is_the_same_client() -> None:
    failures = Failures(limit=1)
    failures.record("::ffff:203.0.113.7", START)
    assert failures.blocked("203.0.113.7", START) == 60


def test_clients_without_an_address_count_together() -> None:
    failures = Failures(limit=1)
    failures.record("", START)
    assert failures.blocked("", START) == 60


def test_memory_is_bounded_under_a_flood_of_addresses() -> None:
    failures = Failures()
    tracemalloc.start()
    try:
        for index in range(12_000):
            failures.record(f"2001:db8:{index >> 8:x}:{index & 0xFF:x}::1", START + index / 1000)
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(failures) == 4096
    assert used < 4_000_000


def test_those_that_failed_longest_ago_are_forgotten_first() -> None:
    failures = Failures(limit=1, capacity=2)
    failures.record("192.0.2.1", START)
    failures.record("192.0.2.2", START)
    failures.record("192.0.2.1", START + 1)
    failures.record("192.0.2.3", START + 2)
    assert failures.blocked("192.0.2.1", START + 3) > 0
    assert failures.blocked("192.0.2.2", START + 3) == 0
