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
-- ARGV[1] clock_us   0 for the server's
-- ARGV[2...] settles five each: id, fence, verb, data (result or error), delay_ms
--   verb is complete | retry | snooze | fail | release | cancel
--
-- returns one each: ok | lost (not owned by this fence: nothing of the job was changed)

--- @include clock
--- @include digits
--- @include record
--- @include holding
--- @include limits
--- @include wake
--- @include emit
--- @include stats
--- @include hand_back
--- @include trail

local STREAMS = { again = KEYS[1], ready = KEYS[2], suspect = KEYS[3] }
local ENDS = { complete = { 'completed', KEYS[10] }, fail = { 'failed', KEYS[11] }, cancel = { 'cancelled', KEYS[12] } }
local now = read_clock(ARGV[1])
local now_ms = digits(math.floor(now / 1000))
local limits = read_limits(KEYS[6]) or { max_active = 0, suspect_at = 2 }

local ids = {}
for i = 2, #ARGV, 5 do
  ids[#ids + 1] = ARGV[i]
end
local held = redis.call('HMGET', KEYS[5], unpack(ids))
local reply, owned, released, gone = {}, {}, {}, { again = {}, ready = {}, suspect = {} }
for n, id in ipairs(ids) do
  local at = 2 + (n - 1) * 5
  local holding = read_holding(held[n])
  local record = read_record(KEYS[13] .. id, 'attempts', 'crashes', 'snoozed', 'run', 'last')
  if holding and holding.fence == ARGV[at + 1] then
    reply[n] = 'lost'
    if record and record[4] then
      reply[n] = 'ok'
      owned[#owned + 1] = { id = id, at = at, holding = holding, record = record }
    end
    released[#released + 1] = id
    table.insert(gone[holding.stream], holding.entry)
    held[n] = false
  else
    reply[n] = record and record[5] == ARGV[at + 1] and 'ok' or 'lost'
  end
end
if #released == 0 then
  return reply
end

local was_full = limits.max_active > 0 and redis.call('HLEN', KEYS[5]) >= limits.max_active
redis.call('HDEL', KEYS[5], unpack(released))
for stream, entries in pairs(gone) do
  if #entries > 0 then
    redis.call('XACK', STREAMS[stream], 'workers', unpack(entries))
    redis.call('XDEL', STREAMS[stream], unpack(entries))
  end
end

local emitted, tally, ended, due, woken = {}, {}, {}, {}, was_full
local head_before = redis.call('ZRANGE', KEYS[4], '0', '0', 'WITHSCORES')[2]

for _, job in ipairs(owned) do
  local key, fence, verb = KEYS[13] .. job.id, ARGV[job.at + 1], ARGV[job.at + 2]
  local data, delay_ms = ARGV[job.at + 3], tonumber(ARGV[job.at + 4])
  if job.holding.flagged then
    verb = 'cancel'
  end
  local attempts = tonumber(job.record[1] or '0')
  local common = { 'last', fence, 'worker', job.holding.consumer }
  if verb == 'complete' or verb == 'retry' or verb == 'fail' then
    common[5], common[6] = 'attempts', digits(attempts + 1)
  end
  if verb == 'retry' or verb == 'fail' then
    common[7], common[8] = 'error', data
    write_trail(KEYS[14] .. job.id, 'kind', 'attempt', 'run', job.record[4], 'start', fence, 'end', now_ms,
      'worker', job.holding.consumer, 'error', data)
  elseif verb == 'complete' then
    common[7], common[8] = 'result', data
  end
  if ENDS[verb] then
    redis.call('HSET', key, 'state', ENDS[verb][1], 'ended', now_ms, unpack(common))
    ended[verb] = ended[verb] or {}
    table.insert(ended[verb], now_ms)
    table.insert(ended[verb], job.id)
  elseif verb == 'release' then
    hand_back(STREAMS, key, job.id, tonumber(job.record[2] or '0'), limits.suspect_at, common)
    woken = true
  else
    local due_ms = digits(math.ceil(now / 1000) + delay_ms)
    if verb == 'snooze' then
      common[5], common[6] = 'snoozed', digits(tonumber(job.record[3] or '0') + delay_ms)
    end
    redis.call('HSET', key, 'state', 'delayed', 'due', due_ms, unpack(common))
    due[#due + 1] = due_ms
    due[#due + 1] = job.id
  end
  emitted[#emitted + 1] = verb
  emitted[#emitted + 1] = job.id
  count_up(tally, verb)
  count_up(tally, 'run:' .. bucket_of(now - tonumber(fence)))
end

for verb, members in pairs(ended) do
  redis.call('ZADD', ENDS[verb][2], unpack(members))
end
if #due > 0 then
  redis.call('ZADD', KEYS[4], unpack(due))
  woken = woken or redis.call('ZRANGE', KEYS[4], '0', '0', 'WITHSCORES')[2] ~= head_before
end
emit(KEYS[8], emitted)
write_stats(KEYS[9], now, tally)
if woken then
  wake_one(KEYS[7])
end
return reply
