--- @include digits
--- @include whole
-- Some worker has reached Redis at `now`. If none had for three sweeps, or for half a lease, Redis was away or the
-- clock stepped: then nothing is reclaimed for one lease, in which the living renew. A shorter silence ends no lease
-- of theirs: they renew at a third. Answers the time before which nothing is reclaimed.
local function note_seen(control, limits, now)
  local seen = redis.call('HMGET', control, 'last_sweep', 'reclaim_from')
  local last, reclaim_from = whole(seen[1]), whole(seen[2]) or 0
  if reclaim_from > now + limits.lease_ms * 1000 then
    last = nil -- further than anybody here puts it off: begun anew, or nothing would be reclaimed until then
  end
  -- HDEL first: under full memory Redis refuses HSET, unless the script has already written.
  redis.call('HDEL', control, 'gate')
  redis.call('HSET', control, 'last_sweep', digits(now))
  local patience = math.min(3 * limits.sweep_ms, limits.lease_ms / 2) * 1000
  if not last or now - last > patience or last > now then
    reclaim_from = now + limits.lease_ms * 1000
    redis.call('HSET', control, 'reclaim_from', digits(reclaim_from))
  end
  return reclaim_from
end
