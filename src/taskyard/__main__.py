"""`python -m taskyard` is the `taskyard` command."""

from taskyard.cli import main

main()
