"""What a report says, what it leaves out and where it contradicts itself."""

from __future__ import annotations

import pandas as pd
import pytest

from erqi.analysis import audit

HEADLINES = {"gdp": ("growth_rate",), "retail_sales": ("growth_rate",), "urban_new_jobs": ("level",)}


@pytest.fixture(scope="module")
def observations() -> pd.DataFrame:
    rows = [
        ("a", "m1", "gdp", "level", 5e10, "CNY", "2021", "actual"),
        ("b", "m2", "gdp", "growth_rate", 1.3, "%", "2021", "actual"),
        ("c", "m3", "gdp", "growth_rate", 7.5, "%", "2022", "target"),
        ("d", "m4", "retail_sales", "growth_rate", 9.0, "%", "2022", "target"),
        ("e", "m5", None, "level", 3.0, "1", "2021", "actual"),
    ]
    columns = ["observation_id", "mention_id", "indicator_id", "measure", "value", "unit", "time_period", "status"]
    return pd.DataFrame(rows, columns=columns).assign(quote="")


@pytest.fixture(scope="module")
def identities() -> pd.DataFrame:
    rows = [("I1", "pass"), ("I2", "finding"), ("I3", "fail"), ("I4", "undetermined"), ("I0", "fail")]
    return pd.DataFrame(rows, columns=["identity_id", "verdict"]).assign(derived_from="a b")


def test_a_headline_target_without_last_years_figure_is_an_omission(observations):
    table = audit.omissions(observations, 2021, HEADLINES).set_index("indicator_id")
    assert table["reported"].to_dict() == {"gdp": True, "retail_sales": False}
    assert table.loc["gdp", "actual_value"] == 1.3
    assert table.loc["retail_sales", "reason"] == "no_actual"
    assert not table["old_target"].any()


def test_a_level_is_no_outcome_of_a_growth_target(observations):
    levels = observations[observations["observation_id"] != "b"]
    assert not audit.omissions(levels, 2021, HEADLINES)["reported"].any()


def test_a_document_of_unknown_year_reports_nothing_for_it(observations):
    assert not audit.omissions(observations, None)["reported"].any()


def test_every_statement_is_counted_once_in_each_list(observations):
    mentions = pd.DataFrame({"mention_id": ["m1", "m9"], "kind": ["quantity", "date"]})
    indicators = pd.DataFrame({"indicator_id": ["gdp", "retail_sales"], "topic": ["output", "consumption"]})
    counts = audit.contents(mentions, observations, indicators)
    assert counts.groupby("what")["n"].sum().to_dict() == {"kind": 2, "measure": 5, "status": 5, "topic": 5}
    assert counts.set_index(["what", "code"]).loc[("topic", "none"), "n"] == 1


def test_failures_come_first(identities):
    assert audit.contradictions(identities)["identity_id"].tolist() == ["I0", "I3", "I2", "I4", "I1"]
    assert audit.verdict_counts(identities) == {"fail": 2, "finding": 1, "undetermined": 1, "pass": 1}


def test_a_quantity_that_no_statement_was_read_from_is_listed(observations):
    mentions = pd.DataFrame({"mention_id": ["m1", "m7", "m8"], "kind": ["quantity", "quantity", "date"]})
    assert audit.unread(mentions, observations)["mention_id"].tolist() == ["m7"]


def test_known_flaws_are_found_by_line_and_a_note_may_hold_a_colon():
    text = "第一行\n[bookmark: _X]第二行，共75余次\n"
    table = audit.artefacts(text, "[bookmark: _X]: left by a converter; 75余次: hedge: before the classifier; 无: gone")
    assert table["text"].tolist() == ["[bookmark: _X]", "75余次", "无"]
    assert table["line"].tolist()[:2] == [2, 2]
    assert pd.isna(table["line"].iloc[2])
    assert audit.artefacts(text, None).empty
