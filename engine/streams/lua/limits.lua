--- limits: what decides now whether the queue's jobs may start.
--
-- KEYS[1] control  hash
-- KEYS[2] bucket   hash: the token bucket that the slot's queues share
-- KEYS[3] active   hash
-- KEYS[4] suspect  stream
-- ARGV[1] clock_us 0 for the server's
--
-- writes nothing: EVALSHA_RO
-- returns the time in µs, how many are active, how many suspects are stored, the fields and values of control, those
--   of the shared bucket

--- @include clock
--- @include digits

local now = read_clock(ARGV[1])
return { digits(now), redis.call('HLEN', KEYS[3]), redis.call('XLEN', KEYS[4]), redis.call('HGETALL', KEYS[1]),
  redis.call('HGETALL', KEYS[2]) }
