"""The `taskyard` command."""

from taskyard.cli.main import main

__all__ = ["main"]
