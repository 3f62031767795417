--- groups: a page of the queue's failures by fingerprint, those that failed last first, and how often by the minute.
--
-- KEYS[1] groups   zset
-- KEYS[2] group    prefix
-- KEYS[3] stats    prefix
-- ARGV[1] clock_us 0 for the server's
-- ARGV[2] minutes  how many of the newest minutes, at most 250
-- ARGV[3] limit    groups, at most 250
-- ARGV[4] first    the rank of the first one
--
-- writes nothing: EVALSHA_RO
-- returns how many groups were looked at, then eight for each that can be read: fingerprint, jobs that are failed now,
--   all that ever were, first and last time in ms, the newest one's error and id, and its counts by the minute, oldest
--   first, with spaces between

--- @include clock
--- @include digits
--- @include record
--- @include whole

local minute = math.floor(read_clock(ARGV[1]) / 60000000)
local minutes, limit = math.max(1, math.min(250, tonumber(ARGV[2]))), math.max(1, math.min(250, tonumber(ARGV[3])))
local first = tonumber(ARGV[4])
local found = redis.call('ZREVRANGE', KEYS[1], digits(first), digits(first + limit - 1))
local fields, counted = {}, {}
for n, fingerprint in ipairs(found) do
  fields[n], counted[n] = 'group:' .. fingerprint, {}
end
for back = minutes - 1, 0, -1 do
  local counters = #found > 0 and read_record(KEYS[3] .. digits(minute - back), unpack(fields)) or {}
  for n = 1, #found do
    counted[n][minutes - back] = digits(whole(counters[n]) or 0)
  end
end
local reply = { digits(#found) }
for n, fingerprint in ipairs(found) do
  local group = read_record(KEYS[2] .. fingerprint, 'jobs', 'total', 'first', 'last', 'sample', 'job')
  if group and whole(group[2]) then
    reply[#reply + 1] = fingerprint
    for field = 1, 4 do
      reply[#reply + 1] = digits(whole(group[field]) or 0)
    end
    reply[#reply + 1] = group[5] or ''
    reply[#reply + 1] = group[6] or ''
    reply[#reply + 1] = table.concat(counted[n], ' ')
  end
end
return reply
