--- cancel: a waiting or delayed job has ended as cancelled; an active one is flagged, and told within a second.
--
-- KEYS[1] again     stream
-- KEYS[2] ready     stream
-- KEYS[3] suspect   stream
-- KEYS[4] delayed   zset
-- KEYS[5] active    hash
-- KEYS[6] events    stream
-- KEYS[7] stats     prefix
-- KEYS[8] cancelled zset
-- KEYS[9] job       prefix
-- ARGV[1] clock_us  0 for the server's
-- ARGV[2] id
-- ARGV[3] run       the run that is meant: a call sent twice never ends a later one
-- ARGV[4] state     only a job in this state is meant; empty: in any
--
-- returns cancelled (also if it was before) | requested (active: flagged) | not_cancellable (ended otherwise, or another
--   run) | changed (it is not in the state that is meant: nothing was done) | unknown

--- @include clock
--- @include digits
--- @include record
--- @include holding
--- @include emit
--- @include stats
--- @include end_cancelled

local STREAMS = { again = KEYS[1], ready = KEYS[2], suspect = KEYS[3] }
local id, key = ARGV[2], KEYS[9] .. ARGV[2]
local record = read_record(key, 'state', 'run', 'at')
if not record or not record[1] then
  return 'unknown'
end
if record[2] ~= ARGV[3] then
  return 'not_cancellable'
end
if record[1] == 'cancelled' then
  return 'cancelled'
end
if ARGV[4] and ARGV[4] ~= '' and ARGV[4] ~= record[1] then
  return 'changed'
end

if record[1] == 'active' then
  local held = redis.call('HGET', KEYS[5], id)
  local holding = read_holding(held)
  if not (holding and holding.fence) then
    return 'not_cancellable'
  end
  -- HDEL first: under full memory Redis refuses HSET, unless the script has already written.
  redis.call('HDEL', KEYS[5], id)
  redis.call('HSET', KEYS[5], id,
    holding.fence .. ' ' .. holding.stream .. ' ' .. holding.entry .. ' c' .. holding.attempts .. ' ' .. holding.consumer)
  return 'requested'
end

if record[1] == 'waiting' then
  local stream, entry = string.match(record[3], '^(%a+) (%S+)$')
  redis.call('XDEL', STREAMS[stream], entry)
elseif record[1] == 'delayed' then
  redis.call('ZREM', KEYS[4], id)
else
  return 'not_cancellable'
end
local now = read_clock(ARGV[1])
end_cancelled(KEYS[8], key, id, digits(math.floor(now / 1000)), { 'earlier', record[1] })
emit(KEYS[6], { 'cancel', id })
write_stats(KEYS[7], now, { cancel = 1 })
return 'cancelled'
