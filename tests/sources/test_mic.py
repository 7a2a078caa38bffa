"""A sound server really records; the choice of a device is tested on lists as Windows, macOS and ALSA give them."""

import time
from pathlib import Path
from types import SimpleNamespace

import anyio
import numpy as np
import psutil
import pytest
from services_pulse import pulse, tone

from rigcheck.errors import NotSeen
from rigcheck.measure.rate import rate_error
from rigcheck.model import Reason
from rigcheck.samples import AudioRequest
from rigcheck.sources.live import LiveSource
from rigcheck.sources.mic import BLOCK_S, GUARD_S, LEAD_S, Take, clip_of

AMBIENT = {"speak_s": 3.0, "quiet_s": 0.0}


@pytest.fixture
def server(tmp_path, monkeypatch):
    with pulse(tmp_path) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


def take(**wanted):
    return anyio.run(LiveSource().acquire, AudioRequest(**wanted))


def unseen(**wanted):
    with pytest.raises(NotSeen) as caught:
        take(**wanted)
    return caught.value


def rms_dbfs(samples):
    return 20 * np.log10(np.sqrt(np.mean(np.square(samples, dtype=np.float64), axis=0)))


@pytest.mark.svc
def test_records_a_tone_at_its_level(server):
    with server.playing(tone(dbfs=-20.0)):
        clip = take(**AMBIENT)
    assert clip.samples.shape == (3 * clip.rate_hz, 2)
    assert clip.samples.dtype == np.float32
    np.testing.assert_allclose(rms_dbfs(clip.samples), [-20.0, -20.0], atol=0.1)
    assert (clip.speak, clip.quiet, clip.live, clip.missing) == (None, None, True, 0)


@pytest.mark.svc
def test_the_arrivals_of_a_sound_servers_blocks_tell_its_rate(server):
    with server.playing(tone()):
        clip = take(speak_s=12.0, quiet_s=0.0)
    read = rate_error(clip.arrived_s, clip.block, clip.rate_hz)
    assert len(clip.arrived_s) * clip.block >= len(clip.samples)
    assert (clip.arrived_s[0], clip.block) == (0.0, round(BLOCK_S * clip.rate_hz))
    assert read is not None
    assert abs(read.ppm) < 20_000  # the null sink of a busy machine is late by some thousands


@pytest.mark.svc
def test_mono_layout_takes_one_channel(server):
    with server.playing(tone()):
        clip = take(**AMBIENT, layout="mono")
    assert clip.samples.shape[1] == 1
    assert rms_dbfs(clip.samples)[0] == pytest.approx(-20.0, abs=0.1)


@pytest.mark.svc
def test_phases_follow_the_prompts(server):
    """The tone stops when the silence prompt comes, as a host would."""
    request = AudioRequest(speak_s=3.0, quiet_s=2.0)

    async def prompted():
        taken = []

        async def record():
            taken.append(await LiveSource().acquire(request))

        async with anyio.create_task_group() as group:
            started = time.monotonic()
            group.start_soon(record)
            await anyio.sleep(LEAD_S + request.speak_s - (time.monotonic() - started))
            server.ctl("set-source-mute", "rig.monitor", "1")
        return taken[0]

    with server.playing(tone()):
        clip = anyio.run(prompted)
    speak, quiet = clip.samples[slice(*clip.speak)], clip.samples[slice(*clip.quiet)]
    assert len(quiet) / clip.rate_hz == pytest.approx(2.0 - GUARD_S, abs=0.25)
    assert rms_dbfs(speak)[0] == pytest.approx(-20.0, abs=0.1)
    assert np.abs(quiet).max() == 0.0


@pytest.mark.svc
def test_muted_source_gives_digital_silence(server):
    with server.playing(tone()):
        server.ctl("set-source-mute", "rig.monitor", "1")
        clip = take(**AMBIENT)
    assert np.count_nonzero(clip.samples) == 0


@pytest.mark.svc
def test_frozen_server_is_killed_at_the_deadline(server):
    server.freeze()

    async def limited():
        with anyio.move_on_after(3) as scope:
            await LiveSource().acquire(AudioRequest(**AMBIENT))
        return scope.cancelled_caught

    started = time.monotonic()
    assert anyio.run(limited)
    assert time.monotonic() - started < 5
    assert [child for child in psutil.Process().children() if child.pid != server.process.pid] == []


@pytest.mark.svc
def test_server_killed_in_the_middle_is_lost(server):
    async def cut():
        async with anyio.create_task_group() as group:

            async def kill():
                await anyio.sleep(5)
                server.kill()

            group.start_soon(kill)
            with pytest.raises(NotSeen) as caught:
                await LiveSource().acquire(AudioRequest(speak_s=20.0, quiet_s=0.0))
            return caught.value

    with server.playing(tone()):
        assert anyio.run(cut).reason is Reason.LOST


