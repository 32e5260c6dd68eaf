"""A family of canaries in the practice county: two parents, their case, all else an agency knows; and the staff."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from schemas.consent_records import ConsentClaim
from schemas.values import Party
from services.portal.practice import PEOPLE
from tests.support.canaries import Canary, spellings_of_a_day, spellings_of_a_name, spellings_of_an_amount

CASE, CASE_THAT_FAILS = "ZQ98713X7", "ZQ98727X9"
ORDER_NUMBER = "F-08713-98/22Q"
PARENT = ("Zuleyka Quetzalcóatl-Ibáñez", date(1983, 7, 19))
OTHER_PARENT = ("Bartholomäus Wyndrake", date(1981, 11, 27))
ORDER, PAID, TO_DSS, TO_PARENT = 61_938_274, 41_760_391, 93_817_465, 27_195_843
"""Cents; large, so that no hash and no offset holds the same digits by chance."""

CHILDREN = ("Xiadani Quetzalcóatl", "Thessaly Wyndrake-Ibáñez")
UNREAD = {
    "employer": ("Vexborough Tannery LLC", "48-91 Zanthorpe Avenue"),
    "address": ("7713 Quillhaven Terrace", "Ozone Marsh NY 11987", "Apt 14Q-77"),
    "phone": ("718-555-0193", "(718) 555-0193", "7185550193", "+17185550193"),
    "ssn": ("987-65-4329", "987654329", "xxx-xx-4329"),
    "tax_source": ("CANARY_FEDERAL_TAX_OFFSET",),
}
"""What the agency's tables hold of the family and no consent opens."""

CLIENT_ADDRESS = "quill.hollowmere@clientmail.example"
TYPED = {
    "client_address": (CLIENT_ADDRESS, "quill.hollowmere", "clientmail.example"),
    "stranger_address": ("wyndrake.stranger@nobody.example",),
    "password": ("Quetzal-wrong-passphrase-7713",),
    "secret": ("csk_canary_Quillhaven_wrong_key_7713",),
    "file_name": ("Zuleyka_consent_scan_ZQ98713X7.pdf", "zuleyka_consent_scan"),
    "idempotency_key": ("upload-of-Zuleyka-ZQ98713X7",),
    "search_words": ("hollowmere hardship letter",),
    "strange_record": ("Ysolde Farthingale 987-11-7654", "Ysolde Farthingale", "farthingale-key-987-11-7654"),
}
"""What people typed into forms, headers and addresses."""


def family() -> Iterator[Canary]:
    """Yield every string of the family."""
    for kind, (name, born) in (("parent", PARENT), ("other_parent", OTHER_PARENT)):
        yield from (Canary(kind, text) for text in [*spellings_of_a_name(name), *spellings_of_a_day(born)])
    for name in CHILDREN:
        yield from (Canary("child", text) for text in spellings_of_a_name(name))
    for text in (CASE, CASE_THAT_FAILS, "ZQ-98713-X7", "ZQ 98713 X7"):
        yield Canary("case", text)
    yield Canary("order_number", ORDER_NUMBER)
    for cents in (ORDER, PAID, TO_DSS, TO_PARENT, TO_DSS + TO_PARENT):
        yield from (Canary("amount", text) for text in spellings_of_an_amount(cents))
    for kind, texts in {**UNREAD, **TYPED}.items():
        yield from (Canary(kind, text) for text in texts)
    for person in PEOPLE:
        yield from (Canary("staff", text) for text in (person.email, person.display_name))


def claim_of_the_parent(case: str = CASE) -> ConsentClaim:
    """Return what the organization says of the consenting parent."""
    name, born = PARENT
    return ConsentClaim(parent_name=name, birth_date=born, case_identifier=case, party=Party.NONCUSTODIAL)


def move_into(county: Path) -> None:
    """Write the family's two cases into the practice county: a sound one, and one that cannot be read."""
    with closing(sqlite3.connect(county)) as connection, connection:
        connection.execute("create table if not exists canaries (case_identifier text, everything_else text)")
        for case in (CASE, CASE_THAT_FAILS):
            _add_case(connection, case)
        connection.execute(
            "update cases set owed_to_dss = ? where case_identifier = ?", (PARENT[0], CASE_THAT_FAILS)
        )  # a name where an amount belongs: whoever quotes the row in an exception tells it


def _add_case(connection: sqlite3.Connection, case: str) -> None:
    today = datetime.now(UTC).date()
    months = [(today.replace(day=1) - timedelta(days=31 * n)).replace(day=1) for n in range(12)]
    columns = [row[1] for row in connection.execute("pragma table_info(cases)")]
    changed = {
        "case_identifier": case,
        "order_amount": ORDER,
        "order_frequency": "monthly",
        "owed_to_dss": TO_DSS,
        "owed_to_custodial_parent": TO_PARENT,
        "permanently_assigned": None,
        "opening_on": min(months),
        "opening_balance": TO_DSS + TO_PARENT - len(months) * (ORDER - PAID),
    }
    like = connection.execute("select * from cases where case_identifier = 'AB12345C1'").fetchone()
    row = {**dict(zip(columns, like, strict=True)), **changed}
    marks = ",".join("?" * len(columns))
    connection.execute(f"insert into cases values ({marks})", [_stored(row[name]) for name in columns])  # noqa: S608
    for party, (name, born) in (("NCP", PARENT), ("CP", OTHER_PARENT)):
        connection.execute("insert into case_parties values (?, ?, ?, ?)", (case, party, name, born.isoformat()))
    for month in months:
        due, received = month.isoformat(), month.replace(day=3).isoformat()
        connection.execute("insert into charges values (null, ?, ?, ?)", (case, due, ORDER))
        if month.replace(day=3) <= today:
            (source,) = UNREAD["tax_source"]
            connection.execute("insert into payments values (null, ?, ?, ?, ?)", (case, received, PAID, source))
    everything = {**UNREAD, "children": CHILDREN, "order": ORDER_NUMBER}
    connection.execute("insert into canaries values (?, ?)", (case, json.dumps(everything, ensure_ascii=False)))


def _stored(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
