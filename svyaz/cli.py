"""The command line: one home folder, a few verbs.

    svyaz init   --home DIR [--solution sales]… [--title "ООО Ромашка"] [--database URL] [--demo]
    svyaz serve  --home DIR [--host 127.0.0.1] [--port 8000] [--demo] [--no-worker] [--secure]
    svyaz worker --home DIR
    svyaz import FILE --into ENTITY --home DIR [--map FILE] [--dry-run] [--as LOGIN]
    svyaz export ENTITY --home DIR [--filter F] [--fields a,b] [--out FILE] [--as LOGIN]
    svyaz token create --home DIR --login LOGIN [--title T] [--scope all|read] [--days N]
    svyaz user add --home DIR --login LOGIN --name "Имя Фамилия" [--role admin]…
    svyaz backup FILE --home DIR
    svyaz restore FILE --home NEW [--database URL]
    svyaz check  --home DIR
    svyaz solution export KEY --home DIR --out FOLDER|FILE.zip [--title T] [--entity KEY]… [--sample]
    svyaz solution install|diff FOLDER|FILE.zip|KEY --home DIR [--yes] [--take here|shipped] [--sample]
    svyaz solution check FOLDER|FILE.zip|KEY;   svyaz solution uninstall KEY --home DIR [--yes]
    svyaz solution lock|unlock --home DIR

A Problem is told in words of --language and ends with code 1; nothing is half-done.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from svyaz import __version__
from svyaz.command import backups, companies, files, people, serving, solutions
from svyaz.kernel.problem import Problem, Problems
from svyaz.kernel.words import load_words


def main(arguments: Sequence[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except Problem as problem:
        words = load_words(options.language)
        several = problem.problems if isinstance(problem, Problems) else (problem,)
        for one in several[:50]:
            place = f"{one.place}: " if one.place else ""
            print(f"svyaz: {place}{words.problem(one)}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser("svyaz", description="Связь: CRM-конструктор")
    top.add_argument("--version", action="version", version=__version__)
    top.add_argument("--language", choices=("ru", "en"), default="ru")
    verbs = top.add_subparsers(required=True, metavar="команда")

    def verb(name: str, help: str, run: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=help)
        added.add_argument("--home", type=Path, required=True, help="папка с данными")
        added.set_defaults(run=run)
        return added

    init = verb("init", "создать компанию", companies.init)
    init.add_argument("--solution", action="append", default=None, help="готовое решение; можно несколько")
    init.add_argument("--title", default="", help="название компании")
    init.add_argument("--database", default="", help="postgresql://…; без него — SQLite в папке")
    init.add_argument("--schema", default="svyaz", help="схема PostgreSQL")
    init.add_argument("--currency", default="", help="валюта учёта, RUB по умолчанию")
    init.add_argument("--demo", action="store_true", help="с примерами данных")

    serve = verb("serve", "запустить сервер", serving.serve)
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--demo", action="store_true", help="создать компанию с примерами, если папки ещё нет")
    serve.add_argument("--database", default="", help="для новой компании: postgresql://…")
    serve.add_argument("--no-worker", action="store_true", help="задания выполняет отдельный svyaz worker")
    serve.add_argument("--secure", action="store_true", help="куки только по HTTPS")
    serve.add_argument("--no-limits", action="store_true", help="не ограничивать частоту запросов (для замеров)")

    verb("worker", "выполнять задания отдельно от сервера", serving.work)

    bring = verb("import", "загрузить таблицу", files.bring)
    bring.add_argument("file", type=Path)
    bring.add_argument("--into", required=True, help="ключ объекта, например counterparty")
    bring.add_argument("--map", type=Path, help="план загрузки (JSON); без него — по заголовкам")
    bring.add_argument("--dry-run", action="store_true", help="показать, что будет, и ничего не записать")
    bring.add_argument("--as", dest="login", default="", help="от чьего имени; без него — системой")

    send = verb("export", "выгрузить список", files.send)
    send.add_argument("entity")
    send.add_argument("--filter", default="")
    send.add_argument("--fields", default="")
    send.add_argument("--out", type=Path, help="файл .xlsx, .csv или .ndjson; без него — csv на экран")
    send.add_argument("--as", dest="login", default="")

    token = verbs.add_parser("token", help="токены API").add_subparsers(required=True)
    create = token.add_parser("create", help="выпустить токен")
    create.add_argument("--home", type=Path, required=True)
    create.add_argument("--login", required=True)
    create.add_argument("--title", default="cli")
    create.add_argument("--scope", default="all", choices=("all", "read"))
    create.add_argument("--days", type=int, default=365)
    create.set_defaults(run=people.create_token)

    user = verbs.add_parser("user", help="люди и вход").add_subparsers(required=True)
    add = user.add_parser("add", help="завести сотрудника и вход")
    add.add_argument("--home", type=Path, required=True)
    add.add_argument("--login", required=True)
    add.add_argument("--name", required=True, help="«Имя Фамилия»")
    add.add_argument("--role", action="append", default=None)
    add.set_defaults(run=people.add_user)
    password = user.add_parser("password", help="новый одноразовый пароль")
    password.add_argument("--home", type=Path, required=True)
    password.add_argument("--login", required=True)
    password.set_defaults(run=people.new_password)

    back_up = verb("backup", "сохранить копию работающей базы в один файл", backups.back_up)
    back_up.add_argument("file", type=Path)

    restore = verb("restore", "создать компанию из копии, на любой из баз", backups.restore)
    restore.add_argument("file", type=Path)
    restore.add_argument("--database", default="", help="postgresql://…; без него — SQLite в папке")
    restore.add_argument("--schema", default="svyaz", help="схема PostgreSQL")

    verb("check", "проверить базу", companies.check)

    _solution_verbs(verbs.add_parser("solution", help="решения: готовые настройки").add_subparsers(required=True))
    return top


def _solution_verbs(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    def verb(
        name: str, help: str, run: Callable[[argparse.Namespace], int], home: bool = True
    ) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=help)
        if home:
            added.add_argument("--home", type=Path, required=True, help="папка с данными")
        added.set_defaults(run=run)
        return added

    export = verb("export", "выгрузить настройку компании файлами", solutions.export)
    export.add_argument("key", help="ключ решения латиницей, например isp")
    export.add_argument("--out", type=Path, required=True, help="папка или файл .zip")
    export.add_argument("--title", default="")
    export.add_argument("--version", default="1")
    export.add_argument("--entity", action="append", help="только этот объект; можно несколько")
    export.add_argument(
        "--sample", action="store_true", help="с записями для примера: до 200 каждого объекта, без людей"
    )

    install = verb("install", "поставить или обновить; без --yes только показать план", solutions.install)
    install.add_argument("what", help="папка, файл .zip или ключ готового решения")
    install.add_argument("--yes", action="store_true", help="сделать то, что сказано в плане")
    install.add_argument(
        "--take", choices=("here", "shipped"), default="here", help="что оставить, где правили обе стороны"
    )
    install.add_argument("--sample", action="store_true", help="с примерами данных")

    compare = verb("diff", "чем настройка компании отличается от решения", solutions.diff)
    compare.add_argument("what")
    verb("check", "проверить файлы решения", solutions.check, home=False).add_argument("what")
    remove = verb("uninstall", "убрать решение с его записями; без --yes только показать план", solutions.uninstall)
    remove.add_argument("key")
    remove.add_argument("--yes", action="store_true")
    verb("lock", "закрыть конфигуратор для всех", solutions.lock).set_defaults(lock=True)
    verb("unlock", "открыть конфигуратор", solutions.lock).set_defaults(lock=False)


if __name__ == "__main__":
    sys.exit(main())
