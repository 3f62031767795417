--- settle: each delivery that is still owned has ended as its verb says; the others are untouched.
--
-- KEYS[1] again      stream
-- KEYS[2] ready      stream
-- KEYS[3] suspect    stream
-- KEYS[4] delayed    zset
-- KEYS[5] active     hash
-- KEYS[6] control    hash
-- KEYS[7] wake       list
-- KEYS[8] events     stream
-- KEYS[9] stats      prefix
-- KEYS[10] completed zset
-- KEYS[11] failed    zset
-- KEYS[12] cancelled zset
-- KEYS[13] job       prefix
-- KEYS[14] trail     prefix
-- KEYS[15] groups    zset
-- KEYS[16] group     prefix
-- ARGV[1] clock_us   0 for the server's
-- ARGV[2...] settles five each: id, fence, verb, data (result or error), detail
--   verb is complete | retry | snooze | fail | release | cancel
--   detail is the delay in ms for retry and snooze, for fail the error's fingerprint (12 hex digits; else the job is in
--   no error group), and is not read for the others
--
-- returns one each: ok | cancelled (its cancel had been asked for: it ended so, whatever the verb) | lost (not owned by
--   this fence: nothing of the job was changed)

--- @include bounds
--- @include clock
--- @include digits
--- @include whole
--- @include record
--- @include parse_holding
--- @include limit
--- @include suspect_at
--- @include wake
--- @include emit
--- @include stats
--- @include durations
--- @include tally
--- @include hand_back
--- @include next_due
--- @include trail
--- @include fingerprint
--- @include join_groups

local STREAMS = { again = KEYS[1], ready = KEYS[2], suspect = KEYS[3] }
local INDEX = { complete = KEYS[10], fail = KEYS[11], cancel = KEYS[12], retry = KEYS[4], snooze = KEYS[4] }
local now = read_clock(ARGV[1])
local now_ms = digits(math.floor(now / 1000))
local max_active, suspect_at = read_limit(KEYS[6], 'max_active'), nil

