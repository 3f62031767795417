--- waiters: whose jobs wait first, counted among the first waiting jobs.
--
-- KEYS[1] again   stream
-- KEYS[2] suspect stream
-- KEYS[3] ready   stream
-- KEYS[4] job     prefix
-- ARGV[1] limit   jobs, at most 1000
--
-- writes nothing: EVALSHA_RO
-- returns how many jobs were counted, how many wait, then three for each tenant: the tenant (empty: none), how many jobs,
--   since when the oldest of them waits in ms

--- @include jobs_in
--- @include digits
--- @include record

local list = jobs_in('waiting', { KEYS[1], KEYS[2], KEYS[3] }, {})
local page = list.below('', math.max(1, math.min(1000, tonumber(ARGV[1]))))
local tenants, jobs, oldest, looked = {}, {}, {}, 0
for n, id in ipairs(page.ids) do
  local record = read_record(KEYS[4] .. id, 'state', 'tenant')
  if record and record[1] == 'waiting' then
    local tenant, since = record[2] or '', order_of(page.cursor(n))
    if not jobs[tenant] then
      tenants[#tenants + 1] = tenant
      jobs[tenant], oldest[tenant] = 0, since
    end
    jobs[tenant], oldest[tenant] = jobs[tenant] + 1, math.min(oldest[tenant], since)
    looked = looked + 1
  end
end
local reply = { digits(looked), digits(list.total) }
for _, tenant in ipairs(tenants) do
  reply[#reply + 1] = tenant
  reply[#reply + 1] = digits(jobs[tenant])
  reply[#reply + 1] = digits(oldest[tenant])
end
return reply
