"""One line for all pipeline tests: starting it costs seconds, and living beside other consents is what it must do."""

from collections.abc import Iterator

import pytest

from consent_intake.samples.portal_print import PortalPrinter
from services.cli.portal_client import PortalClient
from tests.support.kafka_server import kafka_brokers, kafka_server  # noqa: F401 - fixtures
from tests.support.running_line import RunningLine, running_line


@pytest.fixture(scope="session")
def line(kafka_brokers: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLine]:  # noqa: F811
    """The whole product, started once."""
    with running_line(tmp_path_factory.mktemp("line"), kafka_brokers) as started:
        yield started


@pytest.fixture
def client(line: RunningLine) -> Iterator[PortalClient]:
    """A connection of the demonstration organization, in English."""
    connected = line.client("en")
    yield connected
    connected.close()


@pytest.fixture
def spanish(line: RunningLine) -> Iterator[PortalClient]:
    """The same in Spanish."""
    connected = line.client("es")
    yield connected
    connected.close()


@pytest.fixture(scope="session")
def printer(line: RunningLine) -> Iterator[PortalPrinter]:
    """Prints the forms that samples are made on; one blank form is copied for all."""
    connected = line.client("en")
    yield PortalPrinter(connected)
    connected.close()
