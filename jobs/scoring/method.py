"""How a run scores reviews: one scorer for all that it measures, and by what the mentions it reads are current."""

from __future__ import annotations

from msgspec import Struct

from jobs.scoring.queries import Extraction, Tenant
from jobs.scoring.review_scores import Scorer
from jobs.scoring.runs import OpenRun
from jobs.scoring.snapshot import Variants
from jobs.scoring.text import TextModel, ThemeMatcher, ThemeSet
from jobs.scoring.text.themes import MATCHER_VERSION


class Method(Struct, frozen=True):
    """Whose reviews are scored, and with what."""

    tenant: Tenant
    scorer: Scorer
    extraction: Extraction


def extractor_of(model: TextModel) -> str:
    """Names what finds mentions; their scores depend on the text model too."""
    return f"{MATCHER_VERSION}+{model.version}"


def method_of(run: OpenRun, tenant: Tenant, model: TextModel, themes: ThemeSet) -> Method:
    """The run's way to score: its own parameters and rules, the tenant's themes."""
    variants = Variants(run.snapshot.parameters, run.snapshot.narrow)
    scorer = Scorer(variants, run.rules, model, ThemeMatcher(themes), frozenset(themes.names))
    return Method(tenant, scorer, Extraction(extractor_of(model), themes.version))
