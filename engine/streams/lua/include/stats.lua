--- @include digits
-- Counters of the running minute, kept 48 h; durations are counted in powers of two of a millisecond.
local function bucket_of(duration_us)
  local _, exponent = math.frexp(math.max(0, math.floor(duration_us / 1000)))
  return digits(exponent)
end

local function count_up(tally, name)
  tally[name] = (tally[name] or 0) + 1
end

local function write_stats(prefix, now, tally)
  local key, empty = prefix .. digits(math.floor(now / 60000000)), true
  for name, count in pairs(tally) do
    redis.call('HINCRBY', key, name, digits(count))
    empty = false
  end
  if not empty then
    redis.call('EXPIRE', key, '172800')
  end
end
