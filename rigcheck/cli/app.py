"""The commands. Their bodies are imported when they are called, so that --help stays quick."""

from __future__ import annotations

import inspect
from dataclasses import fields
from typing import Annotated, Any, get_type_hints

import typer

from rigcheck.cli import baseline, devices, drill, explain, now, platforms, profile, receiver, selftest
from rigcheck.cli.options import (
    IngestOptions,
    MicOptions,
    NetworkOptions,
    Options,
    PreflightOptions,
    RecommendOptions,
    RecordOptions,
    SyncOptions,
)

PARTS = {
    "camera": "Cameras: mode, rate, drops, freezes, noise.",
    "light": "Light, in the camera's picture: exposure, backlight, flicker.",
    "mic": "Microphones: level, clipping, hum, dropouts.",
    "sync": "Sound against picture: flashes and beeps, or claps with light.",
    "network": "Lines: up, isolated, upload held, delay under load, loss.",
    "ingest": "Where the show goes: the way in, and a trial push to the test ingest.",
    "obs": "OBS: scene, inputs, target, late and dropped frames.",
    "power": "UPS and mains.",
    "host": "The streaming PC.",
    "backend": "The shop's own services: coupons, orders.",
    "backup": "What stands by: ready, like the main one, and drilled not long ago.",
    "checklist": "The room's own list: what only a person can tell, asked in the terminal.",
}

OPTIONS: dict[str, type[Options]] = {
    "mic": MicOptions,
    "sync": SyncOptions,
    "network": NetworkOptions,
    "ingest": IngestOptions,
}
"""Of the parts that have some of their own."""

app = typer.Typer(
    name="rigcheck",
    help="Pre-flight check of a live-commerce room. Try: rigcheck preflight --replay demo:bad",
    invoke_without_command=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def root(
    context: typer.Context,
    *,
    version: Annotated[bool, typer.Option("-V", "--version", is_eager=True, help="Show the version and exit.")] = False,
) -> None:
    """Pre-flight check of a live-commerce room. Try: rigcheck preflight --replay demo:bad."""
    if version:
        from rigcheck import __version__

        typer.echo(f"rigcheck {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def add_probe(name: str, about: str, kind: type[Options], parts: tuple[str, ...] | None) -> None:
    """Add a probing command whose parameters are the fields of `kind`; `parts` are what it looks at (None: all)."""
    hints = get_type_hints(kind, include_extras=True)
    parameters = [
        inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.name == "directory" else field.default,
            annotation=hints[field.name],
        )
        for field in fields(kind)
    ]

    def command(**values: Any) -> int:  # noqa: ANN401 - typer fills in what the signature below declares
        options = kind(**values)
        if isinstance(options, RecommendOptions):
            from rigcheck.cli.recommend import recommend_room

            return recommend_room(options)
        from rigcheck.cli.probe import probe

        return probe(name, parts, options)

    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # typer reads the signature
    command.__annotations__ = {field.name: hints[field.name] for field in fields(kind)}
    app.command(name, help=about)(command)


add_probe("preflight", "Every check of the room: one verdict, worst first.", PreflightOptions, None)
for part, about in PARTS.items():
    add_probe(part, about, OPTIONS.get(part, Options), (part,))
add_probe("record", "The same run as preflight, with every raw sample kept in DIR.", RecordOptions, None)
add_probe(
    "recommend", "What to push, measured and explained: size, rate, encoder, sound, tiers.", RecommendOptions, None
)
app.command("platforms", help="The platform facts in use, with source and date.")(platforms.platforms)
app.command("now", help="The first broken link and the steps of its backup; read-only, 5 s, safe on air.")(now.now)
app.command("devices", help="Cameras, microphones, interfaces and UPSes, with names to paste.")(devices.devices)
app.command("explain", help="What a metric or a check means, its limit, and what to do.")(explain.explain)
app.command("selftest", help="Every known fault in good evidence: does each check go red for its own?")(
    selftest.selftest
)
app.command("receiver", help="The far end of upload tests, for a rented server or a second PC.")(receiver.receiver)
app.add_typer(baseline.app, name="baseline")
app.add_typer(drill.app, name="drill")
app.add_typer(profile.app, name="profile")
