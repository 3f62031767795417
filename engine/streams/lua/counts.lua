--- counts: how many jobs are in each state now; ended ones within what is kept.
--
-- KEYS[1] again     stream
-- KEYS[2] ready     stream
-- KEYS[3] suspect   stream
-- KEYS[4] delayed   zset
-- KEYS[5] active    hash
-- KEYS[6] control   hash
-- KEYS[7] completed zset
-- KEYS[8] failed    zset
-- KEYS[9] cancelled zset
-- ARGV[1] clock_us  0 for the server's
-- ARGV[2...] keep   age_ms of completed, failed and cancelled jobs
--
-- returns waiting, delayed, active, completed, failed, cancelled, paused 1|0

--- @include clock
--- @include digits

local now_ms = math.floor(read_clock(ARGV[1]) / 1000)
local stored = redis.call('XLEN', KEYS[1]) + redis.call('XLEN', KEYS[2]) + redis.call('XLEN', KEYS[3])
local active = redis.call('HLEN', KEYS[5])
local reply = { digits(math.max(0, stored - active)), digits(redis.call('ZCARD', KEYS[4])), digits(active) }
for n = 0, 2 do
  reply[4 + n] = digits(redis.call('ZCOUNT', KEYS[7 + n], digits(now_ms - tonumber(ARGV[2 + n])), '+inf'))
end
reply[7] = digits(redis.call('HEXISTS', KEYS[6], 'paused'))
return reply
