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
-- ARGV[2] completed_ms how long completed jobs are kept
-- ARGV[3] failed_ms
-- ARGV[4] cancelled_ms
--
-- writes nothing: EVALSHA_RO
-- returns waiting, delayed, active, completed, failed, cancelled, paused 1|0, and for how many ms the oldest waiting
--   job has been waiting (-1: none waits)

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

-- Behind what the group has read, a stream holds nothing but waiting jobs, oldest first.
local oldest
for n = 1, 3 do
  local groups = redis.pcall('XINFO', 'GROUPS', KEYS[n])
  local from = '-'
  for _, group in ipairs(groups) do
    local fields = {}
    for i = 1, #group, 2 do
      fields[group[i]] = group[i + 1]
    end
    if fields.name == 'workers' then
      from = '(' .. fields['last-delivered-id']
    end
  end
  local first = redis.call('XRANGE', KEYS[n], from, '+', 'COUNT', '1')[1]
  local since = first and tonumber(string.match(first[1], '^%d+'))
  if since and (not oldest or since < oldest) then
    oldest = since
  end
end
reply[8] = digits(oldest and math.max(0, now_ms - oldest) or -1)
return reply
