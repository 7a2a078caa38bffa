"""The language to speak."""

from __future__ import annotations

import locale
import os
import sys

from rigcheck.i18n import Catalogue, choose_language, load_catalogue


def speak(flag: str | None) -> Catalogue:
    """The catalogue of the language asked for, or the environment's. Raises UsageError for one there is not."""
    return load_catalogue(choose_language(flag, os.environ, _windows_language()))


def _windows_language() -> str | None:
    """The language of Windows' own user interface, such as zh_CN; None on other systems."""
    if sys.platform == "win32":
        import ctypes

        return locale.windows_locale.get(ctypes.windll.kernel32.GetUserDefaultUILanguage())
    return None
