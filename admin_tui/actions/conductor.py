"""From a key to its end: refuses, asks, has it carried out, and says what came of it.

What a deed is about is fixed when its key goes down and handed on by value: nothing here looks at a table.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar, cast

from admin_tui.actions.asked import Edit, Question, Stage
from admin_tui.actions.carrier import Carrier
from admin_tui.actions.decide import Going, Refused, decide
from admin_tui.actions.deeds import DEEDS
from admin_tui.actions.keyed import deed_of
from admin_tui.actions.limits import Field, back, settings, texts
from admin_tui.actions.saying import asked_limits, asked_plan, asked_words, clean_options, ended, passed_over, state_of
from admin_tui.actions.targets import All, Done, Earlier, Jobs, OneQueue, Target
from admin_tui.actions.tiers import Tier
from admin_tui.admin import Hands
from admin_tui.asking import Calls, Start
from admin_tui.known import Known
from admin_tui.views.plan import plan_title
from engine import EngineError, LimitSettings, Listed, Matching, Operation, Plan, SettingError

Answer = TypeVar("Answer")
_LOOKS = "Somebody looks at what was taken out as secret. That is written to the book, with your name."


class Conductor:
    """Every change of a session goes through here; without `hands` every key is refused.

    `start` runs what a key leads to beside everything else. No call to the engine is cancelled.
    """

    def __init__(
        self, hands: Hands | None, stage: Stage, start: Start, calls: Calls, known: Callable[[], Known]
    ) -> None:
        self._hands, self._stage, self._start, self._calls, self._known = hands, stage, start, calls, known
        self._carrier = Carrier(hands, stage.told) if hands is not None else None
        self._last: Done | Earlier | None = None
        """What `U` takes back where nothing else is under the cursor."""

    def press(self, key: str, target: Target | None) -> None:
        """What the key of this name means for exactly this target is refused, or is on its way."""
        if key == "undo" and not isinstance(target, Done | Earlier):
            target = self._last
        deed = deed_of(key, target)
        decided = decide(deed, target, self._known().gate)
        if isinstance(decided, Refused):
            words = "undo: nothing was done in this session" if target is None and key == "undo" else decided.words
            self._stage.say(self._known().gate.shut or words, bad=True)
        elif self._hands is not None and self._carrier is not None:
            self._start(self._do(decided, self._hands, self._carrier))

    @property
    def running(self) -> Operation | None:
        """The newest operation of this session that is under way."""
        return next(reversed(self._carrier.under_way.values()), None) if self._carrier is not None else None

    def close(self) -> None:
        """What is under way is left to the workers after its present batch."""
        if self._carrier is not None:
            self._carrier.close()

    async def _do(self, going: Going, hands: Hands, carrier: Carrier) -> None:
        target = going.target
        try:
            if isinstance(target, Jobs | All):
                await (
                    self._reveal(going, target, hands) if going.deed.name == "reveal" else self._jobs(going, carrier)
                )
            elif isinstance(target, Done):
                await (self._stop(target, carrier) if going.deed.name == "stop" else self._jobs(going, carrier))
            elif isinstance(target, Earlier):
                await self._back(going, target, hands)
            elif going.deed.name == "limits":
                await self._limits(going, target, hands)
            elif going.deed.name == "clean":
                await self._clean(going, target, carrier)
            else:
                await self._switch(going, target, hands)
        except EngineError as error:
            self._stage.say(str(error), bad=True)

    async def _call(self, call: Awaitable[Answer]) -> Answer:
        with self._calls:
            return await call

    # ----------------------------------------------------------------------------------------------- jobs

    async def _jobs(self, going: Going, carrier: Carrier) -> None:
        """One job at once, or after its plan was confirmed."""
        if going.tier is Tier.KEY:
            plan = await self._plan(going, carrier)
            if not plan.will:
                self._stage.say(passed_over(plan), bad=True)
                return
            if going.planned(plan).tier is Tier.KEY:
                await self._carry(going, plan, "", carrier)
                return
        await self._asked(going, carrier)

    async def _asked(self, going: Going, carrier: Carrier) -> None:
        question = self._stage.confirm(plan_title(going.deed, going.target.words, production=going.production))
        try:
            plan = await self._plan(going, carrier)
        except EngineError as error:
            await self._refused(question, str(error))
            return
        if question.open:
            question.ask(asked_plan(going, plan, self._known()))
        reason = await question.answer
        if reason is not None and self._still_open():
            await self._carry(going, plan, reason, carrier)

    async def _plan(self, going: Going, carrier: Carrier) -> Plan:
        target, action = going.target, going.deed.action
        if isinstance(target, Done):
            return await self._call(carrier.undo(target.operation))
        if action is None or not isinstance(target, Jobs | All):
            raise SettingError(f"{going.deed.verb}: not for {target.words}")
        return await self._call(carrier.plan(action, target))

    async def _carry(self, going: Going, plan: Plan, reason: str, carrier: Carrier) -> None:
        operation = await self._call(carrier.apply(plan, reason))
        self._last = None if going.deed.name == "undo" else Done(operation)
        operation = await self._call(carrier.carry(operation))
        if isinstance(self._last, Done) and self._last.operation.id == operation.id:
            self._last = Done(operation)
        if operation.state != "running":
            self._stage.say(ended(operation, going.deed, going.target.words, self._known().now_ms))
        self._stage.changed()

    async def _stop(self, target: Done, carrier: Carrier) -> None:
        operation = await self._call(carrier.stop(target.operation))
        self._stage.say(ended(operation, DEEDS["stop"], target.words, self._known().now_ms))
        self._stage.changed()

    async def _reveal(self, going: Going, target: Jobs | All, hands: Hands) -> None:
        reason = await self._stage.confirm(self._title(going), asked_words(going, _LOOKS, self._known())).answer
        if reason is None or not isinstance(target, Jobs) or not self._still_open():
            return
        detail = await self._call(hands.reveal(target.queue, target.lines[0].id, reason))
        if detail is None:
            self._stage.say(f"{target.words} is gone", bad=True)
        else:
            self._stage.revealed(detail)

    # --------------------------------------------------------------------------------------------- queues

    async def _switch(self, going: Going, target: OneQueue, hands: Hands) -> None:
        pausing = going.deed.name == "pause"
        now = f"{target.counts.waiting:,} wait, {target.counts.active:,} run"
        text = f"nothing more of it is started, what runs goes on: {now}" if pausing else f"it goes on: {now}"
        question = self._stage.confirm(self._title(going), asked_words(going, text, self._known()))
        reason = await question.answer
        if reason is not None and self._still_open():
            earlier = Earlier(target.queue, "resume" if pausing else "pause", LimitSettings())
            self._changed(await self._set_paused(target.queue, hands, reason, paused=pausing), earlier)

    async def _set_paused(self, queue: str, hands: Hands, reason: str, *, paused: bool) -> str:
        """What was done, in words; none: it was so already."""
        changed = await self._call(hands.pause(queue, reason) if paused else hands.resume(queue, reason))
        return f"{'paused' if paused else 'resumed'}: {queue}" if changed else ""

    async def _limits(self, going: Going, target: OneQueue, hands: Hands) -> None:
        """Asks for new limits until the engine takes them, or nobody wants them any more."""
        edit = Edit(target.limits, target.counts.waiting, texts(target.limits))
        while True:
            typed = await self._stage.edit(edit)
            if typed is None:
                return
            try:
                changed = settings(target.limits, typed)
                if not changed:
                    self._stage.say("no limit was changed")
                    return
                asked = asked_limits(going, target, changed, self._known())
                reason = await self._stage.confirm(self._title(going), asked).answer
                if reason is None or not self._still_open():
                    return
                done = await self._set_limits(target.queue, hands, reason, changed)
            except SettingError as error:
                edit = Edit(target.limits, target.counts.waiting, typed, str(error))
            else:
                self._changed(done, Earlier(target.queue, "limits", back(target.limits, changed)))
                return

    async def _set_limits(self, queue: str, hands: Hands, reason: str, changed: LimitSettings) -> str:
        return f"limits set: {queue}" if await self._call(hands.set_limits(queue, reason, **changed)) else ""

    def _changed(self, done: str, earlier: Earlier | None) -> None:
        """What was done is said, and can be taken back, if it was anything."""
        if done:
            self._last = earlier
            self._stage.say(f"{done}   U undoes it" if earlier is not None else f"undone: {done}")
        else:
            self._stage.say("it was so already")
        self._stage.changed()

    async def _clean(self, going: Going, target: OneQueue, carrier: Carrier) -> None:
        key = await self._stage.choose(f"CLEAN queue {target.queue}: which jobs?", clean_options(target.counts))
        if key is not None:
            state = cast("Listed", state_of(key))
            number: int = getattr(target.counts, state)
            await self._asked(going._replace(target=All(target.queue, Matching(state), number)), carrier)

    async def _back(self, going: Going, target: Earlier, hands: Hands) -> None:
        """The queue is as it was before."""
        question = self._stage.confirm(
            self._title(going), asked_words(going, f"as it was before: {_shown(target)}", self._known())
        )
        reason = await question.answer
        if reason is None or not self._still_open():
            return
        if target.deed == "limits":
            done = await self._set_limits(target.queue, hands, reason, target.settings)
        else:
            done = await self._set_paused(target.queue, hands, reason, paused=target.deed == "pause")
        self._changed(done, None)

    # --------------------------------------------------------------------------------------------- inside

    def _title(self, going: Going) -> str:
        return plan_title(going.deed, going.target.words, production=going.production)

    def _still_open(self) -> bool:
        """The gate may have been shut while the dialog was open."""
        shut = self._known().gate.shut
        if shut is not None:
            self._stage.say(shut, bad=True)
        return shut is None

    async def _refused(self, question: Question, words: str) -> None:
        if question.open:
            question.fail(words)
            await question.answer
        else:
            self._stage.say(words, bad=True)


def _shown(target: Earlier) -> str:
    if target.deed != "limits":
        return "paused" if target.deed == "pause" else "not paused"
    earlier = cast("Mapping[Field, float | int | None]", target.settings)
    return ", ".join(f"{name} {'as configured' if value is None else f'{value:g}'}" for name, value in earlier.items())
