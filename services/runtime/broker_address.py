"""Whether any broker can be reached at all."""

import socket

from kafka.errors import KafkaConnectionError

CONNECT_SECONDS = 3.0


def require_reachable(brokers: str) -> None:
    """Return when one of the brokers accepts a connection; blocks for some seconds at most.

    A client of kafka-python that is made while no broker answers takes its whole bootstrap time to say so and leaves
    its sockets to the garbage collector, so this is asked first.

    Args:
        brokers: comma-separated ``host:port``.

    Raises:
        KafkaConnectionError: none does.
    """
    for broker in brokers.split(","):
        host, _, port = broker.strip().rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS):
                return
        except OSError:
            continue
    raise KafkaConnectionError
