--- list: a page of the jobs in one state, as lines; waiting and delayed in the order they will run, others newest first.
--
-- KEYS[1] again     stream
-- KEYS[2] ready     stream
-- KEYS[3] suspect   stream
-- KEYS[4] delayed   zset
-- KEYS[5] active    hash
-- KEYS[6] completed zset
-- KEYS[7] failed    zset
-- KEYS[8] cancelled zset
-- KEYS[9] job       prefix
-- ARGV[1] state
-- ARGV[2] limit     at most 250
--
-- returns eight each: id, name, state, run, attempts, ended_ms, tenant, error

--- @include record

local ENDS = { completed = KEYS[6], failed = KEYS[7], cancelled = KEYS[8] }
local state, limit = ARGV[1], tonumber(ARGV[2])
local ids = {}
-- Entries of active jobs stay in their stream until they are settled.
local page = limit + redis.call('HLEN', KEYS[5])
if state == 'waiting' then
  for n = 1, 3 do
    for _, entry in ipairs(redis.call('XRANGE', KEYS[n], '-', '+', 'COUNT', page)) do
      ids[#ids + 1] = entry[2][2]
    end
  end
elseif state == 'delayed' then
  ids = redis.call('ZRANGE', KEYS[4], '0', limit - 1)
elseif state == 'active' then
  ids = redis.call('HKEYS', KEYS[5])
else
  ids = redis.call('ZREVRANGE', ENDS[state], '0', limit - 1)
end

local reply = {}
for _, id in ipairs(ids) do
  local record = read_record(KEYS[9] .. id, 'name', 'state', 'run', 'attempts', 'ended', 'tenant', 'error')
  if record and record[2] == state and #reply < limit * 8 then
    reply[#reply + 1] = id
    for field = 1, 7 do
      reply[#reply + 1] = record[field] or ''
    end
  end
end
return reply
