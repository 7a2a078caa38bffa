"""OBS's inputs: which are part of the programme, which are muted or silent, which files of theirs are gone."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping

import anyio

from rigcheck.errors import NotSeen
from rigcheck.obs_state import ObsInput
from rigcheck.sources.obs_client import Message, ObsClient, Question

Peaks = Mapping[str, float | None]
"""By input: the highest sample after the fader, full scale 1.0; None where no sound came at all."""

MEDIA = frozenset({"ffmpeg_source", "vlc_source", "slideshow", "slideshow_v2"})
"""Kinds of input that play something: they have a state, and buttons."""
_SOUND_ONLY = re.compile(r"wasapi|coreaudio|pulse|alsa|jack|asio|sndio|oss_|audio_capture|pipewire-audio")
"""Kinds of input that are nothing but sound: where none of it comes, the device is dead, not a film without sound."""
_FILE_KEYS = ("file", "local_file", "text_file")
_LIST_KEYS = ("files", "playlist")
_STATE = "OBS_MEDIA_STATE_"


class RawInput:
    """What OBS says of one input; `muted` and `media` are None where the question is refused."""

    def __init__(self, listed: Message, answers: list[Message | None]) -> None:
        active, mute, settings, media = answers
        self.name = str(listed["inputName"])
        self.kind = str(listed["unversionedInputKind"] or listed["inputKind"])
        self.is_active = bool(active and active["videoActive"])
        self.muted = bool(mute["inputMuted"]) if mute else None
        self.files = tuple(files_of(settings["inputSettings"])) if settings else ()
        self.state = str(media["mediaState"]).removeprefix(_STATE).lower() if media else "none"

    def judged(self, peaks: Peaks, missing: frozenset[str]) -> ObsInput:
        """The input as evidence."""
        peak = peaks.get(self.name) if self.is_active else None
        is_dead = self.name in peaks and peak is None and _SOUND_ONLY.search(self.kind) is not None
        silent = is_dead or peak == 0.0
        return ObsInput(
            name=self.name,
            kind=self.kind,
            is_active=self.is_active,
            muted=self.muted,
            peak_dbfs=20 * math.log10(peak) if peak else None,
            silent=None if peak is None and not is_dead else silent,
            media=self.state if self.kind in MEDIA or self.state != "none" else None,
            file_missing=not missing.isdisjoint(self.files),
        )


async def list_inputs(client: ObsClient) -> list[RawInput]:
    """Every input there is, in OBS's order. One that goes away meanwhile is left out."""
    listed = (await client.ask("GetInputList"))["inputs"]
    answers = await client.ask_all([question for each in listed for question in _questions(each["inputName"])])
    groups = [answers[at : at + 4] for at in range(0, len(answers), 4)]
    return [RawInput(each, group) for each, group in zip(listed, groups, strict=True) if group[0] is not None]


def _questions(name: str) -> list[Question]:
    data = {"inputName": name}
    return [
        ("GetSourceActive", {"sourceName": name}),
        ("GetInputMute", data),
        ("GetInputSettings", data),
        ("GetMediaInputStatus", data),
    ]


def files_of(settings: Message) -> Iterator[str]:
    """The files of this computer that an input plays or shows; addresses are none."""
    if settings.get("is_local_file") is False or settings.get("from_file") is False:
        return
    named = [settings.get(key) for key in _FILE_KEYS]
    lists = [settings.get(key) for key in _LIST_KEYS]
    named += [
        item.get("value") for items in lists if isinstance(items, list) for item in items if isinstance(item, dict)
    ]
    yield from (path for path in named if isinstance(path, str) and path and "://" not in path)


async def loudest(client: ObsClient, seconds: float) -> Peaks:
    """The peaks of a window. Where OBS goes away meanwhile, of the time before: the next question will tell."""
    peaks: dict[str, float | None] = {}
    with anyio.move_on_after(seconds):
        try:
            async for _, data in client.listen("InputVolumeMeters"):
                _take(peaks, data["inputs"])
        except NotSeen:
            return peaks
    return peaks


def _take(peaks: dict[str, float | None], meters: list[Message]) -> None:
    """Each channel's meter is (loudness, peak after the fader, peak before it)."""
    for meter in meters:
        name, levels = meter["inputName"], [float(channel[1]) for channel in meter["inputLevelsMul"]]
        known = peaks.get(name)
        peaks[name] = max((level for level in (*levels, known) if level is not None), default=None)
