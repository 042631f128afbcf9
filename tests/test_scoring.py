"""Base rates and proper scores: golden values, and a panel whose truth is known because it was made."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from erqi.analysis import base_rates, scoring


def made_panel(years: int = 12, units: int = 10, tau: float = 2.0, sigma: float = 1.0, seed: int = 7) -> pd.DataFrame:
    """Targets of 7 % whose outcomes share a shock of their year."""
    rng = np.random.default_rng(seed)
    shocks = rng.normal(0, tau, years)
    rows = [
        {
            "pair_id": f"{year}-{unit}",
            "level": "province",
            "year": 2000 + year,
            "indicator_id": "gdp",
            "measure": "growth_rate",
            "unit": "%",
            "target": 7.0,
            "target_lower": 6.95,
            "target_upper": 7.05,
            "target_bound": "about" if unit % 2 else "point",
            "outcome": 7 - 1 + shocks[year] + rng.normal(0, sigma),
            "previous": 7.0,
        }
        for year in range(years)
        for unit in range(units)
    ]
    return pd.DataFrame(rows)


def row(**changes) -> pd.DataFrame:
    base = {"indicator_id": "gdp", "unit": "%", "target": 7.5, "target_lower": 7.45, "target_upper": 7.55}
    return pd.DataFrame([base | {"target_bound": "point", "outcome": 7.5, "year": 2021, "level": "city"} | changes])


class TestHits:
    def test_an_outcome_at_the_target_meets_it(self):
        assert base_rates.with_errors(row(outcome=7.5))["hit"].item()

    def test_around_means_the_figure_unless_a_tolerance_is_chosen(self):
        near = row(target_bound="about", outcome=7.2)
        assert not base_rates.with_errors(near)["hit"].item()
        assert base_rates.with_errors(near, around_pp=0.5)["hit"].item()

    def test_a_range_is_met_from_its_lower_end(self):
        assert base_rates.with_errors(
            row(target=6.25, target_lower=6, target_upper=6.5, target_bound="range_end", outcome=6.1)
        )["hit"].item()

    def test_a_ceiling_is_met_from_below(self):
        assert base_rates.with_errors(row(indicator_id="cpi", target=3, target_lower=2.5, target_upper=3.5, outcome=2))[
            "hit"
        ].item()
        assert not base_rates.with_errors(
            row(indicator_id="cpi", target=3, target_lower=2.5, target_upper=3.5, outcome=3.1)
        )["hit"].item()

    def test_levels_are_compared_in_log_points(self):
        error = base_rates.with_errors(row(unit="person", target=100.0, outcome=110.0))["error"].item()
        assert error == pytest.approx(100 * np.log(1.1))


@pytest.mark.parametrize(
    ("hits", "n", "lower", "upper"),
    [(25, 31, 0.64, 0.92), (0, 31, 0.00, 0.08), (14, 31, 0.29, 0.63)],
    ids=["2021", "2022", "2023"],
)
def test_jeffreys_interval_of_provincial_hit_rates(hits, n, lower, upper):
    """METHODS b.2: provinces that met their growth target."""
    panel = pd.DataFrame({"year": 2021, "hit": [True] * hits + [False] * (n - hits), "error": 0.0, "all": "all"})
    rates = base_rates.hit_rates(panel, ["all"])
    assert rates["rate_lower"].item() == pytest.approx(lower, abs=0.006)
    assert rates["rate_upper"].item() == pytest.approx(upper, abs=0.006)


class TestYearEffect:
    def test_it_is_recovered_from_a_made_panel(self):
        effect = base_rates.year_effect(base_rates.with_errors(made_panel(years=60)))
        assert effect.mean == pytest.approx(-1, abs=0.8)
        assert effect.tau2 == pytest.approx(4, rel=0.4)
        assert effect.sigma2 == pytest.approx(1, rel=0.2)

    def test_rows_of_one_year_are_worth_little_more_than_one(self):
        sample = base_rates.effective_sample(base_rates.with_errors(made_panel(years=12, units=30)))
        assert sample["n"] == 360
        assert 12 <= sample["n_effective"] < 20

    def test_one_year_is_refused(self):
        with pytest.raises(ValueError, match="at least 2 years"):
            base_rates.year_effect(base_rates.with_errors(made_panel(years=1)))

    def test_joint_hits_are_not_a_product_of_marginals(self):
        rng = np.random.default_rng(1)
        common = rng.normal(0, 2, 25)
        rows = [
            row(indicator_id=name, year=1990 + i, level="national", outcome=7.5 + shock).iloc[0]
            for i, shock in enumerate(common)
            for name in ("gdp", "retail_sales", "trade_total")
        ]
        joint = base_rates.joint_hits(
            base_rates.with_errors(pd.DataFrame(rows)), ["gdp", "retail_sales", "trade_total"], 2000, 3
        )
        probability = joint.set_index("hits")["probability"]
        assert probability.sum() == pytest.approx(1)
        assert probability[1] + probability[2] == 0
        assert probability[3] == pytest.approx((common >= 0).mean(), abs=0.03)


class TestBacktest:
    def test_a_held_out_year_never_trains_its_own_forecast(self):
        for year, train, test in scoring.splits(made_panel(), "leave_one_year_out"):
            assert year not in set(train["year"])
            assert set(test["year"]) == {year}

    def test_rolling_origin_looks_back_only(self):
        for year, train, _ in scoring.splits(made_panel(), "rolling_origin"):
            assert (train["year"] < year).all()

    def test_the_year_effect_covers_where_a_common_shock_rules(self):
        scores = scoring.backtest(made_panel(years=40))
        covered = scoring.summary(scores).set_index("model")["covered_80"]
        assert covered["year_effect"] == pytest.approx(0.8, abs=0.1)

    def test_crps_of_a_normal_at_its_centre(self):
        """CRPS of N(0, 1) at 0 is 2φ(0) − 1/√π = 0.233695."""
        panel = base_rates.with_errors(made_panel(years=1, units=1).assign(outcome=7.0))
        scored = scoring._score(panel.assign(location=0.0, scale=1.0, df=np.inf, model="normal", held_out=2000))
        assert scored["crps"].item() == pytest.approx(0.233695, abs=1e-6)
        assert scored["log_score"].item() == pytest.approx(0.5 * np.log(2 * np.pi))

    def test_parts_of_the_brier_score_add_up(self):
        rng = np.random.default_rng(5)
        probability = rng.uniform(size=500).round(2)
        parts = scoring.corp(probability, rng.uniform(size=500) < probability)
        assert parts["score"] == pytest.approx(parts["MCB"] - parts["DSC"] + parts["UNC"])
        assert 0 <= parts["MCB"] < 0.02

    def test_the_gate_fails_a_model_whose_intervals_are_too_narrow(self, monkeypatch):
        narrow = lambda train, test: scoring._constant(test, 0.0, 0.05)  # noqa: E731
        monkeypatch.setitem(scoring.MODELS, "year_effect", narrow)
        verdict = scoring.gate(made_panel()).set_index("condition")["passed"]
        assert not verdict["coverage_80_lowest_year"]
