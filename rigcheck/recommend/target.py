"""What the show means to send, before any line is known: the rate a test of the line is paced at."""

from __future__ import annotations

from collections.abc import Mapping

from rigcheck.platform import Platform
from rigcheck.profile import Profile
from rigcheck.push_plan import Target
from rigcheck.recommend.camera import camera_of
from rigcheck.recommend.constraint import fixed_of
from rigcheck.recommend.evidence import Evidence
from rigcheck.recommend.option import survey
from rigcheck.recommend.wish import wish_of


def target_of(profile: Profile, platforms: Mapping[str, Platform]) -> Target:
    """The best shape that platforms and the profile's camera mode allow, at what is enough for it.

    Where they allow none (a camera of few pixels), the usual one: the line is tested all the same.
    """
    wish = wish_of(profile, platforms)
    main = profile.camera.get("main")
    fixed = fixed_of(wish)
    found = survey(wish, Evidence(camera=camera_of(main, wish.orientation) if main else None), fixed, None)
    if not found.fitting:
        return Target(audio_kbps=fixed.audio_kbps.value, outputs=wish.outputs)
    best = found.fitting[0]
    return Target(
        best.shape.width_px, best.shape.height_px, best.shape.fps, best.kbps, fixed.audio_kbps.value, wish.outputs
    )
