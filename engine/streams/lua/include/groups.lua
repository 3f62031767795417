--- @include digits
local MOST_GROUPS = 1000

-- The group failed last at this time; false where the set of groups holds something else: then nothing is counted.
local function rank_group(groups, fingerprint, at_ms)
  return type(redis.pcall('ZADD', groups, at_ms, fingerprint)) == 'number'
end

-- Of too many groups, those that failed longest ago are gone.
local function trim_groups(groups, prefix)
  local over = redis.call('ZCARD', groups) - MOST_GROUPS
  local oldest = over > 0 and redis.call('ZPOPMIN', groups, digits(over)) or {}
  for i = 1, #oldest, 2 do
    redis.call('UNLINK', prefix .. oldest[i])
  end
end
