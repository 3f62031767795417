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
--- @include next_due

check_items((#ARGV - 4) / 6)
local answered = redis.call('GET', KEYS[1])
if answered then
  return cmsgpack.unpack(answered)
end

local function put(fields, name, value)
  if value and value ~= '' then
    fields[#fields + 1], fields[#fields + 2] = name, value
  end
end

-- How many jobs wait, where their number is limited.
local function count_waiting()
  local stored = redis.call('XLEN', KEYS[3]) + redis.call('XLEN', KEYS[4]) + redis.call('XLEN', KEYS[5])
  return stored - redis.call('HLEN', KEYS[7]) + redis.call('ZCARD', KEYS[6])
end

local LIVE = { waiting = true, delayed = true, active = true }
local ENDS = { completed = KEYS[11], failed = KEYS[12], cancelled = KEYS[13], trash = KEYS[16] }
local NOBODY = {}
local now = read_clock(ARGV[1])
local fence = whole(redis.call('HGET', KEYS[2], 'fence')) or 0
local most = tonumber(ARGV[4])
local waiting = most > 0 and count_waiting() or 0
local reply, known, keys = {}, {}, {}
for i = 5, #ARGV, 6 do
  keys[#keys + 1] = KEYS[14] .. ARGV[i]
end
local all_unknown = #keys > 0 and redis.call('EXISTS', unpack(keys)) == 0

-- Of each job that is stored, by its place in the call: its run, its delay, how its run before ended, and that one's
-- last fence. Lists, since a table for each costs more than what is compared.
local runs, delays, ends, lasts, stored = {}, {}, {}, {}, 0
for n, key in ipairs(keys) do
  local at = n * 6 - 2
  local id, digest = ARGV[at + 1], ARGV[at + 6]
  local twin = known[id]
  local record = twin and { reply[twin * 4 - 1], reply[twin * 4 - 2], ARGV[twin * 6 + 4] } or all_unknown and NOBODY
    or read_record(key, 'state', 'run', 'digest', 'last')
  local created, state, run, same = '0', 'bad', '0', '0'
  if record then
    state, run = record[1], record[2]
    if LIVE[state] then
      same = (record[3] or '') == digest and '1' or '0'
    elseif most > 0 and waiting >= most then
      state, run = 'full', digits(waiting)
    else
      waiting, stored = waiting + 1, stored + 1
      fence = math.max(now, fence + 1)
      created, same, run = '1', '1', digits(fence)
      runs[n], delays[n], ends[n] = run, tonumber(ARGV[at + 4]), state
      -- Not that of a cancelled run: a late settle of it is lost, and not accepted.
      lasts[n] = state ~= 'cancelled' and record[4]
      state = delays[n] > 0 and 'delayed' or 'waiting'
      known[id] = n
    end
  end
  at = n * 4
  reply[at - 3], reply[at - 2], reply[at - 1], reply[at] = created, run, state, same
end

-- The first write is one that Redis refuses when its memory is full, so that a refused call leaves no trace.
redis.call('SET', KEYS[1], cmsgpack.pack(reply), 'PX', ARGV[2])
if stored == 0 then
  return reply
end
redis.call('HSET', KEYS[2], 'fence', digits(fence))

local due, tenants, emitted, woken = {}, {}, {}, false

local function store(n, key)
  local at, run, delay_ms = n * 6 - 2, runs[n], delays[n]
  local id, name, payload, tenant, digest = ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 5], ARGV[at + 6]
  if ends[n] then
    leave_end(ENDS, KEYS[17], key, id, ends[n])
    redis.call('DEL', key)
  end
  local state, where = 'waiting', 'at'
  local place
  if delay_ms > 0 then
    state, where, place = 'delayed', 'due', digits(math.ceil(now / 1000) + delay_ms)
    due[#due + 1], due[#due + 2] = place, id
  else
    place = 'ready ' .. redis.call('XADD', KEYS[4], '*', 'id', id)
    woken = true
  end
  local more = tenant ~= '' and { 'tenant', tenant } or {}
  put(more, 'digest', digest)
  put(more, 'last', lasts[n])
  redis.call('HSET', key, 'name', name, 'payload', payload, 'run', run, 'state', state, where, place, unpack(more))
  if tenant ~= '' then
    local members = tenants[tenant] or {}
    members[#members + 1], members[#members + 2] = run, id
    tenants[tenant] = members
  end
  emitted[#emitted + 1], emitted[#emitted + 2] = 'enqueue', id
end

for n, key in ipairs(keys) do
  if runs[n] then
    store(n, key)
  end
end

if #due > 0 then
  local head = next_due(KEYS[6])
  redis.call('ZADD', KEYS[6], unpack(due))
  woken = woken or next_due(KEYS[6]) ~= head
end
for tenant, members in pairs(tenants) do
  local key = KEYS[15] .. tenant
  redis.call('ZADD', key, unpack(members))
  redis.call('ZREMRANGEBYRANK', key, '0', '-1001')
  redis.call('EXPIRE', key, ARGV[3])
end
emit(KEYS[9], emitted)
write_stats(KEYS[10], now, { enqueue = stored })
if woken then
  wake_one(KEYS[8])
end
return reply
