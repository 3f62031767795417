-- Nothing, if the error says that a key holds another type. Any other error is raised.
local function refuse_others(failed)
  if not string.find(failed.err, 'WRONGTYPE', 1, true) then
    error(failed)
  end
end

-- The named fields of a record, or nothing if the key holds another type.
local function read_record(key, ...)
  local fields = redis.pcall('HMGET', key, ...)
  if fields.err then
    return refuse_others(fields)
  end
  return fields
end
