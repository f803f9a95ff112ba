"""What every route answers, as JSON Schema: for the OpenAPI document, which holds the answers to it in the tests.

Named once here and by name in no handler: a route is looked up by its method and path.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
YES_NO: Schema = {"type": "boolean"}
ANY: Schema = {}
MAP: Schema = {"type": "object"}
INSTANT: Schema = {"type": "string", "format": "date-time"}


def maybe(shape: Schema) -> Schema:
    return {**shape, "type": [shape["type"], "null"]}


def several(shape: Schema) -> Schema:
    return {"type": "array", "items": shape}


def shape(**properties: Schema) -> Schema:
    """An object with all of these, and maybe more: what is added later breaks no program."""
    return {"type": "object", "required": list(properties), "properties": properties}


def named(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


LINK = {
    "type": ["array", "null"],
    "description": "[id, label]; label is null when the record is hidden from the reader",
}
AMOUNT: Schema = {
    "type": ["array", "string", "integer", "null"],
    "description": "a cell; null when there is no sum to read",
}
PLACE: Schema = {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}
COUNTED = shape(records=NUMBER, amount=AMOUNT)
SHARE: Schema = {"type": ["number", "null"]}
PLAN = shape(
    revision=NUMBER,
    digest=TEXT,
    risk=TEXT,
    records=NUMBER,
    seconds={"type": "number"},
    holds={"type": "number", "description": "seconds for which others' writes wait"},
    steps=several(
        shape(
            kind=TEXT,
            code=TEXT,
            text=TEXT,
            entity=TEXT,
            field=TEXT,
            records=NUMBER,
            seconds={"type": "number"},
            risk=TEXT,
            uses=several(shape(kind=TEXT, entity=TEXT, key=TEXT, text=TEXT)),
        )
    ),
    kept_back=several(shape(entity=TEXT, field=TEXT, count=NUMBER, examples=several({"type": "array"}))),
    asks=several(shape(code=TEXT, text=TEXT, entity=TEXT, field=TEXT, value=TEXT, count=NUMBER, options=several(ANY))),
)
DIFFERENCE = shape(kind=TEXT, thing=TEXT, text=TEXT)
COMPONENTS: dict[str, Schema] = {
    "Link": LINK,
    "Told": shape(code=TEXT, text=TEXT, place=TEXT, facts=MAP),
    "Problem": shape(error=shape(code=TEXT, text=TEXT, place=TEXT, facts=MAP, problems=several(named("Told")))),
    "Reshaped": shape(
        revision=NUMBER,
        kept_back=several(shape(field=TEXT, count=NUMBER, examples=several({"type": "array"}))),
        jobs=several(NUMBER),
    ),
    "Session": shape(
        signed_in=YES_NO,
        csrf=TEXT,
        company=TEXT,
        language=TEXT,
        must_change=YES_NO,
        must_second=YES_NO,
        second_step={**YES_NO, "description": "the first step is done: POST /api/session/second"},
        passkeys={**YES_NO, "description": "passkeys are offered here"},
        openid={**maybe(TEXT), "description": "what the outside provider is called; null: none"},
        logo=maybe(TEXT),
    ),
    "Calendar": shape(
        year=NUMBER,
        weekdays=several(NUMBER),
        hours=several(several(TEXT)),
        days=MAP,
        own=YES_NO,
        named=YES_NO,
        worked=NUMBER,
    ),
    "Page": {
        "type": "object",
        "properties": {
            "columns": several(TEXT),
            "rows": several({"type": "array"}),
            "records": several(shape(id=NUMBER, version=NUMBER, values=MAP)),
            "next": maybe(TEXT),
            "count": shape(value=NUMBER, capped=YES_NO),
            "totals": {"type": "array"},
            "groups": several(
                shape(value=ANY, count=NUMBER, totals={"type": "array"}, columns=several(TEXT), rows={"type": "array"})
            ),
        },
    },
    "Record": shape(
        id=NUMBER,
        version=NUMBER,
        entity=TEXT,
        label=maybe(TEXT),
        values=MAP,
        deleted_at=maybe(INSTANT),
        rights=shape(change=YES_NO, delete=YES_NO, history=YES_NO),
        form=named("FormState"),
    ),
    "FormState": shape(hidden=several(TEXT), required=several(TEXT), read_only=several(TEXT), buttons=several(TEXT)),
    "Undone": shape(
        batch=NUMBER, back=NUMBER, kept=several(shape(entity=TEXT, id=NUMBER, label=maybe(TEXT), reason=TEXT))
    ),
    "Held": shape(entity=TEXT, field=TEXT, count=NUMBER, records=several({"type": "array"})),
    "Item": shape(
        id=TEXT,
        kind=TEXT,
        at=INSTANT,
        title=TEXT,
        text=TEXT,
        due_at=maybe(INSTANT),
        done_at=maybe(INSTANT),
        author=named("Link"),
        responsible=named("Link"),
        files={"type": "array"},
        about={"type": ["array", "null"]},
        record=maybe(NUMBER),
        version=maybe(NUMBER),
        changes={"type": "array"},
    ),
    "File": shape(id=NUMBER, name=TEXT, size=NUMBER),
    "DirectoryLook": shape(
        id=NUMBER,
        state={"enum": ["reading", "compared", "applying", "done", "failed", "cancelled", "undone"]},
        at=INSTANT,
        by=maybe(NUMBER),
        scheduled=YES_NO,
        held=YES_NO,
        many_blocked=YES_NO,
        read=NUMBER,
        counts=MAP,
        problem=TEXT,
        progress=shape(done=NUMBER, total=maybe(NUMBER)),
        undoing=YES_NO,
    ),
    "Import": shape(
        id=NUMBER,
        entity=TEXT,
        state={"enum": ["uploaded", "ready", "running", "done", "cancelled", "failed", "undone"]},
        batch=maybe(NUMBER),
        job=maybe(NUMBER),
        counts=MAP,
        file=TEXT,
        sheets=several(TEXT),
        columns=several(shape(column=NUMBER, title=TEXT, samples=several(TEXT), guess=maybe(TEXT))),
        plan=MAP,
    ),
    "Job": shape(
        id=NUMBER,
        task=TEXT,
        state=TEXT,
        attempts=NUMBER,
        progress=shape(done=NUMBER, total=maybe(NUMBER)),
        error=maybe(TEXT),
        answer=ANY,
        created_at=INSTANT,
        ended_at=maybe(INSTANT),
    ),
}

COMPONENTS["Change"] = shape(
    position=NUMBER,
    at=INSTANT,
    kind=TEXT,
    entity=maybe(TEXT),
    id=maybe(NUMBER),
    version=maybe(NUMBER),
    known=YES_NO,
    actor=named("Link"),
    cause=TEXT,
    batch=maybe(NUMBER),
    fields={
        "type": "object",
        "additionalProperties": {"type": "array", "minItems": 2, "maxItems": 2, "description": "[before, after]"},
    },
)
COMPONENTS["Funnel"] = shape(
    rows=several(
        shape(
            stage=TEXT,
            entered=COUNTED,
            went_on=COUNTED,
            won_after=COUNTED,
            left=COUNTED,
            in_progress=COUNTED,
            lost=COUNTED,
            decided=NUMBER,
            conversion=SHARE,
            days_median=SHARE,
            days_90=SHARE,
        )
    ),
    won=COUNTED,
    lost=COUNTED,
    win_share=SHARE,
    weakest=maybe(TEXT),
)
# One event of a stream: `data` is JSON with one of these in it.
COMPONENTS["Event"] = {
    "type": "object",
    "properties": {
        "id": TEXT,
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "contentSchema": {
                "type": "object",
                "properties": {
                    "entity": TEXT,
                    "ids": several(NUMBER),
                    "versions": several(NUMBER),
                    "kinds": several(TEXT),
                    "deleted": several(NUMBER),
                    "hello": shape(position=NUMBER, feed=TEXT, revision=NUMBER),
                    "reload": {"type": "string", "description": "key of an object, or * for everything"},
                    "schema": {"type": "integer", "description": "the new revision"},
                    "present": shape(entity=TEXT, id=NUMBER, people=several(named("Link"))),
                },
            },
        },
    },
}

COMPONENTS["View"] = shape(
    id=NUMBER,
    key=TEXT,
    version=NUMBER,
    title=TEXT,
    shared=YES_NO,
    roles=several(TEXT),
    may_change=YES_NO,
    view=MAP,
    problems=several(named("Told")),
)
PASSKEY = shape(id=NUMBER, title=TEXT, created_at=INSTANT, used_at=maybe(INSTANT))
SHARE = shape(
    id=NUMBER,
    whom={"type": "array", "description": "[employee, group or department; id; label]"},
    edit=YES_NO,
    until=maybe({"type": "string", "format": "date"}),
    created_at=INSTANT,
    created_by=LINK,
)
RECORD, RECORDS = "/api/records/{entity}/{id}", "/api/records/{entity}"
ANSWERS: dict[tuple[str, str], Schema] = {
    ("GET", "/api/session"): named("Session"),
    ("POST", "/api/session"): named("Session"),
    ("POST", "/api/session/second"): named("Session"),
    ("POST", "/api/session/passkey/begin"): shape(options=MAP),
    ("POST", "/api/session/passkey"): named("Session"),
    ("POST", "/api/session/openid/begin"): shape(address=TEXT),
    ("POST", "/api/session/openid"): named("Session"),
    ("GET", "/api/me/security"): shape(
        second=shape(on=YES_NO, since=maybe(INSTANT), codes_left=NUMBER, required=YES_NO),
        passkeys=several(PASSKEY),
        passkeys_offered=YES_NO,
        providers=several(TEXT),
        has_password=YES_NO,
    ),
    ("POST", "/api/me/second"): shape(secret=TEXT, address=TEXT),
    ("PUT", "/api/me/second"): shape(codes=several(TEXT)),
    ("POST", "/api/me/second/codes"): shape(codes=several(TEXT)),
    ("POST", "/api/me/passkeys/begin"): shape(options=MAP),
    ("POST", "/api/me/passkeys"): PASSKEY,
    ("GET", "/api/me/entries"): shape(
        entries=several(shape(id=NUMBER, at=INSTANT, kind=TEXT, address=TEXT, browser=TEXT, by=several(TEXT))),
        next=maybe(NUMBER),
    ),
    ("GET", "/api/company/sign-in"): shape(
        address=TEXT,
        second=TEXT,
        second_roles=several(TEXT),
        with_second=NUMBER,
        people=NUMBER,
        journal_months=NUMBER,
        openid=shape(
            issuer=TEXT,
            client_id=TEXT,
            has_secret=YES_NO,
            title=TEXT,
            private=YES_NO,
            create=YES_NO,
            roles=several(TEXT),
            back=TEXT,
        ),
    ),
    ("GET", "/api/sessions"): shape(
        sessions=several(
            shape(id=TEXT, created_at=INSTANT, seen_at=INSTANT, address=TEXT, browser=TEXT, current=YES_NO)
        )
    ),
    ("GET", "/api/access/why"): shape(
        employee=LINK,
        roles=several(TEXT),
        comes_in=YES_NO,
        department=TEXT,
        deleted=YES_NO,
        verdicts=several(shape(verb=TEXT, title=TEXT, may=YES_NO, why=several(TEXT), help=several(TEXT))),
        hidden=several(TEXT),
        locked=several(TEXT),
        helpers=several(TEXT),
    ),
    ("POST", "/api/access/view-as"): shape(viewing=LINK),
    ("GET", "/api/access/shares"): shape(may_share=YES_NO, may_edit=YES_NO, shares=several(SHARE)),
    ("POST", "/api/access/shares"): SHARE,
    ("GET", "/api/access/who"): shape(
        people=several(shape(employee=LINK, verbs=several(TEXT), why=several(TEXT))), of=NUMBER
    ),
    ("GET", "/api/rights"): shape(
        revision=NUMBER,
        verbs=several({"type": "array"}),
        scopes=several({"type": "array"}),
        abilities=several({"type": "array"}),
        roles=several(shape(key=TEXT, title=TEXT, people=NUMBER, parent=TEXT, abilities=several(TEXT), grants=MAP)),
        entities=several(
            shape(key=TEXT, title=TEXT, kind=TEXT, fields=several({"type": "array"}), stages=several({"type": "array"}))
        ),
    ),
    ("GET", "/api/people"): shape(
        people=several(
            shape(
                id=NUMBER,
                label=TEXT,
                position=TEXT,
                department=LINK,
                state=TEXT,
                login=TEXT,
                roles=several(TEXT),
                seen_at=maybe(INSTANT),
                invitation=TEXT,
            )
        ),
        count=NUMBER,
        roles=several(shape(key=TEXT, title=TEXT, may_give=YES_NO)),
        may_write=YES_NO,
    ),
    ("POST", "/api/people"): shape(id=NUMBER, label=TEXT, password=maybe(TEXT), link=maybe(TEXT)),
    ("GET", "/api/people/{id}"): shape(
        id=NUMBER,
        label=TEXT,
        state=TEXT,
        login=TEXT,
        roles=several(TEXT),
        me=YES_NO,
        beyond=several(TEXT),
        sessions=several(
            shape(id=TEXT, created_at=INSTANT, seen_at=INSTANT, address=TEXT, browser=TEXT, current=YES_NO)
        ),
        tokens=NUMBER,
        invitation=maybe(MAP),
        mailbox=TEXT,
        may_write=YES_NO,
    ),
    ("PUT", "/api/people/{id}/access"): shape(password=maybe(TEXT), link=maybe(TEXT)),
    ("POST", "/api/people/group/look"): shape(
        lines=several(
            shape(row=NUMBER, surname=TEXT, first_name=TEXT, patronymic=TEXT, email=TEXT, problem=TEXT),
        ),
        portion=NUMBER,
    ),
    ("POST", "/api/people/group/file"): shape(text=TEXT),
    ("POST", "/api/people/group"): shape(made=several(shape(id=NUMBER, label=TEXT)), invited=NUMBER),
    ("POST", "/api/people/{id}/invitation"): shape(link=maybe(TEXT), until=INSTANT),
    ("POST", "/api/invitations/look"): shape(kind=TEXT, label=TEXT, login=TEXT, company=TEXT),
    ("POST", "/api/invitations/accept"): shape(signed_in=YES_NO, login=TEXT),
    ("GET", "/api/invitations/forgotten"): shape(by_letter=YES_NO),
    ("POST", "/api/invitations/forgotten"): shape(by_letter=YES_NO),
    ("GET", "/api/mail"): shape(
        host=TEXT,
        port=NUMBER,
        security=TEXT,
        login=TEXT,
        has_password=YES_NO,
        sender=TEXT,
        sender_name=TEXT,
        private=YES_NO,
        hours=NUMBER,
        address=TEXT,
        waiting=NUMBER,
        failed=NUMBER,
        problem=TEXT,
    ),
    ("POST", "/api/mail/test"): shape(to=TEXT),
    ("POST", "/api/people/{id}/password"): shape(password=TEXT),
    ("GET", "/api/structure"): shape(
        departments=several(shape(id=NUMBER, version=NUMBER, label=maybe(TEXT))),
        people=several(shape(id=NUMBER, version=NUMBER, label=maybe(TEXT))),
        vacancies=several(shape(id=NUMBER, version=NUMBER)),
        absences=several(shape(id=NUMBER, version=NUMBER)),
    ),
    ("GET", "/api/people/{id}/dismissal"): shape(
        id=NUMBER,
        label=TEXT,
        parts=several(
            shape(entity=TEXT, title=TEXT, count=NUMBER, own=NUMBER, kinds=several(shape(title=TEXT, count=NUMBER)))
        ),
    ),
    ("POST", "/api/people/{id}/dismissal"): shape(job=NUMBER, batch=NUMBER),
    ("POST", "/api/people/{id}/dismissal/undo"): shape(job=NUMBER),
    ("DELETE", "/api/people/{id}/sessions"): shape(ended=NUMBER),
    ("GET", "/api/journal"): shape(
        entries=several(
            shape(id=NUMBER, at=INSTANT, kind=TEXT, actor=LINK, employee=LINK, address=TEXT, browser=TEXT, facts=MAP)
        ),
        next=maybe(NUMBER),
    ),
    ("GET", "/api/me"): shape(
        id=NUMBER,
        label=TEXT,
        login=TEXT,
        language=TEXT,
        zone=TEXT,
        abilities=several(TEXT),
        roles=several(shape(key=TEXT, title=TEXT)),
        must_change=YES_NO,
        viewing={**YES_NO, "description": "the session looks as this colleague does, and writes nothing"},
        photo=ANY,
        shell=MAP,
        requisites_by_inn=YES_NO,
    ),
    ("PUT", "/api/me/language"): shape(language=TEXT),
    ("GET", "/api/company"): shape(
        title=TEXT,
        currency=TEXT,
        currency_held_by=maybe(TEXT),
        zone=TEXT,
        first_weekday=NUMBER,
        logo=maybe(TEXT),
        trash_days=NUMBER,
        requisites=shape(url=TEXT, has_token=YES_NO, private=YES_NO, usual_url=TEXT),
    ),
    ("POST", "/api/company/logo"): shape(logo=TEXT),
    ("GET", "/api/start"): shape(
        sample=shape(state=TEXT, undo=maybe(NUMBER)), steps=several(shape(key=TEXT, entity=TEXT, done=YES_NO))
    ),
    ("POST", "/api/start/sample"): shape(job=NUMBER),
    ("GET", "/api/start/sample/removal"): shape(back=NUMBER, kept=several(shape(entity=TEXT, id=NUMBER, reason=TEXT))),
    ("POST", "/api/start/sample/removal"): shape(job=NUMBER),
    ("POST", "/api/start/sample/return"): shape(job=NUMBER),
    ("GET", "/api/company/calendar/{year}"): named("Calendar"),
    ("PUT", "/api/company/calendar/{year}"): named("Calendar"),
    ("GET", "/api/company/numbering"): shape(
        numbering=several(
            shape(
                entity=TEXT,
                entity_title=TEXT,
                field=TEXT,
                title=TEXT,
                pattern=TEXT,
                reset=TEXT,
                last=NUMBER,
                examples=several(TEXT),
            )
        )
    ),
    ("POST", "/api/company/numbering/example"): shape(examples=several(TEXT)),
    ("GET", "/api/requisites/{inn}"): shape(configured=YES_NO, values=MAP),
    ("GET", "/api/tokens"): shape(
        tokens=several(
            shape(id=NUMBER, title=TEXT, scope=TEXT, created_at=INSTANT, expires_at=INSTANT, used_at=maybe(INSTANT))
        )
    ),
    ("POST", "/api/tokens"): shape(id=NUMBER, token=TEXT),
    ("GET", "/api/preferences/{key}"): shape(value=ANY),
    ("POST", "/api/quick-add/read"): shape(entity=TEXT, values=MAP, parts=several({"type": "array"}), choices=MAP),
    ("GET", "/api/schema"): shape(
        revision=NUMBER,
        digest=TEXT,
        settings=shape(title=TEXT, currency=TEXT, zone=TEXT, first_weekday=NUMBER),
        menu=several(shape(entity=TEXT, title=TEXT, icon=TEXT, hue=maybe(NUMBER), group=TEXT)),
        home=shape(own=YES_NO, columns=NUMBER, blocks=several(MAP)),
        entities=MAP,
    ),
    ("GET", RECORDS): named("Page"),
    ("POST", f"{RECORDS}/query"): named("Page"),
    ("POST", RECORDS): named("Record"),
    ("GET", RECORD): named("Record"),
    ("PATCH", RECORD): named("Record"),
    ("DELETE", RECORD): shape(batch=NUMBER),
    ("GET", f"{RECORD}/delete"): shape(records=MAP, clear=several(named("Held")), refuse=several(named("Held"))),
    ("POST", f"{RECORDS}/bulk"): shape(
        batch=maybe(NUMBER), results=several(shape(id=maybe(NUMBER), problems=several(named("Told"))))
    ),
    ("POST", f"{RECORD}/copy"): named("Record"),
    ("POST", f"{RECORD}/press"): shape(record=named("Record"), batch=NUMBER),
    ("POST", f"{RECORDS}/move"): shape(
        batch=NUMBER, results=several(shape(id=NUMBER, problems=several(named("Told"))))
    ),
    ("POST", f"{RECORDS}/check"): shape(
        duplicates=several(shape(entity=TEXT, id=maybe(NUMBER), label=maybe(TEXT), field=TEXT, value=ANY)),
        problems=several(named("Told")),
        form=named("FormState"),
    ),
    ("GET", f"{RECORDS}/speed"): shape(fields=several({"type": "array"}), may=YES_NO),
    ("POST", f"{RECORDS}/speed"): shape(job=NUMBER),
    ("GET", f"{RECORDS}/suggest"): shape(items=several(named("Link"))),
    ("POST", f"{RECORDS}/cells"): shape(rows=several(shape(values=MAP, problems=several(named("Told"))))),
    ("POST", f"{RECORDS}/marks"): shape(marks=several(several(NUMBER))),
    ("POST", f"{RECORDS}/next-steps"): shape(steps=several({"type": "array"})),
    ("POST", f"{RECORDS}/formula"): shape(formula=TEXT, titles=TEXT, problems=several(named("Told"))),
    ("GET", "/api/formula-functions"): shape(functions=several(shape(name=TEXT, key=TEXT, about=TEXT, example=TEXT))),
    ("GET", "/api/views/{entity}"): shape(
        views=several(named("View")),
        default=TEXT,
        may_share=YES_NO,
        roles=several(shape(key=TEXT, title=TEXT)),
        firsts=MAP,
    ),
    ("POST", "/api/views/{entity}"): named("View"),
    ("PATCH", "/api/views/{entity}/{id}"): named("View"),
    ("GET", f"{RECORD}/history"): shape(
        items=several(
            shape(
                seq=NUMBER,
                version=NUMBER,
                kind=TEXT,
                at=INSTANT,
                actor=named("Link"),
                cause=TEXT,
                batch=maybe(NUMBER),
                fields=several(shape(key=TEXT, title=TEXT, before=ANY, after=ANY)),
            )
        ),
        next=maybe(NUMBER),
    ),
    ("POST", f"{RECORD}/undo"): named("Undone"),
    ("GET", "/api/changes/{batch}/undo"): named("Undone"),
    ("POST", "/api/changes/{batch}/undo"): named("Undone"),
    ("GET", "/api/trash"): shape(
        items=several(
            shape(entity=TEXT, id=NUMBER, label=TEXT, deleted_at=INSTANT, deleted_by=named("Link"), may_restore=YES_NO)
        ),
        next=maybe(TEXT),
    ),
    ("POST", "/api/trash/restore"): shape(batch=maybe(NUMBER)),
    ("GET", f"{RECORD}/timeline"): shape(planned=several(named("Item")), done=several(named("Item")), next=maybe(TEXT)),
    ("POST", f"{RECORD}/timeline"): shape(entity=TEXT, id=NUMBER, version=NUMBER),
    ("GET", "/api/notices"): shape(
        notices=several(shape(id=NUMBER, kind=TEXT, at=INSTANT, read_at=maybe(INSTANT), about={"type": "array"}))
    ),
    ("POST", "/api/notices/read"): shape(read=NUMBER),
    ("POST", "/api/files"): named("File"),
    ("GET", "/api/directory"): shape(
        directory=maybe(MAP),
        usual=MAP,
        runs=several(named("DirectoryLook")),
        roles=several(shape(key=TEXT, title=TEXT)),
    ),
    ("POST", "/api/directory/check"): shape(people=NUMBER, disabled=NUMBER, first=several(TEXT), trouble=TEXT),
    ("GET", "/api/directory/groups"): shape(groups=several(shape(dn=TEXT, title=TEXT)), trouble=TEXT),
    ("POST", "/api/directory/runs"): named("DirectoryLook"),
    ("GET", "/api/directory/runs/{id}"): named("DirectoryLook"),
    ("GET", "/api/directory/runs/{id}/rows"): shape(
        rows=several(
            shape(
                row=NUMBER,
                fate=TEXT,
                employee=maybe(NUMBER),
                label=TEXT,
                login=TEXT,
                gone=YES_NO,
                done=YES_NO,
                changes=several(shape(key=TEXT, title=TEXT, before=TEXT, after=TEXT)),
                problems=several(shape(code=TEXT, text=TEXT)),
            )
        ),
        next=maybe(NUMBER),
    ),
    ("POST", "/api/directory/runs/{id}/apply"): named("DirectoryLook"),
    ("POST", "/api/directory/runs/{id}/cancel"): named("DirectoryLook"),
    ("POST", "/api/directory/runs/{id}/undo"): shape(job=NUMBER),
    ("POST", "/api/imports"): named("Import"),
    ("GET", "/api/imports"): shape(imports=several(shape(id=NUMBER, entity=TEXT, state=TEXT, file=TEXT, at=INSTANT))),
    ("GET", "/api/imports/{id}"): named("Import"),
    ("PUT", "/api/imports/{id}"): named("Import"),
    ("POST", "/api/imports/{id}/preview"): shape(
        rows=several(shape(row=NUMBER, fate=TEXT, record=maybe(NUMBER), problems={"type": "array"})),
        unmatched=several(MAP),
        total=NUMBER,
    ),
    ("POST", "/api/imports/{id}/look"): named("Import"),
    ("POST", "/api/imports/{id}/read"): shape(columns=several(MAP), problems=several(named("Told"))),
    ("POST", "/api/imports/{id}/check"): named("Import"),
    ("GET", "/api/imports/{id}/rows"): shape(
        rows=several(shape(row=NUMBER, fate=TEXT, record=named("Link"), problems={"type": "array"})), next=maybe(NUMBER)
    ),
    ("POST", "/api/imports/{id}/run"): shape(id=NUMBER, job=NUMBER, batch=NUMBER, state=TEXT),
    ("POST", "/api/imports/{id}/cancel"): shape(id=NUMBER, state=TEXT),
    ("POST", "/api/imports/{id}/undo"): shape(job=NUMBER),
    ("GET", "/api/import-maps"): shape(maps=several(shape(title=TEXT, plan=MAP))),
    ("POST", "/api/import-maps"): shape(title=TEXT),
    ("GET", "/api/jobs/{id}"): named("Job"),
    ("DELETE", "/api/jobs/{id}"): shape(id=NUMBER),
    ("GET", "/api/jobs"): shape(jobs=several(named("Job"))),
    ("POST", "/api/jobs/{id}/retry"): shape(id=NUMBER, again=YES_NO),
    ("POST", "/api/reports/run"): shape(
        rows=several({"type": "array"}),
        columns=several({"type": "array"}),
        measures=several(TEXT),
        cells={"type": "array"},
    ),
    ("POST", "/api/reports/funnel"): shape(
        entity=TEXT,
        pipeline=TEXT,
        by=maybe(TEXT),
        amount=maybe(TEXT),
        reason=maybe(TEXT),
        stages=several(shape(key=TEXT, title=TEXT, hue=maybe(NUMBER))),
        whole=named("Funnel"),
        groups=several({"allOf": [named("Funnel"), shape(value=ANY, filter=TEXT)]}),
        losses=several(
            shape(
                reason=ANY,
                filter=TEXT,
                records=NUMBER,
                amount=AMOUNT,
                stages=several(shape(stage=TEXT, records=NUMBER, amount=AMOUNT)),
            )
        ),
    ),
    ("POST", "/api/reports/funnel/records"): shape(
        columns=several(TEXT), rows=several({"type": "array"}), count=NUMBER
    ),
    ("GET", "/api/schema/source"): shape(
        revision=NUMBER,
        source=shape(
            settings=MAP,
            entities=several(MAP),
            dictionaries=several(MAP),
            roles=several(MAP),
            menu=several(MAP),
            home=MAP,
        ),
        counts=MAP,
    ),
    ("GET", "/api/schema/palette"): shape(
        types=several(
            shape(key=TEXT, options=several(shape(key=TEXT, default=ANY)), becomes=several(TEXT), computed=YES_NO)
        ),
        traits=several(shape(key=TEXT, title=TEXT, options=MAP, fields=several(TEXT))),
    ),
    ("POST", "/api/schema/plan"): PLAN,
    ("POST", "/api/schema/apply"): named("Reshaped"),
    ("GET", "/api/schema/later"): shape(
        changes=several(
            shape(
                id=NUMBER,
                at=INSTANT,
                by=named("Link"),
                title=TEXT,
                revision=NUMBER,
                in_time=YES_NO,
                problem=maybe(TEXT),
                seconds={"type": "number"},
                steps=several(TEXT),
                edits=several(MAP),
                restore=maybe(NUMBER),
            )
        )
    ),
    ("POST", "/api/schema/later"): shape(id=NUMBER, at=INSTANT),
    ("POST", "/api/schema/later/{id}/apply"): named("Reshaped"),
    ("POST", "/api/schema/outline"): shape(
        rows=several(
            shape(line=NUMBER, deep=YES_NO, title=TEXT, type=TEXT, to=TEXT, made=YES_NO, told=TEXT, problem=maybe(TEXT))
        ),
        edits=several(MAP),
    ),
    ("POST", "/api/schema/from_table"): shape(file=NUMBER, table=MAP, rows=maybe(NUMBER)),
    ("POST", "/api/schema/from_table/{id}"): {
        "type": "object",
        "required": ["revision", "entity", "import", "job"],
        "properties": {"revision": NUMBER, "entity": TEXT, "import": NUMBER, "job": NUMBER},
    },
    ("POST", f"{RECORDS}/merge"): shape(batch=NUMBER, moved=NUMBER),
    ("POST", "/api/schema/undo"): named("Reshaped"),
    ("GET", "/api/solutions"): shape(
        solutions=several(
            shape(
                key=TEXT,
                title=TEXT,
                version=maybe(TEXT),
                installed=maybe(TEXT),
                changed=NUMBER,
                news=NUMBER,
                objects=several(TEXT),
                sample=TEXT,
            )
        )
    ),
    ("POST", "/api/solutions/file"): shape(
        file=NUMBER, key=TEXT, title=TEXT, version=TEXT, entities=NUMBER, objects=several(TEXT), sample=YES_NO
    ),
    ("POST", "/api/solutions/plan"): shape(
        plan=PLAN,
        comes=several(DIFFERENCE),
        kept=several(DIFFERENCE),
        conflicts=several(shape(place=TEXT, text=TEXT, here=TEXT, shipped=TEXT)),
        sample=YES_NO,
    ),
    ("POST", "/api/solutions/apply"): shape(
        revision=NUMBER,
        kept_back=several(shape(field=TEXT, count=NUMBER, examples=several({"type": "array"}))),
        jobs=several(NUMBER),
        sample=maybe(NUMBER),
    ),
    ("POST", "/api/solutions/sample"): shape(job=NUMBER),
    ("POST", "/api/solutions/compare"): shape(changes=several(DIFFERENCE), lines=several(TEXT)),
    ("GET", "/api/schema/revisions"): shape(
        revisions=several(shape(number=NUMBER, at=INSTANT, actor=named("Link"), title=TEXT, steps=several(TEXT)))
    ),
    ("GET", "/api/schema/revisions/{id}"): shape(
        number=NUMBER,
        against=NUMBER,
        changes=several(shape(kind=TEXT, code=TEXT, text=TEXT, entity=TEXT, field=TEXT)),
    ),
    ("GET", "/api/openapi.json"): shape(openapi=TEXT, info=MAP, paths=MAP, components=MAP),
    ("GET", "/api/search"): shape(
        groups=several(
            shape(
                entity=TEXT,
                title=TEXT,
                items=several(
                    shape(
                        id=NUMBER,
                        label=TEXT,
                        field=TEXT,
                        snippet=shape(text=TEXT, marks=several(PLACE)),
                        about={"type": ["array", "null"], "description": "[entity, id, label] of the card"},
                    )
                ),
                more=YES_NO,
                next=maybe(TEXT),
            )
        ),
        words=several(TEXT),
    ),
    ("GET", "/api/changes"): shape(changes=several(named("Change")), position=NUMBER, more=YES_NO, feed=TEXT),
    ("POST", "/api/live/presence"): shape(people=several(named("Link"))),
}
# What is too much to be done at once is begun instead: 202 and the job.
LATER: dict[tuple[str, str], Schema] = {
    ("POST", f"{RECORDS}/bulk"): shape(job=NUMBER),
    ("POST", "/api/changes/{batch}/undo"): shape(job=NUMBER),
}
FILES: dict[tuple[str, str], str] = {
    ("GET", "/api/files/{id}"): "application/octet-stream",
    ("GET", "/api/company/logo"): "image/png",
    ("GET", "/api/journal/export"): "application/octet-stream",
    ("GET", "/api/solutions/export"): "application/zip",
    ("GET", "/api/imports/{id}/errors.csv"): "text/csv",
    ("GET", "/api/live"): "text/event-stream",
}
FORMS: dict[tuple[str, str], Schema] = {
    ("POST", "/api/schema/from_table"): shape(file={"type": "string", "format": "binary"}),
    ("POST", "/api/solutions/file"): shape(file={"type": "string", "format": "binary"}),
    ("POST", "/api/people/group/file"): shape(file={"type": "string", "format": "binary"}),
    ("POST", "/api/files"): shape(file={"type": "string", "format": "binary"}),
    ("POST", "/api/company/logo"): shape(file={"type": "string", "format": "binary"}),
    ("POST", "/api/imports"): shape(file={"type": "string", "format": "binary"}, entity=TEXT),
}
