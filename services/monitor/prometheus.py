"""The metrics of the monitor, for Prometheus. Labels are group, topic and partition; never an id."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from typing_extensions import override

from services.monitor.lag_rules import SEVERITY
from services.monitor.pipeline_state import PipelineState
from services.monitor.watch import Look

LABELS = ("group", "topic", "partition")


class LagCollector(Collector):
    """Turns the newest look and pipeline state into metrics; holds them only for one scrape."""

    def __init__(self, look: Look, state: PipelineState | None) -> None:
        self._look = look
        self._state = state

    @override
    def collect(self) -> Iterator[Metric]:
        """Yield every metric, with its unit in its name."""
        waiting = GaugeMetricFamily("snapshot_waiting_records", "Readable records not yet finished", labels=LABELS)
        age = GaugeMetricFamily("snapshot_oldest_waiting_seconds", "Age of the oldest waiting record", labels=LABELS)
        status = GaugeMetricFamily("snapshot_partition_severity", "0 OK to 7 DATA_LOSS", labels=LABELS)
        for judged in self._look.partitions:
            lag = judged.lag
            labels = (lag.group, lag.topic, str(lag.partition))
            waiting.add_metric(labels, lag.waiting)
            age.add_metric(labels, lag.sample.oldest_age or 0.0)
            status.add_metric(labels, SEVERITY[judged.verdict.status])
        yield from (waiting, age, status)
        yield GaugeMetricFamily(
            "snapshot_kafka_away", "1 when Kafka did not answer", value=float(self._look.kafka_away)
        )
        if self._state is not None:
            yield from self._of_the_register(self._state)

    def _of_the_register(self, state: PipelineState) -> Iterator[Metric]:
        dead = len(state.dead_letters)
        yield GaugeMetricFamily("snapshot_dead_letters_open", "Dead letters nobody has settled", value=dead)
        yield GaugeMetricFamily("snapshot_consents_stuck", "Consents past a deadline", value=len(state.stuck))
        yield GaugeMetricFamily("snapshot_consents_under_way", "Consents on their way", value=state.under_way)
        oldest = state.oldest_under_way_seconds or 0.0
        yield GaugeMetricFamily("snapshot_oldest_under_way_seconds", "Age of the oldest of them", value=oldest)
        failed = state.failed_messages
        yield GaugeMetricFamily("snapshot_messages_failed", "Messages no channel could deliver", value=failed)
