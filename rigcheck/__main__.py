"""The entry point of `rigcheck` and `python -m rigcheck`."""

import sys

from rigcheck import __version__


def main() -> int:
    """Run the command line; returns the exit code. `--version` is answered before anything heavy is loaded."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        sys.stdout.write(f"rigcheck {__version__}\n")
        return 0
    from rigcheck.cli.main import run_command_line  # noqa: PLC0415 - --version must not pay for this

    return run_command_line(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
