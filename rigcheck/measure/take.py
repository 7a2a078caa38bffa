"""A take with sound in it: which of its channels are streamed, which is the loudest, and where its phases are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rigcheck.measure.level import Level, levels
from rigcheck.measure.loudness import LAYOUTS
from rigcheck.samples import AudioClip, Floats


@dataclass(frozen=True, slots=True, eq=False)
class Take:
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


def streamed(clip: AudioClip) -> int:
    """How many channels are streamed: the first of a mono or safety layout (the second is a lower copy), else all."""
    return 1 if clip.layout in ("mono", "safety") else clip.samples.shape[1]


def take_of(clip: AudioClip, every: tuple[Level, ...]) -> Take:
    """The take of a clip whose streamed channels have the levels `every`."""
    samples = clip.samples[:, : len(every)]
    speak = _phase(clip.speak, len(samples)) or slice(None)
    spoken = every if speak == slice(None) else levels(samples[speak])
    loudest = int(np.argmax([level.power for level in spoken]))
    is_stereo = clip.layout != "split" and 1 < len(every) <= len(LAYOUTS)
    return Take(clip.rate_hz, samples, every, spoken, loudest, speak, _phase(clip.quiet, len(samples)), is_stereo)


def _phase(span: tuple[int, int] | None, length: int) -> slice | None:
    """A phase as far as the take has it; None where it has none of it."""
    start, stop = span or (0, 0)
    inside = slice(max(start, 0), min(stop, length))
    return inside if inside.stop > inside.start else None
