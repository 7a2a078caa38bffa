"""The pre-flight check of a live-commerce room."""

__version__ = "0.1.0"
