--- @include digits
--- @include whole
-- A token bucket in two fields of a hash. Tokens are kept in millionths, so that whole numbers suffice:
-- `rate` per second is `rate` millionths per µs. Time that runs backwards adds nothing.
local function read_bucket(key, rate, burst, now)
  if not rate or rate <= 0 then
    return nil
  end
  local bucket = { key = key, rate = rate, tokens = burst * 1000000 }
  local stored = redis.call('HMGET', key, 'tokens', 'stamp')
  if whole(stored[1]) and whole(stored[2]) then
    local elapsed = math.max(0, now - tonumber(stored[2]))
    bucket.from_future = tonumber(stored[2]) > now
    bucket.tokens = math.min(bucket.tokens, tonumber(stored[1]) + math.floor(elapsed * rate))
  end
  return bucket
end

-- How many jobs may start now for all that the bucket says.
local function whole_tokens(bucket)
  return bucket and math.floor(bucket.tokens / 1000000) or math.huge
end

-- Takes `count` tokens; answers the ms until there is a whole one again, or -1 if nobody has to wait for one.
-- A bucket stamped in the future is stamped now: after a backward step of the clock it fills as ever.
local function take_tokens(bucket, now, count)
  if not bucket then
    return -1
  end
  local left = bucket.tokens - count * 1000000
  if count > 0 or bucket.from_future then
    -- Under full memory Redis refuses HSET, unless the script has already written: what took tokens has.
    if count == 0 then
      redis.call('HDEL', bucket.key, 'gate')
    end
    redis.call('HSET', bucket.key, 'tokens', digits(left), 'stamp', digits(now))
  end
  return left >= 1000000 and -1 or math.ceil((1000000 - left) / bucket.rate / 1000)
end
