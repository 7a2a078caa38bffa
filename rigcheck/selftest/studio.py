"""More good rooms: one with a baseline and a colour chart, one with two cameras, two packs on one receiver, a list."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from typing import cast

import numpy as np

from rigcheck.baseline import Baseline, MicBaseline
from rigcheck.checklist_state import ChecklistAnswer
from rigcheck.measure.camera import measure_noise
from rigcheck.measure.chart import PATCHES
from rigcheck.measure.drift import kept_picture
from rigcheck.measure.mic import measure_mic
from rigcheck.measure.picture import pixels
from rigcheck.profile import Box, Profile, Setting
from rigcheck.samples import AudioClip, CameraClip
from rigcheck.selftest.fault import Evidence, Scene
from rigcheck.selftest.picture import Codes, Places, repainted
from rigcheck.selftest.scene import in_profile
from rigcheck.value import Corners

ANCHOR = Box(0.02, 0.10, 0.20, 0.50)
"""A shelf whose goods stay: what the framing is told by."""
CARD = Box(0.30, 0.84, 0.14, 0.08)
"""Where a grey card is put up."""
CHART = Box(0.50, 0.84, 0.30, 0.12)
"""Where a colour chart is."""
_GREY = 128.0
_CLAP_S, _TAIL_S, _RINGS_S = 0.3, 2.0, 0.3
"""Of quiet before a clap, from it to the end of the take, and how long the room rings."""
_BLOCK = 480
"""Samples of a block of sound: 10 ms."""
ITEM = "Spare batteries are charged"


def grey_card(codes: Codes, _: Places) -> Codes:
    """A grey card in the picture."""
    rows, columns = pixels(CARD, *codes.shape[1:3])
    painted = codes.copy()
    painted[:, rows, columns] = _GREY
    return painted


def colour_chart(codes: Codes, _: Places) -> Codes:
    """A ColorChecker in the picture; in a grey one, as luma by BT.601."""
    rows, columns = pixels(CHART, *codes.shape[1:3])
    bgr = PATCHES.reshape(4, 6, 3)[..., ::-1].astype(np.float32)
    patches = bgr if codes.shape[3] == bgr.shape[2] else (bgr @ np.array([0.114, 0.587, 0.299], np.float32))[..., None]
    down, across = (np.arange(span.stop - span.start) for span in (rows, columns))
    painted = codes.copy()
    painted[:, rows, columns] = patches[(down * 4 // len(down))[:, None], (across * 6 // len(across))[None]]
    return painted


def with_clap(clip: AudioClip) -> AudioClip:
    """The take as far as it was prompted, and after it some quiet and a clap in the room."""
    before, after = (round(part * clip.rate_hz) for part in (_CLAP_S, _TAIL_S))
    prompted = clip.samples[: clip.quiet[1] if clip.quiet else None]
    return ringing(replace(clip, samples=np.concatenate((prompted, prompted[-before - after :]))))


def ringing(clip: AudioClip, rings_s: float = _RINGS_S) -> AudioClip:
    """The clap at the end of the take, in a room that rings for so long: noise that falls by 60 dB in that time."""
    after = round(_TAIL_S * clip.rate_hz)
    noise = np.random.default_rng(7).standard_normal((after, 1), np.float32)
    decay = np.power(10.0, -3 * np.arange(after)[:, None] / clip.rate_hz / rings_s)
    samples = clip.samples.copy()
    room = clip.samples[-2 * after - round(_CLAP_S * clip.rate_hz) :][:after]
    samples[-after:] = room + (0.25 * noise * decay).astype(np.float32)
    return replace(clip, samples=samples)


def clocked(clip: AudioClip, off_ppm: float = 0.0) -> AudioClip:
    """The take as a sound card delivered it whose clock is off: each block some tenths of a millisecond late."""
    blocks = len(clip.samples) // _BLOCK
    late = np.random.default_rng(8).uniform(0, 0.0004, blocks)
    due = np.arange(blocks) * _BLOCK / clip.rate_hz / (1 + off_ppm / 1e6)
    arrived = np.sort(due + late)
    return replace(clip, block=_BLOCK, arrived_s=tuple((arrived - arrived[0]).tolist()))


def _fitted(evidence: Evidence) -> Evidence:
    """Chart and card in the picture; a clap after the take, and a clock beside it."""
    clip, take = cast("CameraClip", evidence["camera@main"]), cast("AudioClip", evidence["mic@main"])
    shown = repainted(clip, lambda codes, at: colour_chart(grey_card(codes, at), at))
    return {**evidence, "camera@main": shown, "mic@main": clocked(with_clap(take))}


def _remembered(setting: Setting, evidence: Evidence) -> Setting:
    """The boxes in the profile, and the evidence itself as the room's good day."""
    device = replace(
        setting.profile.camera["main"],
        anchor=ANCHOR,
        grey=CARD,
        chart=_upright(CHART),
    )
    setting = replace(setting, profile=replace(setting.profile, camera={"main": device}))
    clip, take = cast("CameraClip", evidence["camera@main"]), cast("AudioClip", evidence["mic@main"])
    noise = measure_noise(clip)
    measured = (noise, *measure_mic(take, setting, "main"))
    kept, mic = kept_picture(clip, device, noise), setting.profile.mic["main"]
    baseline = Baseline(
        "good",
        datetime.combine(setting.today, time(), UTC),
        setting.profile.room,
        cameras={"main": kept} if kept else {},
        mics={"main": MicBaseline(mic.device or "", mic.layout, take.via)},
        figures={each.metric.id: each.value for each in measured if isinstance(each.value, float)},
    )
    return replace(setting, baseline=baseline)


