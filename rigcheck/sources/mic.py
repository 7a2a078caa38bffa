"""A take from a microphone: prompted by the clock, watched while it is recorded. Runs in a worker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from types import ModuleType
from typing import Any

import numpy as np

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import LEAD_S, AudioClip, AudioRequest, Floats
from rigcheck.sources.mic_choice import Input, inputs_of
from rigcheck.sources.portaudio import find_input, load_portaudio, open_failure

GUARD_S = 0.4
"""Left out at the beginning of each phase: people react late."""
BLOCK_S = 0.1
LATENCY_S = 0.5
"""As much waits in the driver while a busy computer keeps us waiting; PortAudio's own choice is some 0.04 s."""
FIRST_LIMIT_S = 4.0
"""Monitors of a sound server deliver their first block 1-2 s late; after this there will be none."""
SILENCE_LIMIT_S = 1.0
"""No block for longer: unplugged, or a frozen server. Neither raises anything."""
CLOSE_LIMIT_S = 1.0
"""Closing takes 0.02 s, or for ever."""
LATE_S = 0.25
"""Sound servers deliver in bursts of up to 0.2 s; fewer samples than due by more than this are missing."""
MICROSECONDS = 6
"""Digits after the point of a time in a sample."""
LATE_SHARE = 0.002
"""Sound card clocks are within 0.02 %; ten times that is not the clock."""


@dataclass(slots=True)
class Take:
    """What has been recorded so far; written by PortAudio's thread, read by ours. Times are monotonic seconds."""

    rate_hz: int
    blocks: list[Floats] = field(default_factory=list)
    begins_s: list[float] = field(default_factory=list)  # of each block, when its first sample was taken
    arrived_s: list[float] = field(default_factory=list)  # of each block, on the clock that is finer on Windows
    first_s: float | None = None
    last_s: float = 0.0
    overflows: int = 0

    def receive(self, block: Floats, _frames: int, clock: Any, status: Any) -> None:  # noqa: ANN401 - PortAudio's structs
        """PortAudio's callback; the buffer is only lent. PortAudio's clock need not be ours: only differences count."""
        now_s, arrived_s = time.monotonic(), time.perf_counter()
        self.begins_s.append(now_s - (clock.currentTime - clock.inputBufferAdcTime))
        self.overflows += bool(status.input_overflow)
        self.arrived_s.append(arrived_s)
        self.blocks.append(block.copy())
        self.last_s = now_s  # the times last: who reads them finds the block
        self.first_s = now_s if self.first_s is None else self.first_s

    @property
    def begin_s(self) -> float:
        """When the first sample was taken: the first block's length before it came."""
        return (self.first_s or 0.0) - len(self.blocks[0]) / self.rate_hz

    @property
    def began_s(self) -> float:
        """When the first sample was taken, by what most blocks say: each is off by what this process was kept waiting."""
        before = np.cumsum([0, *(len(block) for block in self.blocks[:-1])])
        return float(np.median(np.array(self.begins_s) - before / self.rate_hz))

    @property
    def missing(self) -> int:
        """Samples due between the first and the last block that did not come, beyond what clocks explain."""
        due = (self.last_s - (self.first_s or 0.0)) * self.rate_hz
        came = sum(len(block) for block in self.blocks[1:])
        tolerance = LATE_S * self.rate_hz + LATE_SHARE * due
        return max(0, round(due - came)) if due - came > tolerance else 0


def read_mic(request: AudioRequest, started_s: float) -> AudioClip:
    """Record the take. `started_s`: the caller's monotonic time at which the acquisition, and its prompts, began.

    With a quiet phase the schedule is fixed from there: `LEAD_S`, `speak_s` of speech, `quiet_s` of silence; without
    one, `speak_s` from the first sample. Raises NotSeen: not-installed, none-here, missing, ambiguous, held, timeout
    (no sound arrives), lost (it stopped arriving), failed.
    """
    sounddevice = load_portaudio()
    device = find_input(request.device, inputs_of(sounddevice.query_devices(), sounddevice.query_hostapis()))
    with _recording(sounddevice, device, request.layout) as (stream, take):
        _wait_for_first(take, device)
        end_s = _end_s(request, take, started_s)
        while take.last_s < end_s:
            _check_alive(stream, take, device)
            time.sleep(BLOCK_S / 2)
    return clip_of(take, request, started_s)


