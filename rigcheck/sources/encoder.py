"""Trial encodes of the room's own picture: which hardware encoders there are, then candidate by candidate. Heavy."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from rigcheck.encoder_state import EncoderRequest, EncoderTrials
from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.sources.encoder_probe import HARDWARE, refusal_of
from rigcheck.sources.worker import call_in_worker

Via = Literal["device", "obs-record"]


async def try_encoders(request: EncoderRequest, file: Path | None = None, via: Via = "device") -> EncoderTrials:
    """The trials, in worker processes that are killed when cancelled; of a `file`, where the picture was recorded.

    A hardware encoder whose driver crashes is unusable, and the rest is tried all the same. Raises NotSeen as
    `pictures_of` does, and not-by-this-route for an input of OBS, of which there are only single pictures.
    """
    if file is None and str(request.device).startswith("obs:"):
        raise NotSeen(Reason.NOT_THIS_WAY, {"device": str(request.device)})
    answers = {encoder: await _refusal(encoder) for encoder in HARDWARE}
    unusable = {encoder: words for encoder, words in answers.items() if words is not None}
    return replace(await call_in_worker(run_trials, request, file, unusable), via=via)


async def _refusal(encoder: str) -> str | None:
    try:
        return await call_in_worker(refusal_of, encoder)
    except NotSeen as unseen:
        return str(unseen.reason)


def run_trials(request: EncoderRequest, file: Path | None, unusable: Mapping[str, str]) -> EncoderTrials:
    """Take the pictures and try every candidate with what is usable; without candidates nothing is opened. In a worker."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    if not request.candidates:
        return EncoderTrials((), unusable, usable_cores(), load, 0)
    from rigcheck.sources.encoder_bench import RUNS, try_candidate  # noqa: PLC0415 - loads PyAV, in the worker alone
    from rigcheck.sources.encoder_picture import pictures_of  # noqa: PLC0415 - likewise
    from rigcheck.sources.encoder_quality import with_quality  # noqa: PLC0415 - likewise

    pictures = pictures_of(request, file)
    cores = usable_cores()
    trials = []
    for candidate in request.candidates:
        tried = try_candidate(candidate, pictures, tuple(unusable), cores, 1 if request.quality else RUNS)
        trials += with_quality(tried, candidate, pictures, cores) if request.quality else tried
    return EncoderTrials(tuple(trials), unusable, cores, load, len(pictures))


def usable_cores() -> int:
    """The logical cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
