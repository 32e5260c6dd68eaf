import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.runtime.child_pool import ChildDied, ChildPool, ChildTimedOut
from tests.support import child_work


@pytest.fixture
async def pool() -> AsyncIterator[ChildPool]:
    made = ChildPool(size=2, cpu_seconds=1, memory_bytes=2**30)
    yield made
    await made.close()


async def test_work_runs_in_another_process_and_its_result_comes_back(pool: ChildPool) -> None:
    assert await pool.run(child_work.where, 21, seconds=20) != (os.getpid(), 42)
    assert (await pool.run(child_work.where, 21, seconds=20))[1] == 42


async def test_a_child_is_started_without_the_settings_and_secrets_of_its_parent(
    pool: ChildPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SNAPSHOT_DATABASE_URL", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "hunter2")
    assert "hunter2" not in await pool.run(child_work.environment, seconds=20)
    assert os.environ["SNAPSHOT_DATABASE_URL"] == "hunter2"


async def test_a_child_is_used_again(pool: ChildPool) -> None:
    first = await pool.run(child_work.where, 1, seconds=20)
    assert (await pool.run(child_work.where, 1, seconds=20))[0] == first[0]


async def test_work_that_takes_too_long_is_killed_with_its_process(pool: ChildPool, tmp_path: Path) -> None:
    with pytest.raises(ChildTimedOut):
        await pool.run(child_work.sleep_and_write, 3, tmp_path / "written", seconds=0.2)
    pid, _ = await pool.run(child_work.where, 1, seconds=20)
    await asyncio.to_thread(time.sleep, 0.2)
    assert not (tmp_path / "written").exists()
    assert _alive(pid)


async def test_a_crash_is_reported_and_the_next_work_gets_a_new_child(pool: ChildPool) -> None:
    first, _ = await pool.run(child_work.where, 1, seconds=20)
    with pytest.raises(ChildDied):
        await pool.run(os._exit, 3, seconds=20)
    second, _ = await pool.run(child_work.where, 1, seconds=20)
    assert second != first
    assert not _alive(first)


async def test_what_the_function_raises_is_raised_here_and_the_child_lives_on(pool: ChildPool) -> None:
    first, _ = await pool.run(child_work.where, 1, seconds=20)
    with pytest.raises(ValueError, match="invalid literal"):
        await pool.run(int, "x", seconds=20)
    assert (await pool.run(child_work.where, 1, seconds=20))[0] == first


async def test_a_function_s_own_timeout_is_not_taken_for_the_pool_s(pool: ChildPool) -> None:
    with pytest.raises(TimeoutError):
        await pool.run(child_work.raise_timeout, seconds=20)


async def test_the_cpu_limit_ends_work_that_burns_and_counts_for_each_piece_anew(pool: ChildPool) -> None:
    with pytest.raises(ChildDied):
        await pool.run(child_work.burn, 30.0, seconds=40)
    for _ in range(3):
        await pool.run(child_work.burn, 0.5, seconds=40)


async def test_the_memory_limit_ends_work_that_takes_too_much(pool: ChildPool) -> None:
    with pytest.raises(ChildDied):
        await pool.run(bytearray, 2**31, seconds=20)


async def test_no_more_pieces_of_work_run_at_the_same_time_than_the_pool_is_large(pool: ChildPool) -> None:
    pids = await asyncio.gather(*(pool.run(child_work.where, 1, seconds=30) for _ in range(6)))
    assert len({pid for pid, _ in pids}) <= 2


async def test_closing_ends_the_children() -> None:
    pool = ChildPool(size=1)
    pid, _ = await pool.run(child_work.where, 1, seconds=20)
    await pool.close()
    for _ in range(100):
        if not _alive(pid):
            break
        await asyncio.sleep(0.05)
    assert not _alive(pid)


async def test_giving_up_the_call_kills_the_work(pool: ChildPool, tmp_path: Path) -> None:
    await pool.run(child_work.where, 1, seconds=20)
    call = asyncio.create_task(pool.run(child_work.sleep_and_write, 1, tmp_path / "written", seconds=20))
    await asyncio.sleep(0.2)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.sleep(1.5)
    assert not (tmp_path / "written").exists()


async def test_the_start_function_runs_once_in_each_child_before_the_first_work() -> None:
    pool = ChildPool(size=1, start=child_work.warm_up)
    assert [await pool.run(child_work.warmed_up, seconds=20) for _ in range(2)] == [1, 1]
    await pool.close()


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
