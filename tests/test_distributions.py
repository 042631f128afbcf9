"""Two-piece normal, counts and entropic tilting against values worked by hand or by numerical integration."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from erqi.analysis.distributions import TwoPieceNormal, poisson_from_normal, tilt


@pytest.mark.parametrize(
    ("y", "mode", "below", "above", "score"),
    [(1, 5, 3, 1, 1.609008), (5, 5, 3, 1, 0.817932), (8, 5, 3, 1, 3.419372), (0, 0, 1, 1, 0.233695)],
)
def test_crps_has_its_golden_values(y, mode, below, above, score):
    assert float(TwoPieceNormal(mode, below, above).crps(y)) == pytest.approx(score, abs=1e-6)


def test_crps_is_the_integral_that_defines_it():
    shape = TwoPieceNormal(5.0, 3.0, 1.0)
    below = integrate.quad(lambda x: float(shape.cdf(x)) ** 2, -30, 2)[0]
    above = integrate.quad(lambda x: (1 - float(shape.cdf(x))) ** 2, 2, 20)[0]
    assert float(shape.crps(2.0)) == pytest.approx(below + above, abs=1e-6)


def test_moments_and_the_mass_below_the_mode():
    shape = TwoPieceNormal(7.5, 3.0, 1.2)
    assert float(shape.cdf(7.5)) == pytest.approx(3 / 4.2)
    assert integrate.quad(shape.pdf, -30, 30, points=[7.5])[0] == pytest.approx(1, abs=1e-6)
    mean = integrate.quad(lambda x: x * float(shape.pdf(x)), -30, 30, points=[7.5])[0]
    assert float(shape.mean) == pytest.approx(mean, abs=1e-5)
    second = integrate.quad(lambda x: (x - mean) ** 2 * float(shape.pdf(x)), -30, 30, points=[7.5])[0]
    assert float(shape.variance) == pytest.approx(second, abs=1e-5)


@given(st.floats(0.001, 0.999), st.floats(0.2, 8), st.floats(0.2, 8))
def test_a_quantile_and_the_distribution_function_undo_each_other(p, below, above):
    shape = TwoPieceNormal(1.0, below, above)
    assert float(shape.cdf(shape.ppf(p))) == pytest.approx(p, abs=1e-9)


@pytest.mark.parametrize("mean", [20.0, 30.0, 115.0, 8331.0])
def test_counts_by_inversion_follow_the_poisson_law(mean):
    z = stats.norm.ppf(np.linspace(0.0005, 0.9995, 1999))
    counts = poisson_from_normal(np.full(z.size, mean), z)
    assert np.all(np.diff(counts) >= 0)
    grid = np.arange(counts.min(), counts.max() + 1)
    ours = np.searchsorted(counts, grid, side="right") / z.size
    assert np.abs(ours - stats.poisson.cdf(grid, mean)).max() < 0.01


def test_tilting_moves_the_mean_as_theory_says_and_counts_what_it_costs():
    x = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    moved = tilt(x, [0.5])
    assert moved.weights @ x == pytest.approx(0.5, abs=1e-4)
    # for a normal, w ∝ exp(δx) and the effective share is exp(−δ²)
    assert moved.share == pytest.approx(np.exp(-0.25), abs=0.01)
    assert not moved.refused


def test_tilting_refuses_what_the_draws_hardly_contain():
    x = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    assert tilt(x, [2.0]).reason == "degenerate"
    assert tilt(x, [9.0]).reason == "outside"
