"""Review sources: `open_source` gives a connector's reviews, page by page."""

from jobs.connectors.config import ConnectorConfig, SaveCredentials
from jobs.connectors.errors import RateLimited, SourceError, SourceUnavailable, StaleCursor, Terminal
from jobs.connectors.http import Http, HttpLimits
from jobs.connectors.language import Language, LanguageGuesser, guess_language
from jobs.connectors.registry import open_source, reads_file
from jobs.connectors.source import ErrorType, FetchedReview, Page, RowError, Source
from jobs.connectors.text import clean_line, clean_text, content_hash, normalise

__all__ = [
    "ConnectorConfig",
    "ErrorType",
    "FetchedReview",
    "Http",
    "HttpLimits",
    "Language",
    "LanguageGuesser",
    "Page",
    "RateLimited",
    "RowError",
    "SaveCredentials",
    "Source",
    "SourceError",
    "SourceUnavailable",
    "StaleCursor",
    "Terminal",
    "clean_line",
    "clean_text",
    "content_hash",
    "guess_language",
    "normalise",
    "open_source",
    "reads_file",
]
