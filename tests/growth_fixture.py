"""The plan's headline statements as rows of ``observations``, for chapters that do not need the reader."""

from __future__ import annotations

import pandas as pd

from erqi.tables.model import table

ROWS = [
    # indicator, measure, value, lower, upper, unit, period, status, bound, commitment, price basis
    ("gdp", "level", 784.23e8, 784.225e8, 784.235e8, "CNY", 2021, "actual", "point", "none", "nominal"),
    ("gdp", "growth_rate", 1.3, 1.25, 1.35, "%", 2021, "actual", "point", "none", "real"),
    ("gdp", "growth_rate", 7.5, 7.0, 8.0, "%", 2022, "target", "about", "none", "real"),
    ("industrial_va_above_scale", "growth_rate", 9, 8.5, 9.5, "%", 2022, "target", "point", "none", "real"),
    ("fixed_asset_investment", "growth_rate", 10, 9.5, 10.5, "%", 2022, "target", "point", "none", "nominal"),
    ("retail_sales", "growth_rate", 9, 8.5, 9.5, "%", 2022, "target", "point", "none", "nominal"),
    ("general_public_budget_revenue", "growth_rate", 3, 2.5, 3.5, "%", 2022, "target", "point", "none", "nominal"),
    ("resident_income", "growth_rate", None, None, None, "%", 2022, "target", "point", "none", ""),
    ("trade_total", "growth_rate", 11, 10.5, 11.5, "%", 2022, "target", "point", "strive", "nominal"),
    ("foreign_investment_used", "growth_rate", 3, 2.5, 3.5, "%", 2022, "target", "point", "strive", "nominal"),
   ("technical_renovation_investment", "growth_rate", 20, 20, None, "%", 2022, "target", "at_least", "none", "nominal"),
    ("project_investment", "level", 375.1e8, 375.05e8, 375.15e8, "CNY", 2021, "actual", "point", "none", "nominal"),
    ("project_investment", "level", 420e8, 419.5e8, 420.5e8, "CNY", 2022, "target", "point", "strive", "nominal"),
    ("urban_new_jobs", "level", 21135, 21134.5, 21135.5, "person", 2021, "actual", "point", "none", ""),
    ("urban_new_jobs", "level", 19500, 19499.5, 19500.5, "person", 2022, "target", "point", "none", ""),
    ("rural_labour_transfer", "level", 115, 114.5, 115.5, "person", 2021, "actual", "point", "none", ""),
    ("rural_labour_transfer", "level", 80, 79.5, 80.5, "person", 2022, "target", "point", "none", ""),
    ("public_parking_spaces", "level", 8331, 8330.5, 8331.5, "1", 2021, "actual", "point", "none", ""),
    ("public_parking_spaces", "level", 6500, 6499.5, 6500.5, "1", 2022, "target", "point", "none", ""),
    ("lifts_added", "level", 30, 29.5, 30.5, "1", 2021, "actual", "point", "none", ""),
    ("lifts_added", "level", 25, 24.5, 25.5, "1", 2022, "target", "point", "strive", ""),
]  # fmt: skip


def observations(drop: tuple[str, ...] = ()) -> pd.DataFrame:
    """The plan's headline observations; without the indicators named."""
    names = [
        "indicator_id",
        "measure",
        "value",
        "lower",
        "upper",
        "unit",
        "time_period",
        "status",
        "bound",
        "commitment",
        "price_basis",
    ]
    frame = pd.DataFrame(ROWS, columns=names)
    frame["time_period"] = frame["time_period"].astype(str)
    frame = frame.assign(
        observation_id=[f"o{i:02}" for i in range(len(frame))],
        mention_id=[f"m{i:02}" for i in range(len(frame))],
        document_id="erqi_2022_plan",
        start=range(len(frame)),
        end=range(1, len(frame) + 1),
        quote="",
        ref_area="410103",
        subject=frame["indicator_id"],
        note="",
    )
    for name in ("value", "lower", "upper"):
        frame[name] = frame[name].astype(float)
    return frame[~frame["indicator_id"].isin(drop)][table("observations").names].reset_index(drop=True)
