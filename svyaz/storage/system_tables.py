"""Tables of the engine itself, all of them, in one metadata.

A new base is made from this list at once and is stamped with every migration; an old one is brought here
by migrations/.  A table or a column added here therefore needs a migration once the product is released.
Instants are TEXT «2026-11-24T05:58:00Z» on SQLite and timestamptz on PostgreSQL.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from svyaz.storage.session import Session

METADATA = sa.MetaData()

Big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
Instant = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
YesNo = sa.Integer()


def _table(name: str, *parts: sa.schema.SchemaItem, **arguments: Any) -> sa.Table:
    return sa.Table(name, METADATA, *parts, **arguments)


def _column(name: str, kind: Any, *rest: Any, null: bool = False, **arguments: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, *rest, nullable=null, **arguments)


# What the base knows about itself: org_revision and the like.
META = _table("sv_meta", _column("key", Text, primary_key=True), _column("value", Text))

MIGRATION = _table(
    "sv_migration",
    _column("number", sa.Integer, primary_key=True, autoincrement=False),
    _column("title", Text),
    _column("at", Instant),
)

# Every configuration the company has had; the last is in force.  source: JSON of schema.source.
REVISION = _table(
    "sv_revision",
    _column("number", sa.Integer, primary_key=True, autoincrement=False),
    _column("at", Instant),
    _column("actor", Big, null=True),
    _column("title", Text),
    _column("digest", Text),
    _column("source", Text),
    _column("steps", Text),  # JSON of what was done to the tables, explained
)

# Changes of the configuration that wait for the night, or were not applied then (storage/put_off.py).
PUT_OFF = _table(
    "sv_put_off",
    _column("id", Big, primary_key=True, autoincrement=False),
    _column("actor", Big, null=True),
    _column("title", Text),
    _column("revision", sa.Integer),
    _column("wanted", Text),
    _column("confirm", Text),
    _column("steps", Text),
    _column("milliseconds", Big),
    _column("run_at", Instant),
    _column("job", Big, null=True),
    _column("problem", Text, null=True),
    _column("created_at", Instant),
)

# SQLite's sequences, and on both the last position given by the publisher.
COUNTER = _table("sv_counter", _column("name", Text, primary_key=True), _column("value", Big))

CHANGE = _table(
    "sv_change",
    _column("seq", Big, sa.Identity(), primary_key=True),
    _column("xid", Big, null=True),  # PostgreSQL: of the writing transaction; what `publish` orders by
    _column("position", Big, null=True),
    _column("entity", sa.Integer),
    _column("record", Big),
    _column("version", sa.Integer),
    _column("kind", Text),
    _column("actor", Big, null=True),
    _column("cause", Text),
    _column("batch", Big, null=True),
    _column("at", Instant),
    _column("body", Text),
    sa.Index("ix_sv_change_record", "record", "seq"),
    sa.Index(
        "ix_sv_change_batch",
        "batch",
        sqlite_where=sa.text("batch IS NOT NULL"),
        postgresql_where=sa.text("batch IS NOT NULL"),
    ),
    sa.Index(
        "ix_sv_change_position",
        "position",
        postgresql_where=sa.text("position IS NOT NULL"),
        sqlite_where=sa.text("position IS NOT NULL"),
        unique=True,
    ),
    sa.Index(
        "ix_sv_change_fresh",
        "xid",
        "seq",
        postgresql_where=sa.text("position IS NULL"),
        sqlite_where=sa.text("xid IS NOT NULL"),
    ),
    sqlite_autoincrement=True,  # a number is not given twice even when old rows are cut off
)

BATCH = _table(
    "sv_batch",
    _column("id", Big, primary_key=True, autoincrement=False),
    _column("actor", Big, null=True),
    _column("cause", Text),
    _column("title", Text),
    _column("at", Instant),
    _column("undone_by", Big, null=True),
    _column("undoes", Big, null=True),
)

STAGE_MOVE = _table(
    "sv_stage_move",
    _column("id", Big, sa.Identity(), primary_key=True),
    _column("entity", sa.Integer),
    _column("record", Big),
    _column("pipeline", Text),
    _column("stage", Text),
    _column("entered_at", Instant),
    _column("left_at", Instant, null=True),
    _column("written_at", Instant),  # when the base learned of the stay, and of its end (NULL: with the stay)
    _column("closed_at", Instant, null=True),
    sa.Index("ix_sv_stage_move_record", "record", "id"),
    sa.Index("ix_sv_stage_move_stage", "entity", "stage", "entered_at"),
)

NUMBERING = _table(
    "sv_numbering",
    _column("field", sa.Integer, primary_key=True, autoincrement=False),
    _column("period", Text, primary_key=True),
    _column("value", Big),
)

REACH = _table(
    "sv_reach",
    _column("reader", Big, primary_key=True, autoincrement=False),
    _column("scope", Text, primary_key=True),
    _column("employee", Big, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

# One record opened to a person, a group or a department (storage/shares.py).
SHARE = _table(
    "sv_share",
    _column("id", Big, primary_key=True, autoincrement=False),
    _column("entity", sa.Integer),
    _column("record", Big),
    _column("kind", Text),
    _column("whom", Big),
    _column("edit", YesNo),
    _column("until", Instant, null=True),
    _column("created_at", Instant),
    _column("created_by", Big, null=True),
    sa.Index("uq_sv_share_record", "record", "whom", unique=True),
    sa.Index("ix_sv_share_whom", "whom", "record"),
)

FILE = _table(
    "sv_file",
    _column("id", Big, primary_key=True, autoincrement=False),
    _column("sha256", Text),
    _column("name", Text),
    _column("media_type", Text),
    _column("size", Big),
    _column("created_at", Instant),
    _column("created_by", Big, null=True),
    _column("entity", sa.Integer, null=True),  # where it is attached; NULL: uploaded and not used yet
    _column("record", Big, null=True),
    sa.Index("ix_sv_file_sha256", "sha256"),
    sa.Index("ix_sv_file_record", "record"),
)

JOB = _table(
    "sv_job",
    _column("id", Big, primary_key=True, autoincrement=False),
    _column("queue", Text),
    _column("task", Text),
    _column("arguments", Text),
    _column("key", Text, null=True),  # one waiting or running job of a key; emptied when it ends
    _column("state", Text),  # ready running done dead cancelled
    _column("run_at", Instant),
    _column("attempts", sa.Integer),
    _column("lease_until", Instant, null=True),
    _column("worker", Text, null=True),
    _column("progress", Big, null=True),
    _column("total", Big, null=True),
    _column("cancel", YesNo),  # somebody asked to stop
    _column("error", Text, null=True),
    _column("answer", Text, null=True),
    _column("created_at", Instant),
    _column("created_by", Big, null=True),
    _column("ended_at", Instant, null=True),
    sa.Index("uq_sv_job_key", "key", unique=True),
    sa.Index("ix_sv_job_state", "state", "run_at"),
)

SCHEDULE = _table(
    "sv_schedule",
    _column("key", Text, primary_key=True),
    _column("next_at", Instant),
    _column("last_at", Instant, null=True),
)

# --- sign-in (storage/accounts.py); times are microseconds since 1970

LOGIN = _table(
    "sv_login",
    _column("employee", Big, primary_key=True, autoincrement=False),
    _column("login", Text),
    _column("login_key", Text, unique=True),
    _column("password_hash", Text, null=True),
    _column("active", YesNo),
    _column("must_change", YesNo),
    # Shut by a person, not by leaving the company: whoever is taken back stays shut.
    _column("blocked", YesNo, server_default="0"),
)

SESSION = _table(
    "sv_session",
    _column("key_hash", Text, primary_key=True),
    _column("employee", Big, index=True),
    _column("csrf", Text),
    _column("created_at", Big),
    _column("seen_at", Big),
    _column("expires_at", Big),
    _column("address", Text),
    _column("browser", Text),
    # When the person last proved to be himself: password, passkey, provider.
    _column("confirmed_at", Big, server_default="0"),
)

# The second step of sign-in (storage/second_steps.py).  secret: sealed; confirmed: a first code has been given.
SECOND_FACTOR = _table(
    "sv_second_factor",
    _column("employee", Big, primary_key=True, autoincrement=False),
    _column("secret", Text),
    _column("confirmed", YesNo),
    _column("last_step", Big),
    _column("created_at", Big),
)

RECOVERY_CODE = _table(
    "sv_recovery_code",
    _column("employee", Big, primary_key=True, autoincrement=False),
    _column("code_hash", Text, primary_key=True),
)

PASSKEY = _table(
    "sv_passkey",
    _column("id", Big, primary_key=True, autoincrement=False),
    _column("employee", Big, index=True),
    _column("credential", Text, unique=True),
    _column("public_key", Text),
    _column("sign_count", Big),
    _column("title", Text),
    _column("created_at", Big),
    _column("used_at", Big, null=True),
)

# Who a person is at an outside provider (OpenID Connect).
OUTSIDE_LOGIN = _table(
    "sv_outside_login",
    _column("issuer", Text, primary_key=True),
    _column("subject", Text, primary_key=True),
    _column("employee", Big, index=True),
    _column("created_at", Big),
)

# What sign-in has begun and waits for, once: a second step, a passkey's challenge, the way back from a provider.
CHALLENGE = _table(
    "sv_challenge",
    _column("key_hash", Text, primary_key=True),
    _column("kind", Text),
    _column("employee", Big, null=True),
    _column("facts", Text),
    _column("expires_at", Big, index=True),
)

# Sessions that look at the company as a colleague does (storage/view_as.py).
VIEW_AS = _table(
    "sv_view_as",
    _column("key_hash", Text, primary_key=True),
    _column("employee", Big),
    _column("began_at", Big),
)

TOKEN = _table(
    "sv_token",
    _column("id", Big, primary_key=True, autoincrement=False),
    _column("key_hash", Text, unique=True),
    _column("employee", Big, index=True),
    _column("title", Text),
    _column("scope", Text),
    _column("created_at", Big),
    _column("expires_at", Big),
    _column("used_at", Big, null=True),
)

ROLE_MEMBER = _table(
    "sv_role_member",
    _column("employee", Big, primary_key=True, autoincrement=False),
    _column("role", Text, primary_key=True),
)

ATTEMPT = _table(
    "sv_attempt",
    _column("id", Big, sa.Identity(), primary_key=True),
    _column("key", Text),
    _column("at", Big),
    sa.Index("ix_sv_attempt_key", "key", "at"),
)

# Letters that wait to be sent, and what became of them (storage/letters.py).  sealed: what is in it, until it has gone.
LETTER = _table(
    "sv_letter",
    _column("id", Big, primary_key=True, autoincrement=False),
    _column("recipient", Text),
    _column("message_id", Text),
    _column("sealed", Text, null=True),
    _column("state", Text),
    _column("attempts", sa.Integer),
    _column("next_at", Big),
    _column("created_at", Big),
    _column("sent_at", Big, null=True),
    _column("problem", Text, null=True),
    sa.Index("ix_sv_letter_state", "state", "next_at"),
)

# One-time links of invitations and of forgotten passwords (storage/invitations.py).
INVITATION = _table(
    "sv_invitation",
    _column("id", Big, primary_key=True, autoincrement=False),
    _column("token_hash", Text, unique=True),
    _column("employee", Big, index=True),
    _column("kind", Text),
    _column("stamp", Text),
    _column("created_at", Big),
    _column("created_by", Big, null=True),
    _column("expires_at", Big),
    _column("used_at", Big, null=True),
    _column("revoked_at", Big, null=True),
    _column("letter", Big, null=True),
)

# Who came in, and what was done about rights and ways in (storage/journal.py).  facts: JSON, never a secret.
JOURNAL = _table(
    "sv_journal",
    _column("id", Big, sa.Identity(), primary_key=True),
    _column("at", Big, index=True),
    _column("kind", Text),
    _column("actor", Big, null=True),
    _column("employee", Big, null=True, index=True),
    _column("address", Text),
    _column("browser", Text),
    _column("facts", Text),
)

# What the company settled that is no configuration: logo, working calendar, connectors.  value: JSON.
SETTING = _table("sv_setting", _column("key", Text, primary_key=True), _column("value", Text))

# What is personal: widths, pins, saved views.  value: JSON.
PREFERENCE = _table(
    "sv_preference",
    _column("employee", Big, primary_key=True, autoincrement=False),
    _column("key", Text, primary_key=True),
    _column("value", Text),
)

# Views people made for themselves or to share.  entity: its number; owner: an employee, null for a shared one;
# roles, body: JSON.  They are data: the views of a solution are in the configuration.
SAVED_VIEW = _table(
    "sv_view",
    _column("id", Big, primary_key=True, autoincrement=False),
    _column("entity", sa.Integer),
    _column("owner", Big, null=True),
    _column("title", Text),
    _column("roles", Text),
    _column("body", Text),
    _column("version", sa.Integer),
    _column("changed_at", Instant),
    _column("changed_by", Big, null=True),
    _column("deleted_at", Instant, null=True),
    sa.Index("ix_sv_view_entity", "entity", "owner"),
)

# What the bell shows a person.
NOTICE = _table(
    "sv_notice",
    _column("id", Big, primary_key=True, autoincrement=False),
    _column("employee", Big),
    _column("kind", Text),
    _column("entity", sa.Integer),
    _column("record", Big),
    _column("at", Instant),
    _column("read_at", Instant, null=True),
    sa.Index("ix_sv_notice_employee", "employee", "id"),
)

# What an import was told and how far it went.  Everything but the state is JSON of exchange.
IMPORT_RUN = _table(
    "sv_import_run",
    _column("id", Big, primary_key=True, autoincrement=False),
    _column("entity", Text),
    _column("state", Text),
    _column("actor", Big, null=True),
    _column("file", Big, null=True),
    _column("batch", Big, null=True),
    _column("job", Big, null=True),
    _column("created_at", Instant),
    _column("body", Text),
)

# What became of each row of an imported file, or would become: a check keeps its rows under a number of its own.
# label: how the row calls itself, where no record tells it.  problem: JSON for the error file.
IMPORT_ROW = _table(
    "sv_import_row",
    _column("run", Big, primary_key=True, autoincrement=False),
    _column("row", Big, primary_key=True, autoincrement=False),
    _column("fate", Text),
    _column("record", Big, null=True),
    _column("problem", Text, null=True),
    _column("label", Text, null=True),
)

# Who of a directory (Active Directory, LDAP) is which employee; what each look at it found (storage/directory.py).
DIRECTORY_PERSON = _table(
    "sv_directory_person",
    _column("guid", Text, primary_key=True),
    _column("employee", Big, unique=True),
    _column("shut", YesNo),
    _column("told", Text),
)

DIRECTORY_RUN = _table(
    "sv_directory_run",
    _column("id", Big, primary_key=True, autoincrement=False),
    _column("state", Text),
    _column("actor", Big, null=True),
    _column("batch", Big, null=True),
    _column("job", Big, null=True),
    _column("created_at", Instant),
    _column("body", Text),
)

DIRECTORY_ROW = _table(
    "sv_directory_row",
    _column("run", Big, primary_key=True, autoincrement=False),
    _column("row", Big, primary_key=True, autoincrement=False),
    _column("fate", Text),
    _column("employee", Big, null=True),
    _column("done", YesNo),
    _column("troubled", YesNo),
    _column("body", Text),
)

# Idempotency-Key of a POST: the answer that the first of them got.
ANSWERED = _table(
    "sv_answered",
    _column("employee", Big, primary_key=True, autoincrement=False),
    _column("key", Text, primary_key=True),
    _column("request", Text),
    _column("status", sa.Integer),
    _column("answer", Text),
    _column("at", Instant, index=True),
)

# --- search (storage/search_*.py); the entries themselves are in tables made for each object, sv_search_<number>

# One row: up to where the log has been read, for which configuration, by which rules words are taken apart.
SEARCH_STATE = _table(
    "sv_search_state",
    _column("id", sa.Integer, primary_key=True, autoincrement=False),
    _column("stamp", Big),  # moves with every write: who prepared his by an older one is late
    _column("position", Big),
    _column("revision", Big),
    _column("form", Text),
)

# How the fields of an object are split into groups that the same readers see.  groups: JSON of search.groups.
SEARCH_PLAN = _table(
    "sv_search_plan",
    _column("entity", sa.Integer, primary_key=True, autoincrement=False),
    _column("groups", Text),
    _column("free", sa.Integer),  # the next number of a group; a number left is not given again
    _column("below", Big, null=True),  # records under this id are still to be gone through; NULL: all are done
)

# Words of what can be found, by their stems; form: one of the spellings met.
SEARCH_WORD = _table(
    "sv_search_word",
    _column("word", Text, primary_key=True),
    _column("entity", sa.Integer, primary_key=True, autoincrement=False),
    _column("count", Big),
    _column("form", Text),
    sqlite_with_rowid=False,
)

# Each word with one letter left out: what a word with a typo is found by.
SEARCH_MISS = _table(
    "sv_search_miss",
    _column("miss", Text, primary_key=True),
    _column("word", Text, primary_key=True),
    sa.Index("ix_sv_search_miss_word", "word"),
    sqlite_with_rowid=False,
)

DIALECTS: dict[str, Any] = {"sqlite": sqlite, "postgresql": postgresql}


@cache
def statements(dialect: str) -> tuple[str, ...]:
    """DDL of all tables, one statement each, ready to run."""
    target = DIALECTS[dialect].dialect()
    made = []
    for table in METADATA.sorted_tables:
        made.append(str(CreateTable(table).compile(dialect=target)).strip())
        made += [str(CreateIndex(index).compile(dialect=target)) for index in sorted(table.indexes, key=str)]
    if dialect == "postgresql":
        made.append("CREATE SEQUENCE sv_id")
        made.append("ALTER TABLE sv_change ALTER COLUMN xid SET DEFAULT pg_current_xact_id()::text::bigint")
    else:
        made.append("INSERT INTO sv_counter (name, value) VALUES ('id', 0)")
    made.append("INSERT INTO sv_counter (name, value) VALUES ('position', 0)")
    return tuple(made)


def create(session: Session) -> None:
    """All system tables in an empty file or schema."""
    for statement in statements(session.dialect):
        session.run(statement)
