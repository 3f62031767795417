--- renew: the leases of the known deliveries run anew; entries of this consumer that it does not know wait again.
--
-- KEYS[1] again     stream
-- KEYS[2] ready     stream
-- KEYS[3] suspect   stream
-- KEYS[4] active    hash
-- KEYS[5] control   hash
-- KEYS[6] wake      list
-- KEYS[7] events    stream
-- KEYS[8] cancelled zset
-- KEYS[9] job       prefix
-- ARGV[1] clock_us  0 for the server's
-- ARGV[2] consumer
-- ARGV[3] strays    1: give back entries idle over half a lease that this call does not name; such a call names
--                   every delivery that the worker no longer renews
-- ARGV[4] lease_ms  by which the worker has renewed: a lease that was shortened since makes no strays
-- ARGV[5...] known  three each: id, fence, renew 1|0 (0 asks for its state only)
--
-- returns strays given back, the queue's lease in ms (0: not configured), then one each: ok | lost (not owned) |
--   flagged (its cancel was asked for)

--- @include bounds
--- @include clock
--- @include digits
--- @include whole
--- @include record
--- @include holding
--- @include limits
--- @include seen
--- @include claim
--- @include pending
--- @include job_of
--- @include wake
--- @include emit
--- @include hand_back
--- @include end_cancelled

local STREAMS = { again = KEYS[1], ready = KEYS[2], suspect = KEYS[3] }
local now, skew = read_clock(ARGV[1])
local now_ms = digits(math.floor(now / 1000))
local consumer = ARGV[2]
local limits = read_limits(KEYS[5])
local reply = { '0', digits(limits and limits.lease_ms or 0) }
local known, renewed = {}, { again = {}, ready = {}, suspect = {} }

check_items((#ARGV - 4) / 3)
for i = 5, #ARGV, 3 do
  local holding = read_holding(redis.call('HGET', KEYS[4], ARGV[i]))
  known[ARGV[i + 1]] = true
  if not holding or holding.fence ~= ARGV[i + 1] then
    reply[#reply + 1] = 'lost'
  else
    reply[#reply + 1] = holding.flagged and 'flagged' or 'ok'
    if ARGV[i + 2] == '1' then
      table.insert(renewed[holding.stream], holding.entry)
    end
  end
end
for stream, entries in pairs(renewed) do
  claim_entries(STREAMS[stream], consumer, entries, now, skew)
end
if not limits then
  return reply
end
if #renewed.suspect > 0 then
  redis.call('HSET', KEYS[5], 'turn', consumer, 'turn_until', digits(now + limits.lease_ms * 1000))
end
if ARGV[3] ~= '1' then
  return reply
end

note_seen(KEYS[5], limits, now)
local idle_ms = math.max(limits.lease_ms, tonumber(ARGV[4])) / 2 + skew / 1000
local strays, emitted = 0, {}
for name, stream in pairs(STREAMS) do
  for _, pending in ipairs(idle_entries(stream, idle_ms, consumer)) do
    local entry = pending[1]
    local id = job_of(stream, entry)
    local holding = id and read_holding(redis.call('HGET', KEYS[4], id))
    if holding and holding.stream == name and holding.entry == entry and not known[holding.fence] then
      local key = KEYS[9] .. id
      local record = read_record(key, 'crashes', 'run')
      redis.call('HDEL', KEYS[4], id)
      redis.call('XACK', stream, 'workers', entry)
      redis.call('XDEL', stream, entry)
      if record and record[2] and holding.flagged then
        end_cancelled(KEYS[8], key, id, now_ms, { 'last', holding.fence, 'worker', consumer })
        emitted[#emitted + 1] = 'cancel'
        emitted[#emitted + 1] = id
      elseif record and record[2] then
        hand_back(STREAMS, key, id, whole(record[1]) or 0, limits.suspect_at, {})
        emitted[#emitted + 1] = 'release'
        emitted[#emitted + 1] = id
      end
      strays = strays + 1
    end
  end
end
emit(KEYS[7], emitted)
if strays > 0 then
  wake_one(KEYS[6])
end
reply[1] = digits(strays)
return reply
