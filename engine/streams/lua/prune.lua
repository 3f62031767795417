--- prune: ended jobs past their age or count are gone, record and trail, oldest first.
--
-- KEYS[1] completed zset
-- KEYS[2] failed    zset
-- KEYS[3] cancelled zset
-- KEYS[4] job       prefix
-- KEYS[5] trail     prefix
-- ARGV[1] clock_us  0 for the server's
-- ARGV[2] limit     at most this many of each state in one call, 1 to 250
-- ARGV[3] completed_ms how long completed jobs are kept
-- ARGV[4] completed_count how many (-1: any)
-- ARGV[5] failed_ms
-- ARGV[6] failed_count
-- ARGV[7] cancelled_ms
-- ARGV[8] cancelled_count
--
-- returns how many completed, failed and cancelled jobs were deleted

--- @include clock
--- @include digits

local now_ms = math.floor(read_clock(ARGV[1]) / 1000)
local limit = digits(math.max(1, math.min(250, tonumber(ARGV[2]))))
local reply = {}
for n = 1, 3 do
  local index, age_ms, count = KEYS[n], tonumber(ARGV[1 + 2 * n]), tonumber(ARGV[2 + 2 * n])
  local ids = redis.call('ZRANGEBYSCORE', index, '-inf', digits(now_ms - age_ms), 'LIMIT', '0', limit)
  local over = count >= 0 and redis.call('ZCARD', index) - count or 0
  if over > #ids then
    ids = redis.call('ZRANGE', index, '0', digits(math.min(over, tonumber(limit)) - 1))
  end
  if #ids > 0 then
    local keys = {}
    for _, id in ipairs(ids) do
      keys[#keys + 1] = KEYS[4] .. id
      keys[#keys + 1] = KEYS[5] .. id
    end
    redis.call('UNLINK', unpack(keys))
    redis.call('ZREM', index, unpack(ids))
  end
  reply[n] = digits(#ids)
end
return reply
