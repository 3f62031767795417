--- @include digits
--- @include read_group
-- Since when the oldest job that waits in a stream has been waiting, in ms. Behind what the group has read, a stream
-- holds nothing but waiting jobs, oldest first.
local function oldest_of(stream)
  local read = read_group(stream)
  local first = redis.call('XRANGE', stream, read and '(' .. read or '-', '+', 'COUNT', '1')[1]
  return first and tonumber(string.match(first[1], '^%d+'))
end

-- Eight numbers: how many jobs are waiting, delayed, active, and in each of the `ended` sets within `kept_ms`; whether
-- the queue is paused; for how many ms the oldest waiting job has been waiting (-1: none waits). And how many entries
-- the last of its streams has.
local function tally_queue(queue, ended, kept_ms, now_ms)
  local stored, oldest, length = 0, nil, 0
  for _, stream in ipairs(queue.streams) do
    length = redis.call('XLEN', stream)
    local since = length > 0 and oldest_of(stream)
    stored, oldest = stored + length, since and math.min(since, oldest or since) or oldest
  end
  local active = redis.call('HLEN', queue.active)
  local reply = { digits(math.max(0, stored - active)), digits(redis.call('ZCARD', queue.delayed)), digits(active) }
  for n, set in ipairs(ended) do
    reply[3 + n] = digits(redis.call('ZCOUNT', set, digits(now_ms - kept_ms[n]), '+inf'))
  end
  reply[7] = queue.is_paused and '1' or '0'
  reply[8] = digits(oldest and math.max(0, now_ms - oldest) or -1)
  return reply, length
end
