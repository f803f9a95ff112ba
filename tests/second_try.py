"""A browser on a busy machine may be late: a test of the interface that failed is tried once more, and that is told.

The second try has a fresh company and a fresh browser: what the first one left would fail it.  What fails
twice has failed, and both reasons are told.  What passed at the second try is named at the end of the run,
so that it is looked into rather than forgotten.  Only tests/e2e: whatever has no browser must pass at once.
"""

from __future__ import annotations

import pytest
from _pytest.runner import runtestprotocol

PLACE = "tests/e2e/"
AGAIN = "passed at the second try"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    if not item.nodeid.startswith(PLACE):
        return None
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    reports = runtestprotocol(item, nextitem=nextitem, log=False)
    failed = next((report for report in reports if report.failed), None)
    if failed is not None:
        item.session._setupstate.teardown_exact(None)
        item._initrequest()  # type: ignore[attr-defined]
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        for report in reports:
            report.user_properties.append((AGAIN, reason(failed)))
            report.sections.append(("the first try", reason(failed)))
    for report in reports:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def reason(failed: pytest.TestReport) -> str:
    """The line that failed, what it said (a picture of the whole page is left out) and where it stands."""
    lines = str(failed.longrepr).splitlines()
    said = [line for line in lines if line.startswith((">", "E "))]
    return "\n".join([*said[:20], *lines[-1:]])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.stats.get("passed", ()):
        for said, why in report.user_properties:
            if said == AGAIN and report.when == "call":
                terminalreporter.write_sep("-", f"{report.nodeid} {AGAIN}")
                terminalreporter.write_line(why)
