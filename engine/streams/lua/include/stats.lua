--- @include digits
-- Counters of the running minute, kept 48 h.
local function write_stats(prefix, now, tally, kind, histogram)
  local key, empty = prefix .. digits(math.floor(now / 60000000)), true
  for name, count in pairs(tally) do
    redis.call('HINCRBY', key, name, digits(count))
    empty = false
  end
  for bucket, count in pairs(histogram or {}) do
    redis.call('HINCRBY', key, kind .. ':' .. digits(bucket), digits(count))
  end
  if not empty then
    redis.call('EXPIRE', key, '172800')
  end
end
