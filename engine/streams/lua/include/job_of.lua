-- The job that an entry of a stream names, or nothing if the entry was deleted.
local function job_of(stream, entry)
  local found = redis.call('XRANGE', stream, entry, entry)[1]
  return found and found[2][2]
end
