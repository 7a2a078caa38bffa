"""All that is measured of a microphone's take, each mic.* metric exactly once: a value, or None and why.

Levels are those of what will be streamed. Speech is measured in the prompted speech and noise in the prompted quiet;
without prompts everything is measured in the whole take, and noise is an estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rigcheck import metrics
from rigcheck.measure.clipping import clipping
from rigcheck.measure.dropout import dropouts
from rigcheck.measure.level import Level, amplitude_db, levels
from rigcheck.measure.loudness import LAYOUTS, STABLE_S, loudness
from rigcheck.measure.meter import measure_meter
from rigcheck.measure.spectrum import bandwidth_hz, hum
from rigcheck.measure.speech import Noise, estimated_noise, noise, speech_dbfs
from rigcheck.measure.waveform import balance_db, polarity
from rigcheck.model import Measurement, Metric, Reason
from rigcheck.profile import Setting
from rigcheck.samples import AudioClip, Floats, LevelTrace

MIC_METRICS = tuple(metric for metric in metrics.METRICS.values() if metric.part == "mic")
RATES_HZ = range(8_000, 192_001)
LOUDEST = 1000.0  # 60 dB over full scale is no sound but wrongly scaled or wild numbers
RANGE_STABLE_S = 30.0  # a loudness range from less speech is an estimate


@dataclass(frozen=True, slots=True, eq=False)
class _Take:
    """A take with sound in it: the channels that are streamed, the loudest of them, and where its phases are."""

    rate_hz: int
    samples: Floats  # (n, channels) as streamed: one channel stands for two
    levels: tuple[Level, ...]  # of every one of them in the whole take
    spoken: tuple[Level, ...]  # and in the speech
    loudest: int
    speak: slice
    quiet: slice | None
    is_stereo: bool  # two channels of one picture, not two packs

    @property
    def sound(self) -> Floats:
        """The loudest channel (n,)."""
        return self.samples[:, self.loudest]

    @property
    def dc(self) -> float:
        """The loudest channel's mean."""
        return self.levels[self.loudest].mean


