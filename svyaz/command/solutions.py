"""Solutions from the command line: hand on, install, compare, check, take out, lock."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from svyaz.access.actor import SYSTEM
from svyaz.api.configurator_api import say_step
from svyaz.app import open_home
from svyaz.configurator.apply import apply_wanted
from svyaz.configurator.edits import PutSettings
from svyaz.configurator.plan import Wanted
from svyaz.kernel.words import load_words
from svyaz.solutions import install as solutions
from svyaz.solutions.install import Prepared
from svyaz.solutions.package import Package, opened, write
from svyaz.solutions.sample import load_sample
from svyaz.solutions.sample_export import with_sample
from svyaz.solutions.sample_removal import filled
from svyaz.solutions.shipped import shipped
from svyaz.traits.registry import SHAPES


def export(options: argparse.Namespace) -> int:
    with open_home(options.home) as home:
        company = home.company
        with company.read() as session:
            title = {"ru": options.title or options.key}
            package = solutions.export(session, options.key, title, options.version, options.entity or ())
            with TemporaryDirectory() as room:
                if options.sample:
                    package = with_sample(session, SYSTEM, package, Path(room) / "sample")
                write(package, options.out)
    print(options.out)
    return 0


def install(options: argparse.Namespace) -> int:
    """Without --yes the plan is told and nothing is done."""
    with open_home(options.home) as home:
        company = home.company
        with _found(options.what) as package:
            solutions.check(package, SHAPES)
            prepared = solutions.prepare_install(company, package, options.take)
            _tell(prepared, options.language)
            if not options.yes:
                return 0
            title = f"{package.title.get('ru', package.key)} {package.version}"
            done = solutions.install(company, SYSTEM, package, prepared, title, prepared.plan.digest)
            if package.sample is not None:
                load_sample(company, package.sample, "order" if options.sample else "always", without=filled(company))
        print(load_words(options.language).say("cli.revision", number=done.revision))
    return 0


def uninstall(options: argparse.Namespace) -> int:
    with open_home(options.home) as home:
        company = home.company
        prepared = solutions.prepare_uninstall(company, options.key)
        _tell(prepared, options.language)
        if options.yes:
            done = solutions.uninstall(company, SYSTEM, options.key, prepared, options.key, prepared.plan.digest)
            print(load_words(options.language).say("cli.revision", number=done.revision))
    return 0


def diff(options: argparse.Namespace) -> int:
    """Ends with 1 when there is a difference, as diff does."""
    with open_home(options.home) as home:
        company = home.company
        with _found(options.what) as package, company.read() as session:
            lines = solutions.difference_lines(session, package)
    for line in lines:
        print(line)
    return 1 if lines else 0


def check(options: argparse.Namespace) -> int:
    with _found(options.what) as package:
        snapshot = solutions.check(package, SHAPES)
    print(load_words(options.language).say("cli.solution_whole", solution=package.key, n=len(snapshot.entities)))
    return 0


def lock(options: argparse.Namespace) -> int:
    """Close the configurator for everybody, or open it again: only who has the command line may."""
    with open_home(options.home) as home:
        company = home.company
        edit = PutSettings({"locked": options.lock or None})
        done = apply_wanted(company, SYSTEM, Wanted(company.snapshot.revision, [edit]))
    print(load_words(options.language).say("cli.revision", number=done.revision))
    return 0


@contextmanager
def _found(what: str) -> Iterator[Package]:
    """A folder, a zip, or the key of a solution that came along."""
    path = shipped().get(what, Path(what))
    with opened(path) as package:
        yield package


def _tell(prepared: Prepared, language: str) -> None:
    words = load_words(language)
    for step in prepared.plan.steps:
        print(say_step(step.code, step.facts, words, language))
    for one in prepared.conflicts:
        print(words.say("cli.conflict", place=one.place), file=sys.stderr)
