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

CHILDREN = {
    "Xiadani Quetzalcóatl": date(2014, 7, 29),
    "Thessaly Wyndrake-Ibáñez": date(2016, 11, 17),
    "Ottoline Quetzalcóatl-Wyndrake": date(2019, 7, 23),
}
OTHERS = {
    "attorney": "Peregrine Falstaff-Oakhurst",
    "caseworker": "Marigold Thistlewaite",
    "magistrate": "Ambrosius Kettleburn",
    "new_partner": "Evangelina Sandoval-Prüfer",
    "grandparent": "Wilhelmina Quetzalcóatl-Hagström",
}
"""People who stand in an agency's record beside the parents."""
NEVER_SHOWN = (53_718_946, 72_649_183, 38_274_659, 64_193_827, 85_937_164)
"""Cents of wages, savings, an offset, a lien and a settlement."""
UNREAD = {
    "employer": ("Vexborough Tannery LLC", "48-91 Zanthorpe Avenue"),
    "address": ("7713 Quillhaven Terrace", "Ozone Marsh NY 11987", "Apt 14Q-77"),
    "phone": ("718-555-0193", "(718) 555-0193", "7185550193", "+17185550193"),
    "ssn": ("987-65-4329", "987654329", "xxx-xx-4329"),
    "tax_source": ("CANARY_FEDERAL_TAX_OFFSET",),
    "other_ssn": ("976-54-3218", "976543218", "xxx-xx-3218"),
    "child_ssn": ("965-43-2107", "965432107", "954-32-1096", "954321096"),
    "bank": ("Hollowbrook Savings Cooperative", "routing 026013987", "account 77139871350"),
    "license": ("license Q771-398-713-509", "plate ZQX-7139", "vehicle 1HZQX71398W713509"),
    "other_address": ("9876 Larkspur Hollow Road", "Thornwick NY 12987", "shelter at Fennimore Gate"),
    "other_phone": ("917-555-0167", "(917) 555-0167", "9175550167", "+19175550167"),
    "email": ("zuleyka.q@quillmail.example", "b.wyndrake@tannerymail.example"),
    "school": ("Public School 987 Zanthorpe", "teacher Quillfeather"),
    "health": ("Thornwick Clinic chart 713-987", "insulin since 2017", "Medicaid ZQ71398N"),
    "benefits": ("cash assistance CA-7139871", "SNAP since 03/2021", "tax intercept 871-39"),
    "court": ("docket F-71398-21/21A", "order of protection O-98713-22", "paternity P-07713-14"),
    "immigration": ("A-number 071-398-713", "visa petition EAC7139871350"),
    "safety": ("family violence indicator set", "moved away from Wyndrake"),
    "note": ("caller said Thistlewaite promised a waiver", "do not release to Quillfeather"),
    "union": ("Local 9871 Tanners and Curriers", "badge 71398-Q"),
    "prison": ("DIN 71A3987", "Fishkill until 11/2027"),
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
    yield from people_of_the_case()
    for text in (CASE, CASE_THAT_FAILS, "ZQ-98713-X7", "ZQ 98713 X7"):
        yield Canary("case", text)
    yield Canary("order_number", ORDER_NUMBER)
    shown = (ORDER, PAID, TO_DSS, TO_PARENT, TO_DSS + TO_PARENT)
    for kind, amounts in (("amount", shown), ("unread_amount", NEVER_SHOWN)):
        yield from (Canary(kind, text) for cents in amounts for text in spellings_of_an_amount(cents))
    for kind, texts in {**UNREAD, **TYPED}.items():
        yield from (Canary(kind, text) for text in texts)
    for person in PEOPLE:
        yield from (Canary("staff", text) for text in (person.email, person.display_name))


def people_of_the_case() -> Iterator[Canary]:
    """Yield names and birth dates of parents and children, and the names of who else the agency knows."""
    born = {"parent": [PARENT], "other_parent": [OTHER_PARENT], "child": list(CHILDREN.items())}
    for kind, people in born.items():
        for name, day in people:
            yield from (Canary(kind, text) for text in [*spellings_of_a_name(name), *spellings_of_a_day(day)])
    for kind, name in OTHERS.items():
        yield from (Canary(kind, text) for text in spellings_of_a_name(name))


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
    born = {name: day.isoformat() for name, day in CHILDREN.items()}
    everything = {**UNREAD, **OTHERS, "children": born, "order": ORDER_NUMBER, "amounts": NEVER_SHOWN}
    connection.execute("insert into canaries values (?, ?)", (case, json.dumps(everything, ensure_ascii=False)))


def _stored(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
