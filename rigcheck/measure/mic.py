"""All that is measured of a microphone's take, each mic.* metric exactly once: a value, or None and why.

Levels are those of what will be streamed. Speech is measured in the prompted speech and noise in the prompted quiet;
without prompts everything is measured in the whole take, and noise is an estimate.
"""

from __future__ import annotations

from types import MappingProxyType

from rigcheck import metrics
from rigcheck.measure.clipping import clipping
from rigcheck.measure.dropout import dropouts
from rigcheck.measure.echo import SHORTEST_S, echo
from rigcheck.measure.level import Level, amplitude_db, levels
from rigcheck.measure.loudness import STABLE_S, loudness
from rigcheck.measure.meter import dead_params, measure_meter
from rigcheck.measure.packs import Packs, packs, safety_fault
from rigcheck.measure.rate import RateError, rate_error
from rigcheck.measure.reverb import reverb
from rigcheck.measure.spectrum import bandwidth, hum
from rigcheck.measure.speech import Noise, estimated_noise, noise, speech_dbfs
from rigcheck.measure.take import Take, streamed, take_of
from rigcheck.measure.tone import tone
from rigcheck.measure.waveform import balance_db, polarity
from rigcheck.model import Measurement, Metric, Params, Reason
from rigcheck.profile import Setting
from rigcheck.samples import AudioClip, LevelTrace

MIC_METRICS = tuple(metric for metric in metrics.METRICS.values() if metric.part == "mic")
RATES_HZ = range(8_000, 192_001)
LOUDEST = 1000.0  # 60 dB over full scale is no sound but wrongly scaled or wild numbers
NOTHING: Params = MappingProxyType({})
RANGE_STABLE_S = 30.0  # a loudness range from less speech is an estimate


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
    used = streamed(clip)
    if all(level.is_dead for level in every[:used]):
        return (muted, *_nothing(Reason.NO_SPEECH, but=metrics.MIC_MUTED))
    take = take_of(clip, every[:used])
    if all(level.is_dead for level in take.spoken):
        return (muted, *_nothing(Reason.LOST, but=metrics.MIC_MUTED))
    clock = rate_error(clip.arrived_s, clip.block, clip.rate_hz)
    return (
        *(muted, *_loudness(take), *_voice(take), *_background(take), *_room(take)),
        *(*_damage(take, clip, clock), *_pair(take, clip), _rate(clip, clock), _packs(clip, take)),
    )


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
    return Measurement(metrics.MIC_MUTED, is_muted, params=dead_params(dead, len(every)))


def _loudness(take: Take) -> tuple[Measurement, ...]:
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


def _or_short(metric: Metric, value: float | None, *, estimate: bool = False, about: Params = NOTHING) -> Measurement:
    if value is None:
        return Measurement(metric, None, Reason.TOO_SHORT)
    return Measurement(metric, value, estimate=estimate, params=about)


def _voice(take: Take) -> tuple[Measurement, ...]:
    speech = speech_dbfs(take.sound[take.speak], take.rate_hz, take.dc)
    room = _noise(take)
    snr = None if speech is None or room is None else speech - room.plain_dbfs
    estimate = room is not None and room.is_estimate
    return (
        _or_short(metrics.MIC_SPEECH, speech),
        _or_short(metrics.MIC_NOISE, room.weighted_dbfs if room else None, estimate=estimate),
        _or_short(metrics.MIC_SNR, snr, estimate=estimate),
    )


def _noise(take: Take) -> Noise | None:
    """The noise of the quiet phase; guessed from the take where there was none, or a gate closed it altogether."""
    heard = noise(take.sound[take.quiet], take.rate_hz) if take.quiet else None
    return heard or estimated_noise(take.sound[take.speak], take.rate_hz, take.dc)


def _background(take: Take) -> tuple[Measurement, ...]:
    still, is_quiet = take.sound[take.quiet or slice(None)], take.quiet is not None
    found = hum(still, take.rate_hz, is_quiet=is_quiet)
    why = Reason.TOO_SHORT if found is None else Reason.NO_HUM
    mains_hz = found.mains_hz if found else None
    whine = tone(still, take.rate_hz, is_quiet=is_quiet, mains_hz=mains_hz)
    tone_hz = whine.hz if whine else None
    no_tone = None if tone_hz else Reason.NO_TONE if whine else Reason.TOO_SHORT
    return (
        _or_short(metrics.MIC_HUM, found.dbfs if found else None),
        Measurement(metrics.MIC_HUM_HZ, mains_hz, why if mains_hz is None else None),
        _or_short(metrics.MIC_TONE, whine.dbfs if whine else None, about=_hertz(tone_hz)),
        Measurement(metrics.MIC_TONE_HZ, tone_hz, no_tone),
    )


