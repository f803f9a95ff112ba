"""What may be wrong with a configuration.  Each has its place: `solutions/sales/entities/product.toml: field 3 (price)`."""

from __future__ import annotations

from svyaz.kernel.problem import Problem


class SourceUnreadable(Problem):
    """A file that is not TOML, not UTF-8 or not there."""

    code = "source_unreadable"  # facts: detail


class SettingMissing(Problem):
    code = "setting_missing"  # facts: setting


class SettingUnknown(Problem):
    code = "setting_unknown"  # facts: setting, known


class SettingNotText(Problem):
    code = "setting_not_text"  # facts: setting


class SettingNotWhole(Problem):
    code = "setting_not_whole"  # facts: setting


class SettingNotYesNo(Problem):
    code = "setting_not_yes_no"  # facts: setting


class SettingNotTable(Problem):
    """setting   "" when it is the whole file."""

    code = "setting_not_table"  # facts: setting


class SettingNotList(Problem):
    """A list of texts or of tables was expected."""

    code = "setting_not_list"  # facts: setting


class FormulaMissing(Problem):
    """Not a text, blank, or longer than anybody can read."""

    code = "formula_missing"  # facts: limit


class SettingNotAllowed(Problem):
    code = "setting_not_allowed"  # facts: setting, value, allowed


class TextBroken(Problem):
    """A NUL or half of a letter in a text of the source."""

    code = "schema_text_broken"  # facts: text


class TooMany(Problem):
    code = "schema_too_large"  # facts: what, limit


class KeyTaken(Problem):
    """Two entities, two fields of one entity, two stages of one entity… of the same key."""

    code = "schema_key_taken"  # facts: key, first


class NumberMissing(Problem):
    """The source did not go through source.assign_numbers."""

    code = "schema_number_missing"  # facts: key


class NumberTaken(Problem):
    code = "schema_number_taken"  # facts: number, first


class ColumnTaken(Problem):
    code = "schema_column_taken"  # facts: column, first


class EntityUnknown(Problem):
    code = "schema_entity_unknown"  # facts: entity


class FieldUnknown(Problem):
    code = "schema_field_unknown"  # facts: field, entity


class FieldTypeUnknown(Problem):
    code = "schema_type_unknown"  # facts: type, known


class TraitUnknown(Problem):
    code = "schema_trait_unknown"  # facts: trait, known


class RoleTwice(Problem):
    """Two fields of an entity play the same part, so a trait would not know which to keep."""

    code = "schema_role_twice"  # facts: role, first


class UniqueImpossible(Problem):
    code = "schema_unique_impossible"  # facts: type


class StagesWithoutField(Problem):
    """Pipelines stand in an entity that has no field of type stage."""

    code = "schema_stages_without_field"  # facts: entity


class FieldWithoutStages(Problem):
    code = "schema_field_without_stages"  # facts: field


class LabelThroughLink(Problem):
    """A stored label does not follow changes of another record, so it may not read one."""

    code = "label_through_link"  # facts: path


class LabelUnfit(Problem):
    """A label may not use itself, who changed the record, today or me: it is stored and would go stale."""

    code = "label_unfit"  # facts: used


class DefaultUsesField(Problem):
    code = "default_uses_field"  # facts: path


class CheckThroughLink(Problem):
    code = "check_through_link"  # facts: path


class ButtonThroughLink(Problem):
    """What a button writes is made of the record in hand: what is behind a link may be hidden from who presses it."""

    code = "button_through_link"  # facts: path


class RoleUnknown(Problem):
    """A variant of a card is for a role that is not there."""

    code = "schema_role_unknown"  # facts: role, variant


class ConditionTwice(Problem):
    """A field stands on the card twice, and each place says by its own conditions when it is seen."""

    code = "condition_twice"  # facts: field


class ConditionOfLater(Problem):
    """A roll-up of the record itself, or what is computed at reading: not known while the record is written."""

    code = "condition_of_later"  # facts: path


class RequiredUnseen(Problem):
    """A field that is always required may not be hidden: nobody could fill it in.  required_if is for that."""

    code = "required_unseen"  # facts: field


class SortImpossible(Problem):
    code = "schema_sort_impossible"  # facts: field


class BoardWithoutGroup(Problem):
    code = "board_without_group"  # facts: view


class ViewNeedsField(Problem):
    """A calendar without a date, a tree without a link to itself…: nothing evident to take for it."""

    code = "view_needs_field"  # facts: view, setting


class DetailNotLinked(Problem):
    """A set of details names a field that does not link to this entity."""

    code = "detail_not_linked"  # facts: entity, by, target


class LineWithoutParent(Problem):
    """Rows of a card need a required link to the card: `parent` names it."""

    code = "line_without_parent"  # facts: entity


class LineLoop(Problem):
    code = "line_loop"  # facts: path


class LinesNotOfThis(Problem):
    """The trait of a card names lines that live in another card."""

    code = "lines_not_of_this"  # facts: lines, entity


class RequiredLinkLoop(Problem):
    """Each of these needs another to exist first, so the first of them can never be made."""

    code = "required_link_loop"  # facts: path


class LineRightsApart(Problem):
    """Rows of a card have the rights of the card."""

    code = "line_rights_apart"  # facts: entity, parent
