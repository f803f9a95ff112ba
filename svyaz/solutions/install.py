"""Put a solution into a company, bring it to another version, take it out; hand a company's own on as one.

Everything ends in a plan of the configurator: told in words, applied whole or not at all, confirmed when it loses data.
What was shipped is remembered beside the company, so that the next version is merged three ways (three_way.py).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from svyaz.access.actor import Actor
from svyaz.configurator.apply import Outcome, apply_plan
from svyaz.configurator.plan import Plan, plan_of
from svyaz.configurator.tidy import forget_entity_paths
from svyaz.kernel.problem import Problem
from svyaz.schema import edits
from svyaz.schema.resolve import resolve
from svyaz.schema.snapshot import Snapshot, TraitShape
from svyaz.schema.source import Part, Source, assign_numbers, from_json, merge, read_folder, to_json
from svyaz.solutions.differences import Difference, differences
from svyaz.solutions.package import INSIDE, Package, bare, files_of, stripped
from svyaz.solutions.sample import check_sample
from svyaz.solutions.sample_removal import forget_sample
from svyaz.solutions.shipped import PACKAGE
from svyaz.solutions.three_way import Conflict, Merging
from svyaz.storage import revisions, settings
from svyaz.storage.session import Session
from svyaz.tenancy.company import Company, current_source

KINDS = ("entities", "dictionaries", "roles")


class SolutionKeyTaken(Problem):
    """An object, a dictionary or a role of this key is there already and is not of this solution.  facts: key, origin"""

    code = "solution_key_taken"  # facts: key, origin


class SolutionNotInstalled(Problem):
    code = "solution_not_installed"  # facts: solution


@dataclass(frozen=True, slots=True)
class Prepared:
    """conflicts  what both the company and the solution changed, each otherwise
    comes      what the solution is now and was not when it was last installed;  kept: what the company made of it
    home       whether the home page of the company is that of the solution
    """

    plan: Plan
    conflicts: tuple[Conflict, ...] = ()
    comes: tuple[Difference, ...] = ()
    kept: tuple[Difference, ...] = ()
    home: bool = True


def check(package: Package, traits: Sequence[TraitShape]) -> Snapshot:
    """Whether it would make a company alone.  Raises everything that is wrong with it at once."""
    whole = merge([read_folder(PACKAGE / "org"), package.source])
    return resolve(assign_numbers(whole, 1, traits)[0], traits, 1)


def prepare_install(
    company: Company, package: Package, take: str = "here", takes: Mapping[str, str] | None = None
) -> Prepared:
    """take: "here" or "shipped" stands where both sides changed the same;  takes: the same for single places."""
    with company.read() as session:
        here = current_source(session)
        base = shipped_before(session, package.key)
        merging = Merging(take, [], takes or {})
        source = _merged(here, base, package, merging)
        plan = plan_of(session, company, session.snapshot, source)
        home = bool(base.home) if base is not None else not here.home
        comes = news_of(session, package)
        kept = differences(base, _of_solution(stripped(here), base, package.key)) if base is not None else []
        return Prepared(plan, tuple(merging.conflicts), tuple(comes), tuple(kept), home)


def install(company: Company, actor: Actor, package: Package, prepared: Prepared, title: str, confirm: str) -> Outcome:
    def remember(session: Session) -> None:
        source = package.source if prepared.home else replace(package.source, home={})
        kept = {"version": package.version, "title": dict(package.title), "source": to_json(source)}
        settings.write(session, f"solution.{package.key}", kept)

    return apply_plan(company, actor, prepared.plan, title, confirm, also=remember)


def installed(session: Session) -> dict[str, dict[str, Any]]:
    """Key -> {"version", "title"} of every solution that was installed or came with the company."""
    found = {key: {"version": kept["version"], "title": kept["title"]} for key, kept in _remembered(session).items()}
    for origin in {part.origin for kind in KINDS for part in getattr(current_source(session), kind)}:
        if origin and origin != "org" and origin not in found:
            found[origin] = {"version": "1", "title": {"ru": origin}}
    return found


def shipped_before(session: Session, key: str) -> Source | None:
    """What was shipped of the solution when it was last installed; None when it never was."""
    kept = _remembered(session).get(key)
    if kept is not None:
        return from_json(kept["source"])
    first = stripped(from_json(revisions.read_source(session, 1)))
    mine: dict[str, Any] = {kind: tuple(p for p in getattr(first, kind) if p.origin == key) for kind in KINDS}
    return replace(first, **mine) if any(mine.values()) else None


def _without_company(source: Source) -> Source:
    """Settings and the menu of a company are its own once it has any."""
    return replace(stripped(source), settings={}, menu=())


def news_of(session: Session, package: Package) -> list[Difference]:
    """What came with the program and is otherwise than it was when it was installed; [] of what is not installed."""
    base = shipped_before(session, package.key)
    if base is None:
        return []
    now = package.source if base.home else replace(package.source, home={})
    return differences(_without_company(base), _without_company(now))


def changed_here(session: Session, key: str) -> list[Difference]:
    """What the company made of a solution since it was installed."""
    base = shipped_before(session, key)
    return differences(base, _of_solution(stripped(current_source(session)), base, key)) if base is not None else []


def as_installed(session: Session, key: str) -> Package | None:
    """A solution as it was when it was installed, to be laid beside what the company has of it."""
    base = shipped_before(session, key)
    if base is None:
        return None
    titles = {str(name): str(said) for name, said in installed(session)[key]["title"].items()}
    return Package(key, titles, str(installed(session)[key]["version"]), _without_company(base))


def apart(session: Session, package: Package) -> list[Difference]:
    """What the company has otherwise than a solution that it may or may not have installed."""
    base = _without_company(package.source)
    return differences(base, _of_solution(stripped(current_source(session)), base, package.key))


def check_sample_of(package: Package, prepared: Prepared) -> None:
    """Examples are looked at before the configuration changes.  Raises SampleWrong."""
    if package.sample is not None:
        check_sample(package.sample, prepared.plan.after.entities)


def _of_solution(here: Source, base: Source, key: str) -> Source:
    """The company's part of what a solution holds, to lay beside it: what is of another is not a change of this one."""
    others = {str(p.table.get("key")) for p in (*here.entities, *here.dictionaries) if p.origin not in (key, "org")}

    def mine(kind: str) -> tuple[Part, ...]:
        known = {str(part.table.get("key")): part for part in getattr(base, kind)}
        parts = [part for part in getattr(here, kind) if part.origin == key or str(part.table.get("key")) in known]
        return tuple(part for part in parts if kind != "roles" or part.origin == key)

    def own(part: Part) -> Part:
        """A role without what other solutions and the company's own objects were granted in it."""
        before = next((one.table for one in base.roles if one.table.get("key") == part.table.get("key")), {})
        said, known = part.table.get("grants", {}), before.get("grants", {})
        return replace(
            part, table={**part.table, "grants": {k: v for k, v in said.items() if k in known or k not in others}}
        )

    roles = mine("roles")
    return replace(
        base,
        entities=mine("entities"),
        dictionaries=mine("dictionaries"),
        roles=tuple(map(own, roles)),
        home=here.home if base.home else {},
    )