@pytest.mark.svc
def test_frozen_in_the_middle_is_lost(server):
    """Closing a stream of a frozen server hangs: it is not waited for."""

    async def freeze_midway():
        with anyio.move_on_after(8):
            async with anyio.create_task_group() as group:

                async def freeze():
                    await anyio.sleep(4)
                    server.freeze()

                group.start_soon(freeze)
                with pytest.raises(NotSeen) as caught:
                    await LiveSource().acquire(AudioRequest(speak_s=20.0, quiet_s=0.0))
                return caught.value.reason
        return Reason.TIMEOUT

    started = time.monotonic()
    with server.playing(tone()):
        assert anyio.run(freeze_midway) is Reason.LOST
    assert time.monotonic() - started < 12


@pytest.mark.svc
def test_unknown_name_lists_what_is_there(server):
    error = unseen(device="Wireless GO", **AMBIENT)
    assert error.reason is Reason.MISSING
    assert error.params["device"] == "Wireless GO"
    assert "pulse" in error.params["candidates"]


def test_no_sound_system_at_all(monkeypatch, tmp_path):
    monkeypatch.setenv("PULSE_SERVER", f"unix:{tmp_path}/nobody")
    monkeypatch.setenv("HOME", str(tmp_path))
    if Path("/dev/snd").is_dir():
        pytest.skip("this machine has sound cards")
    assert unseen(**AMBIENT).reason is Reason.NONE_HERE
    assert unseen(device="Lav", **AMBIENT).reason is Reason.MISSING


class Status:
    def __init__(self, overflow=False):
        self.input_overflow = overflow


CLOCK = SimpleNamespace(currentTime=7.3, inputBufferAdcTime=7.2)
"""PortAudio's, at a callback: the block's first sample is a tenth of a second old. Its zero is its own."""


def recorded(block_times_s, block=4800, overflow_at=()):
    """A Take whose callback was called at those times."""
    made = Take(48_000)
    for index, t_s in enumerate(block_times_s):
        made.receive(np.zeros((block, 1), np.float32), block, CLOCK, Status(index in overflow_at))
        made.last_s = t_s
        made.first_s = block_times_s[0]
    return made


def test_the_arrivals_of_blocks_are_kept_from_the_first_one_on(monkeypatch):
    times = iter([70.0, 70.1000001, 70.25, 70.3])
    monkeypatch.setattr("rigcheck.sources.mic.time.perf_counter", lambda: next(times))
    clip = clip_of(recorded([0.1, 0.2, 0.3, 0.4]), AudioRequest(speak_s=0.2, quiet_s=0.0), 0.0)
    assert (clip.arrived_s, clip.block) == ((0.0, 0.1, 0.25, 0.3), 4800)


def test_overflow_flags_are_counted():
    made = recorded([0.1, 0.2, 0.3], overflow_at={1, 2})
    assert clip_of(made, AudioRequest(speak_s=1.0, quiet_s=0.0), 0.0).overflows == 2


@pytest.mark.parametrize(
    ("times", "missing"),
    [
        ([0.1 * n for n in range(1, 51)], 0),
        ([0.1 * n + (0.1 if n % 2 else 0) for n in range(1, 51)], 0),  # bursts
        ([0.1 * n for n in range(1, 26)] + [0.1 * n + 1.0 for n in range(26, 51)], 48_000),
    ],
)
def test_missing_samples_are_counted_by_the_clock(times, missing):
    assert recorded(times).missing == pytest.approx(missing, abs=48)


def test_a_take_began_where_most_of_its_blocks_say(monkeypatch):
    """One callback was kept waiting; and whoever sees that there is a first block can read it."""
    made = Take(48_000)
    for n in range(30):
        monkeypatch.setattr("time.monotonic", lambda n=n: 100.1 + 0.1 * n + (0.05 if n == 0 else 0.0))
        made.receive(np.zeros((4800, 1), np.float32), 4800, CLOCK, Status())
    assert made.began_s == pytest.approx(100.0, abs=1e-6)
    assert made.begin_s == pytest.approx(100.05)


def test_phases_of_a_late_take_are_cut_to_what_was_recorded():
    made = recorded([100.1 + 0.1 * n for n in range(40)])  # first sample at 100.0, four seconds
    clip = clip_of(made, AudioRequest(speak_s=3.0, quiet_s=2.0), started_s=97.0)
    assert clip.speak == (0, 2 * 48_000)
    assert clip.quiet == (round((2 + GUARD_S) * 48_000), 4 * 48_000)


def test_whoever_sees_that_there_is_a_first_block_can_read_it():
    """The callback runs in a thread of PortAudio's own."""
    made = Take(48_000)
    seen = []

    class Block(np.ndarray):
        def copy(self, *_):
            seen.append(made.first_s)
            return np.zeros((4800, 1), np.float32)

    made.receive(np.zeros((4800, 1), np.float32).view(Block), 4800, CLOCK, Status())
    assert seen == [None]
    assert made.first_s is not None
