--- gather: the next jobs of a list that match are in a plan, each as it is seen now; nothing of theirs is changed.
--
-- KEYS[1] again      stream
-- KEYS[2] suspect    stream
-- KEYS[3] ready      stream
-- KEYS[4] delayed    zset
-- KEYS[5] active     hash
-- KEYS[6] completed  zset
-- KEYS[7] failed     zset
-- KEYS[8] cancelled  zset
-- KEYS[9] trash      zset
-- KEYS[10] job       prefix
-- KEYS[11] operation prefix
-- KEYS[12] frozen    prefix
-- ARGV[1] clock_us   0 for the server's
-- ARGV[2] id         of the plan
-- ARGV[3] action     retry | cancel | promote | trash | restore | delete: what is done to each job
-- ARGV[4] selection  in words
-- ARGV[5] will       how many jobs are in the plan before this call: sent twice, it adds nothing twice
-- ARGV[6] list       waiting, delayed, active, completed, failed, cancelled or trash
-- ARGV[7] looked     how many jobs of it to look at, at most 250; fewer are, where payloads are large
-- ARGV[8] after      what the call before answered, or empty
-- ARGV[9...] terms   three each: field, operator, value; none: every job matches
--
-- returns when the plan expires in ms, how many jobs are in it now, how many this call looked at, the oldest and the
--   newest time of those that it added in ms (0: none), up to three of their ids, and what to give as `after` for those
--   that follow (empty: all were seen); then two for each reason that others are skipped for: trashed |
--   not_trashed | not_failed | ended | not_delayed | not_ended; and how many are

--- @include bounds
--- @include clock
--- @include jobs_in
--- @include match
--- @include plan

-- What one call may cost, in bytes that are read.
local MOST = 1000000
local terms = {}
check_items((#ARGV - 8) / 3)
for i = 9, #ARGV, 3 do
  terms[#terms + 1] = open_term(ARGV[i], ARGV[i + 1], ARGV[i + 2])
end
local now = read_clock(ARGV[1])
local plan = open_plan(KEYS[10], KEYS[11] .. ARGV[2], KEYS[12] .. ARGV[2], ARGV[3], ARGV[5], now)
local list, wanted = jobs_in(ARGV[6], { KEYS[1], KEYS[2], KEYS[3] },
  { delayed = KEYS[4], completed = KEYS[6], failed = KEYS[7], cancelled = KEYS[8], trash = KEYS[9] })
local looking = open_search(terms, KEYS[10], KEYS[5], math.floor(now / 1000))
local page, looked = list.below(ARGV[8], math.max(1, math.min(250, tonumber(ARGV[7])))), 0
for n = 1, #page.ids do
  local id = page.ids[n]
  local job = read_seen(plan.jobs .. id, plan.deed)
  local is_listed = job and (not wanted or job.state == wanted)
  if is_listed and (#terms == 0 or is_hit(looking, id)) then
    add_job(plan, job, id, job.run, job.state)
  end
  looked = n
  if looking.spent > MOST then
    break
  end
end
return close_plan(plan, looked, looked == #page.ids and page.ends and '' or page.cursor(looked),
  { 'action', ARGV[3], 'deed', ARGV[3], 'selection', ARGV[4], 'of', '' })