check_items((#ARGV - 1) / 5)
local ids = {}
for i = 2, #ARGV, 5 do
  ids[#ids + 1] = ARGV[i]
end
local held = redis.call('HMGET', KEYS[5], unpack(ids))
local reply, released, gone = {}, {}, { again = {}, ready = {}, suspect = {} }
-- Of each delivery that is owned, by its place in the call: who held it, whether its cancel was asked for, the attempts
-- before it, and its record where more is needed. Lists, since a table for each costs a tenth of the script.
local workers, flags, attempts, records = {}, {}, {}, {}
for n, id in ipairs(ids) do
  local fence, verb = ARGV[n * 5 - 2], ARGV[n * 5 - 1]
  local owner, stream, entry, flagged, before, worker = parse_holding(held[n])
  if owner == fence then
    released[#released + 1] = id
    local entries = gone[stream]
    entries[#entries + 1] = entry
    -- Of a job that is completed everything is known: that its record is there is seen when it is written.
    local known = verb == 'complete' and not flagged and before ~= '' and #before <= 16
    local record = not known and read_record(KEYS[13] .. id, 'run', 'attempts', 'crashes', 'snoozed')
    if known or record and record[1] then
      workers[n], flags[n], attempts[n], records[n] = worker, flagged, known and before or record[2] or '0', record
    else
      reply[n] = 'lost'
    end
  else
    local record = read_record(KEYS[13] .. id, 'last', 'state')
    reply[n] = record and record[1] == fence and (record[2] == 'cancelled' and 'cancelled' or 'ok') or 'lost'
  end
end
if #released == 0 then
  return reply
end

-- The first write is one that Redis takes even when its memory is full: a job can always end.
local was_full = max_active > 0 and redis.call('HLEN', KEYS[5]) >= max_active
redis.call('HDEL', KEYS[5], unpack(released))

local emitted, tally, runs, indexed, failures, charges, woken = {}, {}, {}, {}, {}, {}, was_full

local function index(verb, score, id)
  local members = indexed[verb] or {}
  members[#members + 1], members[#members + 2] = score, id
  indexed[verb] = members
end

local function due_after(delay_ms)
  return delay_ms > 0 and digits(math.ceil(now / 1000) + delay_ms) or now_ms
end

-- False if there is no record: what it was written with is gone again.
local function complete(key, worker, fence, charged, result)
  local added = redis.pcall('HSET', key, 'state', 'completed', 'ended', now_ms, 'last', fence, 'worker', worker,
    'attempts', charged, 'result', result)
  if type(added) == 'table' then
    return refuse_others(added)
  elseif added == 6 then -- all of them are new
    redis.call('HDEL', key, 'state', 'ended', 'last', 'worker', 'attempts', 'result')
    return false
  end
  return true
end

-- One attempt more; most jobs of a call have as many behind them.
local function charge(before)
  charges[before] = charges[before] or digits((whole(before) or 0) + 1)
  return charges[before]
end

-- Ends one owned delivery.
local function settle(n, id)
  local key, worker, record, at = KEYS[13] .. id, workers[n], records[n], n * 5 - 3
  local fence, verb, data, detail = ARGV[at + 1], flags[n] and 'cancel' or ARGV[at + 2], ARGV[at + 3], ARGV[at + 4]
  local charged = charge(attempts[n])
  reply[n] = verb == 'cancel' and 'cancelled' or 'ok'
  local found = true
  if verb == 'complete' then
    found = complete(key, worker, fence, charged, data)
    if found then
      index(verb, now_ms, id)
    else
      reply[n] = 'lost'
    end
  elseif verb == 'cancel' then
    redis.call('HSET', key, 'state', 'cancelled', 'ended', now_ms, 'last', fence, 'worker', worker)
    index(verb, now_ms, id)
  elseif verb == 'release' then
    local crashes = whole(record[3]) or 0
    suspect_at = suspect_at or read_suspect_at(KEYS[6])
    hand_back(STREAMS, key, id, crashes, suspect_at, { 'last', fence, 'worker', worker })
    woken = true
  elseif verb == 'snooze' then
    local delay_ms = whole(detail) or 0
    local due_ms, snoozed = due_after(delay_ms), digits((whole(record[4]) or 0) + delay_ms)
    redis.call('HSET', key, 'state', 'delayed', 'due', due_ms, 'last', fence, 'worker', worker, 'snoozed', snoozed)
    index(verb, due_ms, id)
  elseif verb == 'retry' then
    local due_ms = due_after(whole(detail) or 0)
    write_trail(KEYS[14] .. id, 'kind', 'attempt', 'run', record[1], 'start', fence, 'end', now_ms,
      'worker', worker, 'error', data, 'due', due_ms)
    redis.call('HSET', key, 'state', 'delayed', 'due', due_ms, 'last', fence, 'worker', worker,
      'attempts', charged, 'error', data)
    index(verb, due_ms, id)
  else
    write_trail(KEYS[14] .. id, 'kind', 'attempt', 'run', record[1], 'start', fence, 'end', now_ms,
      'worker', worker, 'error', data)
    redis.call('HSET', key, 'state', 'failed', 'ended', now_ms, 'last', fence, 'worker', worker,
      'attempts', charged, 'error', data)
    index(verb, now_ms, id)
    if is_fingerprint(detail) then
      redis.call('HSET', key, 'group', detail)
      add_failure(failures, detail, id, data)
    end
  end
  if found then
    emitted[#emitted + 1], emitted[#emitted + 2] = verb, id
    count_up(tally, verb)
    count_duration(runs, now - tonumber(fence))
  end
end

for n, id in ipairs(ids) do
  if workers[n] then
    settle(n, id)
  end
end

local put_off = indexed.retry or indexed.snooze
local head = put_off and next_due(KEYS[4])
for verb, members in pairs(indexed) do
  redis.call('ZADD', INDEX[verb], unpack(members))
end
woken = woken or put_off and next_due(KEYS[4]) ~= head
-- Last: should anything above fail, the entries stay pending without an owner, and reclaim hands them back uncharged.
for stream, entries in pairs(gone) do
  if #entries > 0 then
    redis.call('XACK', STREAMS[stream], 'workers', unpack(entries))
    redis.call('XDEL', STREAMS[stream], unpack(entries))
  end
end
join_groups(KEYS[15], KEYS[16], now_ms, failures, tally)
emit(KEYS[8], emitted)
write_stats(KEYS[9], now, tally, 'run', runs)
if woken then
  wake_one(KEYS[7])
end
return reply
