--- @include whole
--- @include setting
-- All that `control` holds: a value set at run time wins over the configured one. Nothing if it was never configured, or if
-- what was configured cannot be read: then a worker configures it anew. With them the last fence, and `paused` if it is.
local LIMITS = { 'lease_ms', 'sweep_ms', 'max_crashes', 'rate', 'burst', 'max_active', 'shared_rate', 'shared_burst',
  'concurrency' }
local function read_limits(control)
  local values = redis.call('HMGET', control, 'lease_ms', 'sweep_ms', 'max_crashes', 'rate', 'burst', 'max_active',
    'shared_rate', 'shared_burst', 'concurrency', 'set:lease_ms', 'set:sweep_ms', 'set:max_crashes', 'set:rate',
    'set:burst', 'set:max_active', 'set:shared_rate', 'set:shared_burst', 'set:concurrency', 'fence', 'paused')
  local limits = { fence = whole(values[19]) or 0, paused = values[20] }
  for i, name in ipairs(LIMITS) do
    local configured = setting(values[i], i <= 3 and 1 or 0)
    if not configured and (values[i] or i <= 3) then
      return nil
    end
    local set = setting(values[i + 9], 0)
    limits[name] = set and set > 0 and set or configured
  end
  limits.suspect_at = math.max(1, limits.max_crashes - 1)
  return limits
end
