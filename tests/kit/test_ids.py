import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pivotal_server.kit import base62, ids
from pivotal_server.kit.clock import from_micros

MOMENTS = st.integers(1_420_000_000 * 10**6, 5_680_000_000 * 10**6).map(from_micros)


def test_an_object_id_is_a_cuid_that_tells_its_time() -> None:
    before = int(time.time() * 1000)
    made = [ids.cuid() for _ in range(2000)]
    after = int(time.time() * 1000)
    assert all(re.fullmatch(r"c[a-z0-9]{24}", id) and ids.is_cuid(id) for id in made)
    assert len(set(made)) == len(made)
    assert all(before <= int(id[1:9], 36) <= after for id in made)


def test_threads_and_forked_processes_make_ids_of_their_own() -> None:
    with ThreadPoolExecutor(4) as pool:
        many = [id for made in pool.map(lambda _: [ids.cuid() for _ in range(500)], range(8)) for id in made]
    code = (
        "import os; from pivotal_server.kit import ids; ids.cuid(); read, write = os.pipe()\n"
        "if os.fork() == 0: os.write(write, ids.cuid()[9:].encode()); os._exit(0)\n"
        "os.wait(); print(ids.cuid()[9:], os.read(read, 99).decode())"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    many += told.stdout.split()
    assert len(set(many)) == 4002


def test_object_ids_sort_by_the_time_of_their_making() -> None:
    earlier = ids.cuid()
    time.sleep(0.002)
    assert earlier < ids.cuid()


@pytest.mark.parametrize("text", ["", "c", "c" + "a" * 23, "c" + "a" * 25, "d" + "a" * 24, "c" + "A" * 24])
def test_other_texts_are_no_cuid(text: str) -> None:
    assert not ids.is_cuid(text)


def test_every_digit_of_the_random_part_is_used() -> None:
    for place in range(9, 25):
        assert len({ids.cuid()[place] for _ in range(1500)}) == 36


def test_request_ids_are_of_their_form_and_differ() -> None:
    made = {ids.request_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(re.fullmatch(r"req_[a-z0-9]{24}", id) for id in made)


@given(MOMENTS, st.integers(0, 10**7))
def test_event_ids_sort_as_their_moments(moment: datetime, later: int) -> None:
    first, second = ids.event_id(moment), ids.event_id(moment + timedelta(microseconds=later + 1))
    assert re.fullmatch(r"evt_[0-9A-Za-z]{27}", first)
    assert first < second


@given(MOMENTS)
def test_a_timed_id_holds_seconds_and_microseconds(moment: datetime) -> None:
    number = base62.decode(ids.org_id(moment).removeprefix("org_"))
    seconds, micros = number >> 128, (number >> 108) & (2**20 - 1)
    epoch = datetime.fromtimestamp(1_400_000_000, UTC)
    assert epoch + timedelta(seconds=seconds, microseconds=micros) == moment
