"""What every test may ask for."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def material() -> Path:
    """Real recordings with known answers, kept beside the project; the test is skipped where they are absent."""
    folder = Path(os.environ.get("RIGCHECK_MATERIAL", ROOT.parent / "shared" / "testmaterial"))
    if not folder.is_dir():
        pytest.skip("no recordings beside the project (set RIGCHECK_MATERIAL)")
    return folder


@pytest.fixture
def anyio_backend() -> str:
    """Asyncio is the only back end the product runs on."""
    return "asyncio"