def _remembered(session: Session) -> dict[str, Any]:
    return settings.of_kind(session, "solution.")


def _merged(here: Source, base: Source | None, package: Package, merging: Merging) -> Source:
    org = read_folder(PACKAGE / "org")
    found: dict[str, Any] = {}
    taken = {str(part.table.get("key")): part.origin for part in (*here.entities, *here.dictionaries)}
    for kind in KINDS:
        mine = {str(part.table.get("key")): part for part in getattr(here, kind)}
        new = {str(part.table.get("key")): part for part in getattr(package.source, kind)}
        old = {str(part.table.get("key")): part for part in getattr(base, kind)} if base else {}
        beneath = {str(part.table.get("key")): part for part in getattr(org, kind)}
        parts = dict(mine)
        for key, part in new.items():
            if kind == "roles" and key in mine and key not in old and mine[key].origin not in ("org", package.key):
                parts[key] = _with_news(mine[key], part, package)
            elif key in mine:
                parts[key] = _one(mine[key], old.get(key), beneath.get(key), part, package, merging, kind == "roles")
            elif key in taken and kind != "roles":
                raise SolutionKeyTaken(key=key, origin=taken[key] or "—")
            elif key not in old:  # what the company removed from the solution stays removed
                parts[key] = replace(part, table=bare(part.table), origin=package.key)
        for key in old.keys() - new.keys():
            if key in parts and kind == "roles":
                del parts[key]
            elif key in parts:
                parts[key] = replace(parts[key], table={**parts[key].table, "hidden": True})
        found[kind] = tuple(parts.values())
    known = {str(one.get("entity")) for one in here.menu}
    before = {str(one.get("entity")) for one in base.menu} if base else set()
    added = [one for one in package.source.menu if str(one.get("entity")) not in known | before]
    alone = all(part.origin == "org" for part in (*here.entities, *here.dictionaries))
    menu = package.source.menu if alone and not here.menu else (*here.menu, *added) if here.menu else here.menu
    settled = {key: value for key, value in package.source.settings.items() if key not in here.settings}
    home = _home(here, base, package, merging)
    return replace(here, **found, menu=menu, home=home, settings={**settled, **here.settings})


def _home(here: Source, base: Source | None, package: Package, merging: Merging) -> Mapping[str, Any]:
    """That of the first solution that brings one; a later version of it is merged as everything else is."""
    if not package.source.home or not here.home:
        return here.home or ({} if base and base.home else package.source.home)
    if base is None or not base.home:
        return here.home
    return merging.tables(base.home, here.home, package.source.home, "home: ")


