--- @include digits
-- Up to 100 entries idle for `idle_ms` or more, of one consumer or of all. None if the group is not there yet.
local function idle_entries(stream, idle_ms, consumer)
  local call = { 'XPENDING', stream, 'workers', 'IDLE', digits(math.max(1, idle_ms)), '-', '+', '100', consumer }
  local pending = redis.pcall(unpack(call))
  if not pending.err then
    return pending
  end
  if string.find(pending.err, 'NOGROUP', 1, true) then
    return {}
  end
  error(pending)
end

-- The job that an entry of a stream names, or nothing if the entry was deleted.
local function job_of(stream, entry)
  local found = redis.call('XRANGE', stream, entry, entry)[1]
  return found and found[2][2]
end
