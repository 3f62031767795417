--- show: the record, the holding and the trail of one job, read at one moment.
--
-- KEYS[1] active hash
-- KEYS[2] job    prefix
-- KEYS[3] trail  prefix
-- ARGV[1] id
-- ARGV[2] after  an entry of the trail: those before it and itself are left out; empty: none is
--
-- writes nothing: EVALSHA_RO
-- returns fields and values of the record (empty: unknown), the holding or an empty text, the trail's entries

--- @include record

local key = KEYS[2] .. ARGV[1]
if not read_record(key, 'run') then
  return { {}, '', {} }
end
local held = redis.call('HGET', KEYS[1], ARGV[1]) or ''
local from = ARGV[2] == '' and '-' or '(' .. ARGV[2]
local trail = redis.pcall('XRANGE', KEYS[3] .. ARGV[1], from, '+')
return { redis.call('HGETALL', key), held, trail.err and {} or trail }