def _with_news(here: Part, new: Part, package: Package) -> Part:
    """A role of another solution: what it says of objects that come now is added, the rest stays as it is here.

    So a part of a company, handed on with what its roles say of it, comes into a company that has these roles.
    """
    coming = {str(part.table.get("key")) for part in (*package.source.entities, *package.source.dictionaries)}
    said, known = new.table.get("grants", {}), here.table.get("grants", {})
    added = {key: grant for key, grant in said.items() if key in coming and key not in known}
    return replace(here, table={**here.table, "grants": {**known, **added}}) if added else here


def _one(
    here: Part, old: Part | None, beneath: Part | None, new: Part, package: Package, merging: Merging, role: bool
) -> Part:
    base = old
    if base is None and here.origin == "org":
        base = beneath
    if base is None and here.origin != package.key:
        raise SolutionKeyTaken(key=str(here.table.get("key")), origin=here.origin or "—")
    place = f"{'role ' if role else ''}{here.table.get('key')}: "
    table = merging.tables(bare(base.table) if base else {}, bare(here.table), bare(new.table), place)
    kept = {key: here.table[key] for key in INSIDE if key in here.table}
    return replace(here, table={**table, **kept})


# ------------------------------------------------------------------ out again


def prepare_uninstall(company: Company, key: str) -> Prepared:
    """Its objects go with their records, its roles with their rights.  Raises SolutionNotInstalled, and the problems of
    what remains: a link of another object to one that goes."""
    with company.read() as session:
        source = current_source(session)
        if key == "org" or key not in installed(session):
            raise SolutionNotInstalled(solution=key)
        gone = [str(part.table["key"]) for part in (*source.entities, *source.dictionaries) if part.origin == key]
        for entity in gone:
            source = edits.drop_entity(source, entity)
            source = forget_entity_paths(source, session.snapshot, entity)
        roles = tuple(part for part in source.roles if part.origin != key or part.table.get("key") == "admin")
        return Prepared(plan_of(session, company, session.snapshot, replace(source, roles=roles)))


def uninstall(company: Company, actor: Actor, key: str, prepared: Prepared, title: str, confirm: str) -> Outcome:

    def forget(session: Session) -> None:
        settings.write(session, f"solution.{key}", None)
        forget_sample(session, key)

    return apply_plan(
        company,
        actor,
        prepared.plan,
        title,
        confirm,
        also=forget,
    )


# ------------------------------------------------------------------ handing on


def export(session: Session, key: str, title: Mapping[str, str], version: str, entities: Iterable[str] = ()) -> Package:
    """The company's configuration as a solution: all of it, or the named objects with what roles say of them.

    Objects beneath every solution come along only where the company has changed them.
    """
    source = stripped(current_source(session))
    org = {str(part.table["key"]): part.table for part in read_folder(PACKAGE / "org").entities}
    wanted = set(entities)

    def taken(part: Part) -> bool:
        mine = str(part.table["key"])
        return mine in wanted if wanted else part.origin != "org" or bare(part.table) != bare(org.get(mine, {}))

    roles = source.roles
    if wanted:
        roles = tuple(replace(part, table=_only(part.table, wanted | set(org))) for part in roles)
    own = {name: value for name, value in source.settings.items() if name != "title"}
    chosen = Source(
        settings={} if wanted else own,
        entities=tuple(replace(part, origin=key) for part in source.entities if taken(part)),
        dictionaries=tuple(replace(part, origin=key) for part in source.dictionaries if taken(part)),
        roles=tuple(replace(part, origin=key) for part in roles),
        menu=tuple(one for one in source.menu if not wanted or one.get("entity") in wanted),
        home={} if wanted else source.home,
    )
    return Package(key, title, version, chosen)


def _only(role: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    grants = role.get("grants", {})
    kept = {name: said for name, said in grants.items() if name in known or name.startswith("*")}
    return {**{name: told for name, told in role.items() if name != "home"}, "grants": kept}


def difference_lines(session: Session, package: Package) -> list[str]:
    """Lines of a unified diff from the solution as shipped to what the company has of it."""
    here = stripped(current_source(session))
    keys = {kind: {str(part.table["key"]) for part in getattr(package.source, kind)} for kind in KINDS}
    mine = Source(
        settings=package.source.settings,
        menu=package.source.menu,
        home=here.home if package.source.home else {},
        **{
            kind: tuple(
                part
                for part in getattr(here, kind)
                if part.origin == package.key or str(part.table["key"]) in keys[kind]
            )
            for kind in KINDS
        },
    )
    shipped, ours = files_of(package), files_of(replace(package, source=mine))
    lines: list[str] = []
    for name in sorted(shipped.keys() | ours.keys()):
        before, after = shipped.get(name, "").splitlines(), ours.get(name, "").splitlines()
        lines += difflib.unified_diff(before, after, f"shipped/{name}", f"company/{name}", lineterm="")
    return lines
