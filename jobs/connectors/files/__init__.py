"""Reviews from files that people upload: CSV, JSON Lines, exports of Outscraper and of Google."""

from jobs.connectors.files.folder import FOLDER_VARIABLE, files_folder
from jobs.connectors.files.source import FileSource

__all__ = ["FOLDER_VARIABLE", "FileSource", "files_folder"]
