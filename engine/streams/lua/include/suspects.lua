--- @include digits
--- @include whole
-- While suspects wait, one process at a time has the turn, named in `control` for one lease: it takes nothing else
-- until it runs nothing, then one suspect, and again. True if this consumer has the turn now.
local function takes_turn(control, suspect, limits, consumer, now)
  if redis.call('XLEN', suspect) == 0 then
    return false
  end
  local pending = redis.call('XPENDING', suspect, 'workers')[1]
  if redis.call('XLEN', suspect) <= pending then
    return false
  end
  local turn = redis.call('HMGET', control, 'turn', 'turn_until')
  local left_us = (whole(turn[2]) or 0) - now
  if turn[1] and turn[1] ~= consumer and left_us > 0 and left_us <= limits.lease_ms * 1000 then
    return false
  end
  -- HDEL first: under full memory Redis refuses HSET, unless the script has already written.
  redis.call('HDEL', control, 'turn')
  redis.call('HSET', control, 'turn', consumer, 'turn_until', digits(now + limits.lease_ms * 1000))
  return true
end
