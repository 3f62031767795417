--- @include digits
-- Up to a page of the entries idle for `idle_ms` or more, of one consumer or of all; none if the group is not there
-- yet. The pages of three streams together are what one call takes.
local PAGE = 80
local function idle_entries(stream, idle_ms, consumer)
  local call = { 'XPENDING', stream, 'workers', 'IDLE', digits(math.max(1, idle_ms)), '-', '+', digits(PAGE), consumer }
  local pending = redis.pcall(unpack(call))
  if not pending.err then
    return pending
  end
  if string.find(pending.err, 'NOGROUP', 1, true) then
    return {}
  end
  error(pending)
end
