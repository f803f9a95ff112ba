import { expect, test } from "vitest";
import { FILLED, type DirectoryView } from "../src/api/directory";
import { formOf, pemOf, sent, withKind, withSecure } from "../src/pages/people/directory/model";

const view: DirectoryView = {
  directory: null,
  usual: {
    active_directory: { filter: "(objectClass=user)", fields: { surname: ["sn"], phones: ["telephoneNumber", "mobile"], login: ["sAMAccountName"] } },
    ldap: { filter: "(objectClass=inetOrgPerson)", fields: { surname: ["sn"], login: ["uid"] } },
  },
  runs: [],
  roles: [],
};

test("a new directory begins with what is usual, several attributes in one line", () => {
  const form = formOf(view);
  expect([form.kind, form.port, form.fields.phones]).toEqual(["active_directory", 636, "telephoneNumber, mobile"]);
});

test("what is typed is sent as lists, an empty line as none, and a password only when one was typed", () => {
  const form = { ...formOf(view), host: " dc1.firm.local ", password: "" };
  form.fields.phones = " mobile;telephoneNumber ";
  const told = sent(form);
  expect(told.host).toBe("dc1.firm.local");
  expect(told.fields.phones).toEqual(["mobile", "telephoneNumber"]);
  expect(told.fields.patronymic).toEqual([]);
  expect(Object.keys(told.fields).toSorted()).toEqual([...FILLED].toSorted());
  expect("password" in told).toBe(false);
  expect(sent({ ...form, password: "слово" }).password).toBe("слово");
});

test("another kind brings its attributes, another encryption its usual port and leaves an own one", () => {
  const form = formOf(view);
  expect(withKind(form, "ldap", view).fields.login).toBe("uid");
  expect(withSecure(form, "starttls").port).toBe(389);
  expect(withSecure({ ...form, port: 3269 }, "starttls").port).toBe(3269);
});

test("a certificate of bytes becomes text, one of text stays as it is", () => {
  const text = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  expect(pemOf(new TextEncoder().encode(text))).toBe(text);
  const made = pemOf(new Uint8Array(100).fill(7));
  expect(made.split("\n")).toHaveLength(6);
  expect(atob(made.split("\n").slice(1, -2).join(""))).toHaveLength(100);
});