def measure_mic(clip: AudioClip | LevelTrace, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """Every mic.* metric of a take, or what OBS's meters tell of it.

    `setting` and `name` do not matter: the clip carries its layout and phases. Nonsense (not finite, wrongly scaled, an impossible rate) is `junk` throughout, no samples `lost`, and a take of
    silence is `muted` and nothing else: whatever else fits it would only look like a good value. Silence just while
    the host spoke is `lost`: it should have been heard.
    """
    del setting, name
    if isinstance(clip, LevelTrace):
        return measure_meter(clip)
    fault = _fault(clip)
    if fault is not None:
        return _nothing(fault)
    every = levels(clip.samples)
    muted = _muted(clip, every)
    used = _streamed(clip)
    if all(level.is_dead for level in every[:used]):
        return (muted, *_nothing(Reason.NO_SPEECH, but=metrics.MIC_MUTED))
    take = _take(clip, every[:used])
    if all(level.is_dead for level in take.spoken):
        return (muted, *_nothing(Reason.LOST, but=metrics.MIC_MUTED))
    return (muted, *_loudness(take), *_voice(take), *_background(take), *_damage(take, clip), *_pair(take, clip))


def _fault(clip: AudioClip) -> Reason | None:
    if clip.samples.ndim != 2 or not clip.samples.size:  # noqa: PLR2004 - samples by channels
        return Reason.LOST
    low, high = float(clip.samples.min()), float(clip.samples.max())  # nan wins both
    is_sound = low >= -LOUDEST and high <= LOUDEST and clip.rate_hz in RATES_HZ
    return None if is_sound else Reason.JUNK


def _nothing(reason: Reason, but: Metric | None = None) -> tuple[Measurement, ...]:
    return tuple(Measurement(metric, None, reason) for metric in MIC_METRICS if metric is not but)


def _muted(clip: AudioClip, every: tuple[Level, ...]) -> Measurement:
    """True for digital silence or a dead channel. A mono microphone may leave the other input of its interface open."""
    dead = [number for number, level in enumerate(every, 1) if level.is_dead]
    is_muted = 1 in dead if clip.layout == "mono" else bool(dead)
    return Measurement(metrics.MIC_MUTED, is_muted, params={"channels": tuple(map(str, dead))})


def _streamed(clip: AudioClip) -> int:
    """How many channels are streamed: the first of a mono or safety layout (the second is a lower copy), else all."""
    return 1 if clip.layout in ("mono", "safety") else clip.samples.shape[1]


def _take(clip: AudioClip, every: tuple[Level, ...]) -> _Take:
    samples = clip.samples[:, : len(every)]
    speak = _phase(clip.speak, len(samples)) or slice(None)
    spoken = every if speak == slice(None) else levels(samples[speak])
    loudest = int(np.argmax([level.power for level in spoken]))
    is_stereo = clip.layout != "split" and 1 < len(every) <= len(LAYOUTS)
    return _Take(clip.rate_hz, samples, every, spoken, loudest, speak, _phase(clip.quiet, len(samples)), is_stereo)


def _phase(span: tuple[int, int] | None, length: int) -> slice | None:
    """A phase as far as the take has it; None where it has none of it."""
    start, stop = span or (0, 0)
    inside = slice(max(start, 0), min(stop, length))
    return inside if inside.stop > inside.start else None


def _loudness(take: _Take) -> tuple[Measurement, ...]:
    spoken = take.samples[take.speak]
    read = loudness(spoken if take.is_stereo else spoken[:, [take.loudest]], take.rate_hz)
    is_brief = 0 < read.above_gate_s < STABLE_S
    peak = max(level.peak for level in take.spoken)
    return (
        _or_short(metrics.MIC_LOUDNESS, read.integrated_lufs, estimate=is_brief),
        _or_short(metrics.MIC_TRUE_PEAK, read.true_peak_dbtp),
        _or_short(metrics.MIC_LOUDNESS_RANGE, read.range_lu, estimate=read.above_gate_s < RANGE_STABLE_S),
        _or_short(metrics.MIC_MOMENTARY_MAX, read.momentary_max_lufs),
        _or_short(metrics.MIC_SHORT_MAX, read.short_max_lufs),
        _or_short(metrics.MIC_PEAK, amplitude_db(peak) if peak else None),
    )


def _or_short(metric: Metric, value: float | None, *, estimate: bool = False) -> Measurement:
    if value is None:
        return Measurement(metric, None, Reason.TOO_SHORT)
    return Measurement(metric, value, estimate=estimate)


def _voice(take: _Take) -> tuple[Measurement, ...]:
    speech = speech_dbfs(take.sound[take.speak], take.rate_hz, take.dc)
    room = _noise(take)
    snr = None if speech is None or room is None else speech - room.plain_dbfs
    estimate = room is not None and room.is_estimate
    return (
        _or_short(metrics.MIC_SPEECH, speech),
        _or_short(metrics.MIC_NOISE, room.weighted_dbfs if room else None, estimate=estimate),
        _or_short(metrics.MIC_SNR, snr, estimate=estimate),
    )


def _noise(take: _Take) -> Noise | None:
    """The noise of the quiet phase; guessed from the take where there was none, or a gate closed it altogether."""
    heard = noise(take.sound[take.quiet], take.rate_hz) if take.quiet else None
    return heard or estimated_noise(take.sound[take.speak], take.rate_hz, take.dc)


def _background(take: _Take) -> tuple[Measurement, ...]:
    found = hum(take.sound[take.quiet or slice(None)], take.rate_hz, is_quiet=take.quiet is not None)
    why = Reason.TOO_SHORT if found is None else Reason.NO_HUM
    hertz = found.mains_hz if found else None
    return (
        _or_short(metrics.MIC_HUM, found.dbfs if found else None),
        Measurement(metrics.MIC_HUM_HZ, hertz, why if hertz is None else None),
        _or_short(metrics.MIC_BANDWIDTH, bandwidth_hz(take.sound[take.speak], take.rate_hz)),
    )


def _damage(take: _Take, clip: AudioClip) -> tuple[Measurement, ...]:
    """Faults anywhere in the take, on the channel that has most of them."""
    cuts = [clipping(take.samples, channel, level) for channel, level in enumerate(take.levels) if not level.is_dead]
    lost = clip.overflows or int(clip.missing > 0)  # one gap is often told twice: by the driver and by the clock
    return (
        Measurement(metrics.MIC_CLIPPED, max(cut.ppm for cut in cuts)),
        Measurement(metrics.MIC_CLIP_RUN, max(cut.longest_run for cut in cuts)),
        Measurement(metrics.MIC_DC, 100 * max((level.mean for level in take.levels), key=abs)),
        Measurement(metrics.MIC_DROPOUTS, dropouts(take.samples, take.rate_hz, take.loudest) + lost),
    )


def _pair(take: _Take, clip: AudioClip) -> tuple[Measurement, ...]:
    if not take.is_stereo:
        why = Reason.SPLIT if clip.layout == "split" and clip.samples.shape[1] > 1 else Reason.MONO
        return tuple(Measurement(metric, None, why) for metric in (metrics.MIC_BALANCE, metrics.MIC_POLARITY))
    left, right = take.spoken[:2]
    is_one_dead = left.is_dead or right.is_dead
    balance = None if is_one_dead else balance_db(left, right)
    related = None if is_one_dead else polarity(take.samples[take.speak], take.rate_hz)
    return (
        Measurement(metrics.MIC_BALANCE, balance, Reason.NO_SPEECH if balance is None else None),
        Measurement(metrics.MIC_POLARITY, related, Reason.NO_SPEECH if related is None else None),
    )
