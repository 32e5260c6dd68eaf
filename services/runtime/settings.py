"""What every worker can be told from outside; a stage's settings class adds its own."""

from pydantic import Field

from services.settings import KafkaSettings, LogSettings, RegisterSettings


class RuntimeSettings(LogSettings, KafkaSettings, RegisterSettings):
    """Settings of a worker process."""

    dead_letter_limit: int = Field(
        default=20,
        ge=1,
        title="Dead-letter limit",
        description="dead letters in a row, without one event handled between them, that stop the stage",
    )
    processed_days: int = Field(
        default=45,
        ge=31,
        title="Days to remember events",
        description="processed and published ones; longer than the topics keep their records (30 days), so that no "
        "repeat is taken for new",
    )
