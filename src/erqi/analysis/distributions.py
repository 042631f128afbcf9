"""Distributions that the growth and scenario chapters share: two-piece normal, counts, entropic tilting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scoringrules
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp, ndtr, ndtri

Array = NDArray[np.float64]
Number = Any
"""A float, or an array that broadcasts with the other arguments."""


@dataclass(frozen=True)
class TwoPieceNormal:
    """Two half normals that meet at the mode, as in the fans of the Bank of England.

    Parameters
    ----------
    mode : float
        In the unit of the quantity, mostly per cent.
    below, above : float
        Scales on either side of the mode, positive, same unit.

    Notes
    -----
    f(y) = A exp[−(y−m)²/2σ²] with A = √(2/π)/(σ₁+σ₂); P(Y ≤ m) = σ₁/(σ₁+σ₂) (METHODS b.1).
    """

    mode: Number
    below: Number
    above: Number

    @property
    def mean(self) -> Number:
        return self.mode + np.sqrt(2 / np.pi) * (self.above - self.below)

    @property
    def variance(self) -> Number:
        return (1 - 2 / np.pi) * (self.above - self.below) ** 2 + self.below * self.above

    def pdf(self, y: ArrayLike) -> Array:
        """Density at y, same shape as y."""
        away = np.asarray(y, float) - self.mode
        scale = np.where(away < 0, self.below, self.above)
        top = np.sqrt(2 / np.pi) / (self.below + self.above)
        return np.asarray(top * np.exp(-0.5 * (away / scale) ** 2))

    def cdf(self, y: ArrayLike) -> Array:
        """P(Y ≤ y), same shape as y."""
        away, total = np.asarray(y, float) - self.mode, self.below + self.above
        left = 2 * self.below / total * ndtr(np.minimum(away, 0) / self.below)
        right = (self.below - self.above + 2 * self.above * ndtr(np.maximum(away, 0) / self.above)) / total
        return np.asarray(np.where(away < 0, left, right))

    def ppf(self, p: ArrayLike) -> Array:
        """Quantiles for probabilities strictly between 0 and 1, same shape as p."""
        p, total = np.asarray(p), self.below + self.above
        left = self.below * ndtri(np.minimum(p * total / (2 * self.below), 0.5))
        right = self.above * ndtri(np.maximum((p * total + self.above - self.below) / (2 * self.above), 0.5))
        return np.asarray(self.mode + np.where(p <= self.below / total, left, right))

    def crps(self, y: ArrayLike) -> Array:
        """Continuous ranked probability score of this forecast for outcomes y; smaller is better."""
        return np.asarray(scoringrules.crps_2pnormal(y, self.below, self.above, self.mode))


def poisson_from_normal(mean: Array, z: Array) -> Array:
    """Poisson counts by inversion of a standard normal, monotone in z.

    The first Cornish–Fisher terms; for means of 20 and more the distribution function is off by less than
    0.01. Monotone draws keep scenarios comparable under common random numbers, which a rejection sampler
    does not.
    """
    return np.maximum(np.floor(mean + np.sqrt(mean) * z + (z * z - 1) / 6 + 0.5), 0.0)


@dataclass(frozen=True)
class Tilt:
    """Weights that make the means of draws equal to stated ones, or the reason why they were refused."""

    weights: Array
    share: float
    """Effective sample size 1/Σw² as a share of the draws."""
    refused: bool
    reason: str = ""


def tilt(draws: ArrayLike, means: ArrayLike, floor: float = 0.05) -> Tilt:
    """Entropic tilting: the weights nearest to equal (Kullback–Leibler) with E_w h(x) = means.

    Parameters
    ----------
    draws : array, shape (n,) or (n, k)
        h(x) of each draw.
    means : array, shape (k,)
        What the weighted means must be.
    floor : float
        Smallest effective share of the draws; below it the result is refused.

    Notes
    -----
    w_i ∝ exp(γᵀh(x_i)), γ minimises the log partition function (Robertson, Tallman & Whiteman 2005).
    """
    h = np.atleast_2d(np.asarray(draws, float).T).T - np.atleast_1d(np.asarray(means, float))
    scale = h.std(axis=0)
    h = h / np.where(scale > 0, scale, 1)
    even = np.full(len(h), 1 / len(h))
    if np.any(h.min(axis=0) >= 0) or np.any(h.max(axis=0) <= 0):
        return Tilt(even, 0.0, True, "outside")

    def dual(gamma: Array) -> tuple[float, Array]:
        total = logsumexp(h @ gamma)
        return float(total), np.exp(h @ gamma - total) @ h

    found = minimize(dual, np.zeros(h.shape[1]), jac=True, method="BFGS", options={"gtol": 1e-9})
    weights = np.exp(h @ found.x - logsumexp(h @ found.x))
    if np.abs(weights @ h).max() > 1e-4:
        return Tilt(even, 0.0, True, "outside")
    share = float(1 / np.sum(weights**2) / len(h))
    return Tilt(weights, share, share < floor, "degenerate" if share < floor else "")
