--- @include digits
-- Counters of the running minute, kept 48 h. One that another producer spoilt costs the count, never the job.
local function count_in(key, name, count)
  local counted = redis.pcall('HINCRBY', key, name, digits(count))
  if type(counted) == 'table' and counted.err and not (string.find(counted.err, 'WRONGTYPE', 1, true)
    or string.find(counted.err, 'not an integer', 1, true) or string.find(counted.err, 'overflow', 1, true)) then
    error(counted)
  end
  return counted
end

local function write_stats(prefix, now, tally, kind, histogram)
  local key, is_new = prefix .. digits(math.floor(now / 60000000)), false
  for name, count in pairs(tally) do
    is_new = count_in(key, name, count) == count or is_new
  end
  for bucket, count in pairs(histogram or {}) do
    count_in(key, kind .. ':' .. digits(bucket), count)
  end
  if is_new then
    redis.call('EXPIRE', key, '172800')
  end
end
