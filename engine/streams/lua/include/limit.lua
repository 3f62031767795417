--- @include setting
-- A limit that `control` holds, as the one set at run time says, or as it was configured; 0 if neither can be read.
local function read_limit(control, name)
  local values = redis.call('HMGET', control, name, 'set:' .. name)
  local set = setting(values[2], 0)
  return set and set > 0 and set or setting(values[1], 0) or 0
end
