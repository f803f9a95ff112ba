"""What can go wrong with a database that a person can understand and put right."""

from __future__ import annotations

import errno

from svyaz.kernel.problem import Problem

# No space, no quota, or the longest file that the process may write.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class DatabaseGone(Problem):
    """The connection broke or the file cannot be read; nothing of the request was written."""

    code = "database_gone"  # facts: reason
    status = 503


class DatabaseBusy(Problem):
    """Another change holds the database longer than we are ready to wait."""

    code = "database_busy"
    status = 503


class DiskFull(Problem):
    """No room left for the write; it was rolled back whole."""

    code = "disk_full"
    status = 503


def is_full(error: BaseException) -> bool:
    """Whether the system refused to write because there is no room."""
    return isinstance(error, OSError) and error.errno in _FULL


class ConcurrentChange(Problem):
    """Two changes waited for each other and the database let one of them go: ask again."""

    code = "concurrent_change"
    status = 409


class UniqueTaken(Problem):
    """A value declared unique belongs to a living record already.

    entity, field   keys;  value: as its unique key;  id: of the record that has it, None when the
    database itself refused and nobody can be asked any more
    """

    code = "unique_taken"  # facts: entity, field, value, id
    status = 409
