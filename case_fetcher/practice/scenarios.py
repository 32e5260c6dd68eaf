"""The hand-made cases of the practice county: one for every arrears type, enforcement action and edge."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from schemas.case_record import EnforcementCode

Person = tuple[str, date]


@dataclass(frozen=True)
class Scenario:
    """What is special about one case; everything else is an ordinary order, paid in full. Money in cents."""

    name: str
    case_identifier: str
    noncustodial: Person = ("Practice Payer", date(1985, 5, 5))
    custodial: Person = ("Practice Payee", date(1986, 6, 6))
    order_status: str = "active"
    order_cents: int = 41_200
    frequency: str = "monthly"
    ordered_years_ago: float = 2.0
    unpaid_months: tuple[int, ...] = ()
    half_paid_months: tuple[int, ...] = ()
    never_paid: bool = False
    lump_sums: tuple[tuple[int, int], ...] = ()
    owed_before_dss: int = 0
    owed_before_parent: int = 0
    permanently_assigned: int | None = None
    retroactive: int | None = None
    actions: tuple[EnforcementCode, ...] = ()
    case_type: str | None = "FORMER_CA"
    children: int | None = 2
    years_to_21: float = 9.0
    court_in_days: int | None = None
    flags: tuple[str, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)


MARCUS: Person = ("Marcus Rivera", date(1987, 4, 12))
ELENA: Person = ("Elena Núñez", date(1990, 9, 30))
"""The demonstration parents: sample forms are made out to them unless told otherwise."""

_C = EnforcementCode

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "demonstration", "AB12345C1", MARCUS, ELENA, ordered_years_ago=4.2, unpaid_months=(4, 8, 9),
        half_paid_months=(7,), owed_before_dss=421_000, owed_before_parent=118_800, permanently_assigned=300_000,
        actions=(_C.LICENSE_SUSPENDED, _C.BANK_RESTRAINT, _C.INCOME_WITHHOLDING, _C.PASSPORT),
        facts={"employer_known": True, "payment_method": "CHECK", "address_confirmed": True},
    ),
    Scenario("paid_in_full", "AB10001C1", ("Samuel Thompson", date(1982, 2, 2)), case_type="NEVER_CA",
             facts={"employer_known": True, "payment_method": "DIRECT_DEPOSIT"}),
    Scenario("dss_only", "AB10002C1", ("José García Márquez", date(1979, 11, 23)), owed_before_dss=842_019),
    Scenario("parent_only", "AB10003C1", ("Wei Chen", date(1991, 1, 31)), case_type="NEVER_CA",
             owed_before_parent=263_000),
    Scenario("current_assistance", "AB10004C1", ("Andre Baptiste", date(1994, 7, 4)), case_type="CURRENT_CA",
             unpaid_months=(1, 2)),
    Scenario("permanently_assigned", "AB10005C1", ("Omar Rahman", date(1988, 8, 8)), owed_before_dss=612_345,
             permanently_assigned=612_345),
    Scenario("retroactive_only", "AB10006C1", ("Dmitri Petrov", date(1985, 3, 15)), ordered_years_ago=0.5,
             owed_before_parent=150_000, retroactive=150_000),
    Scenario("no_order_yet", "AB10007C1", custodial=("Aisha Abdullah", date(1996, 12, 1)), order_status="none",
             case_type=None),
    Scenario("order_ended_debt_left", "AB10008C1", ("Terrence Washington", date(1970, 10, 10)), order_status="ended",
             owed_before_dss=90_000, owed_before_parent=45_050, years_to_21=-1.2, ordered_years_ago=20),
    Scenario("order_ended_clear", "AB10009C1", ("Ivan Kowalski", date(1971, 6, 1)), order_status="ended",
             years_to_21=-0.5, ordered_years_ago=19, case_type="NEVER_CA"),
    Scenario("never_paid", "AB10010C1", ("Hector Ortiz Vega", date(1983, 4, 30)), never_paid=True,
             actions=(_C.LICENSE_NOTICE, _C.VIOLATION_PETITION), court_in_days=24),
    Scenario("zero_order", "AB10011C1", ("Jean-Pierre Okafor", date(1989, 9, 9)), order_cents=0),
    Scenario("minimum_order", "AB10012C1", ("Luis Peña", date(1993, 3, 3)), order_cents=2_500,
             facts={"income_yearly": 1_200_000, "receives_benefits": True}),
    Scenario("weekly_order", "AB10013C1", ("Carlos Andrés Torres", date(1990, 5, 17)), frequency="weekly",
             order_cents=9_508, half_paid_months=(1,)),
    Scenario("biweekly_order", "AB10014C1", ("Tyrone Jackson", date(1984, 12, 12)), frequency="biweekly",
             order_cents=19_015, unpaid_months=(3,)),
    Scenario("semimonthly_order", "AB10015C1", ("Raúl Quiñones", date(1986, 1, 1)), frequency="semimonthly",
             order_cents=20_600),
    Scenario("lump_sum", "AB10016C1", ("Miguel Ángel Castillo", date(1981, 7, 21)), unpaid_months=(6, 7, 8, 9, 10),
             lump_sums=((5, 160_000),)),
    Scenario("very_large_debt", "AB10017C1",
             ("María Guadalupe de los Ángeles Fernández-Villavicencio y Montalvo", date(1968, 2, 29)),
             order_cents=218_475, unpaid_months=(2, 3, 5, 6), owed_before_dss=18_421_037, owed_before_parent=9_389_199,
             actions=(_C.LICENSE_SUSPENDED, _C.PASSPORT, _C.PROPERTY_EXECUTION, _C.LIEN, _C.TAX_DEPARTMENT_REFERRAL,
                      _C.TAX_OFFSET_SUBMITTED, _C.PROFESSIONAL_LICENSE, _C.ADDITIONAL_AMOUNT), children=9,
             court_in_days=53),
    Scenario("lost_job", "AB10018C1", ("Denise Williams", date(1992, 2, 20)), unpaid_months=(1, 2, 3),
             facts={"lost_job": True, "income_change_percent": -60.0, "employer_known": False}),
    Scenario("incarcerated", "AB10019C1", ("Graciela Santiago", date(1987, 10, 5)), never_paid=True,
             facts={"incarcerated": True, "employer_known": False}),
    Scenario("custody_changed", "AB10020C1", ("Sonia Delgado", date(1995, 11, 11)), facts={"custody_changed": True}),
    Scenario("turns_21_soon", "AB10021C1", ("Patricia Muñoz", date(1975, 8, 14)), years_to_21=0.3,
             owed_before_parent=77_700),
    Scenario("account_disputed", "AB10022C1", custodial=("Rosa Nguyen", date(1989, 4, 4)),
             facts={"account_disputed": True, "address_confirmed": False}),
    Scenario("income_withholding", "AB10023C1", ("Latoya Johnson", date(1990, 3, 29)),
             actions=(_C.INCOME_WITHHOLDING,), facts={"employer_known": True}),
    Scenario("unemployment", "AB10024C1", ("Keisha Smith-Jones", date(1993, 6, 18)),
             actions=(_C.UNEMPLOYMENT_WITHHOLDING,), unpaid_months=(1,)),
    Scenario("tax_and_lottery", "AB10025C1", ("Yolanda de la Cruz", date(1980, 1, 9)), owed_before_dss=51_000,
             actions=(_C.TAX_OFFSET_SUBMITTED, _C.LOTTERY)),
    Scenario("recreational_and_contempt", "AB10026C1", ("Fatima O'Brien", date(1978, 9, 19)), never_paid=True,
             actions=(_C.RECREATIONAL_LICENSE, _C.CONTEMPT), court_in_days=7),
    Scenario("nothing_known", "AB10027C1", ("Ngozi Okafor", date(1998, 12, 31)), case_type=None, children=None),
    Scenario("family_violence", "AB10028C1", ("Ana Lucía Castillo", date(1991, 5, 2)),
             custodial=("Rosa Baptiste", date(1992, 7, 7)), flags=("FAMILY_VIOLENCE",)),
    Scenario("order_of_protection", "AB10029C1", ("Elena Petrov", date(1990, 8, 8)),
             custodial=("Andre Castillo", date(1988, 3, 3)), flags=("ORDER_OF_PROTECTION",)),
)  # fmt: skip
