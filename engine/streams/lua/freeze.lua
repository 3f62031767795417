--- freeze: more jobs are in a plan, each as it is seen now; nothing of theirs is changed.
--
-- KEYS[1] job        prefix
-- KEYS[2] operation  prefix
-- KEYS[3] frozen     prefix
-- ARGV[1] clock_us   0 for the server's
-- ARGV[2] id         of the plan
-- ARGV[3] action     retry | cancel | promote | trash | restore | delete | undo
-- ARGV[4] deed       what is done to each job: the action; undo: unretry | uncancel | unpromote | restore | trash
-- ARGV[5] selection  in words
-- ARGV[6] of         undo: the operation that is taken back; else empty
-- ARGV[7] will       how many jobs are in the plan before this call: sent twice, it adds nothing twice
-- ARGV[8] passed     undo: how many of the operation's jobs were looked at before
-- ARGV[9...] jobs    three each: id, run, state, as they were seen; undo: none
--
-- returns when the plan expires in ms, how many jobs are in it now, how many this call looked at, the oldest and the
--   newest time of those that it added in ms (0: none), up to three of their ids, an empty text; then two for each reason that others
--   are skipped for: gone | changed | started | other_run | runs_already | trashed | not_trashed | not_failed | ended |
--   not_delayed | not_ended | other_state; and how many are

--- @include bounds
--- @include clock
--- @include digits
--- @include whole
--- @include judge
--- @include plan

check_items((#ARGV - 8) / 3)
local plan = open_plan(KEYS[1], KEYS[2] .. ARGV[2], KEYS[3] .. ARGV[2], ARGV[4], ARGV[7], read_clock(ARGV[1]))
local looked = 0
for i = 9, #ARGV, 3 do
  add_job(plan, read_seen(plan.jobs .. ARGV[i], plan.deed), ARGV[i], ARGV[i + 1], ARGV[i + 2])
  looked = looked + 1
end
if ARGV[6] ~= '' then
  local done = whole(redis.call('HGET', KEYS[2] .. ARGV[6], 'done')) or 0
  local passed = whole(ARGV[8]) or 0
  -- What an operation has changed is at the end of its list.
  local items = done > passed and redis.call('LRANGE', KEYS[3] .. ARGV[6], digits(passed - done),
    digits(math.min(-1, passed - done + 99))) or {}
  for n = 1, #items do
    local run, state, id = string.match(items[n], '^(%d+) (%a+) (.*)$')
    add_job(plan, read_seen(plan.jobs .. id, plan.deed), id, run, state)
    looked = looked + 1
  end
end
return close_plan(plan, looked, '', { 'action', ARGV[3], 'deed', ARGV[4], 'selection', ARGV[5], 'of', ARGV[6] })
