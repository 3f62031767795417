--- @include digits
--- @include holding
--- @include pending
-- A group that was made anew knows of no lease: those that `active` names begin again, to be renewed or to run out.
-- At most a page at once; only counts are read while none is missing.
local function restore_leases(streams, active, now_ms)
  local grouped, pending = {}, 0
  for name, stream in pairs(streams) do
    for _, group in ipairs(redis.pcall('XINFO', 'GROUPS', stream)) do
      -- The first three fields of every version: name, consumers, pending.
      if group[2] == 'workers' then
        grouped[name], pending = stream, pending + group[6]
      end
    end
  end
  if redis.call('HLEN', active) <= pending then
    return
  end
  local restored, held = 0, redis.call('HGETALL', active)
  for i = 2, #held, 2 do
    local holding = read_holding(held[i])
    local stream, entry = grouped[holding.stream], holding.entry
    if stream and restored < PAGE and #redis.call('XPENDING', stream, 'workers', entry, entry, '1') == 0 then
      redis.call('XCLAIM', stream, 'workers', holding.consumer, '0', entry, 'TIME', now_ms, 'FORCE', 'JUSTID')
      restored = restored + 1
    end
  end
end
