-- Leaves one wake-up for whoever listens; a second one would only cost a call.
local function wake_one(list)
  if redis.call('LLEN', list) == 0 then
    redis.call('LPUSH', list, '1')
  end
end
