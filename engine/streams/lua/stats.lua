--- stats: the counters of the newest minutes.
--
-- KEYS[1] stats    prefix
-- ARGV[1] clock_us 0 for the server's
-- ARGV[2] minutes  at most 250
-- ARGV[3] back     how many minutes before now the newest one is
--
-- writes nothing: EVALSHA_RO
-- returns two for each minute, newest first: its number since the epoch, its fields and values

--- @include clock
--- @include digits

local minute = math.floor(read_clock(ARGV[1]) / 60000000) - tonumber(ARGV[3])
local reply = {}
for n = 0, math.min(250, tonumber(ARGV[2])) - 1 do
  reply[#reply + 1] = digits(minute - n)
  reply[#reply + 1] = redis.call('HGETALL', KEYS[1] .. digits(minute - n))
end
return reply
