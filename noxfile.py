"""Both ends of every dependency range, and every Python at hand. `nox -s lowest`, `nox -s opencv4`, `nox -s pythons`."""

import nox

nox.options.default_venv_backend = "venv"
PYPROJECT = nox.project.load_toml("pyproject.toml")
DEV = nox.project.dependency_groups(PYPROJECT, "dev")
TESTS = ("pytest", "-n", "2", "--ignore=tests/test_quality.py")  # linters need no second run


def _floor(requirement: str) -> str:
    """The lowest version that a requirement allows, pinned."""
    name, _, rest = requirement.partition(">=")
    return f"{name}=={rest.split(',')[0]}.*" if rest else requirement


@nox.session(python="3.11")
def lowest(session: nox.Session) -> None:
    session.install("-e", ".", *DEV, *(_floor(entry) for entry in PYPROJECT["project"]["dependencies"]))
    session.run(*TESTS, *session.posargs)


@nox.session(python="3.11")
def opencv4(session: nox.Session) -> None:
    session.install("-e", ".", *DEV, "opencv-python<5")
    session.run(*TESTS, *session.posargs)


@nox.session(python=["3.11", "3.12", "3.13", "3.14"])
def pythons(session: nox.Session) -> None:
    session.install("-e", ".", *DEV)
    session.run(*TESTS, *session.posargs)
