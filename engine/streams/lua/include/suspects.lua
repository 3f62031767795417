--- @include digits
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
  if turn[1] and turn[1] ~= consumer and tonumber(turn[2]) > now then
    return false
  end
  -- HDEL first: under full memory Redis refuses HSET, unless the script has already written.
  redis.call('HDEL', control, 'turn')
  redis.call('HSET', control, 'turn', consumer, 'turn_until', digits(now + limits.lease_ms * 1000))
  return true
end
