"""What a drill can do to an OBS, over obs-websocket 5: each deed looks first, is seen to have happened, and is set back."""

from __future__ import annotations

from rigcheck.drills.action import Action
from rigcheck.drills.obs import ObsAction
from rigcheck.drills.obs_scene import Items, ItemWants, Scene, SceneWants
from rigcheck.drills.obs_sound import InputWants, Media, MediaWants, Sound
from rigcheck.drills.obs_stream import CameraWants, Stream, StreamWants, VirtualCamera

OBS_ACTIONS: tuple[Action, ...] = (
    ObsAction("obs_scene", SceneWants, "scene", Scene()),
    ObsAction("obs_input_off", ItemWants, "input", Items(shown=False)),
    ObsAction("obs_input_on", ItemWants, "input", Items(shown=True)),
    ObsAction("obs_mute", InputWants, "input", Sound(muted=True)),
    ObsAction("obs_unmute", InputWants, "input", Sound(muted=False)),
    ObsAction("obs_media", MediaWants, "input", Media()),
    ObsAction("obs_virtual_camera", CameraWants, "do", VirtualCamera()),
    ObsAction("obs_stream", StreamWants, "do", Stream()),
)
