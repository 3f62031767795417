--- @include record
--- @include digits
--- @include next_due
-- Makes up to 250 due jobs wait; whether more are due, and when the next one is. A due id without a record is dropped.
local function promote(streams, delayed, jobs, now_ms, suspect_at, emitted)
  local head = next_due(delayed)
  if not head or head > now_ms then
    return false, head
  end
  local due = redis.call('ZRANGEBYSCORE', delayed, '-inf', digits(now_ms), 'LIMIT', '0', '250')
  local crashes = {}
  for i, id in ipairs(due) do
    local record = read_record(jobs .. id, 'state', 'crashes')
    crashes[i] = record and record[1] == 'delayed' and (tonumber(record[2] or '0') or 0) or -1
  end
  redis.call('ZREM', delayed, unpack(due))
  for i, id in ipairs(due) do
    if crashes[i] >= 0 then
      local stream = crashes[i] >= suspect_at and 'suspect' or 'ready'
      local entry = redis.call('XADD', streams[stream], '*', 'id', id)
      redis.call('HSET', jobs .. id, 'state', 'waiting', 'at', stream .. ' ' .. entry)
      emitted[#emitted + 1] = 'promote'
      emitted[#emitted + 1] = id
    end
  end
  return #due == 250, next_due(delayed)
end
