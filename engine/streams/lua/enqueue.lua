--- enqueue: jobs that are not live are stored as new runs, while there is room; for live ones, their run is answered.
--
-- KEYS[1] op         string: this call's reply, so that a call sent twice answers the same
-- KEYS[2] control    hash
-- KEYS[3] again      stream
-- KEYS[4] ready      stream
-- KEYS[5] suspect    stream
-- KEYS[6] delayed    zset
-- KEYS[7] active     hash
-- KEYS[8] wake       list
-- KEYS[9] events     stream
-- KEYS[10] stats     prefix
-- KEYS[11] completed zset
-- KEYS[12] failed    zset
-- KEYS[13] cancelled zset
-- KEYS[14] job       prefix
-- KEYS[15] tenant    prefix
-- KEYS[16] trash     zset
-- KEYS[17] group     prefix
-- ARGV[1] clock_us   0 for the server's
-- ARGV[2] op_ttl_ms
-- ARGV[3] tenant_ttl_s
-- ARGV[4] max_waiting how many jobs may be waiting and delayed; 0: any number
-- ARGV[5...] jobs    six each: id, name, payload, delay_ms, tenant, digest
--
-- returns four each: created 1|0, run (of a full queue: how many jobs wait), answer, same payload 1|0
--   answer is waiting | delayed | active (the run's state) | bad (not stored: the key of the record holds another
--   type) | full (not stored)

--- @include bounds
--- @include clock
--- @include digits
--- @include whole
--- @include record
--- @include wake
--- @include emit
--- @include stats
--- @include leave_end

check_items((#ARGV - 4) / 6)
local answered = redis.call('GET', KEYS[1])
if answered then
  return cmsgpack.unpack(answered)
end

local function put(fields, name, value)
  if value and value ~= '' then
    fields[#fields + 1] = name
    fields[#fields + 1] = value
  end
end

-- How many jobs wait, where their number is limited.
local function count_waiting()
  local stored = redis.call('XLEN', KEYS[3]) + redis.call('XLEN', KEYS[4]) + redis.call('XLEN', KEYS[5])
  return stored - redis.call('HLEN', KEYS[7]) + redis.call('ZCARD', KEYS[6])
end

local LIVE = { waiting = true, delayed = true, active = true }
local ENDS = { completed = KEYS[11], failed = KEYS[12], cancelled = KEYS[13], trash = KEYS[16] }
local now = read_clock(ARGV[1])
local fence = whole(redis.call('HGET', KEYS[2], 'fence')) or 0
local most = tonumber(ARGV[4])
local waiting = most > 0 and count_waiting() or 0
local reply, new, known = {}, {}, {}

for i = 5, #ARGV, 6 do
  local id, delay_ms, digest = ARGV[i], tonumber(ARGV[i + 3]), ARGV[i + 5]
  local record = known[id] or read_record(KEYS[14] .. id, 'state', 'run', 'digest', 'last')
  local created, state, run, same = '0', 'bad', '0', '0'
  if record then
    state, run = record[1], record[2]
    if LIVE[state] then
      same = (record[3] or '') == digest and '1' or '0'
    elseif most > 0 and waiting >= most then
      state, run = 'full', digits(waiting)
    else
      waiting = waiting + 1
      fence = math.max(now, fence + 1)
      -- Not that of a cancelled run: a late settle of it is lost, and not accepted.
      local last = state ~= 'cancelled' and record[4]
      new[#new + 1] = { at = i, ended = state, run = digits(fence), last = last }
      created, same, run = '1', '1', digits(fence)
      state = delay_ms > 0 and 'delayed' or 'waiting'
      known[id] = { state, run, digest }
    end
  end
  reply[#reply + 1] = created
  reply[#reply + 1] = run
  reply[#reply + 1] = state
  reply[#reply + 1] = same
end

-- The first write is one that Redis refuses when its memory is full, so that a refused call leaves no trace.
redis.call('SET', KEYS[1], cmsgpack.pack(reply), 'PX', ARGV[2])
if #new == 0 then
  return reply
end
redis.call('HSET', KEYS[2], 'fence', digits(fence))

local due, tenants, emitted, woken = {}, {}, {}, false
for _, job in ipairs(new) do
  local id, name, payload = ARGV[job.at], ARGV[job.at + 1], ARGV[job.at + 2]
  local delay_ms, tenant, digest = tonumber(ARGV[job.at + 3]), ARGV[job.at + 4], ARGV[job.at + 5]
  local key = KEYS[14] .. id
  if job.ended then
    leave_end(ENDS, KEYS[17], key, id, job.ended)
    redis.call('DEL', key)
  end
  local fields
  if delay_ms > 0 then
    local due_ms = digits(math.ceil(now / 1000) + delay_ms)
    fields = { 'name', name, 'payload', payload, 'run', job.run, 'state', 'delayed', 'due', due_ms }
    due[#due + 1] = due_ms
    due[#due + 1] = id
  else
    local entry = redis.call('XADD', KEYS[4], '*', 'id', id)
    fields = { 'name', name, 'payload', payload, 'run', job.run, 'state', 'waiting', 'at', 'ready ' .. entry }
    woken = true
  end
  put(fields, 'last', job.last)
  put(fields, 'tenant', tenant)
  put(fields, 'digest', digest)
  redis.call('HSET', key, unpack(fields))
  if tenant ~= '' then
    tenants[tenant] = tenants[tenant] or {}
    table.insert(tenants[tenant], job.run)
    table.insert(tenants[tenant], id)
  end
  emitted[#emitted + 1] = 'enqueue'
  emitted[#emitted + 1] = id
end

if #due > 0 then
  local head_before = redis.call('ZRANGE', KEYS[6], '0', '0', 'WITHSCORES')[2]
  redis.call('ZADD', KEYS[6], unpack(due))
  woken = woken or redis.call('ZRANGE', KEYS[6], '0', '0', 'WITHSCORES')[2] ~= head_before
end
for tenant, members in pairs(tenants) do
  local key = KEYS[15] .. tenant
  redis.call('ZADD', key, unpack(members))
  redis.call('ZREMRANGEBYRANK', key, '0', '-1001')
  redis.call('EXPIRE', key, ARGV[3])
end
emit(KEYS[9], emitted)
write_stats(KEYS[10], now, { enqueue = #new })
if woken then
  wake_one(KEYS[8])
end
return reply
