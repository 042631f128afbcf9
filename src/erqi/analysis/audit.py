"""What a report says, what it leaves out and where it contradicts itself."""

from __future__ import annotations

from typing import Any

import pandas as pd

# what a plan of this kind leads with, and the measures in which a target and last year's delivery compare
HEADLINES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("gdp", "industrial_va_above_scale", "industrial_va", "fixed_asset_investment", "retail_sales", "cpi"),
        ("growth_rate",),
    ),
    **dict.fromkeys(
        ("general_public_budget_revenue", "fiscal_revenue_total", "trade_total", "exports", "foreign_investment_used"),
        ("growth_rate",),
    ),
    **dict.fromkeys(("resident_income", "urban_resident_income", "rural_resident_income"), ("growth_rate",)),
    **dict.fromkeys(("urban_unemployment_surveyed", "urban_unemployment_registered"), ("level", "share")),
    **dict.fromkeys(("urban_new_jobs", "grain_output"), ("level",)),
}
VERDICTS = ("fail", "finding", "undetermined", "pass")


def contents(mentions: pd.DataFrame, observations: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Count numerals by kind and observations by status, measure and topic.

    Returns
    -------
    DataFrame
        ``what`` (``kind``, ``status``, ``measure``, ``topic``), ``code``, ``n``, ``evidence``; a statement without
        an indicator counts under ``none``.
    """
    topic = observations["indicator_id"].map(indicators.set_index("indicator_id")["topic"]).fillna("none")
    parts = {
        "kind": mentions["kind"],
        "status": observations["status"].fillna("none"),
        "measure": observations["measure"].fillna("none"),
        "topic": topic,
    }
    counts = [
        series.value_counts().rename_axis("code").rename("n").reset_index().assign(what=what)
        for what, series in parts.items()
    ]
    return pd.concat(counts, ignore_index=True)[["what", "code", "n"]].assign(evidence="arithmetic")


def omissions(
    observations: pd.DataFrame, review_year: int | None, headlines: dict[str, tuple[str, ...]] = HEADLINES
) -> pd.DataFrame:
    """List the headline targets, and whether the report says what was delivered the year before.

    Parameters
    ----------
    observations : DataFrame
        Of one document.
    headlines : dict
        Headline indicators of the genre with the measures in which target and outcome compare.
    review_year : int or None

    Returns
    -------
    DataFrame
        One row a headline target: its value, ``actual_id`` and ``actual_value`` where one is stated, ``reported``,
        ``reason`` = ``no_actual`` where not; and ``old_target``, whether a target for the year under review stands
        in the report too.
    """
    aims = observations[observations["status"].eq("target") & observations["indicator_id"].isin(list(headlines))]
    year = str(review_year) if review_year else ""
    past = observations[observations["time_period"].eq(year)]
    rows = []
    for aim in aims.drop_duplicates(["indicator_id", "measure"]).to_dict("records"):
        same = past[past["indicator_id"].eq(aim["indicator_id"])]
        came = same[same["status"].eq("actual") & same["measure"].isin(headlines[aim["indicator_id"]])]
        first: dict[str, Any] = dict(came.iloc[0]) if len(came) else {}
        rows.append(
            {
                "observation_id": aim["observation_id"],
                "indicator_id": aim["indicator_id"],
                "quote": aim["quote"],
                "target_value": aim["value"],
                "unit": aim["unit"],
                "actual_id": first.get("observation_id", ""),
                "actual_value": first.get("value", float("nan")),
                "reported": bool(len(came)),
                "old_target": bool(same["status"].eq("target").any()),
                "reason": "" if len(came) else "no_actual",
                "evidence": "arithmetic",
            }
        )
    columns = [
        "observation_id",
        "indicator_id",
        "quote",
        "target_value",
        "unit",
        "actual_id",
        "actual_value",
        "reported",
    ]
    return pd.DataFrame(rows, columns=[*columns, "old_target", "reason", "evidence"])


def contradictions(identities: pd.DataFrame) -> pd.DataFrame:
    """Order the checks of a document, what fails first; ``derived_from`` leads to the sentences."""
    rank = identities["verdict"].map({verdict: n for n, verdict in enumerate(VERDICTS)})
    ordered = identities.assign(rank=rank, evidence="arithmetic")
    return ordered.sort_values(["rank", "identity_id"], ignore_index=True).drop(columns="rank")


def verdict_counts(identities: pd.DataFrame) -> dict[str, int]:
    """Count the checks by verdict, all four named."""
    return {verdict: int(identities["verdict"].eq(verdict).sum()) for verdict in VERDICTS}


def unread(mentions: pd.DataFrame, observations: pd.DataFrame) -> pd.DataFrame:
    """List the quantities that no observation was read from: what the reader could not tell."""
    told = set(observations["mention_id"].dropna())
    return mentions[mentions["kind"].eq("quantity") & ~mentions["mention_id"].isin(told)]


def artefacts(text: str, known: str | None) -> pd.DataFrame:
    """List the flaws that are on record for a source, with the line of the first place where each stands.

    Parameters
    ----------
    text : str
        The document as decoded.
    known : str or None
        Column ``artefacts`` of ``sources``: ``text: note`` joined by ``; ``.
    """
    rows = []
    for part in known.split("; ") if isinstance(known, str) else []:
        flaw, _, note = part.partition(": ") if not part.startswith("[") else part.partition("]: ")
        flaw = f"{flaw}]" if part.startswith("[") else flaw
        # an ellipsis in the record stands for what lies between two places
        at = text.find(flaw.split(" … ")[0])
        rows.append({"text": flaw, "note": note, "line": text.count("\n", 0, at) + 1 if at >= 0 else pd.NA})
    return pd.DataFrame(rows, columns=["text", "note", "line"]).assign(evidence="arithmetic")