def _end_s(request: AudioRequest, take: Take, started_s: float) -> float:
    if request.quiet_s > 0:
        return started_s + LEAD_S + request.speak_s + request.quiet_s
    return take.begin_s + request.speak_s


@contextmanager
def _recording(sounddevice: ModuleType, device: Input, layout: str) -> Iterator[tuple[Any, Take]]:
    """An open stream at the device's own rate, and the take it fills."""
    take = Take(device.rate_hz)
    stream = _open(sounddevice, device, take, _channels(device, layout))
    try:
        try:
            stream.start()
        except sounddevice.PortAudioError as error:
            raise open_failure(error, device) from error
        yield stream, take
    finally:
        _close(stream)


def _close(stream: Any) -> None:  # noqa: ANN401 - untyped library
    """Closing a frozen server's stream never ends: it is left behind, and dies with the worker."""
    closing = Thread(target=stream.close, daemon=True)
    closing.start()
    closing.join(CLOSE_LIMIT_S)


def _channels(device: Input, layout: str) -> list[int]:
    """Channel counts to try: a mono room wants one where the device can, everything else up to two."""
    most = min(device.channels, 2)
    return [1, most] if layout == "mono" and most > 1 else [most]


def _open(sounddevice: ModuleType, device: Input, take: Take, channels: list[int]) -> Any:  # noqa: ANN401 - untyped library
    for count in channels:
        try:
            return sounddevice.InputStream(
                device=device.index,
                samplerate=device.rate_hz,
                channels=count,
                dtype="float32",
                blocksize=round(BLOCK_S * device.rate_hz),
                latency=LATENCY_S,
                callback=take.receive,
            )
        except sounddevice.PortAudioError as error:
            failure = open_failure(error, device)
    raise failure


def _wait_for_first(take: Take, device: Input) -> None:
    limit_s = time.monotonic() + FIRST_LIMIT_S
    while take.first_s is None:
        if time.monotonic() > limit_s:
            raise NotSeen(Reason.TIMEOUT, {"device": device.name, "seconds": FIRST_LIMIT_S})
        time.sleep(BLOCK_S / 4)


def _check_alive(stream: Any, take: Take, device: Input) -> None:  # noqa: ANN401 - untyped library
    if not stream.active or time.monotonic() - take.last_s > SILENCE_LIMIT_S:
        raise NotSeen(Reason.LOST, {"device": device.name})


def clip_of(take: Take, request: AudioRequest, started_s: float) -> AudioClip:
    """The take as evidence; phases are found on the same clock as the prompts were shown by."""
    samples = np.concatenate(take.blocks)
    speak = quiet = None
    if request.quiet_s > 0:
        begin_s = started_s + LEAD_S - take.begin_s
        speak = phase_of(begin_s, request.speak_s, take.rate_hz, len(samples))
        quiet = phase_of(begin_s + request.speak_s, request.quiet_s, take.rate_hz, len(samples))
    else:
        samples = samples[: round(request.speak_s * take.rate_hz)]
    return AudioClip(
        rate_hz=take.rate_hz,
        samples=samples,
        layout=request.layout,
        speak=speak,
        quiet=quiet,
        overflows=take.overflows,
        missing=take.missing,
        block=len(take.blocks[0]),
        arrived_s=tuple(round(each_s - take.arrived_s[0], MICROSECONDS) for each_s in take.arrived_s),
        live=True,
        began_s=take.began_s,
    )


def phase_of(begin_s: float, length_s: float, rate_hz: int, samples: int) -> tuple[int, int]:
    """Sample positions [start, stop) of a phase that begins `begin_s` into the take, without its guard."""
    start, stop = (round((begin_s + offset_s) * rate_hz) for offset_s in (GUARD_S, length_s))
    return min(max(0, start), samples), min(max(0, stop), samples)