def _upright(box: Box) -> Corners:
    right, bottom = box.x + box.w, box.y + box.h
    return Corners((box.x, box.y), (right, box.y), (right, bottom), (box.x, bottom))


def _two_cameras(evidence: Evidence) -> Evidence:
    """A second camera beside the first, open at the same time, with the same card in its picture."""
    clip = repainted(cast("CameraClip", evidence["camera@main"]), grey_card)
    beside = repainted(clip, lambda codes, _: 0.99 * codes)
    return {**evidence, "camera@main": replace(clip, began_s=40.0), "camera@side": replace(beside, began_s=40.1)}


def _with_side(profile: Profile) -> Profile:
    main = replace(profile.camera["main"], grey=CARD)
    return replace(profile, camera={"main": main, "side": replace(main, device="Logitech BRIO 2", obs_input=None)})


def _two_packs(evidence: Evidence) -> Evidence:
    """Two hosts, one after the other, each on a pack and a channel of their own."""
    clip = cast("AudioClip", evidence["mic@main"])
    voice, turn = clip.samples[:, 0], np.arange(len(clip.samples)) < len(clip.samples) // 3
    channels = np.where(turn, voice, 0.03 * voice), np.where(turn, 0.03 * voice, voice)
    return {**evidence, "mic@main": replace(clip, samples=np.stack(channels, axis=1), layout="split")}


def _split(profile: Profile) -> Profile:
    return replace(profile, mic={"main": replace(profile.mic["main"], layout="split")})


def _answered(evidence: Evidence) -> Evidence:
    return {**evidence, "checklist@1": ChecklistAnswer(ITEM, yes=True)}


STUDIO = Scene("studio", _remembered, _fitted)
"""With a baseline, a grey card, a colour chart, and a clap in the take."""
CAMERAS = Scene("cameras", in_profile(_with_side), _two_cameras)
"""With a second camera."""
PACKS = Scene("packs", in_profile(_split), _two_packs)
"""With two wireless packs on the two channels of one receiver."""
LIST = Scene("list", in_profile(lambda profile: replace(profile, checklist=(ITEM,))), _answered)
"""With a list of the room's own."""
