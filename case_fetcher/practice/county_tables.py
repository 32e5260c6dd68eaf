"""The practice county's database: tables as an agency might keep them, the source of payments included.

The source is here so that everybody can see, and a test can prove, that it never leaves this database.
"""

from sqlalchemy import Boolean, Column, Date, Float, Integer, MetaData, String, Table

from services.register.database import UtcDateTime

metadata = MetaData()

cases = Table(
    "cases",
    metadata,
    Column("case_identifier", String(9), primary_key=True),
    Column("scenario", String(40), nullable=False),
    Column("county", String(40)),
    Column("as_of", UtcDateTime, nullable=False),
    Column("case_type", String(12)),
    Column("order_status", String(10), nullable=False),
    Column("order_amount", Integer),
    Column("order_frequency", String(12)),
    Column("ordered_on", Date),
    Column("children", Integer),
    Column("payable_through_scu", Boolean),
    Column("youngest_child_turns_21_on", Date),
    Column("owed_to_dss", Integer, nullable=False),
    Column("owed_to_custodial_parent", Integer, nullable=False),
    Column("permanently_assigned", Integer),
    Column("retroactive", Integer),
    Column("opening_balance", Integer),
    Column("opening_on", Date),
    Column("child_on_cash_assistance", Boolean),
    Column("employer_known", Boolean),
    Column("address_confirmed", Boolean),
    Column("payment_method", String(20)),
    Column("court_date", Date),
    Column("custody_changed", Boolean),
    Column("account_disputed", Boolean),
    Column("lost_job", Boolean),
    Column("incarcerated", Boolean),
    Column("income_yearly", Integer),
    Column("income_change_percent", Float),
    Column("receives_benefits", Boolean),
    Column("cost_of_living_change_percent", Float),
    Column("child_under_18", Boolean),
    Column("collected_this_federal_year", Integer),
)

case_parties = Table(
    "case_parties",
    metadata,
    Column("case_identifier", String(9), primary_key=True),
    Column("party", String(3), primary_key=True),
    Column("full_name", String(120), nullable=False),
    Column("birth_date", Date, nullable=False),
)

charges = Table(
    "charges",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_identifier", String(9), nullable=False, index=True),
    Column("due_on", Date, nullable=False),
    Column("amount", Integer, nullable=False),
)

payments = Table(
    "payments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_identifier", String(9), nullable=False, index=True),
    Column("received_on", Date, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("source", String(24), nullable=False),
)

enforcement_actions = Table(
    "enforcement_actions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_identifier", String(9), nullable=False, index=True),
    Column("code", String(24), nullable=False),
    Column("status", String(16), nullable=False),
    Column("started_on", Date, nullable=False),
    Column("answer_by", Date),
)

case_flags = Table(
    "case_flags",
    metadata,
    Column("case_identifier", String(9), primary_key=True),
    Column("kind", String(24), primary_key=True),
)
