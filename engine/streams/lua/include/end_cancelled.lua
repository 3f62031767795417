-- Ends a job whose cancel was asked for, without a result or a charge.
local function end_cancelled(index, key, id, now_ms, extra)
  redis.call('HSET', key, 'state', 'cancelled', 'ended', now_ms, unpack(extra))
  redis.call('ZADD', index, now_ms, id)
end
