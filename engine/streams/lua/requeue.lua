--- requeue: the named failed or cancelled runs wait again as new runs, or the named delayed ones wait no longer.
--
-- KEYS[1] ready      stream
-- KEYS[2] suspect    stream
-- KEYS[3] delayed    zset
-- KEYS[4] control    hash
-- KEYS[5] wake       list
-- KEYS[6] events     stream
-- KEYS[7] stats      prefix
-- KEYS[8] failed     zset
-- KEYS[9] cancelled  zset
-- KEYS[10] job       prefix
-- KEYS[11] tenant    prefix
-- KEYS[12] group     prefix
-- ARGV[1] clock_us   0 for the server's
-- ARGV[2] tenant_ttl_s
-- ARGV[3] verb       requeue | promote
-- ARGV[4...] jobs    two each: id, run: the run that is meant, so that a call sent twice never touches a later one
--
-- returns two each: ok (also if this call was sent before) | not (in another state, another run, or in the trash) |
--   unknown, and the run that waits now
--   what revert needs to take it back is kept in `earlier`

--- @include bounds
--- @include clock
--- @include digits
--- @include whole
--- @include record
--- @include wake
--- @include emit
--- @include stats
--- @include leave_group

local ENDS = { failed = KEYS[8], cancelled = KEYS[9] }
local now = read_clock(ARGV[1])
local verb = ARGV[3]
local control = redis.call('HMGET', KEYS[4], 'fence', 'max_crashes')
local fence, suspect_at = whole(control[1]) or 0, math.max(1, (whole(control[2]) or 3) - 1)
local reply, chosen, known = {}, {}, {}
-- What a requeue resets, and revert puts back.
local RUN = { 'state', 'run', 'ended', 'attempts', 'crashes', 'snoozed', 'due', 'progress', 'result', 'error', 'group',
  'worker', 'last', 'crashed', 'before', 'earlier' }

-- The run as it ended, behind the entry that its new one has: once that is handed over, it names another, or none. Of
-- what was kept before, only the state that a cancel ended can still be of use.
local function pack_run(key, at)
  local values, kept = redis.call('HMGET', key, unpack(RUN)), { at }
  for n, name in ipairs(RUN) do
    if values[n] and (name ~= 'earlier' or values[n] == 'waiting' or values[n] == 'delayed') then
      kept[#kept + 1] = name
      kept[#kept + 1] = values[n]
    end
  end
  return cmsgpack.pack(kept)
end

check_items((#ARGV - 3) / 2)
for i = 4, #ARGV, 2 do
  local id, run = ARGV[i], ARGV[i + 1]
  local record = read_record(KEYS[10] .. id, 'state', 'run', 'before', 'crashes', 'name', 'payload', 'tenant', 'digest',
    'last', 'trashed', 'group')
  local answer, waits = 'unknown', '0'
  if record and record[1] then
    answer, waits = 'not', record[2]
    if verb == 'requeue' and record[3] == run and not ENDS[record[1]]
      or verb == 'promote' and record[2] == run and record[1] == 'waiting' then
      answer = 'ok'
    elseif record[2] == run and (verb == 'requeue' and ENDS[record[1]] and record[5] and record[6] and not record[10]
      or verb == 'promote' and record[1] == 'delayed') then
      answer = 'ok'
      if not known[id] then
        if verb == 'requeue' then
          fence = math.max(now, fence + 1)
          waits = digits(fence)
        end
        known[id] = waits
        chosen[#chosen + 1] = { id = id, run = waits, record = record }
      end
    end
  end
  reply[#reply + 1] = answer
  reply[#reply + 1] = waits
end
if #chosen == 0 then
  return reply
end
-- An id that comes more than once is answered as it will be if the call is sent again.
for i = 4, #ARGV, 2 do
  reply[i - 2] = known[ARGV[i]] or reply[i - 2]
end

-- The first write is one that Redis refuses when its memory is full, so that a refused call leaves no trace.
redis.call('HSET', KEYS[4], 'fence', digits(fence))
local emitted = {}
for _, job in ipairs(chosen) do
  local key, record = KEYS[10] .. job.id, job.record
  if verb == 'promote' then
    local name = (whole(record[4]) or 0) >= suspect_at and 'suspect' or 'ready'
    local entry = redis.call('XADD', name == 'suspect' and KEYS[2] or KEYS[1], '*', 'id', job.id)
    redis.call('ZREM', KEYS[3], job.id)
    local at = name .. ' ' .. entry
    redis.call('HSET', key, 'state', 'waiting', 'at', at, 'earlier', 'promote ' .. at)
  else
    local at = 'ready ' .. redis.call('XADD', KEYS[1], '*', 'id', job.id)
    local earlier = pack_run(key, at)
    redis.call('ZREM', ENDS[record[1]], job.id)
    redis.call('DEL', key)
    leave_group(KEYS[12], record[11])
    local fields = { 'name', record[5], 'payload', record[6], 'run', job.run, 'state', 'waiting',
      'at', at, 'before', record[2], 'earlier', earlier }
    -- The last fence not of a cancelled run: a late settle of it is lost, and not accepted.
    local kept = record[1] == 'cancelled' and { 'tenant', 'digest' } or { 'tenant', 'digest', 'last' }
    for n, name in ipairs(kept) do
      if record[6 + n] then
        fields[#fields + 1] = name
        fields[#fields + 1] = record[6 + n]
      end
    end
    redis.call('HSET', key, unpack(fields))
    if record[7] then
      local tenant = KEYS[11] .. record[7]
      redis.call('ZADD', tenant, job.run, job.id)
      redis.call('ZREMRANGEBYRANK', tenant, '0', '-1001')
      redis.call('EXPIRE', tenant, ARGV[2])
    end
  end
  emitted[#emitted + 1] = verb
  emitted[#emitted + 1] = job.id
end
emit(KEYS[6], emitted)
write_stats(KEYS[7], now, { [verb] = #chosen })
wake_one(KEYS[5])
return reply
