"""What the show wants: the platforms it goes to with the room's own facts laid over ours, its content and its rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from rigcheck.platform import Fact, Origin, Platform, PlatformOverride, platform_named
from rigcheck.profile import Profile
from rigcheck.push_rule import PushRules

ROOM = Origin("room", "the room's profile", "")
_SIXTY_FROM = 50.0  # a camera asked for this many frames is asked for 60


@dataclass(frozen=True, slots=True)
class Wish:
    """The show as it is meant. `unknown`: names of platforms that nobody here knows; nothing of them limits the plan."""

    platforms: tuple[Platform, ...] = ()
    unknown: tuple[str, ...] = ()
    orientation: Literal["portrait", "landscape"] = "portrait"
    content: Literal["talking-head", "demo", "motion"] = "talking-head"
    pusher: Literal["obs", "companion", "hardware", "phone"] = "obs"
    low_latency: bool = False
    sixty: bool = False
    protocol: Literal["rtmp", "srt"] = "rtmp"
    rules: PushRules = field(default_factory=PushRules)

    @property
    def outputs(self) -> int:
        """Pushes at once: one a platform."""
        return max(1, len(self.platforms))

    @property
    def content_factor(self) -> float:
        """How much the content needs, times OBS's formula."""
        by_content = {"talking-head": self.rules.talking_head, "demo": self.rules.demo, "motion": self.rules.motion}
        return by_content[self.content]


def wish_of(profile: Profile, known: Mapping[str, Platform], names: Sequence[str] = ()) -> Wish:
    """The room's wish; `names` instead of the profile's platforms where there are any."""
    show = profile.show
    asked = tuple(dict.fromkeys(names or show.platforms))
    platforms = {found.id: found for name in asked if (found := _known(name, known, profile.platforms))}
    mode = profile.camera["main"].mode if "main" in profile.camera else None
    wants_srt = (profile.push.url or "").startswith("srt:") or [*platforms] == ["generic_srt"]
    return Wish(
        platforms=tuple(platforms.values()),
        unknown=tuple(name for name in asked if _known(name, known, profile.platforms) is None),
        orientation=show.orientation,
        content=show.content,
        pusher=show.pusher,
        low_latency=show.low_latency,
        sixty=show.content == "motion" or (mode is not None and mode.fps >= _SIXTY_FROM),
        protocol="srt" if wants_srt else "rtmp",
        rules=profile.recommend,
    )


def _known(name: str, known: Mapping[str, Platform], overrides: Mapping[str, PlatformOverride]) -> Platform | None:
    """A platform with what the room knows better; one that only the room knows has nothing else."""
    platform = platform_named(name, known)
    own = next((each for key, each in overrides.items() if _is_same(key, name, platform)), None)
    if platform is None and own is None:
        return None
    return overridden(platform or Platform(name, name), own or PlatformOverride())


def _is_same(key: str, name: str, platform: Platform | None) -> bool:
    return key == name if platform is None else platform_named(key, {platform.id: platform}) is not None


def overridden(platform: Platform, own: PlatformOverride) -> Platform:
    """The platform with the room's figures in place of ours; a room's most bit rate holds for every size."""
    told: dict[str, Any] = {
        name: Fact(value, ROOM)
        for name in ("max_kbps", "max_fps", "audio_kbps", "keyint_s", "bframes")
        if (value := getattr(own, name)) is not None
    }
    if own.max_kbps is not None:
        told["rates"] = ()
    if own.audio_hz is not None:
        told["audio_hz"] = Fact((own.audio_hz,), ROOM)
    if own.simulcast is not None:
        told["simulcast_forbidden_in"] = None if own.simulcast else Fact(("here",), ROOM)
    return replace(platform, **told)