def _hertz(hertz: float | None) -> Params:
    return {"names": (f"{hertz:.0f} Hz",)} if hertz else {}


def _room(take: Take) -> tuple[Measurement, ...]:
    """What the way from the mouth into the computer adds: a second way, the room's own ringing, a narrow band."""
    spoken = take.sound[take.speak]
    twice, clap = echo(spoken, take.rate_hz), reverb(take.sound, take.rate_hz)
    reach = bandwidth(spoken, take.rate_hz)
    no_echo = Reason.NO_ECHO if len(spoken) >= SHORTEST_S * take.rate_hz else Reason.TOO_SHORT
    late: Params = {"names": (f"{1000 * twice.delay_s:.0f} ms",)} if twice else {}
    call: Params = {"what": ("hands-free",)} if reach and reach.is_hands_free else {}
    return (
        Measurement(metrics.MIC_ECHO, twice.db if twice else None, None if twice else no_echo, params=late),
        Measurement(metrics.MIC_REVERB, clap.seconds, estimate=clap.is_estimate)
        if clap
        else Measurement(metrics.MIC_REVERB, None, Reason.NO_CLAP),
        _or_short(metrics.MIC_BANDWIDTH, reach.hz if reach else None, about=call),
    )


def _damage(take: Take, clip: AudioClip, clock: RateError | None) -> tuple[Measurement, ...]:
    """Faults anywhere in the take, on the channel that has most of them."""
    cuts = [clipping(take.samples, channel, level) for channel, level in enumerate(take.levels) if not level.is_dead]
    is_slow = clock is not None and clock.is_usable and clock.real_hz(clip.rate_hz) is not None
    lost = clip.overflows or int(clip.missing > 0 and not is_slow)  # one gap is often told twice: by driver and clock
    return (
        Measurement(metrics.MIC_CLIPPED, max(cut.ppm for cut in cuts)),
        Measurement(metrics.MIC_CLIP_RUN, max(cut.longest_run for cut in cuts)),
        Measurement(metrics.MIC_DC, 100 * max((level.mean for level in take.levels), key=abs)),
        Measurement(metrics.MIC_DROPOUTS, dropouts(take.samples, take.rate_hz, take.loudest) + lost),
    )


def _rate(clip: AudioClip, clock: RateError | None) -> Measurement:
    """The card's error; none from a file or a programme, in which no clock ran."""
    if not clip.live or not clip.arrived_s:
        return Measurement(metrics.MIC_RATE_ERROR, None, Reason.NOT_IN_FILE if clip.live else Reason.NOT_THIS_WAY)
    if clock is None or not clock.is_usable:
        return Measurement(metrics.MIC_RATE_ERROR, None, Reason.TOO_SHORT)
    real_hz = clock.real_hz(clip.rate_hz)
    facts: Params = {"uncertainty": clock.uncertainty_ppm}
    mixed: Params = {"names": (f"{real_hz} Hz",), "found": real_hz, "wanted": clip.rate_hz} if real_hz else {}
    return Measurement(metrics.MIC_RATE_ERROR, clock.ppm, estimate=clock.is_estimate, params={**facts, **mixed})


def _packs(clip: AudioClip, take: Take) -> Measurement:
    """How many of the packs (or tracks) are as their layout wants them; where nobody was prompted, only what is sure."""
    if clip.layout not in ("split", "safety"):
        return Measurement(metrics.MIC_TAPS, None, Reason.MONO if clip.layout == "mono" else Reason.NOT_IN_PROFILE)
    spoken = clip.samples[take.speak]
    if clip.samples.shape[1] == 1:
        return Measurement(metrics.MIC_TAPS, 1, params={"what": ("one-channel",)})
    if clip.layout == "safety":
        fault = safety_fault(spoken, clip.rate_hz)
        return Measurement(metrics.MIC_TAPS, 1 if fault else 2, params={"what": (f"safety-{fault}",)} if fault else {})
    return _split(packs(spoken, clip.rate_hz), clip.samples.shape[1], is_prompted=clip.speak is not None)


def _split(found: Packs, channels: int, *, is_prompted: bool) -> Measurement:
    missing = tuple(f"channel-{number}" for number in range(1, channels + 1) if number not in found.alone)
    if not found.alone and len(found.heard) == channels:  # all move, and always together
        return Measurement(metrics.MIC_TAPS, 0, estimate=not is_prompted, params={"what": ("same",)})
    if missing and not is_prompted:
        return Measurement(metrics.MIC_TAPS, None, Reason.NO_SPEECH)
    return Measurement(metrics.MIC_TAPS, len(found.alone), params={"what": missing} if missing else {})


def _pair(take: Take, clip: AudioClip) -> tuple[Measurement, ...]:
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
