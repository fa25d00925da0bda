"""Tests: real PostgreSQL, real files, real models, real browser."""
