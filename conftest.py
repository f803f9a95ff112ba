"""The plugin that every test run has: a PostgreSQL of its own (tests/postgres.py)."""

pytest_plugins = ["tests.postgres"]
