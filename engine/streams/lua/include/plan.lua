--- @include digits
--- @include whole
--- @include judge
-- A plan in the making: the jobs that are meant go into its list, the others are counted by the reason.
local PLAN_MS = 600000

-- The plan as it was before this call; `will` jobs were in it.
local function open_plan(jobs, key, frozen, deed, will, now)
  local kept = whole(will) or 0
  if kept == 0 then
    redis.call('UNLINK', frozen)
  else
    redis.call('LTRIM', frozen, '0', digits(kept - 1))
  end
  return { jobs = jobs, key = key, frozen = frozen, deed = deed, now_ms = math.floor(now / 1000), items = {},
    sample = {}, reasons = {}, skipped = {}, oldest = 0, newest = 0 }
end

-- The job is meant, as it was seen, or counted among the skipped.
local function add_job(plan, job, id, run, state)
  local reason = judge(plan.deed, job, run, state)
  if reason then
    if not plan.skipped[reason] then
      plan.reasons[#plan.reasons + 1] = reason
    end
    plan.skipped[reason] = (plan.skipped[reason] or 0) + 1
    return
  end
  local at_ms = whole(job.ended) or math.floor(job.run_us / 1000)
  plan.oldest = plan.oldest > 0 and math.min(plan.oldest, at_ms) or at_ms
  plan.newest = math.max(plan.newest, at_ms)
  plan.items[#plan.items + 1] = run .. ' ' .. state .. ' ' .. id
  if #plan.sample < 3 then
    plan.sample[#plan.sample + 1] = id
  end
end

-- The plan with what this call has added; it is there for ten minutes from now on.
local function close_plan(plan, looked, after, fields)
  if #plan.items > 0 then
    redis.call('RPUSH', plan.frozen, unpack(plan.items))
  end
  local will, expires = digits(redis.call('LLEN', plan.frozen)), digits(plan.now_ms + PLAN_MS)
  redis.call('HSET', plan.key, 'state', 'planned', 'will', will, 'expires', expires, unpack(fields))
  redis.call('PEXPIRE', plan.key, digits(PLAN_MS))
  redis.call('PEXPIRE', plan.frozen, digits(PLAN_MS))
  local reply = { expires, will, digits(looked), digits(plan.oldest), digits(plan.newest), plan.sample, after }
  for _, reason in ipairs(plan.reasons) do
    reply[#reply + 1] = reason
    reply[#reply + 1] = digits(plan.skipped[reason])
  end
  return reply
end
