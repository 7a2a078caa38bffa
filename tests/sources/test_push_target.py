"""Where the streams of this computer go: told from real processes' command lines, and counted in a real OBS."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from rigcheck.sources.push_target import RELAY, pushed_to, read_public_ways, relayed_to, ways_of

WAIT = ("-S", "-c", "import time; print('up', flush=True); time.sleep(60)")
LOOPBACK, PUBLIC, TRIAL = (
    "rtmp://127.0.0.1/live/key",
    "rtmp://push.example.com/live/key",
    "rtmp://test.example.com/live",
)


@contextmanager
def running(folder: Path, name: str, *words: str) -> Iterator[frozenset[str]]:
    """A process of that name with these words on its command line: what is said of it alone."""
    program = folder / name
    program.symlink_to(sys.executable)
    with subprocess.Popen([program, *WAIT, *words], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            mine = [p for p in psutil.process_iter(["name"]) if p.pid == process.pid]
            yield frozenset(ways_of(mine, frozenset({"test.example.com"})))
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("urls", "public"),
    [
        ((LOOPBACK,), False),
        ((TRIAL,), False),
        ((PUBLIC,), True),
        ((LOOPBACK, PUBLIC), True),
        (("-f", "tee", f"[f=flv]{LOOPBACK}|[f=flv]{PUBLIC}"), True),
        (("-i", PUBLIC, LOOPBACK), False),
        (("location=srt://[::1]:9000",), False),
        (("-i", LOOPBACK), True),  # it pushes, and does not say where to
        (("rtmp://push.example.com@127.0.0.1/live",), False),
        (("rtmp://127.0.0.1@push.example.com/live",), True),
    ],
)
def test_an_encoder_is_public_where_any_of_its_outputs_is(tmp_path, urls: tuple[str, ...], public: bool) -> None:
    with running(tmp_path, "ffmpeg", *urls) as found:
        assert found == (frozenset({"ffmpeg"}) if public else frozenset())


def test_others_do_not_say_where_they_push_and_are_not_asked(tmp_path) -> None:
    with running(tmp_path, "obs", PUBLIC) as found:
        assert found == frozenset()


@pytest.mark.parametrize(
    ("words", "public"),
    [
        (("drill", "relay", "--listen", "127.0.0.1:1936", "--to", "push.example.com:1935"), True),
        (("drill", "relay", "--to=push.example.com:1935"), True),
        (("drill", "relay", "--to", "test.example.com:1935"), False),
        (("drill", "relay", "--to", "127.0.0.1:1935"), False),
        (("drill", "list", "--to", "push.example.com:1935"), False),
        (("drill", "relay", "--to"), False),
    ],
)
def test_a_relay_is_public_where_it_leads(tmp_path, words: tuple[str, ...], public: bool) -> None:
    with running(tmp_path, "python-of-rigcheck", *words) as found:
        assert found == (frozenset({RELAY}) if public else frozenset())


def test_words_are_read_as_they_are_typed() -> None:
    assert pushed_to(["ffmpeg", "-i", "rtmp://a/b", "rtmps://c/d"]) == ("rtmps://c/d",)
    assert pushed_to(["ffmpeg"]) == ("",)
    assert relayed_to(["rigcheck", "drill", "relay", "--to=a:1", "--listen", "b:2"]) == "a:1"
    assert relayed_to(["rigcheck", "drill"]) is None


def test_this_computer_can_be_looked_at_as_a_whole() -> None:
    assert set(read_public_ways(frozenset())) <= {"ffmpeg", "gst-launch", RELAY}
