"""Why a record was not written, and what a person can do about it."""

from __future__ import annotations

from svyaz.kernel.problem import BadValue, Problem


class UnknownField(Problem):
    """Absent and hidden look the same: both are named by the key the asker gave.  facts: field"""

    code = "unknown_field"


class FieldReadOnly(Problem):
    """facts: field (title)"""

    code = "field_read_only"
    status = 403


class FieldLocked(Problem):
    """A condition of the card makes the field read-only while the record is such.  facts: field (title), rule"""

    code = "field_locked"


class FieldLockedNow(Problem):
    """The same to whom the condition may not be told: it speaks of what he may not read.  facts: field (title)"""

    code = "field_locked_now"


class FieldRequired(BadValue):
    """facts: field (title)"""

    code = "field_required"


class LinkNotFound(BadValue):
    """Absent, in the trash and unseen are one answer.  facts: field (title), id"""

    code = "link_not_found"


class ValueTaken(BadValue):
    """Another living record has this unique value, and the reader may see it.  facts: field, value, record, id"""

    code = "value_taken"


class ValueTakenUnseen(BadValue):
    """The same, but which record it is the reader may not know.  facts: field, value"""

    code = "value_taken_unseen"


class CheckFailed(BadValue):
    """The field's own rule says no.  facts: field (title), rule (its message)"""

    code = "check_failed"


class RecordChangedMeanwhile(Problem):
    """Somebody wrote the same field first.  facts: record, changed, who, at, fields, version

    fields   [{"field", "title", "seen", "now", "mine"}]: cells of the value both began with, theirs and yours
    version  of the record as it is now: writing again with it means «mine»
    """

    code = "record_changed_meanwhile"
    status = 409


class VersionAhead(Problem):
    """A version the record never had.  facts: record, version, seen"""

    code = "version_ahead"
    status = 409


class RecordInUse(Problem):
    """Records that hold this one by a link with «не удалять».  facts: record, uses"""

    code = "record_in_use"
    status = 409


class NotInTrash(Problem):
    """facts: id"""

    code = "not_in_trash"
    status = 409


class LinkInTrash(BadValue):
    """What the record belongs to must come back first.  facts: record, field, far (labels)"""

    code = "link_in_trash"
    status = 409


class TooManyRecords(Problem):
    """facts: count, limit"""

    code = "too_many_records"


class NothingToUndo(Problem):
    """facts: batch"""

    code = "nothing_to_undo"
    status = 409


class UndoBlocked(Problem):
    """A single change cannot be taken back.  facts: record, reason"""

    code = "undo_blocked"
    status = 409


class SortNotPossible(Problem):
    """facts: field (title)"""

    code = "sort_not_possible"


class MeasureNotPossible(Problem):
    """facts: function, field"""

    code = "measure_not_possible"


class FileNotFound(Problem):
    """Absent, or on a record one may not see.  facts: id"""

    code = "file_not_found"
    status = 404


class IdempotencyKeyReused(Problem):
    """The same key came with another body.  facts: key"""

    code = "idempotency_key_reused"
    status = 409


class IdempotencyKeyTooLong(Problem):
    """facts: length, max"""

    code = "idempotency_key_too_long"


class BulkNotUnderstood(Problem):
    """An operation without what it needs.  facts: needs"""

    code = "bulk_not_understood"
