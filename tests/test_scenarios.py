"""The scenario model: closed form, common random numbers, joint hits, uncertainty told apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from erqi.analysis import growth, scenarios
from erqi.analysis.distributions import TwoPieceNormal
from erqi.analysis.scenarios import Assumptions, World
from erqi.errors import InputError
from erqi.reports import params, presets
from tests.growth_fixture import observations

WORLD = World(growth.headline(observations()), 7.5, 57.16e8)
ALONE = Assumptions(parent_weight=0.0, rebuild_va_content=0.0)
DEFAULTS = params.check("04_scenarios", {})
WRITTEN = Assumptions(centre="target", parent_weight=0.0)


@pytest.mark.parametrize("trend", [4.0, 5.0, 6.0, 7.0])
def test_full_recovery_and_none_bracket_the_centre(trend):
    none = scenarios.centre(WORLD, replace(ALONE, trend_growth=trend, recovery_share=0.0))
    full = scenarios.centre(WORLD, replace(ALONE, trend_growth=trend, recovery_share=1.0))
    assert float(none) == pytest.approx(trend)
    assert float(full) == pytest.approx(100 * ((1 + trend / 100) ** 2 / 1.013 - 1))


def test_the_centre_is_a_choice_that_shows():
    assert scenarios.centre(WORLD, WRITTEN) == 7.5
    error = replace(WRITTEN, centre="target_error", past_error_pp=-2.8)
    assert scenarios.centre(WORLD, error) == pytest.approx(4.7)
    proxy = Assumptions(parent_weight=1.0, past_error_pp=-2.8)
    assert scenarios.centre(WORLD, proxy) == pytest.approx(4.7)


def test_rebuilding_and_the_weight_on_the_city():
    bare, rebuilt = (scenarios.centre(WORLD, replace(ALONE, rebuild_va_content=c)) for c in (0.0, 0.3))
    assert float(rebuilt - bare) == pytest.approx(0.58 * 1.06, abs=0.02)
    half = scenarios.centre(WORLD, replace(ALONE, parent_weight=0.5))
    assert float(half) == pytest.approx((float(bare) + 7.5) / 2)


def test_without_a_parent_target_the_weight_has_no_effect():
    lone = World(WORLD.facts, None, 57.16e8)
    ends = [float(scenarios.centre(lone, replace(ALONE, parent_weight=w))) for w in (0.0, 1.0)]
    assert ends[0] == ends[1]


def test_the_map_agrees_with_the_needed_share():
    trends = np.array([4.0, 5.0, 6.0])
    shares = growth.needed_share(trends, 1.3, 7.5)
    assert np.diag(scenarios.belief_map(WORLD, ALONE, trends, shares)).tolist() == pytest.approx([7.5] * 3)
    lines = scenarios.break_even(WORLD, replace(ALONE, trend_growth=5.0)).set_index("item")
    assert lines.loc["recovery_share", "value"] == pytest.approx(0.66, abs=0.006)
    share = replace(ALONE, trend_growth=5.0, recovery_share=1.0)
    assert scenarios.break_even(WORLD, share).set_index("item").loc["shock_2022_pp", "value"] > 0


def test_draws_follow_the_closed_form_when_only_the_year_moves():
    still = replace(WRITTEN, own_sd_pp=0.0)
    hit = scenarios.summary(scenarios.simulate(WORLD, still, 200_000)).set_index("item").loc["gdp"]
    exact = 1 - float(TwoPieceNormal(7.5, 3.0, 1.2).cdf(7.0))
    assert hit["p_hit"] == pytest.approx(exact, abs=4 * hit["mc_se"])


def test_monte_carlo_error_is_printed_and_small_enough():
    assert scenarios.draws_needed(0.005) == 10_000
    draws = scenarios.simulate(WORLD, Assumptions(), 1000)
    frame = scenarios.summary(draws)
    assert len(draws.values["gdp"]) == 10_000
    assert (frame["mc_se"] <= 0.005).all()
    assert (frame["evidence"] == "scenario").all()


def test_common_random_numbers_leave_only_the_scenario():
    one, two = (scenarios.simulate(WORLD, Assumptions(recovery_share=s)) for s in (0.35, 1.0))
    moved = two.values["gdp"] - one.values["gdp"]
    assert moved.std() == pytest.approx(0, abs=1e-3)
    frame = scenarios.compare(one, two).set_index("item")
    apart = np.hypot(*(scenarios.summary(d).set_index("item").loc["gdp", "mc_se"] for d in (one, two)))
    assert frame.loc["gdp", "p_hit_difference"] > 0
    assert frame.loc["gdp", "se_difference"] < apart
    assert frame.loc["public_parking_spaces", "p_hit_difference"] == 0


def test_the_same_seed_gives_the_same_draws_whichever_indicators_exist():
    few = World(growth.headline(observations(drop=("retail_sales",))), 7.5, 57.16e8)
    a, b = (scenarios.simulate(w, Assumptions()) for w in (WORLD, few))
    assert np.array_equal(a.values["trade_total"], b.values["trade_total"])


def test_joint_hits_are_not_the_product_of_the_marginals():
    draws = scenarios.simulate(WORLD, Assumptions(), 50_000)
    frame, single = scenarios.joint(draws), scenarios.summary(draws).set_index("item")
    assert frame["p"].sum() == pytest.approx(1)
    product = float(np.prod([single.loc[n, "p_hit"] for n in draws.counted]))
    assert frame["p"].iloc[-1] > 10 * product
    strict = scenarios.simulate(WORLD, Assumptions(strive_counts=False))
    assert "trade_total" not in strict.counted
    assert "gdp" in strict.counted


def test_incomes_in_step_with_growth_do_not_depend_on_growth():
    low, high = (
        scenarios.summary(scenarios.simulate(WORLD, Assumptions(recovery_share=s))).set_index("item")["p_hit"]
        for s in (0.0, 1.0)
    )
    assert low["resident_income"] == pytest.approx(high["resident_income"], abs=1e-3)
    nominal = scenarios.simulate(WORLD, Assumptions(income_basis="nominal"))
    assert scenarios.summary(nominal).set_index("item").loc["resident_income", "p_hit"] > low["resident_income"]


def test_levers_pull_the_way_they_should():
    def p(item, **changes):
        frame = scenarios.summary(scenarios.simulate(WORLD, replace(Assumptions(), **changes)))
        return frame.set_index("item").loc[item, "p_hit"]

    assert p("gdp", shock_2022_pp=4.0) < p("gdp", shock_2022_pp=4.0, shock_probability=0.3) < p("gdp")
    assert p("gdp", shock_2022_pp=4.0) < p("gdp", shock_2022_pp=4.0, shock_months=3.0)
    assert p("general_public_budget_revenue", tax_rebate_pp=5.0) < p("general_public_budget_revenue")
    assert p("fixed_asset_investment", investment_gap_pp=-5.0) < p("fixed_asset_investment")
    assert p("project_investment", project_realisation=0.9) < p("project_investment")
    assert p("retail_sales", cpi_2022=6.0) > p("retail_sales")
    assert p("gdp", around_pp=1.0) > p("gdp", around_pp=0.0)


def test_uncertain_assumptions_are_shown_apart_from_monte_carlo_error():
    frame = scenarios.parameter_uncertainty(WORLD, Assumptions(), outer=30).set_index("item")
    spread = frame.loc["gdp", "p90"] - frame.loc["gdp", "p10"]
    assert spread > 10 * 0.005
    assert spread < 1


def test_tornado_and_shapley_account_for_the_spread():
    bars = scenarios.tornado(WORLD, Assumptions())
    assert bars["swing"].is_monotonic_decreasing
    shares = scenarios.shapley(WORLD, Assumptions())
    assert shares["share"].sum() == pytest.approx(1)
    assert shares.iloc[0]["item"] == "year_shock"
    # with one assumption and no year shock to speak of, that assumption has it all
    calm = Assumptions(sigma_lo=1e-6, sigma_hi=1e-6)
    lone = scenarios.shapley(WORLD, calm, {"trend_growth": (4.0, 6.0)}).set_index("item")
    assert lone.loc["trend_growth", "share"] == pytest.approx(1, abs=0.01)


def test_differences_from_a_baseline_are_all_a_preset_holds():
    moved = replace(Assumptions(), recovery_share=1.0, rebuild_va_content=0.5)
    found = moved.differences(Assumptions())
    assert found == {"recovery_share": 1.0, "rebuild_va_content": 0.5}
    assert Assumptions.of(found | {"language": "zh"}) == moved


def test_a_document_without_growth_is_refused_in_one_line():
    silent = World(growth.headline(observations(drop=("gdp",))), None)
    assert not silent.usable
    with pytest.raises(InputError, match="growth"):
        scenarios.simulate(silent, Assumptions())


def test_every_preset_is_a_small_difference_that_the_parameter_model_takes():
    for name in presets.names():
        differences = presets.load(name)
        assert len(differences) <= 4
        assert differences == presets.assumptions(DEFAULTS, name).differences(Assumptions())
    assert presets.names()[:3] == ["document", "base_rate", "partial"]


def test_parameters_and_assumptions_have_the_same_defaults():
    assert presets.assumptions(DEFAULTS) == Assumptions()


def test_a_parameter_given_by_hand_overrides_its_preset():
    given = params.check("04_scenarios", {"scenario": "bounce_back", "rebuild_va_content": 0.5})
    assert presets.assumptions(given) == presets.assumptions(DEFAULTS, "build_back_better")


def test_a_scenario_is_saved_under_a_new_name_and_found_again(tmp_path):
    presets.save("mine", {"recovery_share": 0.8}, tmp_path)
    assert presets.load("mine", tmp_path) == {"recovery_share": 0.8}
    assert presets.names(tmp_path) == ["mine"]
    for name in ("document", "../x", ""):
        with pytest.raises(InputError, match="new name"):
            presets.save(name, {}, tmp_path)
    with pytest.raises(InputError, match="recovery_share"):
        presets.save("wild", {"recovery_share": 9.0}, tmp_path)
    with pytest.raises(InputError, match="one of"):
        presets.load("nowhere", tmp_path)
