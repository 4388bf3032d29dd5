import time

from enishi.core.jobs import Progress, job
from enishi.core.models import Job


@job("test.slow", title="Slow", cancellable=True)
def slow(progress: Progress, *, rows: int, seconds: float) -> dict[str, int]:
    """Write ``rows`` rows in one transaction, over ``seconds``."""
    progress.start(rows)
    for number in range(rows):
        Job.objects.create(name="test.row", state="done", arguments={"number": number})
        time.sleep(seconds / rows)
        progress.advance()
        progress.stop_if_cancelled()
    return {"rows": rows}
