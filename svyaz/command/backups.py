"""Back up a living company into one file; make a company of such a file, on either database."""

from __future__ import annotations

import argparse

from svyaz.app import open_home
from svyaz.kernel.words import load_words
from svyaz.tenancy.backup import restore_backup, write_backup
from svyaz.tenancy.home import HomeSettings
from svyaz.traits.registry import SHAPES


def back_up(options: argparse.Namespace) -> int:
    with open_home(options.home) as opened:
        counted = write_backup(opened.company, options.file)
    print(load_words(options.language).say("cli.backed_up", file=str(options.file), n=sum(counted.values())))
    return 0


def restore(options: argparse.Namespace) -> int:
    company = restore_backup(options.file, options.home, SHAPES, HomeSettings(options.database, options.schema))
    company.close()
    print(load_words(options.language).say("cli.restored", home=str(options.home)))
    return 0
