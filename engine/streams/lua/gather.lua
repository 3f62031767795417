--- gather: the next jobs of a list are in a plan, each as it is seen now; nothing of theirs is changed.
--
-- KEYS[1] again      stream
-- KEYS[2] suspect    stream
-- KEYS[3] ready      stream
-- KEYS[4] delayed    zset
-- KEYS[5] completed  zset
-- KEYS[6] failed     zset
-- KEYS[7] cancelled  zset
-- KEYS[8] trash      zset
-- KEYS[9] job        prefix
-- KEYS[10] operation prefix
-- KEYS[11] frozen    prefix
-- ARGV[1] clock_us   0 for the server's
-- ARGV[2] id         of the plan
-- ARGV[3] action     retry | cancel | promote | trash | restore | delete: what is done to each job
-- ARGV[4] selection  in words
-- ARGV[5] will       how many jobs are in the plan before this call: sent twice, it adds nothing twice
-- ARGV[6] list       waiting, delayed, active, completed, failed, cancelled or trash
-- ARGV[7] looked     how many jobs of it to look at, at most 250
-- ARGV[8] after      what the call before answered, or empty
--
-- returns when the plan expires in ms, how many jobs are in it now, how many this call looked at, the oldest and the
--   newest time of those that it added in ms (0: none), up to three of their ids, and what to give as `after` for those
--   that follow (empty: all were seen); then two for each reason that others are skipped for: trashed |
--   not_trashed | not_failed | ended | not_delayed | not_ended; and how many are

--- @include clock
--- @include jobs_in
--- @include plan

local plan = open_plan(KEYS[9], KEYS[10] .. ARGV[2], KEYS[11] .. ARGV[2], ARGV[3], ARGV[5], read_clock(ARGV[1]))
local list, wanted = jobs_in(ARGV[6], { KEYS[1], KEYS[2], KEYS[3] },
  { delayed = KEYS[4], completed = KEYS[5], failed = KEYS[6], cancelled = KEYS[7], trash = KEYS[8] })
local page = list.below(ARGV[8], math.max(1, math.min(250, tonumber(ARGV[7]))))
for _, id in ipairs(page.ids) do
  local job = read_seen(plan.jobs .. id)
  if job and (not wanted or job.state == wanted) then
    add_job(plan, job, id, job.run, job.state)
  end
end
return close_plan(plan, #page.ids, page.ends and '' or page.cursors[#page.ids],
  { 'action', ARGV[3], 'deed', ARGV[3], 'selection', ARGV[4], 'of', '' })
