"""What `rigcheck profile new` asks in a terminal, with the devices that are there to choose from."""

from __future__ import annotations

from dataclasses import replace

import typer

from rigcheck.cli.draft import Draft
from rigcheck.cli.session import run_session
from rigcheck.i18n import Catalogue
from rigcheck.sources.devices import DeviceList, list_devices


def asked(draft: Draft, words: Catalogue) -> Draft:
    """The draft with answers where nothing was said. Questions go to stderr: stdout is for the path."""
    needs_list = None in (draft.camera, draft.mic, draft.ups)
    present = offers(run_session(list_devices)) if needs_list else {}
    return replace(
        draft,
        room=draft.room or _ask(words, "room", "room"),
        platform=draft.platform or _ask(words, "platform", "taobao"),
        orientation=draft.orientation or _ask_one_of(words, "orientation", ("portrait", "landscape")),
        camera=draft.camera or _choose(words, "camera", present.get("camera", ())),
        mic=draft.mic or _choose(words, "mic", present.get("mic", ())),
        ups=draft.ups or _choose(words, "ups", present.get("ups", ()), "os"),
    )


def offers(present: DeviceList) -> dict[str, tuple[str, ...]]:
    """What to choose from, by question; kinds that could not be listed offer nothing."""
    cameras = [camera for camera in present.cameras.items if not camera.is_virtual]
    names = [camera.name for camera in cameras]
    supplies = (f"{supply.origin}:{supply.name}" for supply in present.supplies.items if supply.origin != "os")
    return {
        "camera": tuple(camera.name if names.count(camera.name) == 1 else camera.path for camera in cameras),
        "mic": tuple(mic.name for mic in present.microphones.items),
        "ups": (*supplies, "os", "none"),
    }


def _ask(words: Catalogue, question: str, default: str) -> str:
    return str(typer.prompt(words.text(f"new.ask.{question}"), default=default, err=True)).strip() or default


def _ask_one_of(words: Catalogue, question: str, allowed: tuple[str, ...]) -> str:
    answer = ""
    while answer not in allowed:
        answer = _ask(words, question, allowed[0])
    return answer


def _choose(words: Catalogue, question: str, offered: tuple[str, ...], default: str = "") -> str:
    """A number picks from the list, anything else is taken as it is; nothing is the default."""
    for number, name in enumerate(offered, start=1):
        typer.echo(f"  {number}  {name}", err=True)
    text = words.text(f"new.ask.{question}")
    answer = str(typer.prompt(text, default=default, show_default=bool(default), err=True)).strip()
    if answer.isdecimal() and 1 <= int(answer) <= len(offered):
        return offered[int(answer) - 1]
    return answer
