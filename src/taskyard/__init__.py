"""Taskyard: a self-hosted task yard for AI data work, where people and models stand at the same line."""

__version__ = "0.1.0"
