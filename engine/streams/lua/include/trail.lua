-- One entry of a job's trail, capped. A trail key of another type costs the entry, never the job.
local function write_trail(key, ...)
  local written = redis.pcall('XADD', key, 'MAXLEN', '~', '1000', '*', ...)
  if type(written) == 'table' and written.err and not string.find(written.err, 'WRONGTYPE', 1, true) then
    error(written)
  end
end
