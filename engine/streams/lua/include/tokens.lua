--- @include digits
-- A token bucket in two fields of a hash. Tokens are kept in millionths, so that whole numbers suffice:
-- `rate` per second is `rate` millionths per µs. Time that runs backwards adds nothing.
local function read_tokens(bucket, limits, now)
  if limits.rate <= 0 then
    return math.huge, -1
  end
  local full = limits.burst * 1000000
  local stored = redis.call('HMGET', bucket, 'tokens', 'stamp')
  local tokens = full
  if stored[1] then
    local elapsed = math.max(0, now - tonumber(stored[2]))
    limits.from_future = tonumber(stored[2]) > now
    tokens = math.min(full, tonumber(stored[1]) + math.floor(elapsed * limits.rate))
  end
  limits.tokens = tokens
  return math.floor(tokens / 1000000)
end

-- Takes `count` tokens; answers the ms until there is a whole one again, or -1 if nobody has to wait for one.
-- A bucket stamped in the future is stamped now: after a backward step of the clock it fills as ever.
local function take_tokens(bucket, limits, now, count)
  if limits.rate <= 0 then
    return -1
  end
  local left = limits.tokens - count * 1000000
  if count > 0 or limits.from_future then
    -- HDEL first: under full memory Redis refuses HSET, unless the script has already written.
    redis.call('HDEL', bucket, 'gate')
    redis.call('HSET', bucket, 'tokens', digits(left), 'stamp', digits(now))
  end
  return left >= 1000000 and -1 or math.ceil((1000000 - left) / limits.rate / 1000)
end
