"""A pytest plugin: property tests end at the first example that fails, and keep none."""

from __future__ import annotations

from hypothesis import Phase, settings

# An example that fails is enough to catch a fault; a smaller one would only take its time.
settings.register_profile("mutants", phases=(Phase.explicit, Phase.generate), database=None)
settings.load_profile("mutants")
