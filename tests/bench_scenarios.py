"""How long the full scenario model takes: `python -m tests.bench_scenarios`. Not a timed test."""

from __future__ import annotations

import time

from erqi.analysis import growth, scenarios
from tests.growth_fixture import observations


def scenario_benchmark(n: int = 1_000_000, seed: int = 720) -> dict[str, float]:
    """Seconds for n draws of every indicator from cold, and for the table of probabilities."""
    world = scenarios.World(growth.headline(observations()), 7.5, 57.16e8)
    assumptions = scenarios.Assumptions(shock_2022_pp=2.0, shock_probability=0.5)
    scenarios.simulate(world, assumptions, 20_000, seed)
    scenarios.noise.cache_clear()
    start, cpu = time.perf_counter(), time.process_time()
    draws = scenarios.simulate(world, assumptions, n, seed)
    drawn = time.perf_counter()
    scenarios.summary(draws)
    scenarios.joint(draws)
    cpu = time.process_time() - cpu
    return {"draws": n, "simulate_s": drawn - start, "tables_s": time.perf_counter() - drawn, "cpu_s": cpu}


if __name__ == "__main__":
    print(scenario_benchmark())
