"""What a colleague is told when the answer is no: what, and who can (rule 6).

Two families: the verb is not granted at all (`denied_<verb>`), and it is granted but this record
lies outside the scope (`denied_<verb>_record`).  Facts: entity (title), who_may (titles of roles,
joined); of a record also its number (the id), its department and why (what the asker's own roles give), never a value
of it.
"""

from __future__ import annotations

from svyaz.kernel.problem import Denied


class DeniedSeeRecord(Denied):
    code = "denied_see_record"


class DeniedAdd(Denied):
    code = "denied_add"


class DeniedAddRecord(Denied):
    code = "denied_add_record"


class DeniedChange(Denied):
    code = "denied_change"


class DeniedChangeRecord(Denied):
    code = "denied_change_record"


class DeniedDelete(Denied):
    code = "denied_delete"


class DeniedDeleteRecord(Denied):
    code = "denied_delete_record"


class DeniedExport(Denied):
    code = "denied_export"


class DeniedExportRecord(Denied):
    code = "denied_export_record"


class DeniedHistory(Denied):
    code = "denied_history"


class DeniedHistoryRecord(Denied):
    code = "denied_history_record"


class DeniedBulk(Denied):
    code = "denied_bulk"


class DeniedBulkRecord(Denied):
    code = "denied_bulk_record"


class DeniedShare(Denied):
    code = "denied_share"


class DeniedShareRecord(Denied):
    code = "denied_share_record"


class DeniedStage(Denied):
    """The record may be changed, but not moved to that stage.  facts: stage, who_may"""

    code = "denied_stage"


class DeniedAbility(Denied):
    """facts: ability, who_may"""

    code = "denied_ability"


BY_VERB: dict[str, type[Denied]] = {
    "add": DeniedAdd,
    "change": DeniedChange,
    "delete": DeniedDelete,
    "export": DeniedExport,
    "history": DeniedHistory,
    "bulk": DeniedBulk,
    "share": DeniedShare,
}

BY_VERB_OF_RECORD: dict[str, type[Denied]] = {
    "see": DeniedSeeRecord,
    "add": DeniedAddRecord,
    "change": DeniedChangeRecord,
    "delete": DeniedDeleteRecord,
    "export": DeniedExportRecord,
    "history": DeniedHistoryRecord,
    "bulk": DeniedBulkRecord,
    "share": DeniedShareRecord,
}
