"""``snapshot register forget-second-factor``: for people whom no administrator of an organization can help."""

import typer

from services.register import people, second_factors
from services.register.command_runs import fail, run_on_register
from services.register.database import Database
from services.register.operators import operator
from services.runtime.clock import utc_now
from services.settings import RegisterSettings


def forget_second_factor() -> None:
    """Switch off the second factor of somebody who lost it, and sign them out. Be sure who asks before you do.

    Asks for the e-mail address, which no shell remembers then.
    """
    email = typer.prompt("E-mail address")

    async def forget(database: Database) -> bool:
        async with database.transaction() as tx:
            person = await people.by_email(tx, email)
            if person is None:
                return False
            return await second_factors.take_away(tx, person.id, actor=operator(), at=utc_now())

    if not run_on_register(RegisterSettings().register_url, forget):
        fail("Nobody with this address has a second factor.")
    typer.echo("The second factor is switched off, and the person is signed out everywhere.")
