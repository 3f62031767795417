--- note: log lines, progress and checkpoints of deliveries that are still owned are kept.
--
-- KEYS[1] active   hash
-- KEYS[2] job      prefix
-- KEYS[3] trail    prefix
-- ARGV[1] clock_us 0 for the server's
-- ARGV[2...] notes four each: id, fence, kind, data
--   kind is log (data: the line) | progress (data: JSON) | checkpoint (crashes and snoozed time are 0 again)
--
-- returns one each: ok | lost (not owned by this fence: nothing was written)
--   a call sent twice writes a log line twice; progress and checkpoints are then as after one

--- @include bounds
--- @include clock
--- @include digits
--- @include record
--- @include holding
--- @include trail

local now_ms = digits(math.floor(read_clock(ARGV[1]) / 1000))
local reply = {}
check_items((#ARGV - 1) / 4)
for i = 2, #ARGV, 4 do
  local id, fence, kind, data = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local key = KEYS[2] .. id
  local holding = read_holding(redis.call('HGET', KEYS[1], id))
  local record = holding and holding.fence == fence and read_record(key, 'run')
  if not record or not record[1] then
    reply[#reply + 1] = 'lost'
  else
    reply[#reply + 1] = 'ok'
    if kind == 'log' then
      write_trail(KEYS[3] .. id, 'kind', 'log', 'run', record[1], 'at', now_ms, 'text', data)
    elseif kind == 'progress' then
      redis.call('HSET', key, 'progress', data)
    else
      redis.call('HDEL', key, 'crashes', 'snoozed')
    end
  end
end
return reply
