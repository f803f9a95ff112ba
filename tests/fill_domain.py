"""Put a company of people into the base of a Samba domain that nobody serves yet, in one transaction.

Run by Debian's own Python, which has the modules of Samba:  fill_domain.py FOLDER  (JSON of the plan on stdin).

    {"units": [dn, …], "people": [{"dn", "password"?, attributes…}], "groups": [{"dn", "member": [dn, …]}],
     "photos": {dn: base64}}
"""

import base64
import json
import sys

from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

folder = sys.argv[1]
told = json.load(sys.stdin.buffer)
settings = LoadParm()
settings.load(f"{folder}/etc/smb.conf")
base = SamDB(url=f"{folder}/private/sam.ldb", session_info=system_session(), lp=settings)
base.transaction_start()
for dn in told["units"]:
    base.add({"dn": dn, "objectClass": "organizationalUnit"})
for person in told["people"]:
    password = person.pop("password", None)
    managed = {key: person.pop(key) for key in ("manager", "userAccountControl") if key in person}
    photo = told["photos"].get(person["dn"])
    if photo:
        person["thumbnailPhoto"] = base64.b64decode(photo)
    # 544: a normal account that needs no password yet.
    base.add({"objectClass": "user", "userAccountControl": managed.get("userAccountControl", "544"), **person})
    if password:
        base.setpassword(f"(sAMAccountName={person['sAMAccountName']})", password, False)  # enables him, too
    for key, value in managed.items():
        dn, said = (base64.b64encode(one.encode()).decode() for one in (person["dn"], value))
        base.modify_ldif(f"dn:: {dn}\nchangetype: modify\nreplace: {key}\n{key}:: {said}\n")
for group in told["groups"]:
    # -2147483646: a global group that grants rights.
    base.add({"objectClass": "group", "groupType": "-2147483646", **group})
base.transaction_commit()
