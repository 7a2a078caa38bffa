"""Where a run looks: this computer or a recording, which room, and under which conditions."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from rigcheck.check import Source
from rigcheck.checks import ALL_CHECKS
from rigcheck.cli.attendant import Attendant
from rigcheck.cli.options import MicOptions, Options
from rigcheck.cli.rooms import find_room, room_key
from rigcheck.drill_plan import Backup
from rigcheck.errors import UsageError
from rigcheck.i18n import Catalogue
from rigcheck.loading import load_profile
from rigcheck.model import Message, Stage
from rigcheck.present.progress import shows_prompts
from rigcheck.profile import Profile, main_name

KNOWN = tuple(check.id for check in ALL_CHECKS)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a run looks, and what that says about the conditions."""

    source: Source
    now: datetime
    profile: Profile
    stage: Stage
    attended: bool
    raw: bool


def find_evidence(options: Options, words: Catalogue) -> Evidence:
    """Where to look, in which room: this computer, or what was recorded. A quiet take goes with a recording only."""
    if options.replay:
        return _recorded(options, options.replay)
    if isinstance(options, MicOptions) and options.quiet_take is not None:
        raise UsageError(Message("error.usage.quiet-take", {"path": str(options.quiet_take)}))
    return _live(options, words)


def _live(options: Options, words: Catalogue) -> Evidence:
    from rigcheck.cli.drill_store import kept_drills
    from rigcheck.sources.live import LiveSource

    path = find_room(options.named_profile)
    profile = load_profile(path, checks=KNOWN) if path else Profile()
    listens = sys.stdin is not None and sys.stdin.isatty()
    is_prompted = listens and shows_prompts(sys.stderr, quiet=options.quiet or options.cron)
    stage = options.stage or (Stage.ROOM if options.cron else Stage.HOST)
    attendant = Attendant(words) if is_prompted and stage is Stage.HOST else None
    return Evidence(
        source=LiveSource(ask=attendant.ask if attendant else None, drilled=partial(kept_drills, room_key(profile))),
        now=datetime.now().astimezone(),
        profile=profile,
        stage=stage,
        attended=is_prompted,
        raw=options.raw,
    )


def _recorded(options: Options, spec: str) -> Evidence:
    from rigcheck.sources.replay import FixtureSource, open_replay

    path = find_room(options.named_profile) if options.named_profile else None
    quiet_take = options.quiet_take if isinstance(options, MicOptions) else None
    source = open_replay(spec, quiet_take=quiet_take, phases=path is not None)
    if isinstance(source, FixtureSource):
        return Evidence(
            source=source,
            now=source.recorded_at,
            profile=load_profile(path or source.profile_path, checks=KNOWN),
            stage=options.stage or source.stage,
            attended=source.attended,
            raw=options.raw or source.raw,
        )
    profile = only_main(load_profile(path, checks=KNOWN)) if path else Profile()
    now = datetime.now().astimezone()
    return Evidence(source, now, profile, options.stage or Stage.HOST, attended=path is not None, raw=options.raw)


def only_main(profile: Profile) -> Profile:
    """The room with only its main devices: one plain file is evidence of one device."""
    return replace(
        profile,
        camera=_main(profile.camera),
        mic=_main(profile.mic),
        power=_main(profile.power),
        network=replace(profile.network, lines=_main(profile.network.lines)),
        obs={role: pc for role, pc in profile.obs.items() if role == "main"},
        backup=Backup(),
        drills=(),
    )


def _main(devices: dict[str, T]) -> dict[str, T]:
    name = main_name(tuple(devices))
    return {name: devices[name]} if devices else {}
