"""Settings of the monitor."""

from pydantic import Field

from services.settings import KafkaSettings, LogSettings, RegisterSettings


class Settings(LogSettings, KafkaSettings, RegisterSettings):
    """Where the page is served and how often it looks."""

    monitor_host: str = Field(
        default="127.0.0.1", title="Address", description="the page has no sign-in: keep it on an operators' network"
    )
    monitor_port: int = Field(default=8081, title="Port", description="of the page, /metrics and /lag.json")
    monitor_every_seconds: float = Field(default=5.0, gt=0, title="Interval", description="between two looks at Kafka")
