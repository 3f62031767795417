--- control: the queue's groups exist and its settings are as configured, or some are set, or it is paused or resumed.
--
-- KEYS[1] again      stream
-- KEYS[2] ready      stream
-- KEYS[3] suspect    stream
-- KEYS[4] control    hash
-- KEYS[5] wake       list
-- ARGV[1] verb       configure | limit | pause | resume
-- ARGV[2...] settings two each for configure and limit: name, value (limit: an empty one takes back what was set)
--
-- returns changed 1|0

--- @include bounds
--- @include wake

local verb, changed = ARGV[1], 0
check_items((#ARGV - 1) / 2)
-- HDEL first: under full memory Redis refuses what adds, unless the script has already written. A worker must be
-- able to start then: it is what frees memory.
redis.call('HDEL', KEYS[4], 'gate')
if verb == 'configure' then
  for n = 1, 3 do
    local made = redis.pcall('XGROUP', 'CREATE', KEYS[n], 'workers', '0', 'MKSTREAM')
    if not made.err then
      changed = 1
    elseif not string.find(made.err, 'BUSYGROUP', 1, true) then
      error(made)
    end
  end
  for i = 2, #ARGV, 2 do
    if redis.call('HGET', KEYS[4], ARGV[i]) ~= ARGV[i + 1] then
      redis.call('HSET', KEYS[4], ARGV[i], ARGV[i + 1])
      changed = 1
    end
  end
elseif verb == 'limit' then
  -- Kept beside the configured value, which a restart of a worker writes again.
  for i = 2, #ARGV, 2 do
    local field, value = 'set:' .. ARGV[i], ARGV[i + 1]
    if (redis.call('HGET', KEYS[4], field) or '') ~= value then
      changed = 1
      if value == '' then
        redis.call('HDEL', KEYS[4], field)
      else
        redis.call('HSET', KEYS[4], field, value)
      end
    end
  end
  wake_one(KEYS[5])
elseif verb == 'pause' then
  changed = redis.call('HSETNX', KEYS[4], 'paused', '1')
else
  changed = redis.call('HDEL', KEYS[4], 'paused')
  wake_one(KEYS[5])
end
return changed
