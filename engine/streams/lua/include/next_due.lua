-- When the next delayed job is due, in ms.
local function next_due(delayed)
  return tonumber(redis.call('ZRANGE', delayed, '0', '0', 'WITHSCORES')[2])
end
