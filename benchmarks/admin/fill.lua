--- fill: some jobs of one list, as the engine would have stored them; for a server of one's own only.
--
-- ARGV[1] base     what the queue's keys begin with
-- ARGV[2] listed   waiting | delayed | failed | statistics
-- ARGV[3] first    number of the first job, from 0
-- ARGV[4] count    how many
-- ARGV[5] total    how many the list will have
-- ARGV[6] records  how many of its first and of its last jobs have a record
-- ARGV[7] now_ms
-- ARGV[8...] errors two each: fingerprint, error

local base, listed = ARGV[1], ARGV[2]
local first, count, total, ends, now_ms =
  tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local errors = (#ARGV - 7) / 2
local PAIRS = 1000

local function digits(number)
  return string.format('%.0f', number)
end

local function has_record(n)
  return n < ends or n >= total - ends
end

local function payload(n)
  return string.format('{"tenantId":"tenant-%d","connectorId":"connector-%d","sinceDate":"2026-10-01T00:00:00Z",'
    .. '"correlationId":"%032x","options":{"max":500,"full":false}}', n % 97, n % 13, n)
end

-- Ages differ by 2 ms from job to job: a million span 33 minutes.
local function age_ms(n)
  return 2 * n + 1
end

-- A tenant's index, as far as it is kept: some thousand jobs of each.
local function list_for_tenant(id, n, run_ms)
  if n >= total - 100000 then
    redis.call('ZADD', base .. 'tenant:tenant-' .. n % 97, digits(run_ms * 1000), id)
  end
end

local function put(id, n, run_ms, ...)
  redis.call('HSET', base .. 'job:' .. id, 'name', 'work', 'payload', payload(n), 'run', digits(run_ms * 1000),
    'tenant', 'tenant-' .. n % 97, 'digest', string.format('%016x', n), ...)
end

local function add_all(key, members)
  for i = 1, #members, PAIRS do
    redis.call('ZADD', key, unpack(members, i, math.min(i + PAIRS - 1, #members)))
  end
end

local function fill_waiting()
  for n = first, first + count - 1 do
    local id, since_ms = string.format('work:w%08d', n), now_ms - age_ms(total - n)
    local entry = redis.call('XADD', base .. 'ready', digits(since_ms) .. '-0', 'id', id)
    if has_record(n) then
      put(id, n, since_ms, 'state', 'waiting', 'at', 'ready ' .. entry)
      list_for_tenant(id, n, since_ms)
    end
  end
end

local function fill_delayed()
  local due = {}
  for n = first, first + count - 1 do
    local id, due_ms = string.format('work:d%08d', n), digits(now_ms + 3600000 + age_ms(n))
    due[#due + 1] = due_ms
    due[#due + 1] = id
    if has_record(n) then
      local error = ARGV[9 + 2 * (n % errors)]
      put(id, n, now_ms - 60000, 'state', 'delayed', 'due', due_ms, 'attempts', '2', 'error', error, 'last',
        digits(now_ms * 1000))
    end
  end
  add_all(base .. 'delayed', due)
end

local function fill_failed()
  local ended, groups = {}, {}
  for n = first, first + count - 1 do
    local id, ended_ms = string.format('work:f%08d', n), digits(now_ms - age_ms(n))
    local group, error = ARGV[8 + 2 * (n % errors)], ARGV[9 + 2 * (n % errors)]
    ended[#ended + 1] = ended_ms
    ended[#ended + 1] = id
    groups[group] = { (groups[group] or { 0 })[1] + 1, ended_ms, error, id }
    if has_record(n) then
      put(id, n, now_ms - age_ms(n) - 60000, 'state', 'failed', 'ended', ended_ms, 'attempts', '5', 'error', error,
        'group', group, 'worker', 'ops-1~a', 'last', digits((now_ms - age_ms(n) - 1000) * 1000))
    end
  end
  add_all(base .. 'failed', ended)
  for group, told in pairs(groups) do
    local key = base .. 'group:' .. group
    redis.call('ZADD', base .. 'groups', now_ms, group)
    redis.call('HINCRBY', key, 'jobs', told[1])
    redis.call('HINCRBY', key, 'total', told[1])
    redis.call('HSET', key, 'first', digits(now_ms - 3600000), 'last', digits(now_ms), 'sample', told[3], 'job', told[4])
  end
end

-- One minute for each `count`; what a worker writes at its start and with every batch.
local function fill_statistics()
  redis.call('XGROUP', 'CREATE', base .. 'ready', 'workers', '0', 'MKSTREAM')
  redis.call('HSET', base .. 'control', 'lease_ms', '15000', 'sweep_ms', '2500', 'max_crashes', '3', 'rate', '50',
    'burst', '5', 'max_active', '0', 'shared_rate', '0', 'shared_burst', '1', 'fence', digits(now_ms * 1000),
    'tokens', '3', 'stamp', digits(now_ms * 1000))
  local minute = math.floor(now_ms / 60000)
  for back = 0, count - 1 do
    local key = base .. 'stats:' .. digits(minute - back)
    redis.call('HSET', key, 'enqueue', 600 + back, 'complete', 550 + back, 'fail', 12, 'retry', 40, 'wait:12', 300,
      'wait:14', 250, 'run:8', 400, 'run:10', 150, 'group:' .. ARGV[8], 7)
    redis.call('EXPIRE', key, '172800')
  end
end

local FILL = { waiting = fill_waiting, delayed = fill_delayed, failed = fill_failed, statistics = fill_statistics }
FILL[listed]()
return count
