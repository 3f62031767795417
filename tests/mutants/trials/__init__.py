"""What broke an earlier wording of the design: for each flaw the naive way, and the test that fails against it."""

from tests.mutants.trials import bounds, flow, ownership
from tests.mutants.trials.trial import Trial

TRIALS: tuple[Trial, ...] = (*ownership.TRIALS, *flow.TRIALS, *bounds.TRIALS)
