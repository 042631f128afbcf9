"""The same two commands as a Dagster job with a schedule.

    dagster job execute -f docs/examples/dagster_reports.py -j reports     # once, now
    dagster dev -f docs/examples/dagster_reports.py                        # with schedule and pages

Dagster rather than Airflow or Prefect: a job can be executed, and so tested, without database or server.
"""

import os
import subprocess
from pathlib import Path

import dagster

HOME = Path(os.environ.get("ERQI", "/srv/erqi"))


def erqi(context: dagster.OpExecutionContext, *words: str) -> None:
    """Run the command; its exit code becomes the outcome of the step."""
    done = subprocess.run([HOME / ".venv/bin/erqi", *words], cwd=HOME, capture_output=True, text=True, check=False)
    context.log.info(done.stdout)
    if done.returncode == 4:
        return context.log.warning("another run was going on")
    if done.returncode:
        raise dagster.Failure(f"exit code {done.returncode}: {done.stderr or done.stdout}", allow_retries=False)
    return None


@dagster.op
def tables(context: dagster.OpExecutionContext) -> dagster.Nothing:
    erqi(context, "build")


@dagster.op(ins={"after": dagster.In(dagster.Nothing)})
def pages(context: dagster.OpExecutionContext) -> None:
    erqi(context, "report", "run")
    index = HOME / "reports" / "latest" / "index.html"
    context.add_output_metadata({"index": dagster.MetadataValue.path(str(index))})


@dagster.job
def reports() -> None:
    pages(tables())


monthly = dagster.ScheduleDefinition(job=reports, cron_schedule="15 6 1 * *", execution_timezone="Asia/Shanghai")
definitions = dagster.Definitions(jobs=[reports], schedules=[monthly])
