"""CPU of every microphone measure over 10 minutes of 48 kHz stereo, against FFmpeg's ebur128 with true peak alone.

Run by hand: python tests/bench/bench_mic.py. Prints both, their ratio, and the memory that the measures add to the take's own 230 MB; exits 1 above 2.
"""

import resource
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from signals_audio import RATE, noise, voice

from rigcheck.measure.loudness import _meter
from rigcheck.measure.mic import measure_mic
from rigcheck.model import Stage
from rigcheck.profile import Profile, Setting
from rigcheck.samples import AudioClip

MINUTES = 10
LIMIT = 2.0


def programme():
    """A voice in a room, with other noise on either side and in every minute; made minute by minute to stay small."""
    samples, minute = np.empty((MINUTES * 60 * RATE, 2), np.float32), voice(60)
    for number, part in enumerate(np.split(samples, MINUTES)):
        part[:, 0] = minute + noise(-60, 60, seed=2 * number)
        part[:, 1] = 0.9 * minute + noise(-60, 60, seed=2 * number + 1)
    return samples


def cpu_s(work):
    before = time.process_time()
    work()
    return time.process_time() - before


def main():
    samples = programme()
    clip, setting = AudioClip(RATE, samples), Setting(Profile(), Stage.HOST, date(2026, 1, 1))
    _meter(samples[:RATE], RATE, "metadata=1:peak=true")  # libraries loaded
    alone = cpu_s(lambda: _meter(samples, RATE, "metadata=1:peak=true"))
    held_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    whole = cpu_s(lambda: measure_mic(clip, setting, "main"))
    more_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - held_mb
    sys.stdout.write(f"ebur128 with true peak {alone:.2f} s, all measures {whole:.2f} s, {more_mb:.0f} MB more\n")
    sys.stdout.write(f"ratio {whole / alone:.2f} (limit {LIMIT})\n")
    return int(whole > LIMIT * alone)


if __name__ == "__main__":
    sys.exit(main())
