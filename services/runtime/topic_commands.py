"""``snapshot topics``: make the topics of the topic table on a broker."""

from typing import Annotated

import typer
from kafka.errors import KafkaError

from schemas.topics import TOPICS
from services.runtime.settings import RuntimeSettings
from services.runtime.topic_admin import TopicsMissing, create_topics

app = typer.Typer(no_args_is_help=True, help="The Kafka topics.")


@app.callback()
def topics() -> None:
    """The Kafka topics."""


@app.command()
def create(
    replication: Annotated[
        int | None, typer.Option(min=1, help="Copies of each record; default: 3 where there are three brokers, else 1.")
    ] = None,
) -> None:
    """Create every topic and its dead-letter topic where they are absent. Safe to repeat."""
    brokers = RuntimeSettings().kafka_brokers
    try:
        create_topics(brokers, replication=replication)
    except (KafkaError, TopicsMissing) as error:
        typer.echo(f"The topics could not be made on {brokers}: {type(error).__name__}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{len(TOPICS)} topics and their dead-letter topics are there.")
