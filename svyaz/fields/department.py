"""Link to a department."""

from __future__ import annotations

from svyaz.fields.employee import Employee


class Department(Employee):
    name = "department"
    to = "department"
