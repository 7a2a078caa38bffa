"""The body of `rigcheck profile new`: from options, questions and the devices that are there to a commented file."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rigcheck.cli.language import speak
from rigcheck.cli.output import write_whole
from rigcheck.errors import UsageError
from rigcheck.i18n import Catalogue
from rigcheck.loading import PROFILE_SCHEMA, ProfileError, load_profile, user_profile_dir
from rigcheck.model import Message


@dataclass(frozen=True, slots=True)
class Draft:
    """What a new profile says; None: not said (yet)."""

    room: str | None = None
    camera: str | None = None
    mic: str | None = None
    ups: str | None = None
    platform: str | None = None
    orientation: str | None = None


def write_draft(said: Draft, name: str | None, output: Path | None, *, force: bool, lang: str | None) -> Path:
    """Write the profile and return where. Raises UsageError where a file is there already, or a value cannot be."""
    words = speak(lang)
    path = _target(name or _file_name(said.room), output)
    if path.exists() and not force:
        raise UsageError(Message("error.new.exists", {"path": str(path)}))
    wanted = replace(said, room=said.room or name)
    if sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty():
        from rigcheck.cli.question import asked

        wanted = asked(wanted, words)
    text = draft_text(wanted, words)
    _refuse_unfit(text)
    if output is None:
        path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)
    return path


def draft_text(draft: Draft, words: Catalogue) -> str:
    """The YAML, with comments in the reader's language."""
    return "".join(f"{line}\n" for line in _lines(draft, words))


def _lines(draft: Draft, words: Catalogue) -> Iterator[str]:
    yield f"# yaml-language-server: $schema={PROFILE_SCHEMA.as_uri()}"
    yield from (f"# {line}" for line in words.lines("new.note.head"))
    yield f"room: {_quoted(draft.room or 'room')}"
    yield "show:"
    yield f"  platforms: [{_quoted(draft.platform or 'taobao')}]"
    yield f"  orientation: {draft.orientation or 'portrait'}  # portrait, landscape"
    yield f'  # starts: "20:00"  # {words.text("new.note.starts")}'
    yield f"  hours: 4  # {words.text('new.note.hours')}"
    yield f"camera:  # {words.text('new.note.camera')}"
    yield from _device("main", draft.camera)
    yield f"    # mode: 1920x1080@30  # {words.text('new.note.mode')}"
    yield f"    # rotate: 90  # {words.text('new.note.rotate')}"
    yield f"    # subject: [0.3, 0.2, 0.4, 0.5]  # {words.text('new.note.subject')}"
    yield f"  # backup: {{device: 1}}  # {words.text('new.note.backup')}"
    yield f"mic:  # {words.text('new.note.mic')}"
    yield from _device("main", draft.mic)
    yield "    layout: stereo  # mono, stereo, split, safety"
    yield f"power: {_power(draft.ups or 'os')}  # {words.text('new.note.power')}"
    yield f"# network:  # {words.text('new.note.network')}"
    yield "#   main: {interface: eth0}"
    yield f"#   backup: {{interface: wwan0, max_mb: 50}}  # {words.text('new.note.metered')}"
    yield f'#   http: {{url: "http://far-end.example:8080"}}  # {words.text("new.note.receiver")}'
    yield f"# push:  # {words.text('new.note.push')}"
    yield "#   url: rtmp://live.example/app"
    yield "#   key: env:STREAM_KEY"
    yield f"#   test: {{url: rtmp://127.0.0.1/live}}  # {words.text('new.note.trial')}"
    yield f"# backends:  # {words.text('new.note.backends')}"
    yield '#   - {name: coupons, url: "https://shop.example/coupons", status: 200, within_ms: 800}'
    yield f"# limits:  # {words.text('new.note.limits')}"
    yield "#   mic.loudness_lufs: {ok: [-18, -13], warn: [-24, -10]}"


def _device(role: str, device: str | None) -> Iterator[str]:
    yield f"  {role}:"
    named = "null" if not device else device if re.fullmatch(r"\d{1,3}", device) else _quoted(device)
    yield f"    device: {named}"


def _power(spec: str) -> str:
    """`nut:UPS@HOST`, `apcupsd:HOST:PORT`, `silent:NAME`, `os` or `none` as YAML."""
    if spec in ("os", "none"):
        return "{main: {os: true}}" if spec == "os" else "{}"
    kind, _, address = spec.partition(":")
    if kind not in ("nut", "apcupsd", "silent") or not address:
        raise UsageError(Message("error.new.ups", {"name": spec}))
    return f"{{ups: {{{kind}: {_quoted(address)}}}}}"


def _quoted(text: str) -> str:
    """A double-quoted YAML text; JSON's escapes are among YAML's."""
    return json.dumps(text, ensure_ascii=False)


def _target(name: str, output: Path | None) -> Path:
    if output is not None:
        return output
    if not re.fullmatch(r"[\w-]{1,60}", name):
        raise UsageError(Message("error.new.name", {"name": name}))
    return user_profile_dir() / f"{name}.yaml"


def _file_name(room: str | None) -> str:
    return room if room and re.fullmatch(r"[\w-]{1,60}", room) else "room"


def _refuse_unfit(text: str) -> None:
    """Raises UsageError with what the loader says: nothing that it would refuse is written."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.yaml"
        path.write_text(text, encoding="utf-8", errors="replace")
        try:
            load_profile(path)
        except ProfileError as error:
            lines = tuple(f"{issue.path}: {issue.what}" for issue in error.issues)
            raise UsageError(Message("error.new.unfit", {"issues": lines})) from None
