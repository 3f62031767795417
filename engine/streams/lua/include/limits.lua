-- What `control` holds: a value set at run time wins over the configured one. Nothing if it was never configured.
local function read_limits(control)
  local names = { 'lease_ms', 'sweep_ms', 'rate', 'burst', 'max_active', 'max_crashes', 'shared_rate', 'shared_burst',
    'concurrency' }
  local fields = {}
  for i, name in ipairs(names) do
    fields[i] = name
    fields[i + #names] = 'set:' .. name
  end
  local values = redis.call('HMGET', control, unpack(fields))
  if not values[1] then
    return nil
  end
  local limits = {}
  for i, name in ipairs(names) do
    limits[name] = tonumber(values[i + #names] or values[i])
  end
  limits.suspect_at = math.max(1, limits.max_crashes - 1)
  return limits
end
