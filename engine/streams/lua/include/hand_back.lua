--- @include digits
-- Makes a job wait again, first in line, or among the suspects once its next crash would be its last.
local function hand_back(streams, key, id, crashes, suspect_at, extra)
  local stream = crashes >= suspect_at and 'suspect' or 'again'
  local entry = redis.call('XADD', streams[stream], '*', 'id', id)
  redis.call('HSET', key, 'state', 'waiting', 'at', stream .. ' ' .. entry, unpack(extra))
end
