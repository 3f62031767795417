-- Keeps the bytes of what cannot be read, capped, before anything is deleted.
local function set_aside(bad, key, id, stream, entry)
  local bytes = redis.call('DUMP', key)
  redis.call('XADD', bad, 'MAXLEN', '~', '1000', '*', 'id', id, 'stream', stream, 'entry', entry,
    'bytes', bytes and string.sub(bytes, 1, 65536) or '')
end
