"""Settings of the command line: where the product keeps its things, and the ports it would like."""

from pydantic import Field

from services.settings import HomeSettings, RegisterSettings, VaultSettings


class Settings(RegisterSettings, VaultSettings):
    """What ``up`` prepares and starts."""

    kafka_brokers: str = Field(default="", title="Kafka brokers", description="an existing cluster; empty: start one")
    kafka_port: int = Field(default=9092, title="Kafka port", description="another free one is taken if it is busy")
    portal_port: int = Field(default=8080, title="Portal port", description="another free one is taken if it is busy")
    monitor_port: int = Field(default=8081, title="Operations page port", description="likewise")
    mail_catcher_web_port: int = Field(default=8025, title="Mail catcher page port", description="likewise")
    mail_catcher_smtp_port: int = Field(default=2525, title="Mail catcher SMTP port", description="likewise")
    smtp_url: str = Field(default="", title="Mail server", description="an existing one; empty: the mail catcher")
    case_source_url: str = Field(default="", title="Case records", description="your own; empty: the practice county")


class ApiSettings(HomeSettings):
    """How ``submit`` reaches the portal when no ``up`` is running here."""

    portal_url: str = Field(default="", title="Portal address", description="empty: the one that `up` started")
    api_key: str = Field(default="", title="API key", description="empty: the demonstration organization's")
