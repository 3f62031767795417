-- The named fields of a record, or nothing if the key holds another type. Any other error is raised.
local function read_record(key, ...)
  local fields = redis.pcall('HMGET', key, ...)
  if not fields.err then
    return fields
  end
  if string.find(fields.err, 'WRONGTYPE', 1, true) then
    return nil
  end
  error(fields)
end
