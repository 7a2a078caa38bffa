"""Real processes: killed, hung, printing where they must not, exiting, raising."""

import os
import signal
import threading
import time
from pathlib import Path

import anyio
import psutil
import pytest

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.sources.worker import call_in_worker


def die() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def be_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave() -> None:
    os._exit(3)


def exit_politely() -> None:
    raise SystemExit(4)


def hang(mark: str) -> None:
    Path(mark).write_text(str(os.getpid()))
    time.sleep(60)


def chatter(size: int) -> str:
    os.write(1, b"native driver speaking\n" * size)
    os.write(2, b"Expression 'ret' failed\n" * size)
    return "answer"


def refuse() -> None:
    raise NotSeen(Reason.HELD, {"holder": "obs"})


class Unpicklable(Exception):  # noqa: N818 - a stand-in for a library's own error
    def __init__(self, first: str, second: str) -> None:
        super().__init__(first)
        self.lock = threading.Lock()


def raise_unpicklable() -> None:
    raise Unpicklable("rtsp://user:secret@host/", "b")


def settings() -> dict[str, str | None]:
    names = ("OPENCV_FFMPEG_CAPTURE_OPTIONS", "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "OPENBLAS_NUM_THREADS")
    return {name: os.environ.get(name) for name in names} | {"thread": threading.current_thread().name}


def interrupt_self() -> str:
    os.kill(os.getpid(), signal.SIGINT)
    return "still here"


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE]


def not_seen(function, *args) -> NotSeen:
    with pytest.raises(NotSeen) as caught:
        anyio.run(call_in_worker, function, *args)
    return caught.value


def test_returns_the_value():
    assert anyio.run(call_in_worker, divmod, 17, 5) == (3, 2)
    assert children() == []


@pytest.mark.parametrize("death", [die, be_killed, leave])
def test_death_of_the_process_is_crashed(death):
    assert not_seen(death).reason is Reason.CRASHED
    assert children() == []


def test_next_call_works_after_a_crash():
    async def both() -> tuple[int, int]:
        with pytest.raises(NotSeen):
            await call_in_worker(die)
        return await call_in_worker(divmod, 9, 4)

    assert anyio.run(both) == (2, 1)


def test_not_seen_passes_through():
    error = not_seen(refuse)
    assert (error.reason, error.params) == (Reason.HELD, {"holder": "obs"})


@pytest.mark.parametrize(("function", "name"), [(raise_unpicklable, "Unpicklable"), (exit_politely, "SystemExit")])
def test_other_errors_are_failed_and_keep_their_text_to_themselves(function, name):
    error = not_seen(function)
    assert (error.reason, error.params) == (Reason.FAILED, {"error": name})
    assert "secret" not in repr(error)


@pytest.mark.parametrize("size", [1, 20_000])  # 20 000 lines: more than a pipe holds
def test_native_prints_do_not_reach_the_answers(size):
    async def twice() -> list[str]:
        return [await call_in_worker(chatter, size), await call_in_worker(chatter, size)]

    assert anyio.run(twice) == ["answer", "answer"]


@pytest.mark.parametrize("after_s", [0.0, 0.01, 0.05, 0.15])
def test_cancelling_while_the_worker_starts_forgets_no_process(after_s, tmp_path):
    async def limited() -> int:
        for _ in range(3):
            with anyio.move_on_after(after_s):
                await call_in_worker(hang, str(tmp_path / "pid"))
        return len(children())

    assert anyio.run(limited) <= 1  # an idle worker waits for the next call
    assert children() == []


def test_more_calls_than_cores_run_at_once():
    async def many() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(4):
                group.start_soon(call_in_worker, time.sleep, 5.0)

    started = time.monotonic()
    anyio.run(many)
    assert time.monotonic() - started < 9.5  # two at a time on two cores would take ten


def test_worker_is_set_up_before_libraries_load_and_ignores_ctrl_c():
    found = anyio.run(call_in_worker, settings)
    assert "rtsp_transport;tcp" in found["OPENCV_FFMPEG_CAPTURE_OPTIONS"]
    assert found["OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT"] == "2"
    assert found["OPENBLAS_NUM_THREADS"] == "1"
    assert anyio.run(call_in_worker, interrupt_self) == "still here"
