"""What an administrator may do to a configuration, as small typed operations: the bodies of plan and apply.

Each is JSON with `do` saying which; unknown keys and wrong kinds are refused by name.  What they mean is in
carry.py; whether the outcome holds is said by schema.resolve.  docs/user/api.md has an example of each family.
"""

from __future__ import annotations

from typing import Any

import msgspec

Table = dict[str, Any]


class Op(msgspec.Struct, tag_field="do", forbid_unknown_fields=True):
    """One operation."""


# --- objects and dictionaries


class AddEntity(Op, tag="add_entity"):
    """menu: whether it gets a place in the menu that somebody has drawn."""

    table: Table
    menu: bool = True


class AddDictionary(Op, tag="add_dictionary"):
    table: Table


class ChangeEntity(Op, tag="change_entity"):
    entity: str
    set: Table


class HideEntity(Op, tag="hide_entity"):
    entity: str


class ShowEntity(Op, tag="show_entity"):
    entity: str


class DropEntity(Op, tag="drop_entity"):
    entity: str


# --- fields and links


class AddField(Op, tag="add_field"):
    entity: str
    field: Table
    at: int | None = None


class ChangeField(Op, tag="change_field"):
    entity: str
    field: str
    set: Table


class RetypeField(Op, tag="retype_field"):
    entity: str
    field: str
    type: str
    options: Table = {}


class HideField(Op, tag="hide_field"):
    entity: str
    field: str


class ShowField(Op, tag="show_field"):
    entity: str
    field: str


class DropField(Op, tag="drop_field"):
    entity: str
    field: str


class MoveField(Op, tag="move_field"):
    entity: str
    field: str
    at: int


class AddLink(Op, tag="add_link"):
    """entity: the child, which gets the field; to: the parent, whose card shows it among «Дочерние связи»."""

    entity: str
    to: str
    field: Table


class AddLines(Op, tag="add_lines"):
    """A tabular part: rows that live inside the card of `entity`."""

    entity: str
    table: Table


class AddManyToMany(Op, tag="add_many_to_many"):
    """A link of many to many with fields of its own: an object with a required link to each side."""

    left: str
    right: str
    table: Table


# --- traits, stages, options


class PutTrait(Op, tag="put_trait"):
    entity: str
    trait: str
    options: Table = {}


class DropTrait(Op, tag="drop_trait"):
    entity: str
    trait: str


class PutPipeline(Op, tag="put_pipeline"):
    entity: str
    pipeline: Table
    at: int | None = None


class DropPipeline(Op, tag="drop_pipeline"):
    """to: the stage of another pipeline where its records go; "" asks."""

    entity: str
    pipeline: str
    to: str = ""


class PutStage(Op, tag="put_stage"):
    entity: str
    pipeline: str
    stage: Table
    at: int | None = None


class MoveStage(Op, tag="move_stage"):
    entity: str
    pipeline: str
    stage: str
    at: int


class DropStage(Op, tag="drop_stage"):
    """to: where the records that stand on it go; "" asks."""

    entity: str
    stage: str
    to: str = ""


class PutOption(Op, tag="put_option"):
    entity: str
    field: str
    option: Table
    at: int | None = None


class MoveOption(Op, tag="move_option"):
    entity: str
    field: str
    option: str
    at: int


class DropOption(Op, tag="drop_option"):
    """to: the option that takes its place, "" empties the field, None asks."""

    entity: str
    field: str
    option: str
    to: str | None = None


# --- looks, the company, roles


class PutView(Op, tag="put_view"):
    entity: str
    view: Table
    at: int | None = None


class DropView(Op, tag="drop_view"):
    entity: str
    view: str


class PutForm(Op, tag="put_form"):
    """form: None lets the card be drawn by itself."""

    entity: str
    form: Table | None


class PutMenu(Op, tag="put_menu"):
    menu: list[Table]


class PutHome(Op, tag="put_home"):
    """home: None lets the page be as it comes;  role: whose, "" of the company."""

    home: Table | None
    role: str = ""


class PutSettings(Op, tag="put_settings"):
    set: Table


class PutModule(Op, tag="put_module"):
    module: str
    off: bool


class PutRole(Op, tag="put_role"):
    role: Table


class DropRole(Op, tag="drop_role"):
    role: str


Edit = (
    AddEntity
    | AddDictionary
    | ChangeEntity
    | HideEntity
    | ShowEntity
    | DropEntity
    | AddField
    | ChangeField
    | RetypeField
    | HideField
    | ShowField
    | DropField
    | MoveField
    | AddLink
    | AddLines
    | AddManyToMany
    | PutTrait
    | DropTrait
    | PutPipeline
    | DropPipeline
    | PutStage
    | MoveStage
    | DropStage
    | PutOption
    | MoveOption
    | DropOption
    | PutView
    | DropView
    | PutForm
    | PutMenu
    | PutHome
    | PutSettings
    | PutModule
    | PutRole
    | DropRole
)
