"""One review's score: its sentiment, its weights, and what it says of each theme it mentions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, structs

from jobs.scoring.formulas import (
    Sentiment,
    blend,
    classify,
    engagement_weight,
    impact,
    source_weight,
    time_weight,
)
from jobs.scoring.parameters import Parameters
from jobs.scoring.period import Period
from jobs.scoring.rules import ConfidenceAction, Match, RuleSet, matches
from jobs.scoring.snapshot import Variants
from jobs.scoring.text import Mention, Reading, TextModel, ThemeMatcher


class KnownMention(Struct, frozen=True):
    """A mention that is stored already."""

    theme_id: str
    score: float | None
    hand_made: bool


class Review(Struct, frozen=True, kw_only=True):
    """A review as the run's snapshot shows it. `extracted`: its stored mentions are of the current text and themes."""

    id: str
    version: int
    source_type: str
    reviewed_at: datetime
    rating: float | None = None
    title: str | None = None
    content: str | None = None
    author_name: str | None = None
    language: str | None = None
    likes: int = 0
    replies: int = 0
    helpful: int = 0
    similarity: float | None = None
    extracted: bool = False
    mentions: tuple[KnownMention, ...] = ()

    @property
    def text(self) -> str | None:
        """Title and content as one text; None if the author wrote nothing."""
        return "\n".join(filter(None, (self.title, self.content))) or None


class Weights(Struct, frozen=True):
    """The factors of an impact beside the sentiment, each with what explains it."""

    age_days: int
    time: float
    source: float
    engagement: float
    confidence: float
    rule: Match[ConfidenceAction] | None
    matched: tuple[str, ...]

    def impact(self, sentiment: float) -> float:
        """W of a sentiment of this review."""
        return impact(sentiment, self.time, self.source, self.engagement, self.confidence)


class ThemeImpact(Struct, frozen=True):
    """What a review adds to a theme: m as read from its clauses, S_{r,t} and W_{r,t}.

    `weights` and `star_weight` are those of the theme: the review's own, unless an override says otherwise; the star
    weight is None where stars do not count.
    """

    theme_id: str
    text_score: float | None
    sentiment: float
    impact: float
    weights: Weights
    star_weight: float | None


class FoundMention(Struct, frozen=True):
    """A mention to store, with what it sounds like."""

    mention: Mention
    sentiment: Sentiment


class ReviewScore(Struct, frozen=True):
    """A review's score in a run, by the parameters for its source.

    `found`: what was extracted just now, None where the stored mentions held.
    """

    review: Review
    parameters: Parameters
    text_score: float | None
    sentiment: float
    weights: Weights
    themes: tuple[ThemeImpact, ...]
    found: tuple[FoundMention, ...] | None

    @property
    def impact(self) -> float:
        """W_r."""
        return self.weights.impact(self.sentiment)


class Scorer(Struct, frozen=True):
    """Scores reviews; the same scorer gives the same review the same score."""

    variants: Variants
    rules: RuleSet
    model: TextModel
    matcher: ThemeMatcher
    theme_ids: frozenset[str]

    def score(self, review: Review, period: Period) -> ReviewScore:
        """The review's score as one of the period's."""
        reading = None if review.text is None else self.model.read(review.text)
        text_score = None if reading is None else reading.score or 0.0
        parameters = self.variants.at(review.source_type)
        sentiment = _blend(text_score, review.rating, parameters)
        weights = self._weights(review, period, sentiment, parameters)
        mentions, found = self._mentions(review, reading)
        whole = ReviewScore(review, parameters, text_score, sentiment, weights, (), found)
        themes = tuple(self._theme(theme, mentions[theme], whole, period) for theme in sorted(mentions))
        return structs.replace(whole, themes=themes)

    def in_period(self, mention: ThemeImpact, review: Review, period: Period) -> ThemeImpact:
        """What a mention that was scored in another period is in this one: nothing but the review's age differs."""
        half_life_days = self.variants.at(review.source_type, mention.theme_id).time.review_half_life_days
        age_days = period.age_days(review.reviewed_at)
        weights = structs.replace(mention.weights, age_days=age_days, time=time_weight(age_days, half_life_days))
        return structs.replace(mention, impact=weights.impact(mention.sentiment), weights=weights)

    def _theme(self, theme: str, clause_score: float | None, whole: ReviewScore, period: Period) -> ThemeImpact:
        review, weights = whole.review, whole.weights
        told = whole.text_score if clause_score is None else clause_score
        parameters = self.variants.at(review.source_type, theme)
        if parameters is not whole.parameters:
            about_all = _blend(whole.text_score, review.rating, parameters)
            weights = self._weights(review, period, about_all, parameters)
        sentiment = _blend(told, review.rating, parameters)
        stars = _stars(review.rating, parameters)
        star_weight = None if stars is None else parameters.sentiment.star_rating_blend_weight
        return ThemeImpact(theme, told, sentiment, weights.impact(sentiment), weights, star_weight)

    def _mentions(
        self, review: Review, reading: Reading | None
    ) -> tuple[dict[str, float | None], tuple[FoundMention, ...] | None]:
        """Each theme's clause score, and what has to be stored; a hand-made mention stands before an extracted one."""
        stored = {one.theme_id: one.score for one in review.mentions if one.hand_made or review.extracted}
        found: tuple[FoundMention, ...] | None = None
        if not review.extracted:
            read = [] if reading is None else self.matcher.mentions(reading)
            found = tuple(FoundMention(one, self._label(one, reading)) for one in read if one.theme_id not in stored)
            stored |= {one.mention.theme_id: one.mention.score for one in found}
        return {theme: score for theme, score in stored.items() if theme in self.theme_ids}, found

    def _label(self, mention: Mention, reading: Reading | None) -> Sentiment:
        whole = None if reading is None else reading.score
        return classify((whole or 0.0) if mention.score is None else mention.score)

    def _weights(self, review: Review, period: Period, sentiment: float, parameters: Parameters) -> Weights:
        source = parameters.source
        reactions = review.likes + review.replies + review.helpful
        won = matches(self.rules.confidence_rules, _context(review, sentiment))
        age_days = period.age_days(review.reviewed_at)
        return Weights(
            age_days=age_days,
            time=time_weight(age_days, parameters.time.review_half_life_days),
            source=source_weight(parameters.source_weight(review.source_type), source.min_weight, source.max_weight),
            engagement=(
                engagement_weight(reactions, parameters.engagement.cap)
                if parameters.engages(review.source_type)
                else 1.0
            ),
            confidence=won[0].action.weight if won else self.rules.default_confidence_weight,
            rule=won[0] if won else None,
            matched=tuple(match.rule_id for match in won),
        )


def _stars(rating: float | None, parameters: Parameters) -> float | None:
    return rating if parameters.sentiment.use_star_rating else None


def _blend(text_score: float | None, rating: float | None, parameters: Parameters) -> float:
    return blend(text_score, _stars(rating, parameters), parameters.sentiment.star_rating_blend_weight)


def _context(review: Review, sentiment: float) -> Mapping[str, Any]:
    """What confidence rules may ask of a review."""
    text = review.text or ""
    return {
        "id": review.id,
        "content": text,
        "contentLength": len(text),
        "rating": review.rating,
        "sourceType": review.source_type.lower(),
        "authorName": review.author_name,
        "detectedLanguage": None if review.language == "unknown" else review.language,
        "duplicateSimilarity": review.similarity,
        "likesCount": review.likes,
        "repliesCount": review.replies,
        "sentimentScore": sentiment,
    }
