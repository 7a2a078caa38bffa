"""Sounds with known answers: the EBU's test signals, a voice-like source, hums, holes. Float32, (n, channels), full scale 1.0."""

from pathlib import Path

import numpy as np

RATE = 48000


def amplitude(db):
    return 0.0 if db is None else 10 ** (db / 20)


def stereo(sound):
    return np.repeat(np.asarray(sound, np.float32).reshape(-1, 1), 2, axis=1)


def mono(sound):
    return np.asarray(sound, np.float32).reshape(-1, 1)


def tones(*parts, rate=RATE, hz=1000.0):
    """A phase-continuous sine (n,) through parts of (peak dBFS or None for silence, seconds)."""
    lengths = [round(seconds * rate) for _, seconds in parts]
    gain = np.repeat([amplitude(db) for db, _ in parts], lengths)
    return (gain * np.sin(2 * np.pi * hz * np.arange(sum(lengths)) / rate)).astype(np.float32)


def faded(sound, rate=RATE, seconds=0.01):
    """Linear fades at both ends: an abrupt edge overshoots between the samples."""
    count = round(seconds * rate)
    ramp = np.minimum(np.arange(len(sound)) / count, 1)
    return (sound * ramp * ramp[::-1]).astype(np.float32)


def noise(rms_db, seconds, *, rate=RATE, seed=1):
    rng = np.random.default_rng(seed)
    return (amplitude(rms_db) * rng.standard_normal(round(seconds * rate))).astype(np.float32)


def low_passed(sound, edge_hz, rate=RATE):
    """Nothing at all above `edge_hz`."""
    spectrum = np.fft.rfft(sound)
    spectrum[np.fft.rfftfreq(len(sound), 1 / rate) > edge_hz] = 0
    return np.fft.irfft(spectrum, len(sound)).astype(np.float32)


def voice(seconds, *, rms_db=-20.0, rate=RATE, seed=2):
    """Like a voice: gliding harmonics with a formant slope, breath, syllables of 200 ms and a pause every 2 s."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate)) / rate
    pitch = 2 * np.pi * np.cumsum(130 + 25 * np.sin(2 * np.pi * 0.4 * time) + 6 * np.sin(2 * np.pi * 5.3 * time)) / rate
    orders = [k for k in range(1, 30) if 170 * k < rate / 2]
    sound = sum(np.sin(k * pitch + k * k) / (1 + (k / 5) ** 2) for k in orders) + 0.05 * rng.standard_normal(len(time))
    syllables = np.clip(1.3 * np.sin(np.pi * time / 0.2) ** 2, 0, 1) * np.clip(8 * np.sin(np.pi * time / 2) ** 2, 0, 1)
    sound *= syllables
    return (amplitude(rms_db) * sound / np.sqrt(np.mean(sound**2))).astype(np.float32)


def true_peak_burst(offset, rate=RATE):
    """EBU Tech 3341 cases 20-23: a sine of rate/6 at 0.50 with one period of rate/4 at 1.00 spliced into its middle,
    made at 4 x rate, low-passed, every fourth sample from `offset` on."""
    around = 24 * 500
    slow = 0.5 * np.sin(2 * np.pi * np.arange(2 * around) / 24)
    sound = np.concatenate((slow[:around], np.sin(2 * np.pi * np.arange(16) / 16), slow[around:]))
    return low_passed(faded(sound, 4 * rate), rate / 2, 4 * rate)[offset::4]


def read_wav(path: Path):
    """(samples (n, channels), rate) of an audio file."""
    import av

    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="flt")
        frames = [out for frame in container.decode(stream) for out in resampler.resample(frame)]
    channels = stream.channels
    return np.concatenate([frame.to_ndarray().reshape(-1, channels) for frame in frames]), stream.rate
