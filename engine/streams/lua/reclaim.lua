--- reclaim: jobs whose lease has run out wait again with one crash more, or have failed after their last one.
--
-- KEYS[1] again      stream
-- KEYS[2] ready      stream
-- KEYS[3] suspect    stream
-- KEYS[4] active     hash
-- KEYS[5] control    hash
-- KEYS[6] wake       list
-- KEYS[7] events     stream
-- KEYS[8] stats      prefix
-- KEYS[9] failed     zset
-- KEYS[10] cancelled zset
-- KEYS[11] bad       stream
-- KEYS[12] job       prefix
-- KEYS[13] trail     prefix
-- KEYS[14] groups    zset
-- KEYS[15] group     prefix
-- ARGV[1] clock_us   0 for the server's
-- ARGV[2...] dead    consumers that no longer beat: deleted once nothing of theirs is pending
--
-- returns more 1|0 (a page was full), ms before which nothing is taken, then two for each job: what was done, id
--   what is reclaim | fail (its last crash) | release (nobody's, uncharged) | cancel (its cancel was asked for)

--- @include bounds
--- @include clock
--- @include digits
--- @include whole
--- @include record
--- @include holding
--- @include limits
--- @include seen
--- @include pending
--- @include job_of
--- @include wake
--- @include emit
--- @include stats
--- @include tally
--- @include trail
--- @include hand_back
--- @include end_cancelled
--- @include set_aside
--- @include restore
--- @include join_groups

local STREAMS = { again = KEYS[1], ready = KEYS[2], suspect = KEYS[3] }
local now, skew = read_clock(ARGV[1])
local now_ms = digits(math.floor(now / 1000))
check_items(#ARGV - 1)
local limits = read_limits(KEYS[5])
if not limits then
  return { '0', '0' }
end

local reclaim_from = note_seen(KEYS[5], limits, now)
restore_leases(STREAMS, KEYS[4], now_ms)
if now < reclaim_from then
  return { '0', digits(math.ceil((reclaim_from - now) / 1000)) }
end

local emitted, tally, failures, more = {}, {}, {}, false

local function note(verb, id)
  emitted[#emitted + 1] = verb
  emitted[#emitted + 1] = id
  count_up(tally, verb)
end

local function charge(id, key, holding, record)
  local crashes = (whole(record[1]) or 0) + 1
  local failure = string.format('{"type":"Crashed","message":"the worker stopped renewing the lease (crash %d of %d)"}',
    crashes, limits.max_crashes)
  write_trail(KEYS[13] .. id, 'kind', 'attempt', 'run', record[2], 'start', holding.fence, 'end', now_ms,
    'worker', holding.consumer, 'error', failure)
  -- Not `last`: that would tell the late settle of a delivery that was taken away that it was accepted.
  local extra = { 'crashed', holding.fence, 'worker', holding.consumer, 'crashes', digits(crashes), 'error', failure }
  if crashes >= limits.max_crashes then
    redis.call('HSET', key, 'state', 'failed', 'ended', now_ms, 'group', 'crashed', unpack(extra))
    redis.call('ZADD', KEYS[9], now_ms, id)
    add_failure(failures, 'crashed', id, failure)
    return note('fail', id)
  end
  hand_back(STREAMS, key, id, crashes, limits.suspect_at, extra)
  note('reclaim', id)
end

local function take_back(name, stream, entry)
  local id = job_of(stream, entry)
  local key = id and KEYS[12] .. id
  local holding = id and read_holding(redis.call('HGET', KEYS[4], id))
  local named = holding and holding.stream == name and holding.entry == entry
  local record = id and read_record(key, 'crashes', 'run', 'at', 'state')
  if id and not (record and record[2]) then
    set_aside(KEYS[11], key, id, name, entry)
  end
  redis.call('XACK', stream, 'workers', entry)
  redis.call('XDEL', stream, entry)
  if named then
    redis.call('HDEL', KEYS[4], id)
  end
  if not (record and record[2]) then
    return
  end
  if named and holding.flagged then
    end_cancelled(KEYS[10], key, id, now_ms, { 'last', holding.fence, 'worker', holding.consumer })
    note('cancel', id)
  elseif named then
    charge(id, key, holding, record)
  elseif record[3] == name .. ' ' .. entry and (record[4] == 'waiting' or record[4] == 'active') then
    -- Nobody's by `active`: an acquire broke midway. Only `at` says that this is the job's own entry.
    hand_back(STREAMS, key, id, whole(record[1]) or 0, limits.suspect_at, {})
    note('release', id)
  end
end

for name, stream in pairs(STREAMS) do
  local page = idle_entries(stream, limits.lease_ms + skew / 1000)
  more = more or #page == PAGE
  for _, pending in ipairs(page) do
    take_back(name, stream, pending[1])
  end
  for i = 2, #ARGV do
    local mine = redis.pcall('XPENDING', stream, 'workers', '-', '+', '1', ARGV[i])
    if not mine.err and #mine == 0 then
      redis.call('XGROUP', 'DELCONSUMER', stream, 'workers', ARGV[i])
    end
  end
end
join_groups(KEYS[14], KEYS[15], now_ms, failures, tally)
emit(KEYS[7], emitted)
write_stats(KEYS[8], now, tally)
if tally.reclaim or tally.release then
  wake_one(KEYS[6])
end
return { more and '1' or '0', '0', unpack(emitted) }
