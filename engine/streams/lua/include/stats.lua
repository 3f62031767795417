--- @include digits
-- Counters of the running minute, kept 48 h. A duration is counted in the power of two of its milliseconds:
-- bucket n holds those below 2^n.
local function count_duration(histogram, duration_us)
  local _, bucket = math.frexp(duration_us > 0 and math.floor(duration_us / 1000) or 0)
  histogram[bucket] = (histogram[bucket] or 0) + 1
end

local function count_up(tally, name)
  tally[name] = (tally[name] or 0) + 1
end

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
